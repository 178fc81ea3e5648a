"""What happens to an order at a recorded venue once it is decided: it waits, is withdrawn, fills, expires. Money moves and reports go out.

The recording is the other side of every fill: what it pays and receives is kept, so that all money of a venue always sums to zero.
"""

from typing import Any

import msgspec

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.message import Envelope
from seawall.api.orders import ExpiryReason, Liquidity, OrderExpired, OrderFilled, OrderStatus, Side
from seawall.api.units import PPB, Currency, Nanos, Price, Quantity
from seawall.backtest.recorded_orders import Listed, Waiting, Waitlist
from seawall.exchange.core.accounts import Pocket, lock, lock_needed, release, transfer
from seawall.exchange.core.floor import ExchangeState, Member
from seawall.exchange.core.margin.positions import MarginPosition, trade
from seawall.exchange.core.order_book import Order

BUY = Side.BUY
MAKER = Liquidity.MAKER
FILLED, PARTIALLY_FILLED = OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED


class RecordedVenueState(msgspec.Struct):
    desk: ExchangeState  # Accounts, closed orders and fills, as an exchange keeps them. Its markets stay empty: ours are
    listings: dict[InstrumentId, Listed]
    recording: Pocket  # What the market has received from fills, less what it paid. Of perpetuals: from what was closed.
    funded: dict[InstrumentId, int] = {}  # How many funding payments of each perpetual have been made.


def wait(waitlist: Waitlist, member: Member, waiting: Waiting) -> None:
    """Keeps an order until rows reach it, and sets aside what it may spend, which must be there."""
    order = waiting.order
    locked = lock(member.account, *lock_needed(waitlist.instrument, order.side, waiting.locked_price, order.leaves_quantity))
    assert locked, "an order that cannot be paid was accepted"
    member.open[order.client_order_id] = order
    waitlist.add(waiting)


def withdraw(waitlist: Waitlist, member: Member, waiting: Waiting) -> None:
    """The order waits no longer: to be filled, expired or canceled in the same breath."""
    order = waiting.order
    waitlist.remove(order)
    release(member.account, *lock_needed(waitlist.instrument, order.side, waiting.locked_price, order.leaves_quantity))


def fill_resting(state: RecordedVenueState, waitlist: Waitlist, member: Member, waiting: Waiting, lots: Quantity, now: Nanos) -> Envelope:
    """Trades `lots` of an order that waits, as maker at its own price. What is left of it waits on, where it stood."""
    order = waiting.order
    if lots == order.leaves_quantity:
        withdraw(waitlist, member, waiting)
    else:
        release(member.account, *lock_needed(waitlist.instrument, order.side, waiting.locked_price, lots))
    return fill(state, waitlist, member, order, order.price, lots, MAKER, now)


def fill(
    state: RecordedVenueState,
    waitlist: Waitlist,
    member: Member,
    order: Order,
    price: Price,
    lots: Quantity,
    liquidity: Liquidity,
    now: Nanos,
) -> Envelope:
    """Trades `lots` of the order with the recording, paid from what is free. The fee comes off what is received, rounded up."""
    instrument, listed, side = waitlist.instrument, waitlist.listed, order.side
    fee_ppb = instrument.maker_fee_ppb if liquidity is MAKER else instrument.taker_fee_ppb
    # Any instead of Money(...) and its like: such a call costs as much as the arithmetic, and this is done for every fill.
    gain: Any
    fee: Any
    if instrument.margin is not None:
        fee, received = _settle_perpetual(state, instrument, member, side, price, lots, fee_ppb)
    elif side is BUY:
        paid, received = instrument.quote, instrument.base
        cost, gain = price * lots * instrument.tick_value, lots * instrument.lot_value
    else:
        paid, received = instrument.base, instrument.quote
        cost, gain = lots * instrument.lot_value, price * lots * instrument.tick_value
    if instrument.margin is None:
        fee = -(-gain * fee_ppb // PPB)
        free, recording = member.account.free, state.recording
        free[paid] -= cost
        free[received] += gain - fee
        recording[paid] += cost
        recording[received] -= gain
        state.desk.ledger.fees[received] += fee
    trade_id: Any = listed.last_trade_id + 1
    listed.last_trade_id = trade_id
    leaves: Any = order.leaves_quantity - lots
    order.leaves_quantity = leaves
    report = OrderFilled(
        order.account, order.client_order_id, order.instrument, order.order_id, trade_id, side, price, lots,
        order.quantity - leaves, leaves, liquidity, fee, received, now,
    )  # fmt: skip
    member.remember(report)
    if leaves:
        order.status = PARTIALLY_FILLED
    else:
        order.status = FILLED
        member.open.pop(order.client_order_id, None)
        member.archive(order)
    return Envelope(member.owner, report)


def _settle_perpetual(
    state: RecordedVenueState, instrument: Instrument, member: Member, side: Side, price: int, lots: int, fee_ppb: int
) -> tuple[int, Currency]:
    """Moves the position, and the money of what it closed. Returns the fee, in quote."""
    account, quote = member.account, instrument.quote
    notional = price * lots * instrument.tick_value
    position = account.positions.setdefault(instrument.id, MarginPosition())
    transfer(state.recording, account.free, quote, trade(position, lots if side is BUY else -lots, notional))
    if not position.quantity:
        del account.positions[instrument.id]
    fee = -(-notional * fee_ppb // PPB)
    transfer(account.free, state.desk.ledger.fees, quote, fee)
    return fee, quote


def end(member: Member, order: Order, status: OrderStatus) -> None:
    """Of an order that is withdrawn or never waited, and is not filled."""
    order.status = status
    member.open.pop(order.client_order_id, None)
    member.archive(order)


def expire(member: Member, order: Order, now: Nanos, reason: ExpiryReason = ExpiryReason.TIME_IN_FORCE) -> Envelope:
    """Ends an order that is not kept any more, with what it has filled."""
    end(member, order, OrderStatus.EXPIRED)
    filled = Quantity(order.quantity - order.leaves_quantity)
    return Envelope(member.owner, OrderExpired(order.account, order.client_order_id, order.instrument, order.order_id, filled, now, reason))
