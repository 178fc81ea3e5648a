"""Time passes: orders good till a date expire, and those of an account that was not heard of for as long as it had said."""

from seawall.api.message import Envelope, Tick
from seawall.api.orders import ExpiryReason
from seawall.api.units import Nanos
from seawall.exchange.core.closing import expired
from seawall.exchange.core.floor import Floor, Member
from seawall.exchange.core.lists import end_with_list
from seawall.exchange.core.order_book import Order
from seawall.exchange.core.price_guard import pass_time as end_guard


def pass_time(floor: Floor, tick: Tick, now: Nanos) -> list[Envelope]:
    out: list[Envelope] = []
    while (ends := floor.next_guard()) is not None and ends[0] <= now:
        guard = ends[1].market.guard
        assert guard is not None
        end_guard(floor, ends[1], guard, out, now)
    while (due := floor.next_expiry()) is not None and due[0] <= now:
        ending = due[1]
        if isinstance(ending, Order):
            _expire(floor, floor.members[ending.account], ending, ExpiryReason.TIME_IN_FORCE, out, now)
        else:
            ending.client.cancel_at = Nanos(0)  # The countdown rests until the account is heard of again.
            expire_all(floor, ending, ExpiryReason.DISCONNECTED, out, now)
    return out


def expire_all(floor: Floor, member: Member, reason: ExpiryReason, out: list[Envelope], now: Nanos) -> None:
    """Every open order of an account, as they were accepted."""
    for order in sorted(member.open.values(), key=lambda order: order.order_id):
        if order.client_order_id in member.open:  # Else it went with another of its list.
            _expire(floor, member, order, reason, out, now)


def _expire(floor: Floor, member: Member, order: Order, reason: ExpiryReason, out: list[Envelope], now: Nanos) -> None:
    end_with_list(floor.listings[order.instrument], member, order, expired(order, now, reason), out, now)
