"""What a venue does to an account that can no longer carry its positions.

Its orders are cancelled. Then, the position with the largest margin first and until maintenance is covered, a position is sold (or bought)
through the book, to everybody like any market order; at no worse price than equity and insurance fund together can pay for. What the book
does not take stands until the next mark, while there is anything left to pay with; then it is handed to those on the other side who have
earned most with most leverage (`deleveraging`). The insurance fund takes a fee of what was closed, as far as there is equity, and brings a
wallet that ends below nothing back to it.
"""

from seawall.api.margin import AUTOCLOSE
from seawall.api.message import Envelope
from seawall.api.orders import (
    AccountId,
    ClientOrderId,
    ExpiryReason,
    OrderAccepted,
    OrderExpired,
    OrderId,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from seawall.api.units import PPB, Currency, Nanos, Price, Quantity, ceil_div
from seawall.exchange.core.expiry import expire_all
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.margin.deleveraging import deleverage
from seawall.exchange.core.margin.positions import maintenance_margin
from seawall.exchange.core.margin.post import charge_liquidation, cover
from seawall.exchange.core.margin.reduce_only import trim
from seawall.exchange.core.margin.requirement import funds_of, standing, worth_of
from seawall.exchange.core.matching import execute
from seawall.exchange.core.order_book import ANY_PRICE, Order
from seawall.exchange.core.public_data import publish
from seawall.exchange.core.triggering import trigger

BUY, SELL = Side.BUY, Side.SELL
LIQUIDATION = ExpiryReason.LIQUIDATION


def liquidate(floor: Floor, name: AccountId, currency: Currency, now: Nanos, *, everything: bool = False) -> list[Envelope]:
    """Closes positions until maintenance is covered, or all of them, as far as that goes at once."""
    member = floor.members[name]
    out: list[Envelope] = []
    expire_all(floor, member, LIQUIDATION, out, now)
    for listing in _by_margin(floor, member, currency):
        account = member.account
        state = standing(floor, account, currency)
        if not everything and state.equity >= state.maintenance:
            break
        out += _close(floor, listing, name, member, now)
    if not _held(floor, member, currency):
        out += cover(floor, name, currency, now)
    trim(floor, out, now)
    return out


def _close(floor: Floor, listing: Listing, name: AccountId, member: Member, now: Nanos) -> list[Envelope]:
    instrument, position = listing.instrument, member.account.positions[listing.instrument.id]
    currency, lots = instrument.quote, position.quantity
    side = SELL if lots > 0 else BUY
    funds = funds_of(floor, member.account, currency)
    order = _order(floor, listing, name, side, abs(lots))
    out = [Envelope(member.owner, OrderAccepted(name, order.client_order_id, instrument.id, order.order_id, now))]
    taken = execute(floor, listing, member, order, _worst_price(listing, side, abs(lots), funds), out, now)
    if taken:
        bids, asks = (taken, ()) if side is SELL else ((), taken)
        publish(listing, out, bids, asks, True, now)
        trigger(floor, listing, out, 0, now)
        trigger(floor, listing, out, 0, now)
    if order.leaves_quantity and funds_of(floor, member.account, currency) <= 0:
        out += deleverage(floor, listing, name, order, now)
    closed = order.quantity - order.leaves_quantity
    if order.leaves_quantity:
        order.status = OrderStatus.EXPIRED
        out.append(Envelope(member.owner, OrderExpired(name, order.client_order_id, instrument.id, order.order_id, Quantity(closed), now)))
    member.archive(order)
    equity = standing(floor, member.account, currency).equity
    assert instrument.margin is not None, "only perpetuals are liquidated"
    wanted = ceil_div(closed * listing.mark * instrument.tick_value * instrument.margin.liquidation_fee_ppb, PPB)
    fee = min(wanted, max(0, equity))
    if fee:
        out.append(charge_liquidation(floor, name, instrument.id, currency, fee, order.order_id, now))
    return out


def _order(floor: Floor, listing: Listing, name: AccountId, side: Side, lots: int) -> Order:
    state = floor.state
    state.last_order_id = OrderId(state.last_order_id + 1)
    return Order(
        state.last_order_id, name, ClientOrderId(f"{AUTOCLOSE}{state.last_order_id}"), listing.instrument.id, side, OrderType.MARKET,
        TimeInForce.IOC, Price(0), Quantity(lots), Quantity(lots), OrderStatus.NEW,
    )  # fmt: skip


def _worst_price(listing: Listing, side: Side, lots: int, funds: int) -> Price:
    """At which closing `lots`, its fee included, costs all of `funds` against the mark."""
    instrument = listing.instrument
    worth, fee = lots * listing.mark * instrument.tick_value, instrument.taker_fee_ppb
    each = lots * instrument.tick_value
    if side is SELL:
        return Price(max(ANY_PRICE[SELL], ceil_div((worth - funds) * PPB, each * (PPB - fee))))
    return Price((worth + funds) * PPB // (each * (PPB + fee)))


def _by_margin(floor: Floor, member: Member, currency: Currency) -> list[Listing]:
    needs: list[tuple[int, Listing]] = []
    for listing in _held(floor, member, currency):
        position = member.account.positions[listing.instrument.id]
        worth = worth_of(listing.instrument, position.quantity, position.cost, listing.mark)
        needs.append((-maintenance_margin(listing.instrument, worth), listing))
    return [listing for _, listing in sorted(needs, key=lambda need: need[0])]


def _held(floor: Floor, member: Member, currency: Currency) -> list[Listing]:
    listings = [listing for key, listing in floor.listings.items() if key in member.account.positions]
    return [listing for listing in listings if listing.instrument.quote == currency and listing.mark]
