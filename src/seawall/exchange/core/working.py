"""An accepted order that is not plain enters the market: when it is placed, triggered or released."""

from seawall.api.market_data import Level
from seawall.api.message import Envelope
from seawall.api.orders import ExpiryReason, Side, TimeInForce
from seawall.api.units import Nanos, Price
from seawall.exchange.core.closing import expire
from seawall.exchange.core.floor import Floor, Listing, Member, PriceGuard
from seawall.exchange.core.lists import dissolve
from seawall.exchange.core.margin.reduce_only import room
from seawall.exchange.core.matching import can_fill, execute
from seawall.exchange.core.order_book import Order
from seawall.exchange.core.prevention import NONE, SELF_TRADE, execute_preventing, supply_for
from seawall.exchange.core.price_guard import capped, note_trades, press
from seawall.exchange.core.public_data import Levels, publish
from seawall.exchange.core.terms import hidden_part

BUY = Side.BUY
GTC, GTD, FOK = TimeInForce.GTC, TimeInForce.GTD, TimeInForce.FOK
TIME_IN_FORCE, NO_FUNDS, REDUCE_ONLY = ExpiryReason.TIME_IN_FORCE, ExpiryReason.NO_FUNDS, ExpiryReason.REDUCE_ONLY


def work(
    floor: Floor, listing: Listing, member: Member, order: Order, limit: Price, out: list[Envelope], now: Nanos, keep: int = 0
) -> None:
    """An order that is not open yet, its money locked, enters the market: trades what crosses, but for `keep` lots; rests, expires."""
    book, side, terms, price = listing.book, order.side, order.terms, order.price
    assert terms is not None
    if terms.reduce_only:
        keep = max(keep, order.leaves_quantity - room(listing.instrument.id, listing.market.stops, member, side))
    best = book.best_ask if side is BUY else book.best_bid
    crosses = best > 0 and (limit >= best if side is BUY else limit <= best) and order.leaves_quantity > keep
    guard, since, wanted = listing.market.guard, len(out), limit
    if guard is not None:
        limit = capped(guard, side, limit)
        crosses = crosses and guard.lower <= best <= guard.upper and not listing.market.halted  # By an order before it in the queue.
    taken: Levels = ()
    rested: Levels = ()
    reason = REDUCE_ONLY if keep and terms.reduce_only else NO_FUNDS if keep and best else TIME_IN_FORCE
    if crosses and order.time_in_force is FOK:
        crosses = can_fill(supply_for(listing, order.account, side, terms), side, limit, order.leaves_quantity)
    if crosses and terms.self_trade_prevention is NONE:
        taken = execute(floor, listing, member, order, limit, out, now, keep)
    elif crosses and execute_preventing(floor, listing, member, order, limit, out, now, keep):
        reason = SELF_TRADE
    beyond = _beyond(listing, guard, order, wanted, keep) if guard is not None and reason is not SELF_TRADE else 0
    if beyond:
        reason = ExpiryReason.PRICE_BAND
    if guard is not None:
        note_trades(listing, guard, out, since, now)
    if not order.leaves_quantity:
        member.archive(order)
    elif price and reason not in (SELF_TRADE, REDUCE_ONLY, ExpiryReason.PRICE_BAND) and order.time_in_force in (GTC, GTD):
        member.open[order.client_order_id] = order
        terms.hidden = hidden_part(order.leaves_quantity, terms)
        rested = (Level(price, book.add(order)),)
    else:
        if terms.list_id:
            dissolve(listing, member, order, out, now)
        out.append(Envelope(member.owner, expire(listing, member, order, now, reason)))
    if taken or rested:
        new_quote = bool(taken) or price == (book.best_bid if side is BUY else book.best_ask)
        bids, asks = (rested, taken) if side is BUY else (taken, rested)
        publish(listing, out, bids, asks, new_quote, now)
    if beyond and guard is not None:
        press(floor, listing, guard, beyond, out, now)


def _beyond(listing: Listing, guard: PriceGuard, order: Order, wanted: Price, keep: int) -> int:
    """The price outside of the collar at which the order would trade next, or stand; 0: it is not the collar that stops it."""
    book, side = listing.book, order.side
    best = book.best_ask if side is BUY else book.best_bid
    if order.leaves_quantity <= keep or not order.leaves_quantity:
        return 0
    if best and (wanted >= best if side is BUY else wanted <= best):
        return 0 if guard.lower <= best <= guard.upper and not listing.market.halted else best
    return order.price if order.price and capped(guard, side, order.price) != order.price else 0
