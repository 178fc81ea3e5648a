"""Time passes: orders good till a date expire."""

from seawall.api.message import Envelope, Tick
from seawall.api.orders import ExpiryReason
from seawall.api.units import Nanos
from seawall.exchange.core.closing import expired
from seawall.exchange.core.floor import Floor
from seawall.exchange.core.lists import end_with_list


def pass_time(floor: Floor, tick: Tick, now: Nanos) -> list[Envelope]:
    out: list[Envelope] = []
    while (due := floor.next_expiry()) is not None and due[0] <= now:
        order = due[1]
        listing, member = floor.listings[order.instrument], floor.members[order.account]
        end_with_list(listing, member, order, expired(order, now, ExpiryReason.TIME_IN_FORCE), out, now)
    return out
