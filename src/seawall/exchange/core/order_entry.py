"""PlaceOrder and CancelOrder. A request is checked whole before anything changes; from then on it cannot fail.

What an order may cost is locked before it trades: a LIMIT BUY its whole price, a MARKET BUY what the book charges this instant, a SELL what
it sells. A MARKET order by quote amount becomes, when it is accepted, an order for the lots which that amount fetches from the book as it
stands; where the book ends, at its last price, so that a book too thin leaves a rest to expire.
"""

from seawall.api.market_data import Level
from seawall.api.message import Envelope
from seawall.api.orders import (
    CancelOrder,
    CancelRejected,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderRejected,
    OrderStatus,
    OrderType,
    PlaceOrder,
    RejectReason,
    Side,
    TimeInForce,
)
from seawall.api.units import Nanos, Quantity
from seawall.exchange.core.accounts import lock_needed, release, transfer
from seawall.exchange.core.filters import reject_reason
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.matching import can_fill, execute, lots_for, market_cost
from seawall.exchange.core.order_book import ANY_PRICE, Order
from seawall.exchange.core.public_data import Levels, publish

BUY = Side.BUY
LIMIT_MAKER, MARKET = OrderType.LIMIT_MAKER, OrderType.MARKET
GTC, FOK = TimeInForce.GTC, TimeInForce.FOK
NEW, CANCELED, EXPIRED = OrderStatus.NEW, OrderStatus.CANCELED, OrderStatus.EXPIRED


def place_order(floor: Floor, request: PlaceOrder, now: Nanos) -> list[Envelope]:
    member = floor.members.get(request.account)
    if member is None:
        return floor.drop()
    listing = floor.listings.get(request.instrument)
    if request.valid_until and now > request.valid_until:
        return _reject(member, request, now, RejectReason.REQUEST_EXPIRED, f"valid until {request.valid_until}, it is {now} here")
    if listing is None:
        return _reject(member, request, now, RejectReason.UNKNOWN_INSTRUMENT, f"{request.instrument} is not listed here")
    instrument, book, side, order_type = listing.instrument, listing.book, request.side, request.order_type
    best = book.best_ask if side is BUY else book.best_bid
    refusal = reject_reason(instrument, request, best)
    if refusal is not None:
        return _reject(member, request, now, *refusal)
    client_order_id = request.client_order_id
    if client_order_id in member.open:
        return _reject(member, request, now, RejectReason.DUPLICATE_CLIENT_ORDER_ID, f"{client_order_id} is the id of an open order")
    quantity = request.quantity or lots_for(listing, side, request.quote_quantity)
    currency, amount = lock_needed(instrument, side, request.price, quantity)
    limit = request.price
    if order_type is MARKET:
        limit = ANY_PRICE[side]
        if side is BUY:
            amount = market_cost(listing, quantity)
    free, locked = member.account.free, member.account.locked
    if free[currency] < amount:
        detail = f"the order needs {amount} {currency} minor units, {free[currency]} are free"
        return _reject(member, request, now, RejectReason.INSUFFICIENT_BALANCE, detail)
    crosses = best and (limit >= best if side is BUY else limit <= best)
    if crosses and order_type is LIMIT_MAKER:
        return _reject(member, request, now, RejectReason.WOULD_TAKE, "a limit_maker order must not trade at once; this one would")
    if not best and order_type is MARKET:
        return _reject(member, request, now, RejectReason.NO_LIQUIDITY, f"nobody offers to {'sell' if side is BUY else 'buy'}")
    transfer(free, locked, currency, amount)
    state = floor.state
    state.last_order_id += 1  # type: ignore[assignment]
    order = Order(
        state.last_order_id,
        request.account,
        client_order_id,
        request.instrument,
        side,
        order_type,
        request.time_in_force,
        request.price,
        quantity,
        quantity,
        NEW,
    )
    out = [Envelope(member.owner, OrderAccepted(order.account, client_order_id, order.instrument, order.order_id, now))]
    taken: Levels = ()
    if crosses and (request.time_in_force is not FOK or can_fill(book, side, limit, quantity)):
        taken = execute(floor, listing, member, order, limit, out, now)
    _rest_or_end(listing, member, order, taken, out, now)
    return out


def _reject(member: Member, request: PlaceOrder, now: Nanos, reason: RejectReason, detail: str) -> list[Envelope]:
    rejected = OrderRejected(request.account, request.client_order_id, request.instrument, reason, now, detail)
    return [Envelope(member.owner, rejected)]


def _rest_or_end(listing: Listing, member: Member, order: Order, taken: Levels, out: list[Envelope], now: Nanos) -> None:
    """What becomes of an accepted order after it took what it could, and what the public is told of all that."""
    book, side, price = listing.book, order.side, order.price
    rested: Levels = ()
    if not order.leaves_quantity:
        member.client.closed.append(order)
    elif order.time_in_force is GTC and order.order_type is not MARKET:
        member.open[order.client_order_id] = order
        rested = (Level(price, book.add(order)),)
    else:
        filled = _end(listing, member, order, EXPIRED)
        out.append(
            Envelope(member.owner, OrderExpired(order.account, order.client_order_id, order.instrument, order.order_id, filled, now))
        )
    if taken or rested:
        bids, asks = (rested, taken) if side is BUY else (taken, rested)
        new_quote = bool(taken) or price == (book.best_bid if side is BUY else book.best_ask)
        publish(listing, out, new_quote, bids, asks, now)


def _end(listing: Listing, member: Member, order: Order, status: OrderStatus) -> Quantity:
    """Ends an order that is not filled, and gives back what it had locked for the rest. Returns what was filled."""
    currency, amount = lock_needed(listing.instrument, order.side, order.price, order.leaves_quantity)
    release(member.account, currency, amount)
    order.status = status
    member.client.closed.append(order)
    return Quantity(order.quantity - order.leaves_quantity)


def cancel_order(floor: Floor, request: CancelOrder, now: Nanos) -> list[Envelope]:
    member = floor.members.get(request.account)
    if member is None:
        return floor.drop()
    if request.valid_until and now > request.valid_until:
        return _reject_cancel(member, request, RejectReason.REQUEST_EXPIRED, now)
    listing = floor.listings.get(request.instrument)
    if listing is None:
        return _reject_cancel(member, request, RejectReason.UNKNOWN_INSTRUMENT, now)
    order = member.open.get(request.client_order_id)
    if order is None or order.instrument != request.instrument:
        return _reject_cancel(member, request, RejectReason.UNKNOWN_ORDER, now)
    book, price, buys = listing.book, order.price, order.side is BUY
    new_quote = price == (book.best_bid if buys else book.best_ask)
    changed = (Level(price, book.cancel(order)),)
    del member.open[order.client_order_id]
    filled = _end(listing, member, order, CANCELED)
    canceled = OrderCanceled(order.account, order.client_order_id, order.instrument, order.order_id, filled, now)
    out = [Envelope(member.owner, canceled)]
    publish(listing, out, new_quote, changed if buys else (), () if buys else changed, now)
    return out


def _reject_cancel(member: Member, request: CancelOrder, reason: RejectReason, now: Nanos) -> list[Envelope]:
    return [Envelope(member.owner, CancelRejected(request.account, request.client_order_id, request.instrument, reason, now))]
