"""Orders that may make a position smaller and never larger. They yield: what other orders on their side could close is not theirs to close.

room = |position| - what works on the closing side without being reduce-only, and what is reduce-only and older

An order that finds no room for all of it is rejected; one that loses its room later expires. A conditional order needs room only once it is
triggered, and then trades as much as there is room for. No margin is asked: there is nothing that such an order could lead to.
"""

from collections.abc import Container

from seawall.api.instruments import InstrumentId
from seawall.api.message import Envelope
from seawall.api.orders import AccountId, ExpiryReason, OrderAccepted, OrderFilled, OrderId, RejectReason, Side
from seawall.api.units import Nanos
from seawall.exchange.core.closing import PENDING_NEW, expired
from seawall.exchange.core.filters import Refusal
from seawall.exchange.core.floor import Floor, Member
from seawall.exchange.core.lists import end_with_list
from seawall.exchange.core.order_book import Order

BUY, SELL = Side.BUY, Side.SELL
Stops = Container[OrderId]


def room(key: InstrumentId, stops: Stops, member: Member, side: Side) -> int:
    """Lots that a further reduce-only order of that side may close. `stops`: who waits for a price."""
    free = _position(key, member, side)
    for order in _working(key, stops, member, side):
        free -= order.leaves_quantity
    return max(0, free)


def reduce_refusal(key: InstrumentId, stops: Stops, member: Member, side: Side, lots: int) -> Refusal | None:
    free = room(key, stops, member, side)
    if lots <= free:
        return None
    return (
        RejectReason.REDUCE_ONLY,
        f"a {side} of {lots} lots can reduce no more than {free}: what other orders do not close",
    )


def trim(floor: Floor, out: list[Envelope], now: Nanos) -> None:
    """After a command: whose position or orders have changed, his reduce-only orders that have lost their room expire."""
    for name, key in touched(out):
        listing, member = floor.listings[key], floor.members[name]
        for order in without_room(key, listing.market.stops, member):
            end_with_list(listing, member, order, expired(order, now, ExpiryReason.REDUCE_ONLY), out, now)


def touched(out: list[Envelope]) -> dict[tuple[AccountId, InstrumentId], None]:
    """Whose orders or position, and in what."""
    said = [envelope.message for envelope in out]
    return {(each.account, each.instrument): None for each in said if type(each) is OrderFilled or type(each) is OrderAccepted}


def without_room(key: InstrumentId, stops: Stops, member: Member) -> list[Order]:
    """The member's reduce-only orders that work and may not any more."""
    return [order for side in (BUY, SELL) for order in _without_room(key, stops, member, side)]


def _without_room(key: InstrumentId, stops: Stops, member: Member, side: Side) -> list[Order]:
    working = _working(key, stops, member, side)
    reducing = sorted([order for order in working if _reduces(order)], key=lambda order: order.order_id)
    if not reducing:
        return []
    free = _position(key, member, side) - sum(order.leaves_quantity for order in working if not _reduces(order))
    lost: list[Order] = []
    for order in reducing:
        if order.leaves_quantity <= free:
            free -= order.leaves_quantity
        else:
            lost.append(order)
    return lost


def _position(key: InstrumentId, member: Member, side: Side) -> int:
    """What an order of that side would close."""
    position = member.account.positions.get(key)
    if position is None:
        return 0
    return max(0, position.quantity if side is SELL else -position.quantity)


def _working(key: InstrumentId, stops: Stops, member: Member, side: Side) -> list[Order]:
    """Without those that wait for a price, or for another order."""
    own = [o for o in member.open.values() if o.instrument == key and o.side is side]
    return [order for order in own if order.order_id not in stops and order.status is not PENDING_NEW]


def _reduces(order: Order) -> bool:
    return order.terms is not None and order.terms.reduce_only
