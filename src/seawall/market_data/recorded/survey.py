"""One pass over a source before a run: which venue and symbol stand where, and whether time only ever rises within each."""

from collections import Counter
from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from seawall.market_data.recorded.errors import RecordingError
from seawall.market_data.recorded.kinds import Kind
from seawall.market_data.recorded.sources import Source

_MAX_STEPS = 10_000  # Distinct distances between bars that are remembered: only the most common one matters.


class Block(msgspec.Struct):
    """The rows of one venue and symbol, as the source spells them. Times as written: a bar's is when it opened."""

    venue: str
    symbol: str
    first_row: int
    last_row: int
    rows: int
    first_time: int
    last_time: int
    steps: Counter[int]  # Of bars.

    @property
    def pure(self) -> bool:
        """No other row stands between its first and its last."""
        return self.rows == self.last_row - self.first_row + 1


class Survey(msgspec.Struct):
    blocks: list[Block]
    sorted: bool  # Time rises over the whole source, not only within each block.


def survey(source: Source) -> Survey:
    """Raises: RecordingError: a row without a time, time that falls within a block, two bars that open at once."""
    blocks: dict[tuple[str, str], Block] = {}
    whole = True
    last = None
    for first_row, table in source.slices(("time", "venue", "symbol")):
        if nulls := table["time"].null_count():
            row = first_row + int(table["time"].is_null().arg_max() or 0)
            raise RecordingError(f"{source.name}: row {row} has no time ({nulls} such rows near it)", "Drop rows without a time.")
        times = table["time"].to_numpy()
        whole = whole and (last is None or bool(times[0] >= last)) and bool((times[1:] >= times[:-1]).all())
        last = times[-1]
        rows = np.arange(first_row, first_row + len(times))
        for (venue, symbol), chosen in groups(table):
            if venue is None or symbol is None:
                raise RecordingError(f"{source.name}: row {rows[chosen][0]} names no {'venue' if venue is None else 'symbol'}")
            _extend(blocks, venue, symbol, rows[chosen], times[chosen], source)
    return Survey(sorted(blocks.values(), key=lambda block: (block.venue, block.symbol)), whole)


def groups(table: pl.DataFrame) -> Iterator[tuple[tuple[str | None, str | None], slice | npt.NDArray[np.uint32]]]:
    """Each venue and symbol with its rows. Mostly there is but one: told without grouping, ten times as fast."""
    first, last = table.row(0), table.row(-1)
    columns = [table[name].to_physical() for name in ("venue", "symbol")]
    if first[1:] == last[1:] and all(column.null_count() == 0 and column.min() == column.max() for column in columns):
        yield (first[1], first[2]), slice(None)
        return
    grouped = table.with_row_index("row").group_by("venue", "symbol", maintain_order=True).agg("row")
    for index, chosen in enumerate(grouped["row"]):
        yield (grouped["venue"][index], grouped["symbol"][index]), chosen.to_numpy()


def _extend(
    blocks: dict[tuple[str, str], Block], venue: str, symbol: str, rows: npt.NDArray[np.int64], times: npt.NDArray[np.int64], source: Source
) -> None:
    block = blocks.get((venue, symbol))
    steps = np.diff(times) if block is None else np.diff(times, prepend=block.last_time)
    offset = len(times) - len(steps)
    where = f"{source.name}: {venue} {symbol}"
    _refuse(steps < 0, rows[offset:], where, "is earlier than the row before it", "Sort the rows by time.")
    if source.kind is Kind.BAR:
        _refuse(steps == 0, rows[offset:], where, "opens when the bar before it does", "Keep one bar for each time.")
    if block is None:
        block = Block(venue, symbol, int(rows[0]), 0, 0, int(times[0]), 0, Counter())
        blocks[venue, symbol] = block
    block.last_row = int(rows[-1])
    block.rows += len(rows)
    block.last_time = int(times[-1])
    if source.kind is Kind.BAR and len(block.steps) < _MAX_STEPS:
        values, counts = np.unique(steps, return_counts=True)
        block.steps.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))


def _refuse(bad: npt.NDArray[np.bool_], rows: npt.NDArray[np.int64], where: str, what: str, hint: str) -> None:
    if bad.any():
        raise RecordingError(f"{where}: row {rows[bad][0]} (the first is row 0) {what}; {int(bad.sum())} such rows near it", hint)
