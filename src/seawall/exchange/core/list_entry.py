"""PlaceOrderList: all of its orders are accepted, or none."""

from seawall.api.message import Envelope
from seawall.api.orders import (
    CONDITIONAL,
    OrderListType,
    OrderStatus,
    OrderType,
    PlaceOrder,
    PlaceOrderList,
    RejectReason,
    Side,
    TimeInForce,
)
from seawall.api.units import Money, Nanos
from seawall.exchange.core.accounts import transfer
from seawall.exchange.core.admission import accept, review_alone
from seawall.exchange.core.answers import reject
from seawall.exchange.core.filters import Refusal
from seawall.exchange.core.floor import Floor, Listing, Member, OrderList
from seawall.exchange.core.order_book import Order
from seawall.exchange.core.releasing import Legs, enter, review_legs
from seawall.exchange.core.rules import rule_refusal
from seawall.exchange.core.terms import terms_of
from seawall.exchange.core.triggering import trigger
from seawall.exchange.core.triggers import estimate, waits_for_rise

OCO, OTO, OTOCO = OrderListType.OCO, OrderListType.OTO, OrderListType.OTOCO
SIZES = {OCO: (2, "two"), OTO: (2, "two"), OTOCO: (3, "three")}


def place_list(floor: Floor, request: PlaceOrderList, now: Nanos) -> list[Envelope]:
    member, listing = floor.members.get(request.account), floor.listings.get(request.instrument)
    if member is None:
        return floor.drop()
    verdict = _review(floor, listing, member, request, now)
    if not isinstance(verdict, Legs):
        reason, detail = verdict
        named = [PlaceOrder(request.account, o.client_order_id, request.instrument, o.side, o.order_type) for o in request.orders]
        return [said for order in named for said in reject(member, order, now, reason, detail)]
    assert listing is not None
    transfer(member.account.free, member.account.locked, verdict.currency, verdict.locked)
    out: list[Envelope] = []
    active = len(verdict.orders)
    orders = [accept(floor, member, order, terms, lots, out, now) for order, terms, lots in verdict.orders]
    orders += [accept(floor, member, order, terms_of(order), order.quantity, out, now) for order in request.orders[active:]]
    listing.market.lists[orders[0].order_id] = OrderList(
        request.list_type, tuple(order.order_id for order in orders), Money(verdict.locked if request.list_type is OCO else 0)
    )
    for order in orders:
        assert order.terms is not None
        order.terms.list_id = orders[0].order_id
    for order in orders[active:]:
        _keep(listing, member, order)
    enter(floor, listing, member, orders[:active], out, now)
    trigger(floor, listing, out, 0, now)
    return out


def _keep(listing: Listing, member: Member, order: Order) -> None:
    """A pending order begins to wait for the working one."""
    order.status = OrderStatus.PENDING_NEW
    member.open[order.client_order_id] = order
    listing.market.pending[order.order_id] = order


def _review(floor: Floor, listing: Listing | None, member: Member, request: PlaceOrderList, now: Nanos) -> Legs | Refusal:
    """Those of its orders that are active at once; of pending ones only what does not depend on the market of then."""
    if request.valid_until and now > request.valid_until:
        return RejectReason.REQUEST_EXPIRED, f"valid until {request.valid_until}, it is {now} here"
    if listing is None:
        return RejectReason.UNKNOWN_INSTRUMENT, f"{request.instrument} is not listed here"
    problem = contradiction(request)
    if problem:
        return RejectReason.INVALID_ORDER, problem
    for number, order in enumerate(request.orders):
        beside = request.orders[:number]
        forbidden = rule_refusal(floor, member, order, beside) if order.instrument not in floor.free else None
        if forbidden is not None:
            return forbidden
    active, pending = (request.orders, ()) if request.list_type is OCO else (request.orders[:1], request.orders[1:])
    for order in pending:
        reference = estimate(order.side, terms_of(order), 0) if order.order_type in CONDITIONAL else 0
        refusal = review_alone(listing, member, order, now, reference)
        if refusal is not None:
            return refusal
    return review_legs(floor, listing, member, [(order, terms_of(order)) for order in active], now)


def contradiction(request: PlaceOrderList) -> str:
    """What is wrong with a list by itself; empty: nothing."""
    orders, kind = request.orders, request.list_type
    size, name = SIZES[kind]
    if len(orders) != size:
        return f"an {kind} has {name} orders, this one has {len(orders)}"
    if any(order.account != request.account or order.instrument != request.instrument for order in orders):
        return "all orders of a list belong to its account and its instrument"
    if len({order.client_order_id: None for order in orders}) < len(orders):
        return f"the orders of an {kind} have different ids"
    if kind is OCO:
        return _bad_pair(orders[0], orders[1])
    if orders[0].order_type not in (OrderType.LIMIT, OrderType.LIMIT_MAKER):
        return f"the first order of an {kind} works until it is filled: a limit or limit_maker order, not {orders[0].order_type}"
    if kind is OTOCO:
        return _bad_pair(orders[1], orders[2])
    return "a pending order has a quantity: quote_quantity cannot be counted in advance" if orders[1].quote_quantity else ""


def _bad_pair(first: PlaceOrder, second: PlaceOrder) -> str:
    """Why these cannot cancel each other."""
    if first.side is not second.side or first.quantity != second.quantity:
        return "two orders that cancel each other have one side and one quantity"
    for order in (first, second):
        if order.order_type is not OrderType.LIMIT_MAKER and order.order_type not in CONDITIONAL:
            return f"orders that cancel each other are limit_maker and conditional orders: a {order.order_type} order does not wait"
        if order.time_in_force not in (TimeInForce.GTC, TimeInForce.GTD) and order.order_type is OrderType.LIMIT_MAKER:
            return "a limit_maker order only rests; use gtc or gtd"
    if _above(first) == _above(second):
        return "of two orders that cancel each other one waits above the market and one below it"
    return ""


def _above(order: PlaceOrder) -> bool:
    if order.order_type is OrderType.LIMIT_MAKER:
        return order.side is Side.SELL
    return waits_for_rise(order.side, order.order_type)
