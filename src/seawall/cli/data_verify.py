"""`seawall data verify`: rebuilt books against recorded quotes. Decides nothing: market_data/recorded/verify.py compares."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.market_data.recorded.verify import Top, Verified


def register(group: typer.Typer) -> None:
    group.command("verify")(verify)


def verify(
    depth: Annotated[list[str], typer.Option(help="Files of depth: snapshots and differences. Patterns work. Repeatable.", metavar="FILE")],
    quotes: Annotated[list[str], typer.Option(help="Files of quotes with update ids. Patterns work. Repeatable.", metavar="FILE")],
    instruments: Annotated[
        Path | None, typer.Option(help="YAML with ticks and lots of venues, laid over the one built in.", metavar="FILE")
    ] = None,
    venues: Annotated[str | None, typer.Option(help="Only these, separated by commas.", metavar="VENUES")] = None,
    symbols: Annotated[str | None, typer.Option(help="Only these, separated by commas.", metavar="SYMBOLS")] = None,
) -> None:
    """Rebuild every book and compare its best bid and offer with the recorded ones at equal update ids. Exit code 1 if any differs."""
    from rich.console import Console
    from rich.table import Table

    from seawall.market_data.recorded import RecordingError
    from seawall.market_data.recorded.verify import verify as compare

    try:
        results = compare(
            depth,
            quotes,
            instruments=instruments,
            venues=venues.split(",") if venues else None,
            symbols=symbols.split(",") if symbols else None,
        )
    except RecordingError as error:
        raise UserError(error.message, error.hint) from None
    table = Table(box=None, header_style="bold")
    table.add_column("instrument")
    for name in ("rows", "messages", "gaps", "compared", "differing"):
        table.add_column(name, justify="right")
    for result in results:
        figures = (result.rows, result.applied, result.gaps, result.compared, result.differing)
        table.add_row(result.instrument.id, *(f"{figure:,}" for figure in figures))
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(table)
    for line in (line for result in results for line in _notes(result)):
        console.print(line)
    if any(result.differing or not result.compared for result in results):
        raise typer.Exit(1)


def _notes(result: "Verified") -> list[str]:
    name = result.instrument.id
    notes = []
    if result.first_difference is not None:
        first = result.first_difference
        book, quote = (_prices(result, top) for top in (first.book, first.quote))
        notes.append(f"{name}: differs first at update {first.update_id}: the book has {book}, the quote says {quote}")
    if not result.compared:
        what = (
            "no message is in a live book: no snapshot reaches a difference"
            if not result.applied
            else "no quote has an update id of its book"
        )
        notes.append(f"{name}: nothing to compare; {what}")
    if result.crossed:
        notes.append(f"{name}: the book was crossed after {result.crossed:,} messages")
    if result.gaps and not result.live:
        notes.append(f"{name}: after the last gap no snapshot came, so the rest was not compared")
    return notes


def _prices(result: "Verified", top: "Top") -> str:
    from seawall.api.units import format_decimal

    own = result.instrument
    price = [format_decimal(ticks, own.tick, own.price_scale) for ticks in (top[0], top[2])]
    size = [format_decimal(lots, own.lot, own.quantity_scale) for lots in (top[1], top[3])]
    return f"{price[0]} x {size[0]} | {price[1]} x {size[1]}"
