"""`seawall data inspect`: what a file holds and what is odd about it. market_data/recorded/inspect.py looks; this shows."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.market_data.recorded.inspect import Inspected
    from seawall.market_data.recorded.watch import Seen


def register(group: typer.Typer) -> None:
    group.command("inspect")(inspect)


def inspect(
    files: Annotated[list[str], typer.Argument(help="Parquet or CSV files; patterns work.", metavar="FILE...")],
    instruments: Annotated[
        Path | None, typer.Option(help="YAML with ticks and lots of venues, laid over the one built in.", metavar="FILE")
    ] = None,
    venue: Annotated[str, typer.Option(help="Of a table without such a column.", metavar="VENUE")] = "recorded",
    symbol: Annotated[str | None, typer.Option(help="Of a table without such a column.", metavar="SYMBOL")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: times in nanoseconds since 1970.")] = False,
) -> None:
    """Show what is in recorded data: instruments, span, gaps, clock offset, outliers, tick and lot, rows that a run would leave out."""
    import msgspec

    from seawall.market_data.recorded import RecordingError
    from seawall.market_data.recorded.inspect import inspect as look

    try:
        found = look(files, instruments=instruments, venue=venue, symbol=symbol)
    except RecordingError as error:
        raise UserError(error.message, error.hint) from None
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    for each in found:
        _show(each)


def _show(found: "Inspected") -> None:
    from rich.console import Console

    console = Console(soft_wrap=True, highlight=False, markup=False)
    count = len(found.instruments)
    console.print(f"{found.source}: {found.kind}, {found.rows:,} rows, {count} instrument{'' if count == 1 else 's'}", style="bold")
    for seen in found.instruments:
        spelled = "" if seen.spelled == seen.symbol else f" ({seen.spelled})"
        console.print(f"\n{seen.venue}:{seen.symbol}{spelled}")
        for name, text in _lines(found, seen):
            console.print(f"  {name:10}{text}")
    console.print()


def _lines(found: "Inspected", seen: "Seen") -> list[tuple[str, str]]:
    from seawall.market_data.recorded import Kind

    span = f"{_moment(seen.first_time)} to {_moment(seen.last_time)} UTC"
    lines = [("rows", f"{seen.rows:,}"), ("span", span)]
    if seen.longest_gap:
        lines.append(("silence", f"{_seconds(seen.longest_gap)} at most, after {_moment(seen.longest_gap_at)}"))
    if found.kind is Kind.BAR:
        lines.append(("bars", f"of {_seconds(seen.interval)}; {_missing(seen)}"))
    elif found.kind is Kind.TRADE:
        lines.append(("gaps", f"trade ids: {_missing(seen)}"))
    elif found.kind is Kind.DEPTH:
        lines.append(
            ("messages", f"{seen.messages:,}, {seen.snapshots:,} of them snapshots; gaps in the update ids: {seen.gaps or 'none'}")
        )
    for name, offset in seen.clock.items():
        least, median, most = (f"{value / 1e9:+.3f}" for value in (offset.least, offset.median, offset.most))
        stamp = "sent it" if name == "sent" else "did it"
        lines.append(("clock", f"received {median} s after the venue {stamp} ({least} to {most} s){_judged(offset.median)}"))
    if found.kind is not Kind.DEPTH:
        worst = seen.worst_outlier
        lines.append(("outliers", "none" if worst is None else f"{seen.outliers:,}, the worst {worst.value:g} at {_moment(worst.time)}"))
    lines.append(("grid", _grid(seen)))
    for what, count in (("without a time", seen.untimed), ("earlier than the row before", seen.disordered), *seen.unusable.items()):
        if count:
            lines.append(("unusable", f"{count:,} rows: {what}"))
    return lines


def _missing(seen: "Seen") -> str:
    return f"{seen.missing:,} missing in {seen.gaps:,} gap{'' if seen.gaps == 1 else 's'}" if seen.gaps else "none missing"


def _grid(seen: "Seen") -> str:
    text = (
        f"tick {seen.tick}, lot {seen.lot}, as inferred from the data" if seen.tick else "the prices are on no grid that a venue could have"
    )
    if seen.known_tick or seen.known_lot:
        text += f"; instruments.yaml has tick {seen.known_tick or 'none'}, lot {seen.known_lot or 'none'}"
    return text


def _judged(median: int) -> str:
    return ": the recorder's clock was behind" if median < 0 else ""


def _moment(nanos: int) -> str:
    from seawall.strategy.events import as_datetime

    return f"{as_datetime(nanos):%Y-%m-%d %H:%M:%S.%f}"[:-3]


def _seconds(nanos: int) -> str:
    seconds = nanos / 1e9
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"
