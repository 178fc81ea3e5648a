"""Reads the rows of one or more streams of one source, slice by slice, as integers in the order they are delivered."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import polars as pl

from seawall.market_data.recorded.convert import REFUSALS, Codes, Scale, convert
from seawall.market_data.recorded.depth import RECORDED, as_snapshot, feed, starts, with_flags
from seawall.market_data.recorded.kinds import ROW_COLUMNS, Kind
from seawall.market_data.recorded.rows import Ints, Refusal, Rows, Stream, joined
from seawall.market_data.recorded.sources import Source
from seawall.runtime.books import BookBuilder

Raw = dict[str, Any]  # Column -> array, as recorded.
Refused = dict[int, Counter[Refusal]]  # By stream.

_BESIDE = {Kind.TRADE: ("execution", "block", "sequence"), Kind.QUOTE: ("sequence",)}  # Read, and not part of the row.


class Reader(msgspec.Struct):
    """Rows [first_row, stop_row) of `source` that belong to `members`: (venue, symbol) as the source spells them -> stream.

    Delivered times must rise over these rows. A reader of bars may read quotes from them: bid and ask at each bar's close.
    """

    source: Source
    kind: Kind
    members: dict[tuple[str, str], Stream]
    first_row: int
    stop_row: int
    pure: bool  # Every row belongs to the only member.
    with_ids: bool = False  # Quotes get their update id as a fifth column.

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last time of what it may deliver."""
        streams = self.members.values()
        return min(stream.first_time for stream in streams), max(stream.last_time for stream in streams)

    def read(self, start: int, stop: int, slice_rows: int, refused: Refused) -> Iterator[tuple[Rows, bool]]:
        """Rows delivered at start <= time < stop, and whether more may follow. Refused ones are left out, and added to `refused`."""
        if self.kind is Kind.DEPTH:
            yield from self._read_depth(start, stop, slice_rows, refused)
            return
        ids = ("update_id",) if self.with_ids else ()
        columns, names = self._columns(*ROW_COLUMNS[self.kind], *_BESIDE.get(self.kind, ()), *ids)
        for first_row, table in self.source.slices(names, self.first_row, self.stop_row, slice_rows):
            raw: Raw = {name: table[name].to_numpy() for name in columns}
            self._complete(raw, first_row)
            member = np.zeros(len(table), dtype=np.int64) if self.pure else self._members_of(table)
            if not self.pure:
                raw, member = _only(member >= 0, raw, member)
            if self.source.kind is Kind.BAR:
                raw["time"] = raw["time"] + np.array([stream.interval for stream in self.members.values()])[member]
            low, high = np.searchsorted(raw["time"], (start, stop))
            more = high == len(member) and first_row + len(table) < self.stop_row
            yield self._integers(*_only(slice(low, high), raw, member), refused), more
            if not more:
                return

    def _read_depth(self, start: int, stop: int, slice_rows: int, refused: Refused) -> Iterator[tuple[Rows, bool]]:
        """Of one stream, by whole messages. What precedes `start` builds the book, which comes as a snapshot at `start`."""
        (stream,) = self.members.values()
        columns, names = self._columns(*RECORDED, "sequence")
        book = None if stream.first_time >= start else BookBuilder()
        carried: Raw = {}
        for first_row, table in self.source.slices(names, self.first_row, self.stop_row, slice_rows):
            raw: Raw = {name: table[name].to_numpy() for name in columns}
            member = np.zeros(len(table), dtype=np.int64) if self.pure else self._members_of(table)
            raw, _ = _only(member >= 0, raw, member)
            if carried:
                raw = {name: np.concatenate((carried[name], values)) for name, values in raw.items()}
            last_slice = first_row + len(table) >= self.stop_row
            whole = len(raw["time"]) if last_slice else int(np.flatnonzero(starts(raw))[-1]) if len(raw["time"]) else 0
            carried = _part(raw, whole, None)  # The last message may go on.
            low, high = (int(place) for place in np.searchsorted(raw["time"][:whole], (start, stop)))
            more = high == whole and not last_slice
            rows = self._integers(with_flags(_part(raw, low, high)), np.zeros(high - low, dtype=np.int64), refused)
            if book is not None:
                before = self._integers(with_flags(_part(raw, 0, low)), np.zeros(low, dtype=np.int64), {})
                for _ in feed(book, before):
                    pass
                if low < whole or not more:
                    opening, book = as_snapshot(book, start, stream.index), None
                    rows = rows if opening is None else joined([opening, rows])
            yield rows, more
            if not more:
                return

    def _columns(self, *wanted: str) -> tuple[list[str], list[str]]:
        """Those the source has; the same with what tells members apart, if that is needed."""
        columns = ["time", *(name for name in wanted if name in self.source.columns)]
        return columns, columns if self.pure else [*columns, "venue", "symbol"]

    def _integers(self, raw: Raw, member: Ints, refused: Refused) -> Rows:
        if self.source.kind is Kind.BAR and self.source.has_quotes:  # A minute without trades, or without quotes, is a gap.
            absent = np.isnan([raw[name] for name in ROW_COLUMNS[self.kind]]).all(axis=0)
            if absent.any():
                raw, member = _only(~absent, raw, member)
        streams = tuple(self.members.values())
        columns, codes = convert(self.kind, raw, _scale(streams, member))
        numbers = np.array([stream.index for stream in streams])[member]
        rows = Rows(raw["time"], numbers, columns, self.kind, raw.get("sequence"))
        if codes.any():
            _count(codes, numbers, refused)
            rows = rows.take(np.flatnonzero(codes == 0))
        return rows

    def _complete(self, raw: Raw, first_row: int) -> None:
        """Columns a table of trades may lack."""
        if self.kind is Kind.TRADE:
            count = len(raw["time"])
            if "aggressor" not in raw:
                raw["aggressor"] = np.zeros(count, dtype=np.int64)
            if "trade_id" not in raw:
                raw["trade_id"] = np.arange(first_row + 1, first_row + 1 + count)

    def _members_of(self, table: pl.DataFrame) -> Ints:
        """The member each row belongs to, or -1."""
        venues, symbols = (list(dict.fromkeys(key[part] for key in self.members)) for part in (0, 1))
        lookup = np.full((len(venues) + 1, len(symbols) + 1), -1)
        for number, (venue, symbol) in enumerate(self.members):
            lookup[venues.index(venue), symbols.index(symbol)] = number
        codes = (
            table[name].cast(pl.String).cast(pl.Enum(known), strict=False).to_physical().fill_null(len(known)).to_numpy()
            for name, known in (("venue", venues), ("symbol", symbols))
        )
        found: Ints = lookup[tuple(codes)]
        return found


def _part(raw: Raw, start: int, stop: int | None) -> Raw:
    return {name: values[start:stop] for name, values in raw.items()}


def _only(chosen: Any, raw: Raw, member: Ints) -> tuple[Raw, Ints]:
    return {name: values[chosen] for name, values in raw.items()}, member[chosen]


def _scale(streams: tuple[Stream, ...], member: Ints) -> Scale:
    known = [stream.instrument for stream in streams]
    units = [(i.price_scale, i.tick, i.quantity_scale, i.lot) for i in known]
    return Scale(*units[0]) if len(units) == 1 else Scale(*(np.array(unit)[member] for unit in zip(*units, strict=True)))


def _count(codes: Codes, streams: Ints, refused: Refused) -> None:
    bad = np.flatnonzero(codes)
    for stream, code in zip(streams[bad].tolist(), codes[bad].tolist(), strict=True):
        refused.setdefault(stream, Counter())[REFUSALS[code - 1]] += 1
