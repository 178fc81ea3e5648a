"""The engine's view of one instrument's market: the last good prices and when they came. Bad ones are counted and leave no trace."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from seawall.api.market_data import BarClosed, DepthChanged, DepthReported, QuoteChanged, Traded
from seawall.api.orders import Side
from seawall.api.units import Nanos, Price
from seawall.engine.core.feed import LARGEST, FeedSettings, Heard, Refused

BUY = Side.BUY
_OPEN = FeedSettings()


@dataclass(slots=True)  # Not a Struct: those take seven times as long to write to, and this is written with every price.
class Market:
    """Prices in ticks, 0 where unknown. Trades and quotes grow old apart: one feed can die without the other. The backtest host's hot loop
    writes `last` and `trade_time`, `bid`, `ask` and `quote_time` directly, unless the feed's settings guard them."""

    last: Price = Price(0)
    bid: Price = Price(0)
    ask: Price = Price(0)
    trade_time: Nanos = Nanos(0)  # When we received the newest good print or bar; 0: never.
    quote_time: Nanos = Nanos(0)
    refused: dict[str, int] = field(default_factory=dict)  # Reason -> count.
    trades: Heard = field(default_factory=Heard)  # And bars.
    quotes: Heard = field(default_factory=Heard)
    depth_id: int = 0  # Of the newest message of depth; followed only where the settings ask for it.
    depth_gaps: int = 0
    depth_live: bool = False  # No gap since the last snapshot.
    halted: str = ""  # Why the venue takes no orders here; empty: it trades.
    status_time: Nanos = Nanos(0)  # The venue's time of its latest word on that.
    venue_mark: Price = Price(0)  # What a venue marks its perpetual at: what margin is reckoned by, while `mark` is what we value by.

    @property
    def time(self) -> Nanos:
        """When we received the newest good price; 0: never."""
        return max(self.trade_time, self.quote_time)

    def time_of_touch(self, side: Side) -> Nanos:
        """Of the price that `touch` names."""
        return self.quote_time if (self.ask if side is BUY else self.bid) else self.trade_time

    def on_trade(self, trade: Traded, now: Nanos, feed: FeedSettings = _OPEN, clock_offset: int = 0) -> None:
        price = trade.price
        if price <= 0 or trade.quantity <= 0:
            return self.refuse(Refused.NOT_POSITIVE)
        if price > LARGEST or trade.quantity > LARGEST:
            return self.refuse(Refused.TOO_LARGE)
        if trade.outside_market:
            return self.refuse(Refused.OUTSIDE_MARKET)
        if feed.guards:
            reason = self.trades.judge(trade.trade_id, trade.event_time, price, self.last, now + clock_offset, feed, counted=True)
            if reason is not None:
                return self.refuse(reason)
        self.last, self.trade_time = price, now
        return None

    def on_quote(self, quote: QuoteChanged, now: Nanos, feed: FeedSettings = _OPEN, clock_offset: int = 0) -> None:
        bid, ask = quote.bid, quote.ask
        if bid < 0 or ask < 0 or quote.bid_quantity < 0 or quote.ask_quantity < 0:
            return self.refuse(Refused.NOT_POSITIVE)
        if bid and ask and bid >= ask:
            return self.refuse(Refused.CROSSED)
        if bid > LARGEST or ask > LARGEST:
            return self.refuse(Refused.TOO_LARGE)
        if feed.guards:
            price, good = _middle(bid, ask), _middle(self.bid, self.ask)
            reason = self.quotes.judge(quote.update_id, quote.event_time, price, good, now + clock_offset, feed, counted=False)
            if reason is not None:
                return self.refuse(reason)
        self.bid, self.ask, self.quote_time = bid, ask, now
        return None

    def on_bar(self, bar: BarClosed, now: Nanos, feed: FeedSettings = _OPEN, clock_offset: int = 0) -> None:
        if not 0 < bar.low <= bar.close <= bar.high or not bar.low <= bar.open <= bar.high or bar.volume < 0:
            return self.refuse(Refused.ABSURD_BAR)
        if bar.high > LARGEST or bar.volume > LARGEST:
            return self.refuse(Refused.TOO_LARGE)
        if feed.in_order and bar.close_time < self.trades.event_time:
            return self.refuse(Refused.OLD)
        if feed.guards:
            reason = self.trades.judge(self.trades.id, bar.close_time, bar.close, self.last, now + clock_offset, feed, counted=False)
            if reason is not None:
                return self.refuse(reason)
        self.last, self.trade_time = bar.close, now
        return None

    def on_depth(self, changed: DepthChanged, now: Nanos) -> None:
        """Levels are not kept here; only whether they could be trusted."""
        previous = changed.first_update_id - 1 if changed.previous_update_id is None else changed.previous_update_id
        if changed.final_update_id <= self.depth_id:
            return self.refuse(Refused.OLD)
        if any(level.price <= 0 or level.quantity < 0 for side in (changed.bids, changed.asks) for level in side):
            return self.refuse(Refused.NOT_POSITIVE)  # And the next one finds a gap where this one should have been.
        contiguous = previous == self.depth_id or (changed.previous_update_id is None and previous < self.depth_id)
        if self.depth_id and not contiguous:
            self.depth_live = False
            self.depth_gaps += 1
        self.depth_id = changed.final_update_id
        return None

    def on_snapshot(self, reported: DepthReported, now: Nanos) -> None:
        """Differences that were heard since a gap are not kept here: one that is older than they are mends nothing for long."""
        if not self.depth_live or reported.update_id > self.depth_id:
            self.depth_id, self.depth_live = reported.update_id, True

    def refuse(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1

    def on_status(self, halted: str, event_time: Nanos) -> None:
        """An older word than the latest changes nothing."""
        if event_time >= self.status_time:
            self.halted, self.status_time = halted, event_time

    def mark(self) -> Price:
        """What a position is valued at: the last trade, else the middle of the quote rounded down, else 0."""
        if self.last:
            return self.last
        return Price((self.bid + self.ask) // 2) if self.bid and self.ask else Price(0)

    def touch(self, side: Side) -> Price:
        """What an order of this side would meet first: the opposite quote, else the mark."""
        return (self.ask if side is BUY else self.bid) or self.last or self.mark()


def _middle(bid: Price, ask: Price) -> Price:
    """Of one side alone, that one."""
    return Price((bid + ask) // 2) if bid and ask else max(bid, ask)


def refusals(markets: Iterable[Market]) -> dict[str, int]:
    """What was refused altogether, for those who count: by reason."""
    counted: dict[str, int] = {}
    for market in markets:
        for reason, count in market.refused.items():
            name = f"market data refused: {reason}"
            counted[name] = counted.get(name, 0) + count
    return counted
