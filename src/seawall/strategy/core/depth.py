"""The order books of a strategy that asked for them (`DEPTH`), from its venues' public depth; those that did not hear none of it.

A gap empties a book and asks its venue for a snapshot, again every few seconds until one comes. A backtest has the books already: it
lends them, and nothing is asked.
"""

from collections.abc import Mapping

import msgspec

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.market_data import DepthChanged, DepthReported, QueryDepth
from seawall.api.message import Address, Envelope, Message, venue_address
from seawall.api.units import SECOND, Nanos
from seawall.runtime.books import BookBuilder, BookState
from seawall.runtime.machine import Handler
from seawall.strategy.base import TradingStrategy
from seawall.strategy.book import Books

LEVELS = 1_000  # Of a snapshot.
_AGAIN = 5 * SECOND


class DepthState(msgspec.Struct):
    books: dict[InstrumentId, BookState] = {}
    asked: dict[InstrumentId, Nanos] = {}  # When, of snapshots that have not come.


class Depth:
    def __init__(self, address: Address, instruments: Mapping[InstrumentId, Instrument], state: DepthState) -> None:
        self._address, self._instruments, self._state = address, instruments, state
        self.books = {key: BookBuilder(state.books.setdefault(key, BookState())) for key in instruments}
        self.handlers: dict[type[Message], Handler] = {DepthChanged: self._changed, DepthReported: self._reported}
        self._lent: dict[InstrumentId, bool] = {}

    def lend(self, key: InstrumentId, book: BookBuilder) -> None:
        """From now on a host keeps this book, which others may read, too."""
        self.books[key], self._state.books[key], self._lent[key] = book, book.state, True

    def ask(self, now: Nanos) -> list[Envelope]:
        """For every book that is not known."""
        return [said for key, book in self.books.items() if not book.live and key not in self._lent for said in self._query(key, now)]

    def _query(self, key: InstrumentId, now: Nanos) -> list[Envelope]:
        asked = self._state.asked
        if key in asked and now < asked[key] + _AGAIN:
            return []
        asked[key] = now
        return [Envelope(venue_address(self._instruments[key].venue), QueryDepth(key, LEVELS, self._address))]

    def _changed(self, changed: DepthChanged, now: Nanos) -> list[Envelope]:
        book = self.books.get(changed.instrument)
        if book is None or any(level.price <= 0 or level.quantity < 0 for side in (changed.bids, changed.asks) for level in side):
            return []  # What cannot be is not heard: the next message finds the gap.
        book.diff(changed)
        return [] if book.live else self._query(changed.instrument, now)

    def _reported(self, reported: DepthReported, now: Nanos) -> list[Envelope]:
        book = self.books.get(reported.instrument)
        if book is not None and book.snapshot(reported):
            self._state.asked.pop(reported.instrument, None)
        return []


def follow(
    strategy: TradingStrategy,
    handlers: dict[type[Message], Handler],
    address: Address,
    instruments: Mapping[InstrumentId, Instrument],
    state: DepthState,
) -> Depth | None:
    """If the strategy asks for books, it is shown them, and `handlers` hear of depth; else they do not, nor any longer."""
    for kind in (DepthChanged, DepthReported):
        handlers.pop(kind, None)
    if not strategy.DEPTH:
        return None
    depth = Depth(address, instruments, state)
    handlers |= depth.handlers
    strategy._books = Books(list(instruments.values()), depth.books)
    return depth
