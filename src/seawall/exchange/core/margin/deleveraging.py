"""Auto-deleveraging: what neither book nor insurance fund can take of a liquidation is closed against the winners on the other side.

Rank: profit ratio x leverage where there is profit, profit ratio / leverage where there is loss; the highest first. Profit ratio is
unrealised profit / cost, leverage is notional / equity. Price: the one at which the closed account has lost all its equity and all of the
insurance fund, and no more. No fees. No public print: this is not the market's price.
"""

from seawall.api.margin import DELEVERAGED
from seawall.api.message import Envelope
from seawall.api.orders import (
    AccountId,
    ClientOrderId,
    Liquidity,
    OrderFilled,
    OrderId,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
    TradeId,
)
from seawall.api.units import PPB, Currency, Money, Nanos, Price, Quantity, ceil_div
from seawall.exchange.core.accounts import Account, settle_perpetual
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.margin.positions import unrealised
from seawall.exchange.core.margin.requirement import funds_of, standing, worth_of
from seawall.exchange.core.order_book import Order

BUY, SELL = Side.BUY, Side.SELL
MAKER, TAKER = Liquidity.MAKER, Liquidity.TAKER


def deleverage(floor: Floor, listing: Listing, name: AccountId, closing: Order, now: Nanos) -> list[Envelope]:
    """Fills what is left of `closing`. As many lots are long as are short, so there is always somebody on the other side."""
    instrument, market = listing.instrument, listing.market
    member = floor.members[name]
    price = _bankruptcy_price(floor, listing, member.account, instrument.quote)
    out: list[Envelope] = []
    for other, account in _ranked(floor, listing, closing.side):
        lots = min(closing.leaves_quantity, abs(account.positions[instrument.id].quantity))
        if not lots:
            break
        buyer, seller = (member.account, account) if closing.side is BUY else (account, member.account)
        settle_perpetual(floor.state.ledger, instrument, buyer, seller, price, lots, 0, 0)
        market.last_trade_id = TradeId(market.last_trade_id + 1)
        closing.leaves_quantity = Quantity(closing.leaves_quantity - lots)
        closing.status = OrderStatus.PARTIALLY_FILLED if closing.leaves_quantity else OrderStatus.FILLED
        forced = _forced(floor, listing, other, SELL if closing.side is BUY else BUY, lots)
        floor.members[other].archive(forced)
        out.append(_filled(listing, floor.members[other], forced, price, lots, MAKER, now))
        out.append(_filled(listing, member, closing, price, lots, TAKER, now))
    return out


def _bankruptcy_price(floor: Floor, listing: Listing, account: Account, currency: Currency) -> Price:
    """At which closing the position leaves no funds, rounded in favour of the account."""
    instrument, lots = listing.instrument, account.positions[listing.instrument.id].quantity
    funds, each = funds_of(floor, account, currency), abs(lots) * instrument.tick_value
    worth = listing.mark * each
    return Price(max(0, ceil_div(worth - funds, each)) if lots > 0 else max(0, (worth + funds) // each))


def _ranked(floor: Floor, listing: Listing, side: Side) -> list[tuple[AccountId, Account]]:
    """Who could be the other side of an order of `side` by closing a position, the first to be deleveraged first."""
    instrument, mark = listing.instrument, listing.mark
    found: list[tuple[int, AccountId, Account]] = []
    for name, account in floor.state.ledger.accounts.items():
        position = account.positions.get(instrument.id)
        if position is None or (position.quantity > 0) == (side is SELL):
            continue
        equity = max(1, standing(floor, account, instrument.quote).equity)
        leverage = max(1, worth_of(instrument, position.quantity, position.cost, mark) * PPB // equity)
        ratio = unrealised(position, instrument, mark) * PPB // max(1, abs(position.cost))
        found.append((-ratio * leverage if ratio > 0 else -ratio * PPB * PPB // leverage, name, account))
    return [(name, account) for _, name, account in sorted(found, key=lambda each: each[0])]


def _forced(floor: Floor, listing: Listing, name: AccountId, side: Side, lots: int) -> Order:
    state = floor.state
    state.last_order_id = OrderId(state.last_order_id + 1)
    return Order(
        state.last_order_id, name, ClientOrderId(f"{DELEVERAGED}-{state.last_order_id}"), listing.instrument.id, side, OrderType.MARKET,
        TimeInForce.IOC, Price(0), Quantity(lots), Quantity(0), OrderStatus.FILLED,
    )  # fmt: skip


def _filled(listing: Listing, member: Member, order: Order, price: Price, lots: int, liquidity: Liquidity, now: Nanos) -> Envelope:
    fill = OrderFilled(
        order.account, order.client_order_id, order.instrument, order.order_id, listing.market.last_trade_id, order.side, price,
        Quantity(lots), Quantity(order.quantity - order.leaves_quantity), order.leaves_quantity, liquidity, Money(0),
        listing.instrument.quote, now,
    )  # fmt: skip
    member.remember(fill)
    return Envelope(member.owner, fill)
