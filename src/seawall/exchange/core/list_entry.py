"""PlaceOrderList: all of its orders are accepted, or none."""

from seawall.api.message import Envelope
from seawall.api.orders import CONDITIONAL, OrderType, PlaceOrder, PlaceOrderList, RejectReason, Side, TimeInForce
from seawall.api.units import Currency, Money, Nanos, Quantity
from seawall.exchange.core.accounts import transfer
from seawall.exchange.core.answers import reject
from seawall.exchange.core.filters import Refusal
from seawall.exchange.core.floor import Floor, Listing, Member, OrderList
from seawall.exchange.core.order_book import Order, Terms
from seawall.exchange.core.rules import rule_refusal
from seawall.exchange.core.special_entry import accept, cannot_carry, lock_for, review, wait
from seawall.exchange.core.terms import terms_of
from seawall.exchange.core.triggering import work
from seawall.exchange.core.triggers import waits_for_rise

Leg = tuple[PlaceOrder, Terms, Quantity]


def place_list(floor: Floor, request: PlaceOrderList, now: Nanos) -> list[Envelope]:
    member, listing = floor.members.get(request.account), floor.listings.get(request.instrument)
    if member is None:
        return floor.drop()
    verdict = _review(floor, listing, member, request, now)
    if isinstance(verdict[0], RejectReason):
        reason, detail = verdict[0], str(verdict[1])
        named = [PlaceOrder(request.account, o.client_order_id, request.instrument, o.side, o.order_type) for o in request.orders]
        return [said for order in named for said in reject(member, order, now, reason, detail)]
    assert listing is not None
    legs, currency, locked = verdict[0], Currency(str(verdict[1])), Money(verdict[2])
    transfer(member.account.free, member.account.locked, currency, locked)
    out: list[Envelope] = []
    orders: list[Order] = [accept(floor, member, order, terms, lots, out, now) for order, terms, lots in legs]
    number = orders[0].order_id
    listing.market.lists[number] = OrderList(request.list_type, tuple(order.order_id for order in orders), locked)
    for order in orders:
        assert order.terms is not None
        order.terms.list_id = number
        if order.order_type in CONDITIONAL:
            wait(floor, listing, member, order)
        else:
            work(floor, listing, member, order, order.price, out, now)
    return out


def _review(
    floor: Floor, listing: Listing | None, member: Member, request: PlaceOrderList, now: Nanos
) -> tuple[list[Leg], Currency, int] | Refusal:
    """The legs, and what they lock together: the larger of what each would, since only one of them can trade."""
    if request.valid_until and now > request.valid_until:
        return RejectReason.REQUEST_EXPIRED, f"valid until {request.valid_until}, it is {now} here"
    if listing is None:
        return RejectReason.UNKNOWN_INSTRUMENT, f"{request.instrument} is not listed here"
    problem = _contradiction(request)
    if problem:
        return RejectReason.INVALID_ORDER, problem
    legs: list[Leg] = []
    currency, locked = Currency(""), 0
    for order in request.orders:
        terms = terms_of(order)
        forbidden = rule_refusal(floor, member, order) if order.instrument not in floor.free else None
        if forbidden is not None:
            return forbidden
        lots = review(listing, member, order, terms, now)
        if isinstance(lots, tuple):
            return lots
        currency, amount = lock_for(listing, order, terms, lots)
        refusal = cannot_carry(floor, listing, member, order, terms, lots, amount)
        if refusal is not None:
            return refusal
        legs.append((order, terms, lots))
        locked = max(locked, amount)
    return legs, currency, locked


def _contradiction(request: PlaceOrderList) -> str:
    orders = request.orders
    if len(orders) != 2:
        return f"an {request.list_type} has two orders, this one has {len(orders)}"
    first, second = orders
    if any(order.account != request.account or order.instrument != request.instrument for order in orders):
        return "all orders of a list belong to its account and its instrument"
    if first.side is not second.side or first.quantity != second.quantity or first.client_order_id == second.client_order_id:
        return f"the orders of an {request.list_type} have one side, one quantity and different ids"
    for order in orders:
        if order.order_type is not OrderType.LIMIT_MAKER and order.order_type not in CONDITIONAL:
            return f"an {request.list_type} is made of limit_maker and conditional orders: a {order.order_type} order does not wait"
        if order.time_in_force not in (TimeInForce.GTC, TimeInForce.GTD) and order.order_type is OrderType.LIMIT_MAKER:
            return "a limit_maker order only rests; use gtc or gtd"
    if _above(first) == _above(second):
        return f"of an {request.list_type} one order waits above the market and one below it"
    return ""


def _above(order: PlaceOrder) -> bool:
    if order.order_type is OrderType.LIMIT_MAKER:
        return order.side is Side.SELL
    return waits_for_rise(order.side, order.order_type)
