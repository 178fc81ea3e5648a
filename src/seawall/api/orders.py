"""Order entry and private reports, between a client of a venue and the venue. Terms follow FIX."""

from enum import StrEnum
from typing import NewType

from seawall.api.instruments import InstrumentId
from seawall.api.message import Message
from seawall.api.units import Currency, Money, Nanos, Price, Quantity

AccountId = NewType("AccountId", str)
ClientOrderId = NewType("ClientOrderId", str)  # The client's. Unique among the account's open orders.
OrderId = NewType("OrderId", int)  # The venue's. Rises with acceptance.
TradeId = NewType("TradeId", int)  # The venue's, per instrument. Rises with time.


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    LIMIT = "limit"
    MARKET = "market"
    LIMIT_MAKER = "limit_maker"  # Rejected when it would trade at once.


class TimeInForce(StrEnum):
    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"


class Liquidity(StrEnum):
    MAKER = "maker"
    TAKER = "taker"


class OrderStatus(StrEnum):
    PENDING_NEW = "pending_new"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    PENDING_CANCEL = "pending_cancel"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # Sent, and no word from the venue: full exposure until the venue speaks.


class RejectReason(StrEnum):
    """In the order a venue checks them: the first that applies is reported."""

    REQUEST_EXPIRED = "request_expired"  # Arrived after its `valid_until`.
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_INSTRUMENT = "unknown_instrument"
    INVALID_ORDER = "invalid_order"  # Fields that contradict each other; `detail` says which.
    PRICE_FILTER = "price_filter"
    LOT_SIZE = "lot_size"
    NOTIONAL = "notional"
    DUPLICATE_CLIENT_ORDER_ID = "duplicate_client_order_id"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    INSUFFICIENT_MARGIN = "insufficient_margin"  # Perpetuals, here and below.
    MAX_POSITION = "max_position"  # With it the position could outgrow the last margin tier.
    WOULD_TAKE = "would_take"  # A LIMIT_MAKER that would trade at once.
    NO_LIQUIDITY = "no_liquidity"  # A MARKET order and an empty book.
    UNKNOWN_ORDER = "unknown_order"  # Nothing open to cancel under that id.


class PlaceOrder(Message, frozen=True):
    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce = TimeInForce.GTC
    quantity: Quantity = Quantity(0)
    price: Price = Price(0)  # LIMIT and LIMIT_MAKER only.
    quote_quantity: Money = Money(0)  # MARKET only, instead of `quantity`: spend or earn this much of the quote currency.
    valid_until: Nanos = Nanos(0)  # On the venue's clock; 0: always. Later arrivals are rejected.


class CancelOrder(Message, frozen=True):
    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    valid_until: Nanos = Nanos(0)


class OrderAccepted(Message, frozen=True):
    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    order_id: OrderId
    event_time: Nanos


class OrderRejected(Message, frozen=True):
    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    reason: RejectReason
    event_time: Nanos
    detail: str = ""


class OrderFilled(Message, frozen=True):
    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    order_id: OrderId
    trade_id: TradeId
    side: Side
    price: Price
    quantity: Quantity
    cumulative_quantity: Quantity  # Filled so far, this fill included.
    leaves_quantity: Quantity  # 0: the order is done.
    liquidity: Liquidity
    fee: Money  # Of `fee_currency`; negative: a rebate.
    fee_currency: Currency
    event_time: Nanos


class OrderCanceled(Message, frozen=True):
    """The client's cancel took effect."""

    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    order_id: OrderId
    cumulative_quantity: Quantity
    event_time: Nanos


class OrderExpired(Message, frozen=True):
    """The venue ended the order: the rest of an IOC or MARKET order, a FOK that could not fill."""

    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    order_id: OrderId
    cumulative_quantity: Quantity
    event_time: Nanos


class CancelRejected(Message, frozen=True):
    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    reason: RejectReason
    event_time: Nanos
