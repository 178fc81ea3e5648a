"""Writes down what the public hears of a simulated run: an observer of quotes, trades and depth that no machine can notice."""

from collections.abc import Callable

from seawall.api.instruments import InstrumentId
from seawall.api.market_data import DepthChanged, DepthReported, QuoteChanged, Traded
from seawall.api.message import Address, Message
from seawall.api.units import Nanos
from seawall.audit.core.invariants.invariant import Watcher
from seawall.runtime.books import BookBuilder


class TapeWriter:
    name = "tape"

    def __init__(self, look: Callable[[InstrumentId, BookBuilder], None], every: Nanos) -> None:
        """`look` is shown each instrument's book now and then, as it stands behind a message."""
        self._look, self._every = look, every
        self._books: dict[InstrumentId, BookBuilder] = {}
        self._next: dict[InstrumentId, int] = {}
        self.quotes: dict[InstrumentId, list[QuoteChanged]] = {}
        self.trades: dict[InstrumentId, list[Traded]] = {}
        self.sent: dict[type[Message], Watcher] = {QuoteChanged: self._quote, Traded: self._trade, DepthChanged: self._depth}
        self.delivered: dict[type[Message], Watcher] = {}

    def _quote(self, venue: Address, quote: QuoteChanged, now: Nanos) -> None:
        self.quotes.setdefault(quote.instrument, []).append(quote)

    def _trade(self, venue: Address, trade: Traded, now: Nanos) -> None:
        self.trades.setdefault(trade.instrument, []).append(trade)

    def _depth(self, venue: Address, changed: DepthChanged, now: Nanos) -> None:
        key = changed.instrument
        book = self._books.get(key)
        if book is None:  # Markets begin empty.
            book = self._books[key] = BookBuilder()
            book.snapshot(DepthReported(key, changed.first_update_id - 1, (), (), now))
        if book.diff(changed) and now >= self._next.get(key, 0):
            self._next[key] = now - now % self._every + self._every
            self._look(key, book)
