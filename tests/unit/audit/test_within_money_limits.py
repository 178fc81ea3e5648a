"""Limits in money, recomputed from what an engine was told and sent: what passes, each way to fail, and that no price move is a fault."""

from typing import Any

import pytest

from seawall.api.accounts import FillsReported, OpenOrdersReported, OrderReported, OrderState
from seawall.api.instruments import Instrument, define_spot
from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.message import Message, Restarted
from seawall.api.orders import (
    ClientOrderId,
    OrderAmended,
    OrderExpired,
    OrderId,
    OrderListType,
    OrderRejected,
    OrderStatus,
    OrderType,
    PlaceOrder,
    PlaceOrderList,
    RejectReason,
    ReplaceOrder,
    Side,
    TimeInForce,
    TradeId,
)
from seawall.api.projections import OrderClosed
from seawall.api.risk import Limits, WriteOffOrder
from seawall.api.units import MINUTE, Currency, Money, Nanos, Price, Quantity
from seawall.audit.core.invariants.within_money_limits import Bounds, WithinMoneyLimits
from tests.unit.audit.facts import ANN, BUY, ENGINE, INSTRUMENT, NOW, SELL, VENUE, Watched, canceled, fill, order

OTHER = define_spot("v", "C-B", tick="1", lot="1", base_decimals=0, quote_decimals=0)
ABROAD = define_spot("v", "A-E", tick="1", lot="1", base_decimals=0, quote_decimals=0)
INSTRUMENTS = {i.id: i for i in (INSTRUMENT, OTHER, ABROAD)}
LIMITS = Limits(max_order_value=Money(600), max_total_notional=Money(1_000))
FIRST = ClientOrderId("o1")


def engine(limits: Limits = LIMITS, price: int = 10) -> Watched:
    """Every market was last traded at `price`."""
    watched = Watched(WithinMoneyLimits(INSTRUMENTS, {ENGINE: Bounds(limits, Currency("B"))}))
    if watched.invariant.delivered:
        for instrument in INSTRUMENTS.values():
            told(watched, traded(price, instrument))
    return watched


def told(watched: Watched, message: Message, now: Nanos = NOW) -> None:
    assert watched.delivered(message, ENGINE, now) is None


def place(watched: Watched, order: PlaceOrder, now: Nanos = NOW) -> str | None:
    return watched.sent(order, ENGINE, now)


def traded(price: int, instrument: Instrument = INSTRUMENT, quantity: int = 1) -> Traded:
    return Traded(instrument.id, TradeId(1), Price(price), Quantity(quantity), BUY, NOW)


def quoted(bid: int, ask: int) -> QuoteChanged:
    return QuoteChanged(INSTRUMENT.id, 1, Price(bid), Quantity(1), Price(ask), Quantity(1), NOW)


def bar(low: int, close: int) -> BarClosed:
    return BarClosed(INSTRUMENT.id, NOW, NOW, Price(close), Price(close), Price(low), Price(close), Quantity(1))


def market(side: Side, quantity: int, number: int = 1) -> PlaceOrder:
    return order(ANN, side, quantity, number, order_type=OrderType.MARKET, price=Price(0))


def on(instrument: Instrument, placed: PlaceOrder) -> PlaceOrder:
    kind = (placed.side, placed.order_type, placed.time_in_force, placed.quantity, placed.price)
    return PlaceOrder(placed.account, placed.client_order_id, instrument.id, *kind)


# One order


def test_an_order_is_worth_its_limit_price() -> None:
    assert place(engine(), order(ANN, BUY, 60)) is None
    assert place(engine(), order(ANN, BUY, 61)) == "o1 of engine is worth 610, an order may be worth 600"


@pytest.mark.parametrize(("side", "price"), [(BUY, 12), (SELL, 8)])
def test_a_market_order_is_worth_what_it_would_meet(side: Side, price: int) -> None:
    """The other side of the quote; where nobody is, the last trade."""
    for quantity in (600 // price, 600 // price + 1):
        watched = engine()
        told(watched, quoted(8, 12))
        assert (place(watched, market(side, quantity)) is None) is (quantity * price <= 600)
    watched = engine()
    told(watched, quoted(8, 0) if side is BUY else quoted(0, 12))
    assert place(watched, market(side, 60)) is None
    assert place(watched, market(side, 61, 2)) is not None


# The total


def test_all_that_could_be_held_counts_over_all_markets() -> None:
    watched = engine()
    assert place(watched, order(ANN, BUY, 60, 1)) is None
    assert place(watched, on(OTHER, order(ANN, SELL, 40, 2))) is None
    assert place(watched, on(OTHER, order(ANN, BUY, 40, 3))) is None, "either the one or the other"
    assert place(watched, on(OTHER, order(ANN, BUY, 1, 4))) == "with o4 what engine could come to hold is worth 1010, the limit is 1000"


def test_fills_move_from_order_to_position_and_fees_reduce_it() -> None:
    """50 of 60 bought less a fee of 2 in coins: 10 still working, room for 42 more. Told twice is told once."""
    for more, passes in ((42, True), (43, False)):
        watched = engine()
        place(watched, order(ANN, BUY, 60, 1))
        for _ in range(2):
            told(watched, fill(ANN, BUY, 50, number=1, leaves=10, fee=2))
        assert (place(watched, order(ANN, BUY, more, 2)) is None) is passes


def test_fills_from_an_answer_count_once() -> None:
    """Also when the venue's first word of one of them comes late, after the answer that confirmed it."""
    watched = engine()
    told(watched, fill(ANN, BUY, 30, trade=1, number=8))
    first, second = fill(ANN, BUY, 30, trade=1, number=8), fill(ANN, BUY, 30, trade=2, number=9)
    told(watched, FillsReported(ANN, 1, INSTRUMENT.id, (first, second), True, False, NOW))
    told(watched, second)
    assert place(watched, order(ANN, BUY, 40, 1)) is None
    assert place(watched, order(ANN, BUY, 1, 2)) is not None


def known(status: OrderStatus | None) -> OrderReported:
    return OrderReported(ANN, 1, INSTRUMENT.id, FIRST, state(status) if status else None, NOW)


def state(status: OrderStatus, filled: int = 0, quantity: int = 60) -> OrderState:
    kind = (BUY, OrderType.LIMIT, TimeInForce.GTC)
    return OrderState(FIRST, OrderId(1), INSTRUMENT.id, *kind, status, Price(1), Quantity(quantity), Quantity(filled))


def room(watched: Watched, lots: int, number: int = 50) -> bool:
    """Whether exactly so many lots may still be ordered, on another market."""
    passed = [place(watched, on(OTHER, order(ANN, BUY, min(60, lots - at), number + at))) for at in range(0, lots, 60)]
    return not any(passed) and place(watched, on(OTHER, order(ANN, BUY, 1, number - 1))) is not None


@pytest.mark.parametrize(
    ("ending", "left"),
    [
        (OrderRejected(ANN, FIRST, INSTRUMENT.id, RejectReason.INSUFFICIENT_BALANCE, NOW), 0),
        (OrderRejected(ANN, FIRST, INSTRUMENT.id, RejectReason.DUPLICATE_CLIENT_ORDER_ID, NOW), 60),
        (OrderExpired(ANN, FIRST, INSTRUMENT.id, OrderId(1), Quantity(0), NOW), 0),
        (canceled(ANN, 0), 0),
        (canceled(ANN, 30), 30),  # Of which no fill was told yet.
        (known(OrderStatus.CANCELED), 0),
        (known(OrderStatus.NEW), 60),
        (known(None), 0),
        (OpenOrdersReported(ANN, 1, (state(OrderStatus.EXPIRED, 20),), NOW), 20),
        (OpenOrdersReported(ANN, 1, (state(OrderStatus.NEW),), NOW), 60),
        (OpenOrdersReported(ANN, 1, (state(OrderStatus.NEW, quantity=20),), NOW), 20),
        (OrderReported(ANN, 1, INSTRUMENT.id, FIRST, state(OrderStatus.NEW, quantity=20), NOW), 20),
        (OrderAmended(ANN, FIRST, INSTRUMENT.id, OrderId(1), Quantity(20), Quantity(20), NOW), 20),
        (WriteOffOrder(FIRST, "ann", "gone"), 0),
    ],
)
def test_what_the_engine_was_told_has_ended_counts_no_more(ending: Any, left: int) -> None:
    """But for what it is said to have filled and was not told of yet."""
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    told(watched, ending)
    assert room(watched, 100 - left)


def test_only_markets_in_the_valuation_currency_count() -> None:
    """Neither are others judged. What has no price counts as nothing: the total is a lower bound."""
    watched = engine()
    assert place(watched, on(ABROAD, order(ANN, BUY, 10**9, 1))) is None
    assert room(watched, 100)
    unpriced = Watched(WithinMoneyLimits(INSTRUMENTS, {ENGINE: Bounds(LIMITS, Currency("B"))}))
    assert place(unpriced, market(BUY, 10**9)) is None


# Prices move


def test_a_price_that_moves_after_the_order_left_is_no_fault() -> None:
    """But the next order that adds to what could be held is; one that leads back is not."""
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    told(watched, traded(20))
    told(watched, fill(ANN, BUY, 60, number=1))
    assert place(watched, order(ANN, SELL, 60, 2)) is None
    assert place(watched, order(ANN, SELL, 60, 3)) is None, "to 60 short, which is as far as 60 long"
    assert place(watched, order(ANN, BUY, 1, 4)) is not None
    assert place(watched, order(ANN, SELL, 2, 5)) is not None


def test_each_price_counts_that_the_engine_would_take() -> None:
    """Trades and closes, else the middle of the quote; those it refuses leave no trace."""
    for price in (traded(20), bar(19, 20)):
        watched = engine()
        told(watched, price)
        for refused in (traded(0), traded(5, quantity=0), bar(0, 5), bar(6, 5), quoted(1, 2)):
            told(watched, refused)
        assert place(watched, order(ANN, BUY, 50, 1)) is None
        assert place(watched, order(ANN, BUY, 1, 2)) is not None
    watched = Watched(WithinMoneyLimits(INSTRUMENTS, {ENGINE: Bounds(LIMITS, Currency("B"))}))
    for quote in (quoted(19, 22), quoted(3, 2), quoted(-1, 2), quoted(2, 2)):
        told(watched, quote)
    assert place(watched, order(ANN, BUY, 50, 1)) is None
    assert place(watched, order(ANN, BUY, 1, 2)) is not None


def closed() -> OrderClosed:
    kind = (BUY, OrderType.LIMIT, TimeInForce.GTC, Quantity(60), Price(10))
    nothing = (Quantity(0), Money(0), OrderStatus.CANCELED, "", Price(10), NOW, NOW)
    return OrderClosed(ENGINE, "t", FIRST, OrderId(1), INSTRUMENT.id, *kind, *nothing)


def test_an_end_that_the_engine_need_not_believe_excuses_as_much_on_the_other_side() -> None:
    """While it may count 60 to be bought, 60 to be sold add nothing, even with the limit broken by a price. Until it closes the order."""
    for closes in (False, True):
        watched = engine()
        place(watched, order(ANN, BUY, 60, 1))
        told(watched, known(None))
        told(watched, traded(30))
        if closes:
            assert watched.sent(closed(), ENGINE) is None
        assert (place(watched, order(ANN, SELL, 60, 2)) is not None) is closes


def test_after_a_restart_the_total_rests_for_a_while() -> None:
    """The engine may count orders that never left. The value of one order is judged all the same."""
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    watched.delivered(Restarted(2), ENGINE)
    later = Nanos(NOW + 2 * MINUTE)
    assert place(watched, order(ANN, BUY, 41, 2), Nanos(later - 1)) is None
    assert place(watched, order(ANN, BUY, 61, 3), Nanos(later - 1)) is not None
    assert place(watched, order(ANN, BUY, 1, 4), later) is not None


def test_others_are_left_alone_and_without_limits_in_money_nobody_looks_at_prices() -> None:
    watched = engine()
    assert watched.delivered(traded(1000), VENUE) is None
    assert watched.sent(order(ANN, BUY, 10**9), VENUE) is None
    assert place(watched, order(ANN, BUY, 60)) is None
    idle = engine(Limits(max_order_quantity={INSTRUMENT.symbol: 1})).invariant
    assert idle.sent == idle.delivered == {}
    assert place(engine(Limits(max_order_value=Money(600))), order(ANN, BUY, 60)) is None
    assert place(engine(Limits(max_total_notional=Money(10**9))), order(ANN, BUY, 10**6)) is None


def test_of_orders_that_exclude_each_other_the_largest_counts() -> None:
    """A replacement and what it replaces, the two of an OCO."""
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    replace = ReplaceOrder(ANN, FIRST, INSTRUMENT.id, order(ANN, BUY, 50, 2))
    assert watched.sent(replace, ENGINE) is None
    assert room(watched, 40)
    watched = engine()
    pair = PlaceOrderList(ANN, INSTRUMENT.id, OrderListType.OCO, (order(ANN, BUY, 60, 1), order(ANN, BUY, 60, 2)))
    assert watched.sent(pair, ENGINE) is None
    told(watched, canceled(ANN, 0))
    assert room(watched, 40), "the other one is still there"
