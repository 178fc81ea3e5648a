"""Order lists: orders of one account that depend on each other, while they do.

OCO: whichever triggers, trades or ends first ends the other. Only one of the two can ever be executed, so they share one lock, the larger
of what each would need by itself. OTO, OTOCO: pending orders lock nothing and are released (releasing.py) when the working order is filled;
when one of the list ends before that, all do. What goes on alone is then an order like any other.
"""

from seawall.api.message import Envelope
from seawall.api.orders import ExpiryReason, OrderCanceled, OrderExpired, OrderId, OrderListType
from seawall.api.units import Currency, Nanos
from seawall.exchange.core.accounts import lock_needed, transfer
from seawall.exchange.core.closing import canceled, close, expired
from seawall.exchange.core.floor import Listing, Member
from seawall.exchange.core.order_book import Order

NO_LIST = OrderId(0)
OCO = OrderListType.OCO


def full_lock(listing: Listing, order: Order) -> tuple[Currency, int]:
    """What an order locks before anything has happened to it."""
    if order.terms is not None and order.terms.locked:
        return listing.instrument.quote, order.terms.locked
    return lock_needed(listing.instrument, order.side, order.price, order.quantity)


def end_with_list(
    listing: Listing, member: Member, order: Order, report: OrderExpired | OrderCanceled, out: list[Envelope], now: Nanos
) -> None:
    """Ends an open order, and with it those that depend on it: a client who cancels one cancels all."""
    if order.terms is not None and order.terms.list_id:
        dissolve(listing, member, order, out, now, cancel=isinstance(report, OrderCanceled))
    close(listing, member, order, report, out, now)


def dissolve(listing: Listing, member: Member, order: Order, out: list[Envelope], now: Nanos, *, cancel: bool = False) -> None:
    """What ends the list happens to `order`: the others are over, and it has its own lock.

    It may have traded already, but only in the very event that this is about.
    """
    assert order.terms is not None
    market = listing.market
    whole = market.lists.pop(order.terms.list_id)
    order.terms.list_id = NO_LIST
    shared = whole.list_type is OCO
    if shared:
        currency, own = full_lock(listing, order)
        transfer(member.account.locked, member.account.free, currency, whole.locked - own)
    for other in [market.find(order_id) for order_id in whole.orders if order_id != order.order_id]:
        assert other is not None and other.terms is not None
        other.terms.list_id = NO_LIST
        report = canceled(other, now) if cancel else expired(other, now, ExpiryReason.ORDER_LIST)
        close(listing, member, other, report, out, now, locked=not shared)
