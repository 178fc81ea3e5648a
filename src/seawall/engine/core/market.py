"""The engine's view of one instrument's market: the last good prices and when they came. Bad ones are counted and leave no trace."""

from dataclasses import dataclass, field

from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.orders import Side
from seawall.api.units import Nanos, Price


@dataclass(slots=True)  # Not a Struct: those take seven times as long to write to, and this is written with every price.
class Market:
    """Prices in ticks, 0 where unknown. The backtest host's hot loop writes `last`, `bid`, `ask` and `time` directly."""

    last: Price = Price(0)
    bid: Price = Price(0)
    ask: Price = Price(0)
    time: Nanos = Nanos(0)  # When we received the newest price; 0: never.
    refused: dict[str, int] = field(default_factory=dict)  # Reason -> count.
    venue_mark: Price = Price(0)  # What a venue marks its perpetual at: what margin is reckoned by, while `mark` is what we value by.

    def on_trade(self, trade: Traded, now: Nanos) -> None:
        if trade.price <= 0 or trade.quantity <= 0:
            return self.refuse("not_positive")
        self.last = trade.price
        self.time = now
        return None

    def on_quote(self, quote: QuoteChanged, now: Nanos) -> None:
        bid, ask = quote.bid, quote.ask
        if bid < 0 or ask < 0:
            return self.refuse("not_positive")
        if bid and ask and bid >= ask:
            return self.refuse("crossed")
        self.bid, self.ask, self.time = bid, ask, now
        return None

    def on_bar(self, bar: BarClosed, now: Nanos) -> None:
        if not 0 < bar.low <= bar.close <= bar.high:
            return self.refuse("absurd_bar")
        self.last = bar.close
        self.time = now
        return None

    def refuse(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1

    def mark(self) -> Price:
        """What a position is valued at: the last trade, else the middle of the quote rounded down, else 0."""
        if self.last:
            return self.last
        return Price((self.bid + self.ask) // 2) if self.bid and self.ask else Price(0)

    def touch(self, side: Side) -> Price:
        """What an order of this side would meet first: the opposite quote, else the mark."""
        return (self.ask if side is Side.BUY else self.bid) or self.last or self.mark()
