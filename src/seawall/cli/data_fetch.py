"""`seawall data fetch`: history of any exchange that ccxt knows, into files that everything else reads. market_data/fetch/ does it."""

from pathlib import Path
from typing import Annotated

import typer

from seawall.cli import options
from seawall.cli.errors import UserError

_KEEP_EVERY = 10  # Pages: what an interruption may cost.


def register(group: typer.Typer) -> None:
    group.command("fetch")(fetch)


def fetch(
    exchange: Annotated[str, typer.Argument(help="As ccxt names it: binance, kraken, coinbase, ...", metavar="EXCHANGE")],
    symbols: Annotated[list[str], typer.Argument(help="Like BTC-USDT; perpetuals like BTC-USDT-PERP.", metavar="SYMBOL...")],
    from_: Annotated[str, typer.Option("--from", help="Start, like 2024-08-08 or 2024-08-08T12:30:00 (UTC).", metavar="TIME")],
    to: Annotated[str | None, typer.Option("--to", help="End, exclusive. Default: now.", metavar="TIME")] = None,
    kind: Annotated[str, typer.Option(help="bars or trades.", metavar="KIND")] = "bars",
    timeframe: Annotated[str, typer.Option(help="Of bars: 1m, 5m, 1h, 1d, ...; what the exchange has.", metavar="LENGTH")] = "1m",
    out: Annotated[Path, typer.Option(help="Where the files go.", metavar="DIRECTORY")] = Path("data"),
    venue: Annotated[
        str | None, typer.Option(help="The venue's name in the files. Default: as in the instruments file.", metavar="VENUE")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Another address that speaks the exchange's protocol: a mirror, a proxy.", metavar="URL")
    ] = None,
) -> None:
    """Fetch bars or trades into Parquet files. Interrupted, the same command goes on where it was; repeated, it adds what is new."""
    from seawall.market_data.fetch import FetchError

    if kind not in ("bars", "trades"):
        raise UserError(f"--kind {kind}: no such kind", "bars or trades")
    first, last = options.moment(from_, "--from"), options.moment(to, "--to")
    assert first is not None, "--from is required"
    if last is not None and last <= first:
        raise UserError(f"--to {to} is not after --from {from_}", "the end is exclusive")
    for symbol in symbols:
        try:
            _fetch(exchange, symbol, first // 1_000_000, None if last is None else last // 1_000_000, kind, timeframe, out, venue, url)
        except FetchError as error:
            raise UserError(error.message, error.hint) from None


def _fetch(
    name: str, symbol: str, first: int, last: int | None, kind: str, timeframe: str, out: Path, venue: str | None, url: str | None
) -> None:
    from rich.console import Console

    from seawall.market_data.fetch import Store, bars_of, open_exchange, trades_of

    console = Console(soft_wrap=True, highlight=False, markup=False)
    source = open_exchange(name, symbol, "fetchOHLCV" if kind == "bars" else "fetchTrades", url=url)
    until = source.client.milliseconds() if last is None else last
    label = venue or source.venue
    length = f"_{timeframe}" if kind == "bars" else ""
    what = {"exchange": name, "symbol": source.symbol, "venue": label, "kind": kind, "timeframe": length[1:], "from": _moment(first)}
    store = Store(out / f"{kind}{length}_{label}_{source.canonical}.parquet", what, first, label, source.canonical)
    if store.progress.rows:
        console.print(f"{store.path}: {store.progress.rows:,} rows are there, goes on at {_moment(store.cursor.since)}")
    pages = bars_of(source, timeframe, store.cursor, until) if kind == "bars" else trades_of(source, store.cursor, until)
    try:
        with console.status(f"{source.symbol} ...") as status:
            for number, page in enumerate(pages, 1):
                store.add(page.rows, page.cursor)
                if number % _KEEP_EVERY == 0:
                    store.keep()
                status.update(f"{source.symbol}: {number:,} pages, {store.progress.rows:,} rows kept, at {_moment(page.cursor.since)}")
    finally:
        store.keep()
    crowded = store.cursor.crowded
    rows = store.finish()
    console.print(f"{store.path}: {rows:,} {kind}" + ("" if rows else "; the exchange gives nothing in this span"))
    if crowded:
        console.print(f"in {crowded:,} milliseconds there were more trades than {name} shows at once: the rest of those is missing")


def _moment(milliseconds: int) -> str:
    from seawall.strategy.events import as_datetime

    return f"{as_datetime(milliseconds * 1_000_000):%Y-%m-%d %H:%M:%S}"
