"""PlaceOrder and CancelOrder. A request is checked whole before anything changes; from then on it cannot fail.

What an order may cost is locked before it trades: a LIMIT BUY its whole price, a SELL what it sells, a MARKET BUY what the book charges now
(it is refused whole when that is not there). A MARKET order by quote amount becomes, when accepted, an order for the lots which that
amount fetches from the book as it stands; where the book ends, at its last price, so that a book too thin leaves a rest to expire.

This is the hot path: fewer and longer functions than elsewhere, and no NewType calls. benchmarks/bench_exchange.py guards it.
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
from seawall.api.units import Nanos, Price, Quantity
from seawall.exchange.core.accounts import lock_needed, transfer
from seawall.exchange.core.filters import reject_reason
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.margin.requirement import market_worth, order_refusal
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
    if request.client_order_id in member.open:
        return _reject(member, request, now, RejectReason.DUPLICATE_CLIENT_ORDER_ID, "an open order has this client_order_id")
    quantity = request.quantity or lots_for(listing, side, request.quote_quantity)
    limit = request.price
    currency, amount = lock_needed(instrument, side, limit, quantity)
    if order_type is MARKET:
        limit = ANY_PRICE[side]
        if side is BUY and instrument.margin is None:
            amount = market_cost(listing, quantity)
    account = member.account
    if instrument.margin is not None:
        worth = limit * quantity * instrument.tick_value if request.price else market_worth(listing, side, quantity)
        refusal = order_refusal(floor, listing, member, side, quantity, worth)
        if refusal is not None:
            return _reject(member, request, now, *refusal)
    elif account.free[currency] < amount:
        detail = f"the order needs {amount} {currency} minor units, {account.free[currency]} are free"
        return _reject(member, request, now, RejectReason.INSUFFICIENT_BALANCE, detail)
    crosses = best > 0 and (limit >= best if side is BUY else limit <= best)
    if crosses and order_type is LIMIT_MAKER:
        return _reject(member, request, now, RejectReason.WOULD_TAKE, "a limit_maker order must not trade at once; this one would")
    if not best and order_type is MARKET:
        return _reject(member, request, now, RejectReason.NO_LIQUIDITY, f"nobody offers to {'sell' if side is BUY else 'buy'}")
    transfer(account.free, account.locked, currency, amount)
    return _accept(floor, listing, member, request, quantity, limit, crosses, now)


def _reject(member: Member, request: PlaceOrder, now: Nanos, reason: RejectReason, detail: str) -> list[Envelope]:
    rejected = OrderRejected(request.account, request.client_order_id, request.instrument, reason, now, detail)
    return [Envelope(member.owner, rejected)]


def _accept(
    floor: Floor, listing: Listing, member: Member, request: PlaceOrder, quantity: Quantity, limit: Price, crosses: bool, now: Nanos
) -> list[Envelope]:
    state, book, side, price, time_in_force = floor.state, listing.book, request.side, request.price, request.time_in_force
    state.last_order_id += 1  # type: ignore[assignment]
    order = Order(
        state.last_order_id,
        request.account,
        request.client_order_id,
        request.instrument,
        side,
        request.order_type,
        time_in_force,
        price,
        quantity,
        quantity,
        NEW,
    )
    out = [Envelope(member.owner, OrderAccepted(request.account, request.client_order_id, request.instrument, order.order_id, now))]
    taken: Levels = ()
    rested: Levels = ()
    if crosses and (time_in_force is not FOK or can_fill(book, side, limit, quantity)):
        taken = execute(floor, listing, member, order, limit, out, now)
    if not order.leaves_quantity:
        member.archive(order)
    elif time_in_force is GTC and request.order_type is not MARKET:
        member.open[request.client_order_id] = order
        rested = (Level(price, book.add(order)),)
    else:
        out.append(Envelope(member.owner, _expire(listing, member, order, now)))
    if taken or rested:
        new_quote = bool(taken) or price == (book.best_bid if side is BUY else book.best_ask)
        bids, asks = (rested, taken) if side is BUY else (taken, rested)
        publish(listing, out, bids, asks, new_quote, now)
    return out


def _expire(listing: Listing, member: Member, order: Order, now: Nanos) -> OrderExpired:
    _end(listing, member, order, EXPIRED)
    filled = Quantity(order.quantity - order.leaves_quantity)
    return OrderExpired(order.account, order.client_order_id, order.instrument, order.order_id, filled, now)


def _end(listing: Listing, member: Member, order: Order, status: OrderStatus) -> None:
    """Ends an order that is not filled, and gives back what it had locked for the rest."""
    currency, amount = lock_needed(listing.instrument, order.side, order.price, order.leaves_quantity)
    transfer(member.account.locked, member.account.free, currency, amount)
    order.status = status
    member.archive(order)


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
    book, price, side = listing.book, order.price, order.side
    new_quote = price == (book.best_bid if side is BUY else book.best_ask)
    changed = (Level(price, book.cancel(order)),)
    del member.open[request.client_order_id]
    _end(listing, member, order, CANCELED)
    filled: Quantity = order.quantity - order.leaves_quantity  # type: ignore[assignment]
    canceled = OrderCanceled(request.account, request.client_order_id, request.instrument, order.order_id, filled, now)
    out = [Envelope(member.owner, canceled)]
    bids, asks = (changed, ()) if side is BUY else ((), changed)
    publish(listing, out, bids, asks, new_quote, now)
    return out


def _reject_cancel(member: Member, request: CancelOrder, reason: RejectReason, now: Nanos) -> list[Envelope]:
    return [Envelope(member.owner, CancelRejected(request.account, request.client_order_id, request.instrument, reason, now))]
