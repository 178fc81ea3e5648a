"""From a trade to the conditional orders that it triggers, and to those that these trigger in turn.

Trades are followed in the order in which they happened. What one trade triggers comes in the order of acceptance, behind everything that
earlier trades have triggered; every order has its turn to the end before the next one begins.
"""

from seawall.api.market_data import Level, Traded
from seawall.api.message import Envelope
from seawall.api.orders import ExpiryReason, OrderTriggered, Side, TimeInForce
from seawall.api.units import Money, Nanos, Price
from seawall.exchange.core.accounts import transfer
from seawall.exchange.core.closing import expire, withdraw
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.lists import dissolve
from seawall.exchange.core.margin.reduce_only import room
from seawall.exchange.core.matching import can_fill, execute, lots_for, market_cost
from seawall.exchange.core.order_book import ANY_PRICE, Order
from seawall.exchange.core.prevention import NONE, SELF_TRADE, execute_preventing, supply_for
from seawall.exchange.core.public_data import Levels, publish
from seawall.exchange.core.terms import hidden_part

BUY, SELL = Side.BUY, Side.SELL
GTC, GTD, FOK = TimeInForce.GTC, TimeInForce.GTD, TimeInForce.FOK
TIME_IN_FORCE, NO_FUNDS, ORDER_LIST = ExpiryReason.TIME_IN_FORCE, ExpiryReason.NO_FUNDS, ExpiryReason.ORDER_LIST
REDUCE_ONLY = ExpiryReason.REDUCE_ONLY


def trigger(floor: Floor, listing: Listing, out: list[Envelope], since: int, now: Nanos) -> None:
    """Follows the trades told in `out` from `since` on, and all that comes of them."""
    queue: list[Order] = []
    noted = _note(listing, out, since, queue)
    for order in queue:  # It grows meanwhile.
        if order.order_id in listing.market.stops:
            _start(floor, listing, order, out, now)
            noted = _note(listing, out, noted, queue)


def _note(listing: Listing, out: list[Envelope], since: int, queue: list[Order]) -> int:
    market, triggers = listing.market, listing.triggers
    for envelope in out[since:]:
        if not market.stops:
            break
        message = envelope.message
        if type(message) is Traded and message.instrument == listing.instrument.id:
            queue += triggers.reached(message.price)
    return len(out)


def _start(floor: Floor, listing: Listing, order: Order, out: list[Envelope], now: Nanos) -> None:
    """A condition has come true."""
    member, terms = floor.members[order.account], order.terms
    assert terms is not None
    out.append(Envelope(member.owner, OrderTriggered(order.account, order.client_order_id, order.instrument, order.order_id, now)))
    if terms.list_id:
        dissolve(floor, listing, order, ORDER_LIST, out, now)
    withdraw(listing, order)
    del member.open[order.client_order_id]
    if order.price:
        work(floor, listing, member, order, order.price, out, now)
        return
    keep = _pay(listing, member, order) if order.side is BUY and listing.instrument.margin is None else 0
    work(floor, listing, member, order, ANY_PRICE[order.side], out, now, keep)


def _pay(listing: Listing, member: Member, order: Order) -> int:
    """A BUY at whatever the market asks: locks the price of what the balance pays for. Returns the lots that it does not."""
    terms, account, quote = order.terms, member.account, listing.instrument.quote
    assert terms is not None
    transfer(account.locked, account.free, quote, terms.locked)
    terms.locked = Money(0)
    affordable = lots_for(listing, supply_for(listing, order.account, BUY, terms), account.free[quote])
    lots = min(order.leaves_quantity, affordable)
    cost = market_cost(listing, supply_for(listing, order.account, BUY, terms), lots)
    transfer(account.free, account.locked, quote, cost)
    return order.leaves_quantity - lots


def work(
    floor: Floor, listing: Listing, member: Member, order: Order, limit: Price, out: list[Envelope], now: Nanos, keep: int = 0
) -> None:
    """An order that is not open yet, its money locked, enters the market: trades what crosses, but for `keep` lots; rests, expires."""
    book, side, terms, price = listing.book, order.side, order.terms, order.price
    assert terms is not None
    if terms.reduce_only:
        keep = max(keep, order.leaves_quantity - room(listing, member, side))
    best = book.best_ask if side is BUY else book.best_bid
    crosses = best > 0 and (limit >= best if side is BUY else limit <= best) and order.leaves_quantity > keep
    taken: Levels = ()
    rested: Levels = ()
    reason = REDUCE_ONLY if keep and terms.reduce_only else NO_FUNDS if keep and best else TIME_IN_FORCE
    if crosses and order.time_in_force is FOK:
        crosses = can_fill(supply_for(listing, order.account, side, terms), side, limit, order.leaves_quantity)
    if crosses and terms.self_trade_prevention is NONE:
        taken = execute(floor, listing, member, order, limit, out, now, keep)
    elif crosses and execute_preventing(floor, listing, member, order, limit, out, now, keep):
        reason = SELF_TRADE
    if not order.leaves_quantity:
        member.archive(order)
    elif price and reason is not SELF_TRADE and reason is not REDUCE_ONLY and order.time_in_force in (GTC, GTD):
        member.open[order.client_order_id] = order
        terms.hidden = hidden_part(order.leaves_quantity, terms)
        rested = (Level(price, book.add(order)),)
    else:
        out.append(Envelope(member.owner, expire(listing, member, order, now, reason)))
    if taken or rested:
        new_quote = bool(taken) or price == (book.best_bid if side is BUY else book.best_ask)
        bids, asks = (rested, taken) if side is BUY else (taken, rested)
        publish(listing, out, bids, asks, new_quote, now)
