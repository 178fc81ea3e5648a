"""What strategies and the engine say to each other.

A strategy thinks in floats and symbols; the engine sizes, rounds and routes. Floats here are inputs to one rounding step or figures
for people; nothing is ever summed from them.
"""

from enum import StrEnum

import msgspec

from seawall.api.instruments import InstrumentId, Symbol, Venue
from seawall.api.message import Address, Message
from seawall.api.orders import (
    ClientOrderId,
    Liquidity,
    OrderId,
    OrderListType,
    OrderStatus,
    OrderType,
    SelfTradePrevention,
    Side,
    TimeInForce,
    TradeId,
)
from seawall.api.risk import Tier
from seawall.api.units import Currency, Money, Nanos, Price, Quantity

Scalar = str | int | float | bool | None


class BreachType(StrEnum):
    POSITION_LIMIT = "position_limit"
    NOTIONAL_LIMIT = "notional_limit"
    CONCENTRATION_LIMIT = "concentration_limit"
    DRAWDOWN = "drawdown"
    DAILY_LOSS = "daily_loss"
    ORDER_RATE = "order_rate"
    MALFORMED_SIGNAL = "malformed_signal"
    STALE_DATA = "stale_data"
    CIRCUIT_BREAKER = "circuit_breaker"


class OrderTerms(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an order may say beyond side, type, quantity and limit price. 0 and False: nothing."""

    stop_price: float = 0.0
    trailing_bps: int = 0
    display: float = 0.0  # In base currency.
    expire_time: Nanos = Nanos(0)
    reduce_only: bool = False
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.NONE


class SignalGenerated(Message, frozen=True):
    """One signal is one order: quantity = |strength| x confidence x the strategy's `max_position_size`, side = its sign."""

    strategy: Address
    symbol: Symbol
    strength: float
    confidence: float
    tag: str  # Names the order towards the strategy; unique per strategy.
    signal_time: Nanos
    venue: Venue = Venue("")  # Empty: the engine chooses the live venue with the best price.
    order_type: OrderType = OrderType.MARKET
    time_in_force: TimeInForce = TimeInForce.GTC
    limit_price: float = 0.0
    metadata: dict[str, Scalar] = {}  # Whatever else the strategy said, carried along.
    terms: OrderTerms | None = None


class OrderRequested(Message, frozen=True):
    """An explicit order: the strategy names side and quantity (base currency, rounded down to the lot) itself."""

    strategy: Address
    symbol: Symbol
    side: Side
    quantity: float
    tag: str
    signal_time: Nanos
    venue: Venue = Venue("")
    order_type: OrderType = OrderType.MARKET
    time_in_force: TimeInForce = TimeInForce.GTC
    limit_price: float = 0.0
    metadata: dict[str, Scalar] = {}
    terms: OrderTerms | None = None


class CancelRequested(Message, frozen=True):
    strategy: Address
    tag: str


class AmendRequested(Message, frozen=True):
    """Makes an open order smaller."""

    strategy: Address
    tag: str
    quantity: float  # The new total in base currency, rounded down to the lot.


class ReplaceRequested(Message, frozen=True):
    """Another order, on the same instrument and side, in the place of an open one. If that has ended or traded meanwhile, there is none."""

    strategy: Address
    tag: str  # Of the order to be replaced.
    new_tag: str
    quantity: float
    signal_time: Nanos
    order_type: OrderType = OrderType.MARKET
    time_in_force: TimeInForce = TimeInForce.GTC
    limit_price: float = 0.0
    metadata: dict[str, Scalar] = {}
    terms: OrderTerms | None = None


class ListRequested(Message, frozen=True):
    """Orders that depend on each other: all of them become orders, or none."""

    strategy: Address
    list_type: OrderListType
    orders: tuple[OrderRequested, ...]


class StartStrategy(Message, frozen=True):
    """The host to a strategy, before its first event."""

    trade_from: Nanos = Nanos(0)  # What it hears before is history: what it says then is dropped.


class StopStrategy(Message, frozen=True):
    """The host to a strategy, after its last event."""


class StrategyStarted(Message, frozen=True):
    """A strategy introduces itself to the engine: what sizing needs. Sizes are in base currency."""

    strategy: Address
    name: str
    version: str
    max_position_size: float
    min_confidence: float
    max_position_sizes: dict[Symbol, float] = {}  # Where a symbol has a size of its own.
    tier: Tier = Tier.SNIPER  # What it needs the desk to have grown to.
    paper: bool = False  # While a venue is unusable it trades there on paper.


class StrategyStopped(Message, frozen=True):
    strategy: Address


class StrategyFailed(Message, frozen=True):
    """The strategy's code raised. It gets no more events; the engine cancels its working orders and takes no more from it."""

    strategy: Address
    error: str


class FillApplied(Message, frozen=True):
    """The engine booked a fill of this strategy's order."""

    strategy: Address
    tag: str
    client_order_id: ClientOrderId
    instrument: InstrumentId
    order_id: OrderId
    trade_id: TradeId
    side: Side
    price: Price
    quantity: Quantity
    leaves_quantity: Quantity
    liquidity: Liquidity
    fee: Money
    fee_currency: Currency
    position: int  # The strategy's net position in the instrument after the fill, in base minor units.
    event_time: Nanos


class FundingApplied(Message, frozen=True):
    """The engine booked this strategy's share of a funding payment: by its part of the account's position."""

    strategy: Address
    instrument: InstrumentId
    currency: Currency
    amount: Money  # Positive: received.
    position: int  # The strategy's, in base minor units.
    rate_ppb: int
    event_time: Nanos


class OrderChanged(Message, frozen=True):
    """A strategy's order may rest now (NEW), ended without a last fill, is UNKNOWN, or never became an order (REJECTED). Or what came of an
    amend: then the status may be the one it had, and `reason` says."""

    strategy: Address
    tag: str
    status: OrderStatus
    reason: str = ""
    client_order_id: ClientOrderId = ClientOrderId("")  # Empty when refused before it became an order, and so the rest.
    instrument: InstrumentId = InstrumentId("")
    leaves_quantity: Quantity = Quantity(0)


class BreachReported(Message, frozen=True):
    """A pre-trade check refused a strategy's order, or a signal was malformed. `limit` and `value` in the words of `unit`, for people."""

    strategy: Address
    breach_type: BreachType
    check: str
    limit: float
    value: float
    unit: str
    symbol: Symbol
    venue: Venue
    tag: str
