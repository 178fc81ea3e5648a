"""Recorded rows as the hot loop wants them: integers for the machines, floats for the strategies, as little as a row's kind needs."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from seawall.api.units import Nanos, Price
from seawall.market_data.recorded import rows as recorded
from seawall.market_data.recorded.kinds import PRICES, QUANTITIES, ROW_COLUMNS, WIDEST, Kind
from seawall.runtime.books import ASK, FIRST

# (time, stream, first column in ticks, first and second column as floats, rest), the columns as in ROW_COLUMNS. The rest is (second
# to fifth column in ticks or lots, third to fifth as floats), zeros where the kind has fewer; where all rows are trades, the aggressor. Of
# depth, a row is all levels of one side of a message, and the rest what `BookBuilder.run` takes.
Row = tuple[Nanos, int, Price, float, float, Any]
Rows = Iterator[Row]


class RowMaker:
    """Knows every stream's scales. With a feed latency a stream's index comes a second time, raised by the number of streams."""

    def __init__(self, streams: Sequence[recorded.Stream]) -> None:
        self._count = len(streams)
        self._over = np.zeros((WIDEST, len(streams)), dtype=np.int64)
        self._depth = np.array([stream.kind is Kind.DEPTH for stream in streams])
        self._under = np.ones((WIDEST, len(streams)), dtype=np.int64)
        for index, stream in enumerate(streams):
            instrument = stream.instrument
            for column, name in enumerate(ROW_COLUMNS[stream.kind]):
                if name in PRICES:
                    self._over[column, index], self._under[column, index] = instrument.tick, instrument.price_scale
                elif name in QUANTITIES:
                    self._over[column, index], self._under[column, index] = instrument.lot, instrument.quantity_scale

    def rows(self, rows: recorded.Rows) -> Rows:
        """Every float is its integer times and through powers of ten, rounded once: the same as in `runtime.floats`."""
        if not len(rows.time):
            return iter(())
        if self._depth.any() and (depth := self._depth[rows.stream % self._count]).any():
            return self._runs(rows, depth)
        return self._single(rows)

    def _runs(self, rows: recorded.Rows, depth: npt.NDArray[np.bool_]) -> Rows:
        """Rows of depth of one side of one message become one row, its rest the arguments of `BookBuilder.run`."""
        price, quantity, flags, previous, update_id = rows.columns
        joined = depth[1:] & depth[:-1] & (rows.stream[1:] == rows.stream[:-1])
        joined &= ((flags[1:] & FIRST) == 0) & ((flags[1:] ^ flags[:-1]) & ASK == 0)
        heads = np.flatnonzero(np.append(True, ~joined))
        of_depth = np.flatnonzero(depth[heads])
        first = heads[of_depth]
        last = np.append(heads[1:], len(depth))[of_depth] - 1
        prices, quantities = price[depth].tolist(), quantity[depth].tolist()
        place = np.cumsum(depth) - 1  # In the lists of depth alone.
        rest: list[Any] = [None] * len(heads)
        arguments = (of_depth, flags[first], flags[last], previous[first], update_id[first], place[first], place[last] + 1)
        for at, a, b, c, d, start, stop in zip(*(each.tolist() for each in arguments), strict=True):
            rest[at] = (a, b, c, d, prices[start:stop], quantities[start:stop])
        found = zip(self._single(rows.take(heads)), rest, strict=True)
        return (row if run is None else (*row[:5], run) for row, run in found)

    def _single(self, rows: recorded.Rows) -> Rows:
        first = int(rows.stream[0])
        single = bool((rows.stream == first).all())
        scale: Any = first % self._count if single else rows.stream % self._count

        def floats(column: int) -> list[float]:
            figures: list[float] = (rows.columns[column] * self._over[column][scale] / self._under[column][scale]).tolist()
            return figures

        if rows.kind is Kind.TRADE:
            rest: Any = rows.columns[2].tolist()
        else:
            width = len(rows.columns)
            integers = [rows.columns[column].tolist() if column < width else repeat(0) for column in range(1, WIDEST)]
            rest = zip(*integers, *(floats(column) if column < width else repeat(0.0) for column in range(2, WIDEST)), strict=False)
        stream: Any = repeat(first) if single else rows.stream.tolist()
        return zip(rows.time.tolist(), stream, rows.columns[0].tolist(), floats(0), floats(1), rest, strict=False)
