"""An accepted order meets the book: money changes hands, both sides and the public are told. And what it would meet, before it does."""

from seawall.api.market_data import Level, Traded
from seawall.api.message import PUBLIC, Envelope
from seawall.api.orders import Liquidity, OrderFilled, OrderStatus, Side
from seawall.api.units import Money, Nanos, Price, Quantity
from seawall.exchange.core.accounts import settle, settle_perpetual, transfer
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.order_book import Order, OrderBook
from seawall.exchange.core.public_data import Levels

BUY, SELL = Side.BUY, Side.SELL
MAKER, TAKER = Liquidity.MAKER, Liquidity.TAKER
FILLED, PARTIALLY_FILLED = OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED


def execute(floor: Floor, listing: Listing, taker_member: Member, taker: Order, limit: Price, out: list[Envelope], now: Nanos) -> Levels:
    """Trades what crosses and appends the reports to `out`. Returns the levels that changed on the other side.

    The loop runs once per trade and is kept in one piece, without the calls that NewTypes are.
    """
    book, market, members, instrument, side = listing.book, listing.market, floor.members, taker.instrument, taker.side
    ledger, listed, buys = floor.state.ledger, listing.instrument, side is BUY
    maker_ppb, taker_ppb = listed.maker_fee_ppb, listed.taker_fee_ppb
    spot = listed.margin is None
    if spot:
        exchanged = settle
        maker_currency, taker_currency = (listed.quote, listed.base) if buys else (listed.base, listed.quote)
    else:
        exchanged = settle_perpetual
        maker_currency = taker_currency = listed.quote
    leaves: int = taker.leaves_quantity
    matches = book.take(side, limit, taker.leaves_quantity)
    for maker, quantity in matches:
        member, price = members[maker.account], maker.price
        leaves -= quantity
        market.last_trade_id += 1  # type: ignore[assignment]
        trade_id, maker_leaves = market.last_trade_id, maker.leaves_quantity
        if buys:
            taker_fee, maker_fee = exchanged(ledger, listed, taker_member.account, member.account, price, quantity, taker_ppb, maker_ppb)
            if spot and price < taker.price:
                improvement = (taker.price - price) * quantity * listed.tick_value
                transfer(taker_member.account.locked, taker_member.account.free, listed.quote, improvement)
        else:
            maker_fee, taker_fee = exchanged(ledger, listed, member.account, taker_member.account, price, quantity, maker_ppb, taker_ppb)
        fill = OrderFilled(
            maker.account,
            maker.client_order_id,
            instrument,
            maker.order_id,
            trade_id,
            maker.side,
            price,
            quantity,
            maker.quantity - maker_leaves,  # type: ignore[arg-type]
            maker_leaves,
            MAKER,
            maker_fee,
            maker_currency,
            now,
        )
        member.remember(fill)
        out.append(Envelope(member.owner, fill))
        if maker_leaves:
            maker.status = PARTIALLY_FILLED
        else:
            maker.status = FILLED
            del member.open[maker.client_order_id]
            member.archive(maker)
        fill = OrderFilled(
            taker.account,
            taker.client_order_id,
            instrument,
            taker.order_id,
            trade_id,
            side,
            price,
            quantity,
            taker.quantity - leaves,  # type: ignore[arg-type]
            leaves,  # type: ignore[arg-type]
            TAKER,
            taker_fee,
            taker_currency,
            now,
        )
        taker_member.remember(fill)
        out.append(Envelope(taker_member.owner, fill))
        out.append(Envelope(PUBLIC, Traded(instrument, trade_id, price, quantity, side, now)))
    if matches and market.perpetual is not None:
        market.perpetual.last = price
    taker.leaves_quantity = Quantity(leaves)
    taker.status = PARTIALLY_FILLED if leaves else FILLED
    prices = dict.fromkeys([maker.price for maker, _ in matches])
    return tuple([Level(price, book.quantity_at(price)) for price in prices])


def can_fill(book: OrderBook, side: Side, limit: Price, quantity: Quantity) -> bool:
    """Whether the book holds all of `quantity` at the limit or better."""
    missing: int = quantity
    for price, available in book.depth(SELL if side is BUY else BUY):
        if price > limit if side is BUY else price < limit:
            return False
        missing -= available
        if missing <= 0:
            return True
    return False


def market_cost(listing: Listing, quantity: Quantity) -> Money:
    """What the book would charge this instant for a MARKET BUY, as far as it reaches."""
    missing: int = quantity
    cost = 0
    for price, available in listing.book.depth(SELL):
        cost += price * min(missing, available)
        missing -= available
        if missing <= 0:
            break
    return Money(cost * listing.instrument.tick_value)


def lots_for(listing: Listing, side: Side, amount: Money) -> Quantity:
    """How many lots fetch at most `amount` of the quote currency; beyond the last level, at that level's price."""
    lots, left, lot_cost = 0, int(amount), 0
    for price, available in listing.book.depth(SELL if side is BUY else BUY):
        lot_cost = price * listing.instrument.tick_value
        if left // lot_cost <= available:
            break
        lots += available
        left -= available * lot_cost
    return Quantity(lots + left // lot_cost if lot_cost else 0)
