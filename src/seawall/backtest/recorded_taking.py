"""What a taking order gets of a recorded market: level by level, when it can have no more than the recording shows; at a bar's open."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from seawall.api.message import Envelope
from seawall.api.orders import ExpiryReason, Liquidity, OrderAccepted, PlaceOrder, Side, TimeInForce
from seawall.api.units import BASIS_POINTS, Nanos, Price, Quantity
from seawall.backtest.recorded_fills import RecordedVenueState, expire, fill
from seawall.backtest.recorded_orders import Waiting, Waitlist
from seawall.exchange.core.floor import Member
from seawall.exchange.core.order_book import Order

BUY = Side.BUY
TAKER = Liquidity.TAKER
FOK = TimeInForce.FOK


class Take(msgspec.Struct, frozen=True, gc=False):
    level: Price
    shown: int  # What the recording shows there.
    lots: Quantity
    price: Price  # Paid, with the slippage.


class Walk(msgspec.Struct, frozen=True):
    takes: list[Take]
    lots: int
    value: int  # Ticks x lots.
    ended: bool  # The recorded market ended, or the limit was reached, before the order's wish was fulfilled.


def slipped(bps: int, side: Side, price: int) -> int:
    """A taker's price, rounded against him to the tick."""
    if not bps:
        return price
    if side is BUY:
        return -(-price * (BASIS_POINTS + bps) // BASIS_POINTS)
    return max(price * (BASIS_POINTS - bps) // BASIS_POINTS, 1)


def offers(waitlist: Waitlist, side: Side) -> Iterator[tuple[Price, int, int]]:
    """What `side` can take: price, what is left there without what we took before, what the recording shows; best price first."""
    market = waitlist.market
    price, shown = (market.ask, market.ask_quantity) if side is BUY else (market.bid, market.bid_quantity)
    if price and shown:
        yield price, shown - waitlist.taken(side, price, shown), shown
    book, best = waitlist.book, price
    if best and book is not None and book.live:
        for price, shown in (book.asks if side is BUY else book.bids).best_first():
            if (
                price > best if side is BUY else price < best
            ):  # The best itself, and what an older book has before it, the quote knows better.
                yield price, shown - waitlist.taken(side, price, shown), shown


def walk(
    levels: Iterable[tuple[Price, int, int]], side: Side, limit: Price, lots: int, budget: int, paid: Callable[[Side, int], int]
) -> Walk:
    """At most `lots` (0: any number), for at most `budget` (ticks x lots; 0: any), at `limit` (0: any price) or better.

    `paid` puts the slippage on a price; it never goes beyond the limit.
    """
    takes: list[Take] = []
    total = value = 0
    for level, left, shown in levels:
        if limit and (level > limit if side is BUY else level < limit):
            break
        price = paid(side, level)
        if limit:
            price = min(price, limit) if side is BUY else max(price, limit)
        affordable = (budget - value) // price if budget else left
        taken = min(left, lots - total if lots else left, affordable)
        if taken > 0:
            takes.append(Take(level, shown, Quantity(taken), Price(price)))
            total += taken
            value += taken * price
        if total == lots > 0 or affordable < left:
            return Walk(takes, total, value, ended=False)
    return Walk(takes, total, value, ended=True)


def walk_for(waitlist: Waitlist, request: PlaceOrder, paid: Callable[[Side, int], int]) -> Walk:
    """What an order finds on the other side."""
    budget = request.quote_quantity // waitlist.instrument.tick_value
    return walk(offers(waitlist, request.side), request.side, request.price, request.quantity, budget, paid)


def open_price(waiting: Waiting, slipped: int) -> int:
    """What an order pays that waited for a bar's open: of that with slippage and the quote at arrival the worse, but within its limit."""
    limit, quoted = waiting.order.price, waiting.quoted
    if waiting.order.side is BUY:
        price = max(slipped, quoted)
        return min(price, limit) if limit else price
    price = min(slipped, quoted) if quoted else slipped
    return max(price, limit)


def take(
    state: RecordedVenueState,
    waitlist: Waitlist,
    member: Member,
    order: Order,
    walked: Walk,
    now: Nanos,
    reason: ExpiryReason = ExpiryReason.TIME_IN_FORCE,
) -> list[Envelope]:
    """Fills the order with what it found. A MARKET order that found everything says so by its fills alone. What is left of an order that
    may not rest, or has no room to, expires; else the caller lets it rest."""
    accepted = Envelope(member.owner, OrderAccepted(order.account, order.client_order_id, order.instrument, order.order_id, now))
    whole = walked.lots == order.quantity
    if order.time_in_force is FOK and not whole:
        return [accepted, expire(member, order, now, reason)]
    out = [] if whole and not order.price else [accepted]
    for each in walked.takes:
        waitlist.take(order.side, each.level, each.shown, each.lots)
        out.append(fill(state, waitlist, member, order, each.price, each.lots, TAKER, now))
    rests = order.price and order.time_in_force in (TimeInForce.GTC, TimeInForce.GTD) and reason is not ExpiryReason.REDUCE_ONLY
    if order.leaves_quantity and not rests:
        out.append(expire(member, order, now, reason))
    return out
