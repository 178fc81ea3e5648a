"""Order lists: orders of one account that depend on each other. OCO: whichever triggers, trades or ends first ends the other.

Only one of an OCO can ever be executed, so the two share one lock, the larger of what each would need by itself. The list ends with the
first thing that happens to one of them; what goes on is then an order like any other.
"""

from seawall.api.message import Envelope
from seawall.api.orders import ExpiryReason, OrderId, OrderStatus
from seawall.api.units import Currency, Nanos
from seawall.exchange.core.accounts import lock_needed, transfer
from seawall.exchange.core.closing import CANCELED, canceled, close, expired
from seawall.exchange.core.floor import Floor, Listing
from seawall.exchange.core.order_book import Order

NO_LIST = OrderId(0)


def full_lock(listing: Listing, order: Order) -> tuple[Currency, int]:
    """What an order locks before anything has happened to it."""
    if order.terms is not None and order.terms.locked:
        return listing.instrument.quote, order.terms.locked
    return lock_needed(listing.instrument, order.side, order.price, order.quantity)


def dissolve(
    floor: Floor, listing: Listing, order: Order, reason: ExpiryReason, out: list[Envelope], now: Nanos, status: OrderStatus | None = None
) -> None:
    """Something happens to `order`, the first thing in its list: the others are over, and it has its own lock.

    It may have traded already, but only in the very event that this is about.
    """
    assert order.terms is not None
    market, member = listing.market, floor.members[order.account]
    whole = market.lists.pop(order.terms.list_id)
    order.terms.list_id = NO_LIST
    currency, own = full_lock(listing, order)
    transfer(member.account.locked, member.account.free, currency, whole.locked - own)
    for order_id in whole.orders:
        if order_id == order.order_id:
            continue
        other = market.stops.get(order_id) or market.orders[order_id]
        assert other.terms is not None
        other.terms.list_id = NO_LIST
        report = canceled(other, now) if status is CANCELED else expired(other, now, reason)
        close(listing, member, other, report, out, now, locked=False)
