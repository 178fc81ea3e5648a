"""Recorded depth against recorded quotes: every book is rebuilt, and where both speak of one update, their best bid and offer compared."""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from seawall.api.instruments import Instrument, InstrumentId
from seawall.market_data.recorded.depth import feed
from seawall.market_data.recorded.errors import RecordingError
from seawall.market_data.recorded.kinds import Kind
from seawall.market_data.recorded.opening import open_recording
from seawall.market_data.recorded.recording import Recording
from seawall.market_data.recorded.rows import Ints, Stream
from seawall.runtime.books import LAST, BookBuilder

Top = tuple[int, int, int, int]  # Bid and its quantity, ask and its quantity, in ticks and lots.


class Difference(msgspec.Struct, frozen=True):
    update_id: int
    book: Top
    quote: Top


class Verified(msgspec.Struct):
    """What came of one instrument."""

    instrument: Instrument
    rows: int = 0
    applied: int = 0  # Messages in the live book.
    compared: int = 0
    differing: int = 0
    crossed: int = 0  # Messages after which the best bid was not below the best ask.
    gaps: int = 0
    old: int = 0
    live: bool = False  # At the end.
    first_difference: Difference | None = None


def verify(depth: Any, quotes: Any, **recording: Any) -> list[Verified]:
    """Rebuilds the book of every instrument that `depth` has.

    Args:
        depth, quotes: as `open_recording` takes them.
        recording: passed to it (instruments, venues, symbols, ...).

    Raises:
        RecordingError: what `open_recording` raises; no depth, or no quotes with update ids, among what was given.
    """
    opened = open_recording([*_listed(depth), *_listed(quotes)], trading=False, **recording)
    books = [stream for stream in opened.streams if stream.kind is Kind.DEPTH]
    if not books:
        raise RecordingError("no depth to verify", "Give a file with is_snapshot, side, first_update_id and final_update_id columns.")
    recorded: dict[InstrumentId, list[Stream]] = {}
    for stream in opened.streams:
        if stream.kind is Kind.QUOTE:
            recorded.setdefault(stream.instrument.id, []).append(stream)
    if not recorded:
        raise RecordingError(
            "no quotes to compare the books with", "Give a file with update_id, bid_px, bid_qty, ask_px and ask_qty columns."
        )
    results: dict[InstrumentId, Verified] = {}
    builders: dict[InstrumentId, BookBuilder] = {}
    quoted: dict[InstrumentId, Quotes] = {}
    for stream in sorted(books, key=lambda stream: stream.first_time):  # Files of consecutive days are one book.
        key = stream.instrument.id
        if key not in results:
            results[key], builders[key] = Verified(stream.instrument), BookBuilder()
            quoted[key] = Quotes(opened, recorded.get(key, []))
        _replay(opened, stream, builders[key], quoted[key], results[key])
    return [results[key] for key in sorted(results)]


class Quotes:
    """The recorded best bid and offer of an instrument by update id."""

    def __init__(self, opened: Recording, streams: list[Stream]) -> None:
        pieces = [rows.columns for stream in streams for rows in opened.alone(stream, with_ids=True)]
        if any(len(columns) < 5 for columns in pieces):
            raise RecordingError(
                f"{streams[0].source}: the quotes have no update ids", "A column update_id says which update each belongs to."
            )
        columns = [np.concatenate([piece[number] for piece in pieces]) if pieces else np.zeros(0, np.int64) for number in range(5)]
        order = np.argsort(columns[4], kind="stable")
        self.ids: Ints = columns[4][order]
        self._tops = [column[order] for column in columns[:4]]

    def at(self, ids: Ints) -> dict[int, Top]:
        """Of these updates, those that were quoted. The last quote of one update counts."""
        place = np.searchsorted(self.ids, ids, side="right") - 1
        found = place[(place >= 0) & (self.ids[place] == ids)] if len(self.ids) else place[:0]
        tops: Iterator[Top] = zip(*(column[found].tolist() for column in self._tops), strict=True)
        return dict(zip(self.ids[found].tolist(), tops, strict=True))


def _replay(opened: Recording, stream: Stream, book: BookBuilder, quotes: Quotes, result: Verified) -> None:
    for rows in opened.alone(stream):
        flags, ids = rows.columns[2], rows.columns[4]
        quoted = quotes.at(ids[(flags & LAST) > 0])
        result.rows += len(flags)
        for update_id in feed(book, rows):
            result.applied += 1
            top = book.top()
            if top[0] >= top[2] > 0:
                result.crossed += 1
            if (quote := quoted.get(update_id)) is not None:
                result.compared += 1
                if quote != top:
                    result.differing += 1
                    result.first_difference = result.first_difference or Difference(update_id, top, quote)
    result.gaps, result.old, result.live = book.state.gaps, book.state.old, book.live


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, (list, tuple)) else [given]
