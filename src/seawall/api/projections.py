"""What the engine tells its projections (result files, databases, dashboards): facts that nobody inside needs any more."""

from seawall.api.instruments import InstrumentId
from seawall.api.message import Address, Message
from seawall.api.orders import AccountId, ClientOrderId, OrderId, OrderStatus, OrderType, Side, TimeInForce, TradeId
from seawall.api.units import Money, Nanos, Price, Quantity

PROJECTIONS = Address("projections")


class OrderClosed(Message, frozen=True):
    """An order reached its end. `decision_price` is the market when the signal was sized: what slippage is measured against."""

    strategy: Address
    tag: str
    client_order_id: ClientOrderId
    order_id: OrderId  # 0: the venue never took it.
    instrument: InstrumentId
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    quantity: Quantity
    price: Price
    cumulative_quantity: Quantity
    cumulative_notional: Money
    status: OrderStatus
    reason: str
    decision_price: Price
    created: Nanos
    closed: Nanos


class IntentRefused(Message, frozen=True):
    """The gate refused what a strategy wanted. One entry for each failed check: its name, the limit, the value, in the words of `unit`."""

    strategy: Address
    tag: str
    instrument: InstrumentId
    side: Side
    quantity: Quantity
    check: str
    limit: float
    value: float
    unit: str


class RiskCheckResult(Message, frozen=True):
    """What the gate said to one order, all checks together. `risk_score`: the largest share of a limit that the order would use, in
    per cent; over 100 a limit is broken."""

    strategy: Address
    tag: str
    passed: bool
    failed_checks: tuple[str, ...]
    risk_score: int


class SessionChanged(Message, frozen=True):
    """A venue session reached another status."""

    venue: Address
    status: str
    reason: str


class BreakFound(Message, frozen=True):
    """Reconciliation found the venue at odds with our books; the venue's word was adopted."""

    venue: Address
    subject: str  # order ID, trade ID, balance CURRENCY, fills INSTRUMENT
    ours: str
    theirs: str


class ClosedByVenue(Message, frozen=True):
    """An alert: the venue traded for the account, in a liquidation or an auto-deleveraging."""

    venue: Address
    account: AccountId
    instrument: InstrumentId
    what: str  # liquidation, deleveraging
    side: Side
    price: Price
    quantity: Quantity
    trade_id: TradeId
    event_time: Nanos
