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
    # These wait, unseen, until the last trade price reaches `stop_price`: a stop loss from the side that hurts (a SELL falls to it, a BUY
    # rises to it), a take profit from the other. Then they become a market order, or a limit order at `price`.
    STOP_LOSS = "stop_loss"
    STOP_LOSS_LIMIT = "stop_loss_limit"
    TAKE_PROFIT = "take_profit"
    TAKE_PROFIT_LIMIT = "take_profit_limit"


CONDITIONAL = (OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT, OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT)
AT_MARKET = (OrderType.MARKET, OrderType.STOP_LOSS, OrderType.TAKE_PROFIT)  # These have no price of their own.


class TimeInForce(StrEnum):
    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    GTD = "gtd"  # As GTC, until `expire_time`.


class SelfTradePrevention(StrEnum):
    """What happens when an order would trade with one of the same account. The taker's word counts."""

    NONE = "none"  # They trade.
    EXPIRE_TAKER = "expire_taker"
    EXPIRE_MAKER = "expire_maker"
    EXPIRE_BOTH = "expire_both"


class Liquidity(StrEnum):
    MAKER = "maker"
    TAKER = "taker"


class OrderStatus(StrEnum):
    PENDING_NEW = "pending_new"  # Sent, and not accepted yet; at a venue: waits for the working order of its list.
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

    RATE_LIMITED = "rate_limited"  # Too many requests, or orders: see api/rate_limits.py.
    BANNED = "banned"  # Went on sending while it was refused.
    REQUEST_EXPIRED = "request_expired"  # Arrived after its `valid_until`.
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_INSTRUMENT = "unknown_instrument"
    MARKET_HALTED = "market_halted"  # Nothing new is taken in this instrument for the time being. Cancels are.
    PERCENT_PRICE = "percent_price"  # Too far from the last price for its side.
    MAX_ORDERS = "max_orders"  # So many of the account are open already, of all kinds or of this one; `detail` says which.
    INVALID_ORDER = "invalid_order"  # Fields that contradict each other; `detail` says which.
    PRICE_FILTER = "price_filter"
    LOT_SIZE = "lot_size"
    NOTIONAL = "notional"
    ICEBERG_PARTS = "iceberg_parts"
    DUPLICATE_CLIENT_ORDER_ID = "duplicate_client_order_id"
    WOULD_TRIGGER = "would_trigger"  # A conditional order whose stop price the last price has reached already.
    INSUFFICIENT_BALANCE = "insufficient_balance"
    INSUFFICIENT_MARGIN = "insufficient_margin"  # Perpetuals, here and below.
    REDUCE_ONLY = "reduce_only"  # There is no position for a reduce-only order, or other orders will close it.
    MAX_POSITION = "max_position"  # With it the position could outgrow the last margin tier.
    WOULD_TAKE = "would_take"  # A LIMIT_MAKER that would trade at once.
    NO_LIQUIDITY = "no_liquidity"  # A MARKET order and an empty book.
    UNKNOWN_ORDER = "unknown_order"  # Nothing open to cancel under that id.
    FILLED_MEANWHILE = "filled_meanwhile"  # More of the order to be replaced is filled than the sender of the ReplaceOrder knew of.
    NOT_REPLACED = "not_replaced"  # Half of a ReplaceOrder: the other half was refused, so this one was not tried.


class ExpiryReason(StrEnum):
    TIME_IN_FORCE = "time_in_force"  # IOC, FOK and MARKET: nothing more to take. GTD: its time has come.
    SELF_TRADE = "self_trade"  # It would have traded with an order of its own account.
    ORDER_LIST = "order_list"  # Another one of its list traded, triggered or ended.
    REFUSED = "refused"  # The venue would not take it when its turn came: a pending order of a list whose stop price was reached, say.
    NO_FUNDS = "no_funds"  # A conditional order that triggered, or a pending one that was released: too little to pay for it or carry it.
    REDUCE_ONLY = "reduce_only"  # The position it was to reduce is gone, or spoken for by other orders.
    PRICE_BAND = "price_band"  # It would have traded, or stood, beyond the prices at which the instrument may trade for now.
    OPERATOR = "operator"  # The venue's operator ended it.
    LIQUIDATION = "liquidation"  # The venue closes the account's positions.
    DISCONNECTED = "disconnected"  # Cancel-on-disconnect: nothing was heard of the account for as long as it had said.


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
    stop_price: Price = Price(0)  # Of the conditional types.
    # Of the conditional types: the stop follows the market at this distance from the best price (a SELL's highest, a BUY's lowest) since it
    # began to follow: at once, or with a `stop_price` when that is reached.
    trailing_delta_bps: int = 0
    display_quantity: Quantity = Quantity(0)  # An iceberg: no more than this is seen at a time; what follows it queues last at its price.
    expire_time: Nanos = Nanos(0)  # GTD: on the venue's clock.
    reduce_only: bool = False  # Perpetuals: may make the position smaller, never larger.
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.NONE


class CancelOrder(Message, frozen=True):
    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    valid_until: Nanos = Nanos(0)


class AmendOrder(Message, frozen=True):
    """Makes an open order smaller. It keeps its place in the queue."""

    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    quantity: Quantity  # The new total: less than before, more than is filled.
    valid_until: Nanos = Nanos(0)


class ReplaceMode(StrEnum):
    STOP_ON_FAILURE = "stop_on_failure"  # Without a cancel no new order.
    ALLOW_FAILURE = "allow_failure"  # The new order is placed even if there was nothing to cancel.


class ReplaceOrder(Message, frozen=True):
    """Cancels one order and places another in one breath. An `order` that its own fields or the venue's filters forbid cancels nothing;
    one that is refused later (for its balance, say) comes too late for that: the old one is gone."""

    account: AccountId
    client_order_id: ClientOrderId  # To cancel.
    instrument: InstrumentId  # Of both.
    order: PlaceOrder
    mode: ReplaceMode = ReplaceMode.STOP_ON_FAILURE
    valid_until: Nanos = Nanos(0)
    # What the sender knows to be filled of the order to cancel: if it is more, nothing is done, so that never both of them trade.
    # None: however much is filled.
    cumulative_quantity: Quantity | None = None


class OrderListType(StrEnum):
    OCO = "oco"  # Two orders of one side and quantity: when one triggers, trades or ends, the other is over.
    OTO = "oto"  # A working order and a pending one, which is placed when the working order is filled. When one ends, so does the other.
    OTOCO = "otoco"  # A working order and two pending ones, which are placed as an OCO.


class PlaceOrderList(Message, frozen=True):
    """Places orders that depend on each other: all, or none. Every one of them is answered like a single order."""

    account: AccountId
    instrument: InstrumentId  # Of all.
    list_type: OrderListType
    orders: tuple[PlaceOrder, ...]  # The working order first.
    valid_until: Nanos = Nanos(0)


class OrderReleased(Message, frozen=True):
    """The working order of its list is filled: from now on a pending order is one like any other."""

    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    order_id: OrderId
    event_time: Nanos


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


class OrderTriggered(Message, frozen=True):
    """A conditional order's condition came true: from now on it works as a market or limit order."""

    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    order_id: OrderId
    event_time: Nanos


class OrderAmended(Message, frozen=True):
    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    order_id: OrderId
    quantity: Quantity  # The new total.
    leaves_quantity: Quantity
    event_time: Nanos


class AmendRejected(Message, frozen=True):
    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    reason: RejectReason
    event_time: Nanos
    detail: str = ""


class OrderCanceled(Message, frozen=True):
    """The client's cancel took effect."""

    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    order_id: OrderId
    cumulative_quantity: Quantity
    event_time: Nanos


class OrderExpired(Message, frozen=True):
    """The venue ended the order: the rest of an IOC or MARKET order, a FOK that could not fill, or for another `reason`."""

    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    order_id: OrderId
    cumulative_quantity: Quantity
    event_time: Nanos
    reason: ExpiryReason = ExpiryReason.TIME_IN_FORCE


class CancelRejected(Message, frozen=True):
    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    reason: RejectReason
    event_time: Nanos
