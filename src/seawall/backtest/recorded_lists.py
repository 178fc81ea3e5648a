"""OCO at a recorded venue: two orders that share one lock, the larger of what each needs; when one triggers, trades or ends, the other is
over. Whoever lets one of them trade, trigger or end dissolves their list first.
"""

from collections.abc import Sequence

from seawall.api.message import Envelope
from seawall.api.orders import ExpiryReason, OrderListType, OrderStatus
from seawall.api.units import Money, Nanos, Price, Quantity
from seawall.backtest.recorded_fills import end, expire
from seawall.backtest.recorded_orders import Waiting, Waitlist
from seawall.exchange.core.accounts import lock, lock_needed, release
from seawall.exchange.core.closing import canceled
from seawall.exchange.core.floor import Member, OrderList
from seawall.exchange.core.lists import NO_LIST
from seawall.exchange.core.order_book import Order


def listed(order: Order) -> bool:
    return order.terms is not None and order.terms.list_id != NO_LIST


def enlist(waitlist: Waitlist, member: Member, members: Sequence[Waiting]) -> None:
    """They begin to wait, as one list. Their money must be there."""
    currency, _ = lock_needed(waitlist.instrument, members[0].order.side, Price(0), Quantity(0))
    locked = _shared(waitlist, members)
    paid = lock(member.account, currency, locked)
    assert paid, "a list that cannot be paid was accepted"
    number = members[0].order.order_id
    waitlist.listed.lists[number] = OrderList(OrderListType.OCO, tuple([each.order.order_id for each in members]), locked)
    for each in members:
        order = each.order
        assert order.terms is not None
        order.terms.list_id = number
        member.open[order.client_order_id] = order
        waitlist.add(each)


def dissolve(waitlist: Waitlist, member: Member, order: Order, now: Nanos, *, cancel: bool = False) -> list[Envelope]:
    """The order has its own lock from now on, and the other one is over. Returns what is said of that one."""
    assert order.terms is not None
    account, instrument = member.account, waitlist.instrument
    whole = waitlist.listed.lists.pop(order.terms.list_id)
    currency, _ = lock_needed(instrument, order.side, Price(0), Quantity(0))
    release(account, currency, whole.locked)
    said: list[Envelope] = []
    for order_id in whole.orders:
        each = waitlist.orders[order_id]
        assert each.order.terms is not None
        each.order.terms.list_id = NO_LIST
        if each.order is order:
            lock(account, *lock_needed(instrument, order.side, each.locked_price, order.leaves_quantity))
            continue
        waitlist.remove(each.order)
        if cancel:
            end(member, each.order, OrderStatus.CANCELED)
            said.append(Envelope(member.owner, canceled(each.order, now)))
        else:
            said.append(expire(member, each.order, now, ExpiryReason.ORDER_LIST))
    return said


def shrunk(waitlist: Waitlist, member: Member, whole: OrderList) -> None:
    """Its orders have become smaller: what they need no more is free."""
    currency, _ = lock_needed(waitlist.instrument, waitlist.orders[whole.orders[0]].order.side, Price(0), Quantity(0))
    locked = _shared(waitlist, [waitlist.orders[order_id] for order_id in whole.orders])
    release(member.account, currency, whole.locked - locked)
    whole.locked = locked


def _shared(waitlist: Waitlist, members: Sequence[Waiting]) -> Money:
    instrument = waitlist.instrument
    return Money(max([lock_needed(instrument, w.order.side, w.locked_price, w.order.leaves_quantity)[1] for w in members]))
