"""From a trade to the conditional orders that it triggers and the pending ones that it releases, and to what comes of these in turn.

Trades are followed in the order in which they happened. What one trade releases comes first, then what it triggers, in the order of
acceptance, behind everything that earlier trades have caused; every order has its turn to the end before the next one begins.
"""

from seawall.api.market_data import Traded
from seawall.api.message import Envelope
from seawall.api.orders import OrderFilled, OrderTriggered, Side
from seawall.api.units import Money, Nanos
from seawall.exchange.core.accounts import transfer
from seawall.exchange.core.closing import expire, withdraw
from seawall.exchange.core.filters import Refusal
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.lists import OCO, dissolve
from seawall.exchange.core.margin.requirement import expiry_reason, market_worth, order_refusal
from seawall.exchange.core.matching import lots_for, market_cost
from seawall.exchange.core.order_book import ANY_PRICE, Order
from seawall.exchange.core.prevention import supply_for
from seawall.exchange.core.price_guard import update
from seawall.exchange.core.releasing import release
from seawall.exchange.core.working import work

BUY = Side.BUY


def trigger(floor: Floor, listing: Listing, out: list[Envelope], since: int, now: Nanos) -> None:
    """Follows the trades told in `out` from `since` on, and all that comes of them."""
    queue: list[Order] = []
    noted = _note(listing, out, since, queue)
    for order in queue:  # It grows meanwhile.
        if order.order_id in listing.market.stops:
            _start(floor, listing, order, out, now)
        elif order.order_id in listing.market.pending:
            release(floor, listing, order, out, now)
        noted = _note(listing, out, noted, queue)


def _note(listing: Listing, out: list[Envelope], since: int, queue: list[Order]) -> int:
    market, triggers = listing.market, listing.triggers
    for envelope in out[since:]:
        if not market.stops and not market.pending:
            break
        message = envelope.message
        if type(message) is Traded and message.instrument == listing.instrument.id:
            queue += triggers.reached(message.price)
        elif type(message) is OrderFilled and not message.leaves_quantity and message.instrument == listing.instrument.id:
            whole = market.lists.get(message.order_id)
            if whole is not None and whole.list_type is not OCO:
                queue.append(market.pending[whole.orders[1]])
    return len(out)


def _start(floor: Floor, listing: Listing, order: Order, out: list[Envelope], now: Nanos) -> None:
    """A condition has come true."""
    member, terms, guard = floor.members[order.account], order.terms, listing.market.guard
    assert terms is not None
    if guard is not None:
        update(listing, guard, now)
    out.append(Envelope(member.owner, OrderTriggered(order.account, order.client_order_id, order.instrument, order.order_id, now)))
    if terms.list_id:
        dissolve(listing, member, order, out, now)
    withdraw(listing, order)
    del member.open[order.client_order_id]
    refusal = _margin_refusal(floor, listing, member, order) if listing.instrument.margin is not None else None
    if refusal is not None:
        out.append(Envelope(member.owner, expire(listing, member, order, now, expiry_reason(refusal))))
        return
    if order.price:
        work(floor, listing, member, order, order.price, out, now)
        return
    keep = _pay(listing, member, order) if order.side is BUY and listing.instrument.margin is None else 0
    work(floor, listing, member, order, ANY_PRICE[order.side], out, now, keep)


def _margin_refusal(floor: Floor, listing: Listing, member: Member, order: Order) -> Refusal | None:
    """Why the account cannot carry it now. What may only reduce finds its room when it works."""
    side, lots = order.side, order.leaves_quantity
    if order.terms is not None and order.terms.reduce_only:
        return None
    worth = order.price * lots * listing.instrument.tick_value if order.price else market_worth(listing, side, lots)
    return order_refusal(floor, listing, member, side, lots, worth)


def _pay(listing: Listing, member: Member, order: Order) -> int:
    """A BUY at whatever the market asks: locks the price of what the balance pays for. Returns the lots that it does not."""
    terms, account, quote = order.terms, member.account, listing.instrument.quote
    assert terms is not None
    transfer(account.locked, account.free, quote, terms.locked)
    terms.locked = Money(0)
    if next(iter(supply_for(listing, order.account, BUY, terms)), None) is None:
        return 0
    affordable = lots_for(listing, supply_for(listing, order.account, BUY, terms), account.free[quote])
    lots = min(order.leaves_quantity, affordable)
    cost = market_cost(listing, supply_for(listing, order.account, BUY, terms), lots)
    transfer(account.free, account.locked, quote, cost)
    return order.leaves_quantity - lots
