"""Writes down what the public hears of a simulated run: an observer of quotes and trades that no machine can notice."""

from seawall.api.instruments import InstrumentId
from seawall.api.market_data import QuoteChanged, Traded
from seawall.api.message import Address, Message
from seawall.api.units import Nanos
from seawall.audit.core.invariants.invariant import Watcher


class TapeWriter:
    name = "tape"

    def __init__(self) -> None:
        self.quotes: dict[InstrumentId, list[QuoteChanged]] = {}
        self.trades: dict[InstrumentId, list[Traded]] = {}
        self.sent: dict[type[Message], Watcher] = {QuoteChanged: self._quote, Traded: self._trade}
        self.delivered: dict[type[Message], Watcher] = {}

    def _quote(self, venue: Address, quote: QuoteChanged, now: Nanos) -> None:
        self.quotes.setdefault(quote.instrument, []).append(quote)

    def _trade(self, venue: Address, trade: Traded, now: Nanos) -> None:
        self.trades.setdefault(trade.instrument, []).append(trade)
