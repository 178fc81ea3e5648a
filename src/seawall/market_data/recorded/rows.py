"""The shapes recorded rows take on their way to a host: streams, integer arrays while they are merged, chunks of plain lists at the end."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from seawall.api.instruments import Instrument
from seawall.api.units import Nanos
from seawall.market_data.recorded.kinds import WIDEST, Kind

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Stream(msgspec.Struct, frozen=True):
    """Rows of one kind, of one instrument, from one source."""

    index: int  # Also its rank among rows of the same time.
    kind: Kind
    instrument: Instrument
    source: str
    interval: Nanos  # Of bars; else 0.
    rows: int  # Before refusals.
    first_time: Nanos  # When its first row is delivered.
    last_time: Nanos


class Chunk(NamedTuple):
    """Rows in the order of (time, stream). `kinds.ROW_COLUMNS` names the columns of a kind; mixed kinds are padded with zeros.

    Prices are in ticks, quantities in lots, the aggressor is 1 (buy), -1 (sell) or 0 (not told).
    """

    time: list[int]
    stream: list[int]
    columns: tuple[list[int], ...]
    kind: Kind | None  # None: rows of several kinds.


class Refusal(StrEnum):
    """Why a recorded row is not used. The first that applies is counted."""

    NOT_A_NUMBER = "a figure is missing or not a finite number"
    NOT_POSITIVE = "a price or traded quantity is not positive"
    OFF_GRID = "a price is off the instrument's grid"
    UNDER_ONE_LOT = "the traded quantity is under one lot"
    BROKEN_BAR = "high or low does not contain open and close"
    CROSSED = "the bid is above the ask"
    OUTSIDE_MARKET = "a print beside the market: an insurance fund's, a deleveraging, a block trade"
    BROKEN_MESSAGE = "another level of the same message is refused"


class Rows(NamedTuple):
    """A stretch of rows as arrays."""

    time: Ints
    stream: Ints
    columns: tuple[Ints, ...]
    kind: Kind | None
    sequence: Ints | None = None  # Places in the instrument's recording, over all kinds. While rows are merged.

    def part(self, start: int, stop: int | None) -> "Rows":
        return self._chosen(slice(start, stop))

    def take(self, order: npt.NDArray[np.intp]) -> "Rows":
        return self._chosen(order)

    def _chosen(self, chosen: Any) -> "Rows":
        columns = tuple(column[chosen] for column in self.columns)
        return Rows(self.time[chosen], self.stream[chosen], columns, self.kind, None if self.sequence is None else self.sequence[chosen])


def joined(pieces: Sequence[Rows]) -> Rows:
    """One after the other."""
    if len(pieces) == 1:
        return pieces[0]
    kind = pieces[0].kind
    if any(piece.kind is not kind for piece in pieces):
        kind = None
    width = len(pieces[0].columns) if kind is not None else WIDEST
    columns = tuple(np.concatenate([_column(piece, number) for piece in pieces]) for number in range(width))
    sequence = None
    if any(piece.sequence is not None for piece in pieces):
        nowhere = [np.zeros(len(p.time), dtype=np.int64) if p.sequence is None else p.sequence for p in pieces]
        sequence = np.concatenate(nowhere)
    return Rows(np.concatenate([p.time for p in pieces]), np.concatenate([p.stream for p in pieces]), columns, kind, sequence)


def _column(rows: Rows, number: int) -> Ints:
    return rows.columns[number] if number < len(rows.columns) else np.zeros(len(rows.time), dtype=np.int64)
