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
    OrderAccepted,
    OrderCanceled,
    OrderStatus,
    OrderType,
    PlaceOrder,
    RejectReason,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from seawall.api.units import Nanos, Price, Quantity
from seawall.exchange.core.accounts import MAX_MONEY, MAX_NAME, lock_needed, transfer
from seawall.exchange.core.answers import reject, reject_cancel
from seawall.exchange.core.closing import CANCELED, expire
from seawall.exchange.core.filters import reject_reason
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.margin.requirement import market_worth, order_refusal
from seawall.exchange.core.matching import can_fill, execute, lots_for, market_cost
from seawall.exchange.core.order_book import ANY_PRICE, Order
from seawall.exchange.core.public_data import Levels, publish
from seawall.exchange.core.rules import rule_refusal
from seawall.exchange.core.special_entry import cancel_special, place_special
from seawall.exchange.core.triggering import trigger

BUY, SELL = Side.BUY, Side.SELL
NO_PREVENTION = SelfTradePrevention.NONE
LIMIT, LIMIT_MAKER, MARKET = OrderType.LIMIT, OrderType.LIMIT_MAKER, OrderType.MARKET
GTC, FOK, GTD = TimeInForce.GTC, TimeInForce.FOK, TimeInForce.GTD
NEW = OrderStatus.NEW


def place_order(floor: Floor, request: PlaceOrder, now: Nanos) -> list[Envelope]:
    member = floor.members.get(request.account)
    if member is None:
        return floor.drop()
    listing = floor.free.get(request.instrument)
    if request.valid_until and now > request.valid_until:
        return reject(member, request, now, RejectReason.REQUEST_EXPIRED, f"valid until {request.valid_until}, it is {now} here")
    if listing is None:
        forbidden = rule_refusal(floor, member, request)
        if forbidden is not None:
            return reject(member, request, now, *forbidden)
        listing = floor.listings[request.instrument]
        if listing.market.guard is not None:
            return place_special(floor, listing, member, request, now)
    if (
        request.stop_price
        or request.trailing_delta_bps
        or request.display_quantity
        or request.expire_time
        or request.reduce_only
        or request.self_trade_prevention is not NO_PREVENTION
    ):
        return place_special(floor, listing, member, request, now)
    instrument, account, quantity, price = listing.instrument, member.account, request.quantity, request.price
    notional = price * quantity * instrument.tick_value
    if request.side is BUY:
        currency, amount, best = instrument.quote, notional, listing.book.best_ask
        crosses = 0 < best <= price
    else:
        currency, amount, best = instrument.base, quantity * instrument.lot_value, listing.book.best_bid
        crosses = best >= price
    lowest, highest, fewest, most, least = listing.plain
    if (
        request.order_type is LIMIT
        and lowest <= price <= highest
        and fewest <= quantity <= most
        and least <= notional <= MAX_MONEY
        and 0 < len(request.client_order_id) <= MAX_NAME
        and request.client_order_id not in member.open
        and account.free[currency] >= amount
        and request.time_in_force is not GTD
        and not request.quote_quantity
    ):
        transfer(account.free, account.locked, currency, amount)
        return _accept(floor, listing, member, request, quantity, price, crosses, now)
    return _look_closer(floor, listing, member, request, best, now)


def _look_closer(floor: Floor, listing: Listing, member: Member, request: PlaceOrder, best: Price, now: Nanos) -> list[Envelope]:
    """Any order without special terms: the checks one by one, each with its answer."""
    instrument, book, side, order_type = listing.instrument, listing.book, request.side, request.order_type
    refusal = reject_reason(instrument, request, best)
    if refusal is not None:
        return reject(member, request, now, *refusal)
    if request.client_order_id in member.open:
        return reject(member, request, now, RejectReason.DUPLICATE_CLIENT_ORDER_ID, "an open order has this client_order_id")
    quantity = request.quantity or lots_for(listing, book.supply(SELL if side is BUY else BUY), request.quote_quantity)
    limit = request.price
    currency, amount = lock_needed(instrument, side, limit, quantity)
    if order_type is MARKET:
        limit = ANY_PRICE[side]
        if side is BUY and instrument.margin is None:
            amount = market_cost(listing, book.supply(SELL), quantity)
    account = member.account
    if instrument.margin is not None:
        worth = limit * quantity * instrument.tick_value if request.price else market_worth(listing, side, quantity)
        refusal = order_refusal(floor, listing, member, side, quantity, worth)
        if refusal is not None:
            return reject(member, request, now, *refusal)
    elif account.free[currency] < amount:
        detail = f"the order needs {amount} {currency} minor units, {account.free[currency]} are free"
        return reject(member, request, now, RejectReason.INSUFFICIENT_BALANCE, detail)
    crosses = best > 0 and (limit >= best if side is BUY else limit <= best)
    if crosses and order_type is LIMIT_MAKER:
        return reject(member, request, now, RejectReason.WOULD_TAKE, "a limit_maker order must not trade at once; this one would")
    if not best and order_type is MARKET:
        return reject(member, request, now, RejectReason.NO_LIQUIDITY, f"nobody offers to {'sell' if side is BUY else 'buy'}")
    transfer(account.free, account.locked, currency, amount)
    return _accept(floor, listing, member, request, quantity, limit, crosses, now)


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
    if not crosses and time_in_force is GTC and request.order_type is not MARKET:
        member.open[request.client_order_id] = order
        rested: Levels = (Level(price, book.add(order)),)
        if side is BUY:
            publish(listing, out, rested, (), price == book.best_bid, now)
        else:
            publish(listing, out, (), rested, price == book.best_ask, now)
        return out
    taken: Levels = ()
    rested = ()
    if crosses and (time_in_force is not FOK or can_fill(book.supply(SELL if side is BUY else BUY), side, limit, quantity)):
        taken = execute(floor, listing, member, order, limit, out, now)
    if not order.leaves_quantity:
        member.archive(order)
    elif time_in_force is GTC and request.order_type is not MARKET:
        member.open[request.client_order_id] = order
        rested = (Level(price, book.add(order)),)
    else:
        out.append(Envelope(member.owner, expire(listing, member, order, now)))
    if taken or rested:
        bids, asks = (rested, taken) if side is BUY else (taken, rested)
        publish(listing, out, bids, asks, True, now)
    if listing.market.stops or listing.market.pending:
        trigger(floor, listing, out, 0, now)  # Also after trades that an iceberg has made unseen: they changed no level.
    return out


def cancel_order(floor: Floor, request: CancelOrder, now: Nanos) -> list[Envelope]:
    member = floor.members.get(request.account)
    if member is None:
        return floor.drop()
    if request.valid_until and now > request.valid_until:
        return reject_cancel(member, request, RejectReason.REQUEST_EXPIRED, now)
    listing = floor.listings.get(request.instrument)
    if listing is None:
        return reject_cancel(member, request, RejectReason.UNKNOWN_INSTRUMENT, now)
    order = member.open.get(request.client_order_id)
    if order is None or order.instrument != request.instrument:
        return reject_cancel(member, request, RejectReason.UNKNOWN_ORDER, now)
    if order.terms is not None:
        return cancel_special(listing, member, order, now)
    book, price, leaves, account, instrument = listing.book, order.price, order.leaves_quantity, member.account, listing.instrument
    del member.open[request.client_order_id]
    if order.side is BUY:
        currency, amount, best = instrument.quote, price * leaves * instrument.tick_value, book.best_bid
    else:
        currency, amount, best = instrument.base, leaves * instrument.lot_value, book.best_ask
    if instrument.margin is None:
        transfer(account.locked, account.free, currency, amount)
    changed = (Level(price, book.cancel(order)),)
    order.status = CANCELED
    member.archive(order)
    filled: Quantity = order.quantity - leaves  # type: ignore[assignment]
    canceled = OrderCanceled(request.account, request.client_order_id, request.instrument, order.order_id, filled, now)
    out = [Envelope(member.owner, canceled)]
    if order.side is BUY:
        publish(listing, out, changed, (), price == best, now)
    else:
        publish(listing, out, (), changed, price == best, now)
    return out
