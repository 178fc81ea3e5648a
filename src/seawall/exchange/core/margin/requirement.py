"""Whether an account can carry what it has and wants: equity against margin, over all perpetuals that settle in one currency.

equity       wallet + unrealised profit and loss of every position, at the mark
initial      of each perpetual: the rate of its tier x the largest position that working orders could lead to, at the mark
open loss    what a working order would lose at once, were it filled at its limit: buying above the mark, selling below it
accepted     equity >= initial + open losses + the new order's fee; or the order can only bring its position towards zero

A conditional order is asked for nothing and counts for nothing while it waits for its price: once it is triggered it is looked at as if it
were new, and expires if the account cannot carry it.
"""

from typing import NamedTuple

from seawall.api.instruments import Instrument
from seawall.api.orders import ExpiryReason, OrderStatus, RejectReason, Side
from seawall.api.units import PPB, Currency, ceil_div
from seawall.exchange.core.accounts import MAX_MONEY, Account
from seawall.exchange.core.filters import Refusal
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.margin.positions import initial_margin, maintenance_margin, unrealised

BUY = Side.BUY
PENDING_NEW = OrderStatus.PENDING_NEW
MAX_VALUE = MAX_MONEY >> 4  # Of one account's position and orders in one perpetual: sums over accounts still fit the wire's integers.


class Standing(NamedTuple):
    equity: int
    maintenance: int


class _Reach:
    """What an account holds and may come to hold of one perpetual, in lots."""

    __slots__ = ("buying", "held", "loss", "selling", "value")

    def __init__(self, held: int, value: int) -> None:
        self.held = held
        self.value = value  # Of everything, at the prices it was or would be traded at.
        self.buying = 0
        self.selling = 0
        self.loss = 0

    def add(self, instrument: Instrument, side: Side, lots: int, worth: int, mark: int) -> None:
        self.value += worth
        at_mark = lots * mark * instrument.tick_value
        if side is BUY:
            self.buying += lots
            self.loss += max(0, worth - at_mark)
        else:
            self.selling += lots
            self.loss += max(0, at_mark - worth)

    def widest(self) -> int:
        return max(abs(self.held), self.held + self.buying, self.selling - self.held)


def standing(floor: Floor, account: Account, currency: Currency) -> Standing:
    """Cross margin: every position that settles in the currency stands for every other."""
    equity, maintenance = account.free[currency] + account.locked[currency], 0
    for key, position in account.positions.items():
        listing = floor.listings[key]
        instrument, mark = listing.instrument, listing.mark
        if instrument.quote == currency:
            equity += unrealised(position, instrument, mark)
            maintenance += maintenance_margin(instrument, worth_of(instrument, position.quantity, position.cost, mark))
    return Standing(equity, maintenance)


def funds_of(floor: Floor, account: Account, currency: Currency) -> int:
    """What can still be lost before others would have to pay: the account's equity, and the insurance fund behind it."""
    return standing(floor, account, currency).equity + max(0, floor.state.ledger.insurance[currency])


def worth_of(instrument: Instrument, quantity: int, cost: int, mark: int) -> int:
    """Notional at the mark; at cost while there is none."""
    return abs(quantity) * mark * instrument.tick_value if mark else abs(cost)


def order_refusal(floor: Floor, listing: Listing, member: Member, side: Side, lots: int, worth: int) -> Refusal | None:
    """Why the account cannot place this order; `worth`: what it pays or brings at worst. Looks at every open order of the account."""
    instrument, account, currency = listing.instrument, member.account, listing.instrument.quote
    reaches: dict[str, _Reach] = {key: _Reach(position.quantity, abs(position.cost)) for key, position in account.positions.items()}
    for order in member.open.values():
        other = floor.listings[order.instrument]
        if order.terms is not None and (order.terms.reduce_only or order.status is PENDING_NEW or order.order_id in other.triggers.stops):
            continue  # It leads to nothing larger, or not yet.
        reach = reaches.setdefault(order.instrument, _Reach(0, 0))
        price = order.price or other.mark
        value = price * order.leaves_quantity * other.instrument.tick_value
        reach.add(other.instrument, order.side, order.leaves_quantity, value, other.mark or price)
    own = reaches.setdefault(instrument.id, _Reach(0, 0))
    mark = listing.mark or (worth // (lots * instrument.tick_value) if lots else 0)
    before = own.widest()
    own.add(instrument, side, lots, worth, mark)
    if own.widest() <= before and own.held * (1 if side is BUY else -1) < 0:
        return None
    needed = ceil_div(worth * instrument.taker_fee_ppb, PPB)
    for key, reach in reaches.items():
        other = floor.listings[key]  # type: ignore[index]
        listed = other.instrument
        if listed.quote != currency:
            continue
        at = other.mark or (mark if other is listing else 0)
        notional = reach.widest() * at * listed.tick_value if at else reach.value
        margin = initial_margin(listed, notional)
        if margin is None or max(notional, reach.value) > MAX_VALUE:
            detail = f"position and orders could reach {max(notional, reach.value)} {currency} minor units, more than the largest tier"
            return RejectReason.MAX_POSITION, detail
        needed += margin + reach.loss
    equity = standing(floor, account, currency).equity
    if equity < needed:
        return RejectReason.INSUFFICIENT_MARGIN, f"positions and orders would need {needed} {currency} minor units, equity is {equity}"
    return None


def expiry_reason(refusal: Refusal) -> ExpiryReason:
    """Of an order that was accepted long before anybody asked what it needs."""
    return ExpiryReason.NO_FUNDS if refusal[0] is RejectReason.INSUFFICIENT_MARGIN else ExpiryReason.REFUSED


def market_worth(listing: Listing, side: Side, lots: int) -> int:
    """What the book pays or charges for so many lots; beyond its end, at its last price."""
    missing, worth, price = lots, 0, 0
    for price, available in listing.book.depth(Side.SELL if side is BUY else BUY):
        worth += price * min(missing, available)
        missing -= available
        if missing <= 0:
            break
    return (worth + max(0, missing) * price) * listing.instrument.tick_value
