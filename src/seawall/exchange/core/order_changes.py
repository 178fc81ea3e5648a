"""AmendOrder and ReplaceOrder: an open order becomes smaller in its place, or gives way to another one."""

from collections.abc import Callable
from functools import partial

from seawall.api.instruments import Instrument
from seawall.api.market_data import Level
from seawall.api.message import Envelope
from seawall.api.orders import CONDITIONAL, AmendOrder, CancelOrder, OrderAmended, PlaceOrder, RejectReason, ReplaceMode, ReplaceOrder, Side
from seawall.api.units import Money, Nanos, Price, Quantity
from seawall.exchange.core.accounts import transfer
from seawall.exchange.core.answers import reject, reject_amend, reject_cancel
from seawall.exchange.core.closing import PENDING_NEW, filled, lock_held
from seawall.exchange.core.filters import Refusal, reject_reason
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.lists import OCO, full_lock
from seawall.exchange.core.order_book import Order
from seawall.exchange.core.order_entry import cancel_order, place_order
from seawall.exchange.core.public_data import publish
from seawall.exchange.core.rules import rule_refusal
from seawall.exchange.core.terms import is_special, terms_of, terms_refusal
from seawall.exchange.core.triggers import estimate
from seawall.runtime.machine import Handler

BUY = Side.BUY


def amend_order(floor: Floor, request: AmendOrder, now: Nanos) -> list[Envelope]:
    member, listing = floor.members.get(request.account), floor.listings.get(request.instrument)
    if member is None:
        return floor.drop()
    if request.valid_until and now > request.valid_until:
        return reject_amend(member, request, RejectReason.REQUEST_EXPIRED, now, f"valid until {request.valid_until}, it is {now} here")
    if listing is None:
        return reject_amend(member, request, RejectReason.UNKNOWN_INSTRUMENT, now, f"{request.instrument} is not listed here")
    order = member.open.get(request.client_order_id)
    if order is None or order.instrument != request.instrument:
        return reject_amend(member, request, RejectReason.UNKNOWN_ORDER, now, "no open order has this client_order_id")
    terms, last = order.terms, listing.market.last_price
    price = order.price or (estimate(order.side, terms, last) if terms is not None else 0)
    refusal = amend_refusal(listing.instrument, order, request.quantity, price)
    if refusal is not None:
        return reject_amend(member, request, refusal[0], now, refusal[1])
    return _shrink_all(listing, member, order, Quantity(order.quantity - request.quantity), now)


def amend_refusal(instrument: Instrument, order: Order, quantity: int, price: int) -> Refusal | None:
    """`price`: what each lot is worth to the filters."""
    if order.status is PENDING_NEW:
        return RejectReason.INVALID_ORDER, "it is pending until the working order of its list is filled; to change it, cancel the list"
    if not filled(order) < quantity < order.quantity:
        return (
            RejectReason.INVALID_ORDER,
            f"an amend makes an order smaller: under {order.quantity} and over {filled(order)} lots",
        )
    if quantity < instrument.min_quantity:
        return RejectReason.LOT_SIZE, f"{quantity} lots are under the minimum of {instrument.min_quantity}"
    if quantity % instrument.quantity_step:
        return RejectReason.LOT_SIZE, f"a quantity here is a multiple of {instrument.quantity_step} lots"
    if price * quantity * instrument.tick_value < instrument.min_notional:
        return RejectReason.NOTIONAL, f"{quantity} lots are worth less than the minimum order"
    return None


def _shrink_all(listing: Listing, member: Member, order: Order, by: Quantity, now: Nanos) -> list[Envelope]:
    """The order, and in a list the others with it: they are for one quantity, of which one of them will trade."""
    market, account = listing.market, member.account
    out: list[Envelope] = []
    whole = market.lists.get(order.terms.list_id) if order.terms is not None and order.terms.list_id else None
    if whole is None or whole.list_type is not OCO:
        currency, before = lock_held(listing, order)
        _shrink(listing, member, order, by, out, now)
        _, after = lock_held(listing, order)
    else:
        currency, before = full_lock(listing, order)[0], whole.locked
        members = [found for order_id in whole.orders if (found := market.find(order_id)) is not None]
        for each in members:
            _shrink(listing, member, each, by, out, now)
        after = whole.locked = Money(max([full_lock(listing, each)[1] for each in members]))
    transfer(account.locked, account.free, currency, before - after)
    return out


def _shrink(listing: Listing, member: Member, order: Order, by: Quantity, out: list[Envelope], now: Nanos) -> None:
    book, terms, price = listing.book, order.terms, order.price
    if terms is not None and terms.locked:
        terms.locked = Money(terms.locked // order.quantity * (order.quantity - by))
    order.quantity = Quantity(order.quantity - by)
    waits = order.order_id in listing.market.stops
    before = book.quantity_at(price)
    if waits:
        order.leaves_quantity = order.quantity
    else:
        book.reduce(order, by)
    key, leaves = order.client_order_id, order.leaves_quantity
    amended = OrderAmended(order.account, key, order.instrument, order.order_id, order.quantity, leaves, now)
    out.append(Envelope(member.owner, amended))
    if not waits and book.quantity_at(price) != before:
        changed = (Level(price, book.quantity_at(price)),)
        new_quote = price == (book.best_bid if order.side is BUY else book.best_ask)
        bids, asks = (changed, ()) if order.side is BUY else ((), changed)
        publish(listing, out, bids, asks, new_quote, now)


def replace_order(floor: Floor, request: ReplaceOrder, now: Nanos) -> list[Envelope]:
    member = floor.members.get(request.account)
    if member is None:
        return floor.drop()
    return swap(member, request, partial(_new_refusal, floor, request, now), partial(cancel_order, floor), partial(place_order, floor), now)


def swap(
    member: Member, request: ReplaceOrder, refuse: Callable[[], Refusal | None], cancel: Handler, place: Handler, now: Nanos
) -> list[Envelope]:
    """Cancels one order and places the other, by the venue's ways to do so, unless `refuse` knows why the new one cannot be."""
    new = request.order
    late = bool(request.valid_until and now > request.valid_until)
    refusal = (RejectReason.REQUEST_EXPIRED, f"valid until {request.valid_until}, it is {now} here") if late else None
    if refusal is None and (new.account != request.account or new.instrument != request.instrument):
        refusal = RejectReason.INVALID_ORDER, "both orders belong to one account and one instrument"
    if refusal is None:
        refusal = refuse()
    if refusal is not None:
        kept = RejectReason.REQUEST_EXPIRED if late else RejectReason.NOT_REPLACED
        return [*reject_cancel(member, request, kept, now), *reject(member, _named(new, request), now, *refusal)]
    old = member.open.get(request.client_order_id)
    if old is None or old.instrument != request.instrument:
        out = reject_cancel(member, request, RejectReason.UNKNOWN_ORDER, now)
        if request.mode is ReplaceMode.ALLOW_FAILURE:
            return [*out, *place(new, now)]
        return [*out, *reject(member, new, now, RejectReason.NOT_REPLACED, "there was nothing to cancel under the other id")]
    if request.cumulative_quantity is not None and filled(old) > request.cumulative_quantity:
        unchanged = reject_cancel(member, request, RejectReason.NOT_REPLACED, now)
        detail = f"of the order to be replaced {filled(old)} lots are filled"
        return unchanged + reject(member, new, now, RejectReason.FILLED_MEANWHILE, detail)
    return [*cancel(CancelOrder(request.account, request.client_order_id, request.instrument), now), *place(new, now)]


def _named(new: PlaceOrder, request: ReplaceOrder) -> PlaceOrder:
    """An answer goes to whoever asked, whatever account the order names."""
    return PlaceOrder(request.account, new.client_order_id, request.instrument, new.side, new.order_type)


def _new_refusal(floor: Floor, request: ReplaceOrder, now: Nanos) -> Refusal | None:
    """What can be told of the new order before the old one is gone."""
    new, listing = request.order, floor.listings.get(request.instrument)
    if listing is None:
        return RejectReason.UNKNOWN_INSTRUMENT, f"{request.instrument} is not listed here"
    forbidden = rule_refusal(floor, floor.members[new.account], new) if new.instrument not in floor.free else None
    if forbidden is not None and forbidden[0] is not RejectReason.MAX_ORDERS:  # The old one makes room.
        return forbidden
    if not is_special(new):
        best = listing.book.best_ask if new.side is BUY else listing.book.best_bid
        return reject_reason(listing.instrument, new, best)
    terms = terms_of(new)
    reference = estimate(new.side, terms, listing.market.last_price) if new.order_type in CONDITIONAL else 0
    return terms_refusal(listing.instrument, new, now) or reject_reason(listing.instrument, new, Price(reference))
