"""An accepted order meets the book: money changes hands, both sides and the public are told. And what it would meet, before it does."""

from collections.abc import Iterable
from functools import partial

from seawall.api.market_data import Level, Traded
from seawall.api.message import PUBLIC, Envelope
from seawall.api.orders import Liquidity, OrderFilled, OrderStatus, Side
from seawall.api.units import Money, Nanos, Price, Quantity
from seawall.exchange.core.accounts import settle, settle_perpetual, transfer
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.lists import OCO, dissolve
from seawall.exchange.core.order_book import ANY_PRICE, Order
from seawall.exchange.core.public_data import Levels

BUY, SELL = Side.BUY, Side.SELL
SELLER_FIRST = partial(settle_perpetual, seller_first=True)
MAKER, TAKER = Liquidity.MAKER, Liquidity.TAKER
FILLED, PARTIALLY_FILLED = OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED

Supply = Iterable[tuple[Price, Quantity]]  # What could be taken: price and quantity, the best price first.


def execute(
    floor: Floor, listing: Listing, taker_member: Member, taker: Order, limit: Price, out: list[Envelope], now: Nanos, keep: int = 0
) -> Levels:
    """Trades what crosses, but for `keep` lots, and appends the reports to `out`. Returns the levels that changed on the other side."""
    book = listing.book
    levels = execute_up_to(floor, listing, taker_member, taker, limit, taker.leaves_quantity - keep, out, now)
    if not book.before:
        return levels
    while book.refilled:  # An iceberg has shown its next part.
        book.refilled = False
        levels += execute_up_to(floor, listing, taker_member, taker, limit, taker.leaves_quantity - keep, out, now)
    return changed_levels(listing, levels)


def changed_levels(listing: Listing, levels: Levels) -> Levels:
    """Each level once, as it is now, without those that icebergs have filled up to what they were before."""
    book = listing.book
    prices = dict.fromkeys([level.price for level in levels])
    now_at = [Level(price, book.quantity_at(price)) for price in prices]
    changed = tuple([level for level in now_at if level.quantity != book.before.get(level.price, -1)])
    book.before.clear()
    return changed


def execute_up_to(
    floor: Floor, listing: Listing, taker_member: Member, taker: Order, limit: Price, lots: int, out: list[Envelope], now: Nanos
) -> Levels:
    """Trades at most `lots`, up to the point where an iceberg shows its next part.

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
        exchanged = SELLER_FIRST if buys else settle_perpetual  # The maker's side.
        maker_currency = taker_currency = listed.quote
    leaves: int = taker.leaves_quantity
    matches = book.take(side, limit, lots)  # type: ignore[arg-type]
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
    if not matches:
        return ()
    market.last_price = price
    taker.leaves_quantity = Quantity(leaves)
    taker.status = PARTIALLY_FILLED if leaves else FILLED
    if market.lists:
        for maker, _ in matches:
            if maker.terms is not None and maker.terms.list_id and market.lists[maker.terms.list_id].list_type is OCO:
                dissolve(listing, members[maker.account], maker, out, now)
    prices = dict.fromkeys([maker.price for maker, _ in matches])
    return tuple([Level(price, book.quantity_at(price)) for price in prices])


def can_fill(supply: Supply, side: Side, limit: Price, quantity: Quantity) -> bool:
    """Whether there is all of `quantity` at the limit or better."""
    missing: int = quantity
    for price, available in supply:
        if price > limit if side is BUY else price < limit:
            return False
        missing -= available
        if missing <= 0:
            return True
    return False


def market_cost(listing: Listing, supply: Supply, quantity: int, limit: int = ANY_PRICE[BUY]) -> Money:
    """What the book would charge this instant for a MARKET BUY, as far as it reaches, within the limit."""
    missing: int = quantity
    cost = 0
    for price, available in supply:
        if price > limit:
            break
        cost += price * min(missing, available)
        missing -= available
        if missing <= 0:
            break
    return Money(cost * listing.instrument.tick_value)


def lots_for(listing: Listing, supply: Supply, amount: int) -> Quantity:
    """How many lots, in steps of the venue, fetch at most `amount` of the quote currency; beyond the last level, at that level's price."""
    lots, left, lot_cost, step = 0, int(amount), 0, listing.instrument.quantity_step
    for price, available in supply:
        lot_cost = price * listing.instrument.tick_value
        if left // lot_cost <= available:
            break
        lots += available
        left -= available * lot_cost
    return Quantity((lots + left // lot_cost) // step * step if lot_cost else 0)
