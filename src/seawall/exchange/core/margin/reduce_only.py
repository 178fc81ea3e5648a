"""Orders that may make a position smaller and never larger. They yield: what other orders on their side could close is not theirs to close.

room = |position| - what works on the closing side without being reduce-only, and what is reduce-only and older

An order that finds no room for all of it is rejected; one that loses its room later expires. A conditional order needs room only once it is
triggered, and then trades as much as there is room for. No margin is asked: there is nothing that such an order could lead to.
"""

from seawall.api.message import Envelope
from seawall.api.orders import AccountId, ExpiryReason, OrderAccepted, OrderFilled, RejectReason, Side
from seawall.api.units import Nanos
from seawall.exchange.core.closing import PENDING_NEW, expired
from seawall.exchange.core.filters import Refusal
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.lists import end_with_list
from seawall.exchange.core.order_book import Order

BUY, SELL = Side.BUY, Side.SELL


def room(listing: Listing, member: Member, side: Side) -> int:
    """Lots that a further reduce-only order of that side may close."""
    free = _position(listing, member, side)
    for order in _working(listing, member, side):
        free -= order.leaves_quantity
    return max(0, free)


def reduce_refusal(listing: Listing, member: Member, side: Side, lots: int) -> Refusal | None:
    free = room(listing, member, side)
    if lots <= free:
        return None
    return (
        RejectReason.REDUCE_ONLY,
        f"a {side} of {lots} lots can reduce no more than {free}: what other orders do not close",
    )


def trim(floor: Floor, out: list[Envelope], now: Nanos) -> None:
    """After a command: whose position or orders have changed, his reduce-only orders that have lost their room expire."""
    touched: dict[tuple[AccountId, str], Listing] = {}
    for envelope in out:
        said = envelope.message
        if type(said) is OrderFilled or type(said) is OrderAccepted:
            touched[said.account, said.instrument] = floor.listings[said.instrument]
    for (name, _), listing in touched.items():
        member = floor.members[name]
        for side in (BUY, SELL):
            _trim_side(listing, member, side, out, now)


def _trim_side(listing: Listing, member: Member, side: Side, out: list[Envelope], now: Nanos) -> None:
    working = sorted(_working(listing, member, side), key=lambda order: order.order_id)
    reducing = [order for order in working if _reduces(order)]
    if not reducing:
        return
    free = _position(listing, member, side) - sum(order.leaves_quantity for order in working if not _reduces(order))
    for order in reducing:
        if order.leaves_quantity <= free:
            free -= order.leaves_quantity
        else:
            end_with_list(listing, member, order, expired(order, now, ExpiryReason.REDUCE_ONLY), out, now)


def _position(listing: Listing, member: Member, side: Side) -> int:
    """What an order of that side would close."""
    position = member.account.positions.get(listing.instrument.id)
    if position is None:
        return 0
    return max(0, position.quantity if side is SELL else -position.quantity)


def _working(listing: Listing, member: Member, side: Side) -> list[Order]:
    """Without those that wait for a price, or for another order."""
    key, waiting = listing.instrument.id, listing.market.stops
    own = [o for o in member.open.values() if o.instrument == key and o.side is side]
    return [order for order in own if order.order_id not in waiting and order.status is not PENDING_NEW]


def _reduces(order: Order) -> bool:
    return order.terms is not None and order.terms.reduce_only
