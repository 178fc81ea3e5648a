"""Ending an open order that is not filled: out of the book or the stops, its money free again, its owner and the public told."""

from seawall.api.market_data import Level
from seawall.api.message import Envelope
from seawall.api.orders import ExpiryReason, OrderCanceled, OrderExpired, OrderStatus, Side
from seawall.api.units import Currency, Nanos, Price, Quantity
from seawall.exchange.core.accounts import lock_needed, transfer
from seawall.exchange.core.floor import Listing, Member
from seawall.exchange.core.order_book import Order
from seawall.exchange.core.public_data import publish

BUY = Side.BUY
CANCELED, EXPIRED, PENDING_NEW = OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.PENDING_NEW


def lock_held(listing: Listing, order: Order) -> tuple[Currency, int]:
    """What an open order that belongs to no list has set aside."""
    terms = order.terms
    if order.status is PENDING_NEW:
        return listing.instrument.quote, 0
    if terms is not None and terms.locked:
        return listing.instrument.quote, terms.locked
    return lock_needed(listing.instrument, order.side, order.price, order.leaves_quantity)


def end(listing: Listing, member: Member, order: Order, status: OrderStatus) -> None:
    """Ends an order that is not filled, and gives back what it had locked for the rest."""
    currency, amount = lock_held(listing, order)
    transfer(member.account.locked, member.account.free, currency, amount)
    order.status = status
    member.archive(order)


def expire(listing: Listing, member: Member, order: Order, now: Nanos, reason: ExpiryReason = ExpiryReason.TIME_IN_FORCE) -> OrderExpired:
    end(listing, member, order, EXPIRED)
    return expired(order, now, reason)


def expired(order: Order, now: Nanos, reason: ExpiryReason) -> OrderExpired:
    return OrderExpired(order.account, order.client_order_id, order.instrument, order.order_id, filled(order), now, reason)


def canceled(order: Order, now: Nanos) -> OrderCanceled:
    return OrderCanceled(order.account, order.client_order_id, order.instrument, order.order_id, filled(order), now)


def filled(order: Order) -> Quantity:
    return Quantity(order.quantity - order.leaves_quantity)


def close(
    listing: Listing,
    member: Member,
    order: Order,
    report: OrderExpired | OrderCanceled,
    out: list[Envelope],
    now: Nanos,
    *,
    locked: bool = True,
) -> None:
    """Takes an open order out and tells its end. `locked` False: its money has been seen to."""
    status = CANCELED if isinstance(report, OrderCanceled) else EXPIRED
    del member.open[order.client_order_id]
    out.append(Envelope(member.owner, report))
    level = withdraw(listing, order)
    if locked:
        end(listing, member, order, status)
    else:
        order.status = status
        member.archive(order)
    if level is not None:
        level_now, new_quote = level
        bids, asks = ((level_now,), ()) if order.side is BUY else ((), (level_now,))
        publish(listing, out, bids, asks, new_quote, now)


def withdraw(listing: Listing, order: Order) -> tuple[Level, bool] | None:
    """Out of the book (its level as it is then, and whether the best price was touched), the stops, or those that are pending."""
    if listing.market.stops.pop(order.order_id, None) is not None:
        forget_peak(order)
        return None
    if listing.market.pending.pop(order.order_id, None) is not None:
        return None
    book, price = listing.book, order.price
    new_quote = price == (book.best_bid if order.side is BUY else book.best_ask)
    return Level(price, book.cancel(order)), new_quote


def forget_peak(order: Order) -> None:
    """It waits no longer. The order's own note of its peak is as old as the last look at the state, and must not outlive the wait."""
    assert order.terms is not None
    order.terms.peak = Price(0)
