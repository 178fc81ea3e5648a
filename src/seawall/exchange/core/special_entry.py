"""PlaceOrder for what is not plain: conditional orders, icebergs, orders with an expiry or with self-trade prevention. And their cancels.

What a conditional order may cost is locked while it waits: a limit price bounds it; without one a BUY locks the price at which it would
trigger. It is refused when its stop price has been reached already. Everything else is as for plain orders (order_entry.py).
"""

from seawall.api.message import Envelope
from seawall.api.orders import (
    CONDITIONAL,
    ExpiryReason,
    OrderAccepted,
    OrderStatus,
    OrderType,
    PlaceOrder,
    RejectReason,
    Side,
)
from seawall.api.units import Money, Nanos, Price, Quantity
from seawall.exchange.core.accounts import lock_needed, transfer
from seawall.exchange.core.answers import reject
from seawall.exchange.core.closing import CANCELED, canceled, close
from seawall.exchange.core.filters import Refusal, reject_reason
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.lists import dissolve
from seawall.exchange.core.margin.reduce_only import reduce_refusal
from seawall.exchange.core.margin.requirement import market_worth, order_refusal
from seawall.exchange.core.matching import lots_for, market_cost
from seawall.exchange.core.order_book import ANY_PRICE, Order, Terms
from seawall.exchange.core.prevention import supply_for
from seawall.exchange.core.terms import terms_of, terms_refusal
from seawall.exchange.core.triggering import trigger, work
from seawall.exchange.core.triggers import estimate, waits_for_rise

BUY = Side.BUY
LIMIT_MAKER, MARKET = OrderType.LIMIT_MAKER, OrderType.MARKET
NEW = OrderStatus.NEW


def place_special(floor: Floor, listing: Listing, member: Member, request: PlaceOrder, now: Nanos) -> list[Envelope]:
    terms = terms_of(request)
    verdict = review(listing, member, request, terms, now)
    if isinstance(verdict, tuple):
        return reject(member, request, now, *verdict)
    currency, amount = lock_for(listing, request, terms, verdict)
    refusal = cannot_carry(floor, listing, member, request, terms, verdict, amount)
    if refusal is not None:
        return reject(member, request, now, *refusal)
    transfer(member.account.free, member.account.locked, currency, amount)
    out: list[Envelope] = []
    order = accept(floor, member, request, terms, verdict, out, now)
    if request.order_type in CONDITIONAL:
        wait(floor, listing, member, order)
        return out
    work(floor, listing, member, order, order.price or ANY_PRICE[order.side], out, now)
    trigger(floor, listing, out, 0, now)
    return out


def review(listing: Listing, member: Member, request: PlaceOrder, terms: Terms, now: Nanos) -> Refusal | Quantity:
    """Everything but the balance. How many lots it is for, or why it is refused."""
    instrument, book, market, side = listing.instrument, listing.book, listing.market, request.side
    refusal = terms_refusal(instrument, request, now)
    if refusal is not None:
        return refusal
    best = book.best_ask if side is BUY else book.best_bid
    conditional = request.order_type in CONDITIONAL
    refusal = reject_reason(instrument, request, Price(estimate(side, terms, market.last_price)) if conditional else best)
    if refusal is not None:
        return refusal
    if request.client_order_id in member.open:
        return RejectReason.DUPLICATE_CLIENT_ORDER_ID, "an open order has this client_order_id"
    if conditional:
        refusal = _condition_refusal(request, terms, market.last_price)
        return refusal if refusal is not None else request.quantity
    limit = request.price or ANY_PRICE[side]
    if request.order_type is LIMIT_MAKER and best and (limit >= best if side is BUY else limit <= best):
        return RejectReason.WOULD_TAKE, "a limit_maker order must not trade at once; this one would"
    if request.order_type is MARKET and not best:
        return RejectReason.NO_LIQUIDITY, f"nobody offers to {'sell' if side is BUY else 'buy'}"
    return request.quantity or lots_for(listing, supply_for(listing, request.account, side, terms), request.quote_quantity)


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
    if instrument.margin is not None and terms.reduce_only:
        return None if request.order_type in CONDITIONAL else reduce_refusal(listing, member, side, lots)
    if instrument.margin is not None:
        price = request.price or (estimate(side, terms, listing.market.last_price) if request.order_type in CONDITIONAL else 0)
        worth = price * lots * instrument.tick_value if price else market_worth(listing, side, lots)
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


def cancel_special(floor: Floor, listing: Listing, member: Member, order: Order, now: Nanos) -> list[Envelope]:
    """Of a list, all of it."""
    out: list[Envelope] = []
    if order.terms is not None and order.terms.list_id:
        dissolve(floor, listing, order, ExpiryReason.ORDER_LIST, out, now, CANCELED)
    close(listing, member, order, canceled(order, now), out, now)
    return out
