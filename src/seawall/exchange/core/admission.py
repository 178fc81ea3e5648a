"""May an order that is not plain enter: all that is checked, what it locks, and its acceptance.

What a conditional order may cost is locked while it waits: a limit price bounds it; without one a BUY locks the price at which it would
trigger. It is refused when its stop price has been reached already.
"""

from seawall.api.message import Envelope
from seawall.api.orders import CONDITIONAL, OrderAccepted, OrderStatus, OrderType, PlaceOrder, RejectReason, Side
from seawall.api.units import Money, Nanos, Price, Quantity
from seawall.exchange.core.accounts import lock_needed
from seawall.exchange.core.filters import Refusal, reject_reason
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.margin.reduce_only import reduce_refusal
from seawall.exchange.core.margin.requirement import market_worth, order_refusal
from seawall.exchange.core.matching import lots_for, market_cost
from seawall.exchange.core.order_book import ANY_PRICE, Order, Terms
from seawall.exchange.core.prevention import supply_for
from seawall.exchange.core.price_guard import update
from seawall.exchange.core.terms import terms_refusal
from seawall.exchange.core.triggers import estimate, waits_for_rise

BUY = Side.BUY
LIMIT_MAKER, MARKET = OrderType.LIMIT_MAKER, OrderType.MARKET
NEW = OrderStatus.NEW


def review(listing: Listing, member: Member, request: PlaceOrder, terms: Terms, now: Nanos) -> Refusal | Quantity:
    """Everything but the balance. How many lots it is for, or why it is refused."""
    book, side, last, guard = listing.book, request.side, listing.market.last_price, listing.market.guard
    if guard is not None:
        update(listing, guard, now)
    best = book.best_ask if side is BUY else book.best_bid
    conditional = request.order_type in CONDITIONAL
    refusal = review_alone(listing, member, request, now, estimate(side, terms, last) if conditional else best)
    if refusal is not None:
        return refusal
    if conditional:
        refusal = _condition_refusal(request, terms, last)
        return refusal if refusal is not None else request.quantity
    limit = request.price or ANY_PRICE[side]
    if request.order_type is LIMIT_MAKER and best and (limit >= best if side is BUY else limit <= best):
        return RejectReason.WOULD_TAKE, "a limit_maker order must not trade at once; this one would"
    if request.order_type is MARKET and not best:
        return RejectReason.NO_LIQUIDITY, f"nobody offers to {'sell' if side is BUY else 'buy'}"
    lots = request.quantity or lots_for(listing, supply_for(listing, request.account, side, terms), request.quote_quantity)
    if not lots:
        return RejectReason.NO_LIQUIDITY, "nothing that this order may take can be had for so little"
    return lots


def review_alone(listing: Listing, member: Member, request: PlaceOrder, now: Nanos, reference: int) -> Refusal | None:
    """What can be said of an order whatever the market is like; `reference` stands in for the price that it has not."""
    refusal = terms_refusal(listing.instrument, request, now) or reject_reason(listing.instrument, request, Price(reference))
    if refusal is None and request.client_order_id in member.open:
        return RejectReason.DUPLICATE_CLIENT_ORDER_ID, "an open order has this client_order_id"
    return refusal


def _condition_refusal(request: PlaceOrder, terms: Terms, last: int) -> Refusal | None:
    stop = terms.stop_price
    if stop and last and (last >= stop if waits_for_rise(request.side, request.order_type) else last <= stop):
        return RejectReason.WOULD_TRIGGER, f"the last price is {last} ticks, which has reached a stop price of {stop}"
    if not stop and not last and not request.price and request.side is BUY:
        return RejectReason.NO_LIQUIDITY, "there was no trade yet to follow, so nobody knows what this order may cost; give it a stop_price"
    return None


def lock_for(listing: Listing, request: PlaceOrder, terms: Terms, lots: Quantity) -> tuple:  # type: ignore[type-arg]
    """What the order may cost: currency and amount. A conditional BUY without a limit price notes it in its terms."""
    instrument, side = listing.instrument, request.side
    if side is not BUY or request.price or instrument.margin is not None:
        return lock_needed(instrument, side, request.price, lots)
    if request.order_type is MARKET:
        return instrument.quote, market_cost(listing, supply_for(listing, request.account, side, terms), lots)
    at = estimate(side, terms, listing.market.last_price)
    terms.locked = Money(at * lots * instrument.tick_value)
    return instrument.quote, terms.locked


def cannot_carry(
    floor: Floor, listing: Listing, member: Member, request: PlaceOrder, terms: Terms, lots: Quantity, amount: int
) -> Refusal | None:
    """Spot: the balance does not pay `amount`. Perpetuals: the account has not the margin for it."""
    instrument, side = listing.instrument, request.side
    if instrument.margin is not None:
        if request.order_type in CONDITIONAL:
            return None  # It is asked once it is triggered.
        if terms.reduce_only:
            return reduce_refusal(instrument.id, listing.market.stops, member, side, lots)
        worth = request.price * lots * instrument.tick_value if request.price else market_worth(listing, side, lots)
        return order_refusal(floor, listing, member, side, lots, worth)
    currency = instrument.quote if side is BUY else instrument.base
    free = member.account.free[currency]
    if free < amount:
        return RejectReason.INSUFFICIENT_BALANCE, f"the order needs {amount} {currency} minor units, {free} are free"
    return None


def accept(floor: Floor, member: Member, request: PlaceOrder, terms: Terms, lots: Quantity, out: list[Envelope], now: Nanos) -> Order:
    state = floor.state
    state.last_order_id += 1  # type: ignore[assignment]
    order = Order(
        state.last_order_id, request.account, request.client_order_id, request.instrument, request.side, request.order_type,
        request.time_in_force, request.price, lots, lots, NEW, terms,
    )  # fmt: skip
    out.append(Envelope(member.owner, OrderAccepted(order.account, order.client_order_id, order.instrument, order.order_id, now)))
    floor.note_expiry(order)
    return order


def wait(floor: Floor, listing: Listing, member: Member, order: Order) -> None:
    """A conditional order begins to wait for its price."""
    member.open[order.client_order_id] = order
    listing.triggers.add(order, listing.market.last_price)
