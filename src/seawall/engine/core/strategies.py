"""What the engine keeps about each strategy: its sizing, what became of what it said, and what limits on its conduct count."""

import msgspec

from seawall.api.instruments import InstrumentId, Symbol
from seawall.api.message import Address
from seawall.api.orders import Side
from seawall.api.risk import Limits, Tier
from seawall.api.units import DAY, Nanos
from seawall.engine.core.tilt import Tilt

_SURPLUS = 100  # How many more times of orders gather than are needed, before they go.


class Suspension(msgspec.Struct, frozen=True):
    """Why a strategy may not order."""

    breaker: str
    reason: str
    until: Nanos = Nanos(0)  # 0: until somebody re-arms it by name.


class SentOrder(msgspec.Struct, frozen=True, gc=False):
    """What makes two orders the same."""

    instrument: InstrumentId
    side: Side
    quantity: int
    price: int


class StrategyAccount(msgspec.Struct):
    address: Address
    name: str = ""
    version: str = ""
    running: bool = False
    max_position_size: float = 0.0  # In base currency.
    max_position_sizes: dict[Symbol, float] = {}  # By symbol, where one has its own.
    min_confidence: float = 0.1
    signals: int = 0
    orders: int = 0
    clamped: int = 0
    dropped: dict[str, int] = {}  # Reason -> signals that asked for nothing, or for what does not exist.
    refused: dict[str, int] = {}  # Check -> refusals by the gate.
    sent_times: list[Nanos] = []  # When orders were sent, the latest last: at least as many as the order-rate limit counts.
    closings: int = 0  # Orders that the engine wanted of its own accord, to close positions.
    suspended: Suspension | None = None
    message_times: list[Nanos] = []  # Of orders and cancels, like `sent_times`.
    repeats: int = 0  # How often the latest order was sent in a row.
    latest: SentOrder | None = None
    sent_at: dict[tuple[InstrumentId, Side, int, int], Nanos] = {}  # Instrument, side, quantity, price -> when last.
    trade_day: int = 0  # Of `trades_today`, since 1970.
    trades_today: int = 0
    trade_times: list[Nanos] = []
    tier: Tier = Tier.SNIPER  # What it needs.
    tilt: Tilt | None = None  # None: nobody watches.
    paper: bool = False  # It trades on paper rather than not at all.
    halved: bool = False  # What it adds to positions.

    def note_sent(self, now: Nanos, limit: int | None) -> None:
        self.orders += 1
        if limit is not None:
            _note(self.sent_times, now, limit)

    def forget_latest(self, limits: Limits) -> None:
        """The order noted last was not sent after all."""
        self.orders -= 1
        if limits.max_orders is not None:
            self.sent_times.pop()
        if limits.max_messages is not None:
            self.message_times.pop()

    def note_message(self, now: Nanos, limit: int) -> None:
        _note(self.message_times, now, limit)

    def remember(self, instrument: InstrumentId, side: Side, quantity: int, price: int, now: Nanos, limits: Limits) -> None:
        """An order that was sent, for the limits on repetition."""
        sent = SentOrder(instrument, side, quantity, 0)  # A repeated order may follow the price.
        self.repeats = self.repeats + 1 if sent == self.latest else 1
        self.latest = sent
        window = limits.duplicate_window
        if window is not None:
            times = self.sent_at
            times[instrument, side, quantity, price] = now
            if len(times) > _SURPLUS:
                self.sent_at = {key: at for key, at in times.items() if now - at < window}

    def note_trade(self, now: Nanos, limit: int | None) -> None:
        day = now // DAY
        if day != self.trade_day:
            self.trade_day, self.trades_today = day, 0
        self.trades_today += 1
        if limit is not None:
            _note(self.trade_times, now, limit)

    def fresh_start(self) -> None:
        """Somebody has re-armed the strategy: what it repeated before no longer counts."""
        self.suspended = None
        self.repeats, self.latest = 0, None
        self.trade_times.clear()
        self.tilt, self.halved = None, False


def _note(times: list[Nanos], now: Nanos, limit: int) -> None:
    times.append(now)
    if len(times) > 2 * limit + _SURPLUS:
        del times[: len(times) - limit]
