"""What a strategy receives and returns, in floats, symbols and datetimes: made for people, not for ledgers."""

from collections.abc import Container, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from seawall.api.units import Nanos

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def as_datetime(nanos: int) -> datetime:
    """Nanoseconds since 1970 to a UTC datetime, truncated to the microsecond."""
    seconds, rest = divmod(nanos, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)


def as_nanos(time: datetime) -> Nanos:
    """A datetime (naive: taken as UTC) to nanoseconds since 1970, exact to its microsecond.

    Raises: TypeError: not a datetime.
    """
    if not isinstance(time, datetime):
        raise TypeError(f"a timestamp is a datetime, not {type(time).__name__}")
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return Nanos((aware - _EPOCH) // _MICROSECOND * 1000)


class PriceUpdate(msgspec.Struct, frozen=True, gc=False):
    """One price event of one symbol on one venue. Sizes and volume are in base currency, None where the feed has none."""

    symbol: str
    venue: str
    timestamp_ns: int  # UTC, nanoseconds since 1970.
    price: float  # Trade: its price. Quote: the middle. Bar: the close.
    volume: float | None = None
    sequence: int = 0  # Rises by one with every update of this symbol on this venue.
    reference_price: float = 0.0  # The price 24 h before, or the first one seen.
    source: str = "trade"  # trade, quote, bar or depth.
    bid: float | None = None
    ask: float | None = None
    bid_size: float | None = None
    ask_size: float | None = None

    @property
    def timestamp(self) -> datetime:
        return as_datetime(self.timestamp_ns)

    @property
    def change_pct(self) -> float:
        """The fraction by which the price moved against `reference_price`: 0.02 is two per cent up."""
        return (self.price - self.reference_price) / self.reference_price if self.reference_price else 0.0


class Bar(msgspec.Struct, frozen=True, gc=False):
    """A finished bar. Volume is in base currency."""

    symbol: str
    venue: str
    open_time_ns: int
    close_time_ns: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class MarketSignal(msgspec.Struct):
    """One signal is one order: quantity = |signal_strength| x confidence x `max_position_size`, bought if positive, sold if negative.

    `metadata` may name the options of `buy` and `sell` (venue, order_type, limit_price, stop_price, ...); anything else is carried along.
    """

    symbol: str
    signal_strength: float  # -1.0 to 1.0
    confidence: float = 1.0  # 0.0 to 1.0
    metadata: dict[str, Any] = {}
    timestamp: datetime | None = None  # Default: the event's time.


class OrderFill(msgspec.Struct, frozen=True, gc=False):
    order_id: str  # The tag that `buy`, `sell` returned, or the signal's `client_tag`.
    symbol: str
    venue: str
    side: str  # buy or sell
    quantity: float
    price: float
    fee: float
    fee_asset: str
    liquidity: str  # maker or taker
    leaves_quantity: float
    timestamp_ns: int
    paper: bool = False  # It never happened: the venue is unusable, and the strategy has opted in to trade there on paper.

    @property
    def timestamp(self) -> datetime:
        return as_datetime(self.timestamp_ns)


class RiskBreach(msgspec.Struct, frozen=True, gc=False):
    breach_type: str
    check: str
    limit: float
    value: float
    unit: str
    symbol: str
    venue: str
    order_id: str
    timestamp_ns: int

    @property
    def timestamp(self) -> datetime:
        return as_datetime(self.timestamp_ns)


class FundingPayment(msgspec.Struct, frozen=True, gc=False):
    """This strategy's share of a perpetual's funding payment."""

    symbol: str
    venue: str
    amount: float  # Positive: received.
    currency: str
    rate: float  # A fraction of the notional; positive: who is long pays.
    timestamp_ns: int

    @property
    def timestamp(self) -> datetime:
        return as_datetime(self.timestamp_ns)


class OrderUpdate(msgspec.Struct, frozen=True, gc=False):
    """An order changed without a fill: accepted, amended, cancelled, rejected, expired, unknown. Or it did not, and `reason` says why."""

    order_id: str
    status: str
    reason: str
    timestamp_ns: int


class OpenOrder(msgspec.Struct, gc=False):
    """An order of this strategy that may still trade."""

    order_id: str
    symbol: str
    venue: str
    side: str
    status: str
    leaves_quantity: float


class ExplicitOrder(msgspec.Struct):
    """What `buy` and `sell` queue."""

    order_id: str
    side: str
    symbol: str
    quantity: float
    options: dict[str, Any]


class CancelWish(msgspec.Struct):
    """What `cancel` queues."""

    order_id: str


class AmendWish(msgspec.Struct):
    """What `amend` queues."""

    order_id: str
    quantity: float


class ReplaceWish(msgspec.Struct):
    """What `replace` queues."""

    replaced: str  # The order that gives way.
    order_id: str
    quantity: float
    options: dict[str, Any]


class OcoWish(msgspec.Struct):
    """What `oco` queues."""

    orders: tuple[ExplicitOrder, ExplicitOrder]


Wish = MarketSignal | ExplicitOrder | CancelWish | AmendWish | ReplaceWish | OcoWish


class OrderIds(msgspec.Struct):
    """Numbers a strategy's orders; part of the machine's state, so that no id comes twice after a restart."""

    count: int = 0

    def next(self) -> str:
        self.count += 1
        return f"order-{self.count}"

    def tag(self, wanted: Any, taken: Container[str]) -> str:
        """The author's own name for an order, with a number behind it where it would not be unique."""
        if not wanted:
            return self.next()
        shown = str(wanted).encode("utf-8", "backslashreplace").decode()
        if shown not in taken and not shown.startswith("order-"):
            return shown
        self.count += 1
        return f"{shown}#{self.count}"


def queued_ids(wishes: Iterable[Wish]) -> list[str]:
    """The ids of orders that are wished for."""
    found: list[str] = []
    for wish in wishes:
        if isinstance(wish, ExplicitOrder | ReplaceWish):
            found.append(wish.order_id)
        elif isinstance(wish, OcoWish):
            found += [order.order_id for order in wish.orders]
    return found
