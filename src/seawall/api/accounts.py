"""The venue session and account queries: how a client connects to a venue, and asks what is true."""

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.message import Address, Message
from seawall.api.orders import (
    AccountId,
    ClientOrderId,
    OrderFilled,
    OrderId,
    OrderStatus,
    OrderType,
    SelfTradePrevention,
    Side,
    TimeInForce,
    TradeId,
)
from seawall.api.units import Currency, Money, Nanos, Price, Quantity


class OpenAccount(Message, frozen=True):
    """Operator command to a venue: a new account whose reports go to `owner`, or a further deposit into an existing one."""

    account: AccountId
    owner: Address
    deposits: dict[Currency, Money]


class AccountRefused(Message, frozen=True):
    """An OpenAccount had no effect. Goes to the owner it named."""

    account: AccountId
    reason: str
    event_time: Nanos


class Logon(Message, frozen=True):
    """With `cancel_after` it asks for cancel-on-disconnect: when the venue has heard neither a logon nor a heartbeat of the account for so
    long, it ends the account's open orders. 0: it does not, or no longer."""

    account: AccountId
    request_id: int
    cancel_after: Nanos = Nanos(0)


class LoggedOn(Message, frozen=True):
    account: AccountId
    request_id: int
    event_time: Nanos
    cancel_after: Nanos = Nanos(0)  # What the venue will do of what was asked for. 0: nothing, or it cannot.


class LogonRefused(Message, frozen=True):
    account: AccountId
    request_id: int
    reason: str
    event_time: Nanos


class Heartbeat(Message, frozen=True):
    account: AccountId
    request_id: int


class HeartbeatAnswered(Message, frozen=True):
    account: AccountId
    request_id: int
    event_time: Nanos


class SessionLost(Message, frozen=True):
    """A shell's word for whatever ended the connection."""

    account: AccountId
    reason: str


class OrderState(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a venue knows of one order."""

    client_order_id: ClientOrderId
    order_id: OrderId
    instrument: InstrumentId
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    status: OrderStatus
    price: Price
    quantity: Quantity
    cumulative_quantity: Quantity
    stop_price: Price = Price(0)
    trailing_delta_bps: int = 0
    display_quantity: Quantity = Quantity(0)
    expire_time: Nanos = Nanos(0)
    reduce_only: bool = False
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.NONE
    triggered: bool = False  # Of a conditional order: it works as a market or limit order.
    list_id: OrderId = OrderId(0)  # Open orders of one OCO share it: at most one of them will trade. 0: none.


class Balance(msgspec.Struct, frozen=True, array_like=True, gc=False):
    currency: Currency
    free: Money
    locked: Money


class QueryOrder(Message, frozen=True):
    account: AccountId
    request_id: int
    instrument: InstrumentId
    client_order_id: ClientOrderId


class OrderReported(Message, frozen=True):
    account: AccountId
    request_id: int
    instrument: InstrumentId
    client_order_id: ClientOrderId
    order: OrderState | None  # None: the venue knows no such order as of `event_time`.
    event_time: Nanos


class QueryOpenOrders(Message, frozen=True):
    account: AccountId
    request_id: int


class OpenOrdersReported(Message, frozen=True):
    account: AccountId
    request_id: int
    orders: tuple[OrderState, ...]
    event_time: Nanos


class QueryFills(Message, frozen=True):
    """Fills of the account on one instrument with a trade id above `after`, oldest first."""

    account: AccountId
    request_id: int
    instrument: InstrumentId
    after: TradeId
    limit: int = 1_000


class FillsReported(Message, frozen=True):
    account: AccountId
    request_id: int
    instrument: InstrumentId
    fills: tuple[OrderFilled, ...]
    complete: bool  # False: the limit cut the list, or history before the first fill is gone (then `gap`).
    gap: bool
    event_time: Nanos


class QueryBalances(Message, frozen=True):
    account: AccountId
    request_id: int


class BalancesReported(Message, frozen=True):
    account: AccountId
    request_id: int
    balances: tuple[Balance, ...]
    event_time: Nanos
