"""`seawall backtest`: strategies over recorded data, to a directory of results."""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from seawall.cli import options
from seawall.cli.errors import UserError


def register(app: typer.Typer) -> None:
    app.command("backtest")(backtest)


def backtest(
    strategies: Annotated[list[str], typer.Argument(help="Strategy files; FILE::CLASS where a file holds several.", metavar="STRATEGY...")],
    data: Annotated[
        list[str], typer.Option(help="Parquet or CSV files of bars, trades or quotes; patterns work. Repeatable.", metavar="FILE")
    ],
    out: Annotated[Path | None, typer.Option(help="Where the results go. Default: runs/STRATEGY.", metavar="DIRECTORY")] = None,
    config: Annotated[Path | None, typer.Option(help="YAML file with the strategies' parameters.", metavar="FILE")] = None,
    set_: Annotated[
        list[str], typer.Option("--set", help="One parameter of the strategies; beats --config. Repeatable.", metavar="KEY=VALUE")
    ] = [],  # noqa: B006
    balances: Annotated[
        list[str],
        typer.Option(
            help="USDT=1000,BTC=2 for every venue, kraken:USD=500 for one. Repeatable. "
            "Default: a million of each quote currency, and as much worth of each base currency.",
            metavar="BALANCES",
        ),
    ] = [],  # noqa: B006
    capital: Annotated[
        str | None,
        typer.Option(
            help="What returns are measured against. Default: what --balances are worth at the first prices, else 1000000.",
            metavar="AMOUNT",
        ),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(help="Value everything in it. Default: USD, USDT or USDC, else the first quote currency.", metavar="CURRENCY"),
    ] = None,
    instruments: Annotated[
        Path | None, typer.Option(help="YAML with ticks, lots and fees of venues, laid over the one built in.", metavar="FILE")
    ] = None,
    venues: Annotated[str | None, typer.Option(help="Only these, separated by commas.", metavar="VENUES")] = None,
    symbols: Annotated[str | None, typer.Option(help="Only these, separated by commas.", metavar="SYMBOLS")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="Start, like 2023-03-10 or 2023-03-10T12:30:00 (UTC).", metavar="TIME")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="End, exclusive.", metavar="TIME")] = None,
    latency: Annotated[list[str], typer.Option(help="feed=1ms,order=5ms,cancel=5ms,report=5ms. Default: none.", metavar="LATENCIES")] = [],  # noqa: B006
    fill_model: Annotated[
        str,
        typer.Option(
            help="When a resting order fills: trade_through (once the market goes beyond its price) or touch (reaches it).",
            metavar="MODEL",
        ),
    ] = "trade_through",
    slippage_bps: Annotated[
        int, typer.Option(help="Worsens the price of every taking order, in basis points.", min=0, metavar="NUMBER")
    ] = 0,
    limit: Annotated[
        list[str],
        typer.Option(help="One limit, like max_order_value=50000 or max_long:BTC-USD=2; none lifts it. Repeatable.", metavar="KEY=VALUE"),
    ] = [],  # noqa: B006
    seed: Annotated[int, typer.Option(help="Of the strategies' random numbers.", metavar="NUMBER")] = 0,
) -> None:
    """Run strategies over recorded markets. Writes exact results and a report."""
    from seawall.analytics.result import Result
    from seawall.backtest.latency import Latency
    from seawall.backtest.run import BacktestFailed, Setup, run_backtest
    from seawall.cli.backtest_progress import Live, summarise
    from seawall.market_data.recorded import RecordingError, open_recording
    from seawall.strategy.loader import StrategyError, load_strategy

    try:
        parameters = _config(config, set_)
        classes = [load_strategy(Path(name), parameters) for name in strategies]
        recording = open_recording(
            data,
            instruments=instruments,
            venues=venues.split(",") if venues else None,
            symbols=symbols.split(",") if symbols else None,
        )
    except StrategyError as error:
        raise UserError(error.message, error.hint) from None
    except RecordingError as error:
        raise UserError(error.message, error.hint) from None
    delays = {key: options.duration(value, "--latency") for key, value in options.pairs(latency, "--latency").items()}
    if unknown := [key for key in delays if key not in Latency.__struct_fields__]:
        raise UserError(f"--latency {unknown[0]}: no such latency", f"there are {', '.join(Latency.__struct_fields__)}")
    setup = Setup(
        balances=options.balances(balances),
        capital=capital,
        currency=currency,
        limits=options.pairs(limit, "--limit"),
        latency=Latency(**delays),
        fill_model=fill_model,
        slippage_bps=slippage_bps,
        start=options.moment(from_, "--from"),
        end=options.moment(to, "--to"),
        seed=seed,
        command=shlex.join(["seawall", *sys.argv[1:]]),
    )
    folder = _folder(out or Path("runs") / "-".join(Path(name.split("::")[0]).stem for name in strategies))
    failure = ""
    with Live(recording) as live:
        try:
            result: Result = run_backtest(classes, recording, config=parameters, setup=setup, progress=live.show, stop=live.interrupted)
        except BacktestFailed as error:
            result, failure = error.result, str(error)
        except ValueError as error:
            raise UserError(str(error)) from None
    report = result.write(folder)
    summarise(result, report, live.console)
    if failure:
        raise typer.Exit(_failed(failure))
    if live.interrupted():
        raise typer.Exit(130)


def _folder(path: Path) -> Path:
    """Made before the run: a result that cannot be written is worse than none."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {path}: {error.strerror}", "name a directory that exists or can be made") from None
    return path


def _config(path: Path | None, texts: list[str]) -> dict[str, Any]:
    import yaml

    found: Any = {}
    if path is not None:
        try:
            found = yaml.safe_load(path.read_text()) or {}
        except (OSError, yaml.YAMLError) as error:
            raise UserError(f"--config {path}: {error}", "a YAML file of key: value lines") from None
        if not isinstance(found, dict):
            raise UserError(f"--config {path}: holds a {type(found).__name__}, not parameters", "a YAML file of key: value lines")
    return {**found, **options.settings(texts)}


def _failed(failure: str) -> int:
    from seawall.cli.main import show

    show(UserError(failure, "the result holds what happened until then"))
    return 1
