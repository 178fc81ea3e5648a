"""Self-trade prevention: an order that would meet one of its own account. The taker's word decides who expires."""

from collections.abc import Iterator

from seawall.api.message import Envelope
from seawall.api.orders import AccountId, ExpiryReason, SelfTradePrevention, Side
from seawall.api.units import Nanos, Price, Quantity
from seawall.exchange.core.closing import expired
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.lists import end_with_list
from seawall.exchange.core.matching import Supply, changed_levels, execute_up_to
from seawall.exchange.core.order_book import Order, Terms
from seawall.exchange.core.price_guard import within
from seawall.exchange.core.public_data import Levels, publish

BUY, SELL = Side.BUY, Side.SELL
NONE, EXPIRE_MAKER = SelfTradePrevention.NONE, SelfTradePrevention.EXPIRE_MAKER
EXPIRE_TAKER = SelfTradePrevention.EXPIRE_TAKER
SELF_TRADE = ExpiryReason.SELF_TRADE


def supply_for(listing: Listing, account: AccountId, side: Side, terms: Terms | None) -> Supply:
    """What an order of the account could take, as its prevention and the price bands let it."""
    other, guard = SELL if side is BUY else BUY, listing.market.guard
    if terms is None or terms.self_trade_prevention is NONE:
        supply = listing.book.supply(other)
    else:
        supply = _without(listing, account, other, stop=terms.self_trade_prevention is not EXPIRE_MAKER)
    return supply if guard is None else within(guard, supply)


def _without(listing: Listing, account: AccountId, other: Side, *, stop: bool) -> Iterator[tuple[Price, Quantity]]:
    """Orders of others on that side; `stop`: up to the first own. An iceberg queues again with each part: behind an own order."""
    level: list[Order] = []
    for order in listing.book.queue_at(other):
        if level and level[0].price != order.price:
            yield from ((ahead.price, ahead.leaves_quantity) for ahead in level)
            level = []
        if order.account != account:
            level.append(order)
        elif stop:
            yield from ((ahead.price, shown(ahead)) for ahead in level)
            return
    yield from ((ahead.price, ahead.leaves_quantity) for ahead in level)


def shown(order: Order) -> Quantity:
    return Quantity(order.leaves_quantity - (order.terms.hidden if order.terms is not None else 0))


def execute_preventing(
    floor: Floor, listing: Listing, member: Member, taker: Order, limit: Price, out: list[Envelope], now: Nanos, keep: int
) -> bool:
    """Trades what crosses, one resting order after the other, and tells the public. Returns whether the taker is over."""
    book, side = listing.book, taker.side
    other, mode = SELL if side is BUY else BUY, taker.terms.self_trade_prevention if taker.terms is not None else NONE
    levels: Levels = ()
    over = False
    while taker.leaves_quantity > keep and (front := book.front(other)) is not None:
        if front.price > limit if side is BUY else front.price < limit:
            break
        if front.account != taker.account:
            lots = min(shown(front), taker.leaves_quantity - keep)
            levels += execute_up_to(floor, listing, member, taker, limit, lots, out, now)
            book.refilled = False
            continue
        _tell(listing, levels, side, out, now)
        levels = ()
        if mode is not EXPIRE_TAKER:
            end_with_list(listing, member, front, expired(front, now, SELF_TRADE), out, now)
        if mode is not EXPIRE_MAKER:
            over = True
            break
    _tell(listing, levels, side, out, now)
    return over


def _tell(listing: Listing, levels: Levels, side: Side, out: list[Envelope], now: Nanos) -> None:
    changed = changed_levels(listing, levels)
    if changed:
        bids, asks = ((), changed) if side is BUY else (changed, ())
        publish(listing, out, bids, asks, True, now)
