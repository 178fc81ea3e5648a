"""What holds of recorded venues whatever the orders and rows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.message import Message
from seawall.api.orders import OrderFilled, OrderType, Side, TimeInForce
from seawall.api.units import Nanos, Price, Quantity
from seawall.backtest.fill_models import touch, trade_through
from seawall.runtime.machine import restore, snapshot
from tests.unit.backtest.desk import BTC, USD, Desk

PRICES = st.integers(90, 110)
ROWS = st.one_of(
    st.tuples(st.just("trade"), PRICES, st.integers(1, 3)),
    st.tuples(st.just("quote"), st.integers(89, 99), st.integers(100, 111)),
    st.tuples(st.just("bar"), PRICES, st.integers(0, 5), st.integers(0, 5), st.integers(0, 2)),
)
KINDS = st.sampled_from([OrderType.LIMIT, OrderType.LIMIT, OrderType.LIMIT_MAKER, OrderType.MARKET])
LIVES = st.sampled_from([TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK])
ORDERS = st.tuples(st.just("place"), st.sampled_from(Side), KINDS, LIVES, st.integers(0, 12), st.integers(80, 120))
CANCELS = st.tuples(st.just("cancel"), st.integers(1, 12))
STEPS = st.lists(st.one_of(ROWS, ORDERS, ORDERS, CANCELS), min_size=10, max_size=40)


def step(desk: Desk, what: tuple[Any, ...], *, fast: bool = False) -> list[Message]:
    desk.now = Nanos(desk.now + 1)
    match what:
        case ("place", side, order_type, tif, quantity, price):
            if order_type is OrderType.MARKET:
                return desk.place(side, order_type, quantity)
            return desk.place(side, order_type, quantity, price, time_in_force=tif)
        case ("cancel", number):
            return desk.cancel(number)
        case ("trade", price, quantity):
            return fast_trade(desk, price, quantity) if fast else desk.trade(price, quantity)
        case ("quote", bid, ask):
            return fast_quote(desk, bid, ask) if fast else desk.quote(bid, ask)
        case ("bar", opened, up, down, volume):
            return (
                fast_bar(desk, opened, opened + up, opened - down, volume)
                if fast
                else desk.bar(opened, opened + up, opened - down, opened, volume)
            )
    raise AssertionError(what)


def fast_trade(desk: Desk, price: int, quantity: int) -> list[Message]:
    market = desk.venue.market(desk.id)
    market.last = Price(price)
    return [e.message for e in desk.venue.on_trade(desk.id, price, quantity, desk.now)] if desk.venue.resting(desk.id) else []


def fast_quote(desk: Desk, bid: int, ask: int) -> list[Message]:
    market = desk.venue.market(desk.id)
    market.bid, market.bid_quantity, market.ask, market.ask_quantity = Price(bid), Quantity(1), Price(ask), Quantity(1)
    return [e.message for e in desk.venue.on_quote(desk.id, bid, 1, ask, 1, desk.now)] if desk.venue.resting(desk.id) else []


def fast_bar(desk: Desk, opened: int, high: int, low: int, volume: int) -> list[Message]:
    open_time, desk.now = desk.now, Nanos(desk.now + 60)
    market = desk.venue.market(desk.id)
    market.last = Price(opened)
    if not desk.venue.resting(desk.id):
        return []
    return [e.message for e in desk.venue.on_bar(desk.id, opened, high, low, opened, volume, open_time, desk.now)]


def desk(*, bars: bool, model: Any = trade_through) -> Desk:
    return Desk(model, bars=bars, slippage_bps=30, taker_fee="0.002", maker_fee="0.001", usd=5_000, btc=40)


@pytest.mark.parametrize("bars", [False, True])
@given(steps=STEPS)
def test_the_fast_way_in_equals_the_handlers(bars: bool, steps: list[tuple[Any, ...]]) -> None:
    slow, fast = desk(bars=bars), desk(bars=bars)
    assert [step(fast, what, fast=True) for what in steps] == [step(slow, what) for what in steps]
    assert snapshot(fast.venue) == snapshot(slow.venue)


@pytest.mark.parametrize("bars", [False, True])
@given(steps=STEPS)
def test_any_cut_recovers_state_and_outputs(bars: bool, steps: list[tuple[Any, ...]]) -> None:
    whole, before = desk(bars=bars), desk(bars=bars)
    outputs = [step(whole, what) for what in steps]
    for cut, what in enumerate(steps):
        recovered = desk(bars=bars)
        restore(recovered.venue, snapshot(before.venue))
        recovered.now, recovered.placed = before.now, before.placed
        assert [step(recovered, what) for what in steps[cut:]] == outputs[cut:]
        assert snapshot(recovered.venue) == snapshot(whole.venue)
        step(before, what)


@pytest.mark.parametrize("bars", [False, True])
@given(steps=STEPS)
def test_money_is_conserved_and_nobody_owes(bars: bool, steps: list[tuple[Any, ...]]) -> None:
    venue = desk(bars=bars)
    for what in steps:
        step(venue, what)
        assert (venue.total(USD), venue.total(BTC)) == (0, 0)
        assert min(venue.balances()) >= 0
    for number in range(1, venue.placed + 1):
        venue.cancel(number)
    _, usd_locked, _, btc_locked = venue.balances()
    assert (usd_locked, btc_locked) == (0, 0), "what no order needs is not locked"


@pytest.mark.parametrize("bars", [False, True])
@given(orders=st.lists(st.tuples(st.sampled_from(Side), st.integers(90, 110)), max_size=8), rows=st.lists(ROWS, max_size=20))
def test_touch_fills_all_that_trade_through_fills(bars: bool, orders: list[tuple[Side, int]], rows: list[tuple[Any, ...]]) -> None:
    """And fills it no later."""
    first_fill: list[dict[str, int]] = []
    for model in (touch, trade_through):
        venue = desk(bars=bars, model=model)
        step(venue, ("bar", 100, 0, 0, 1) if bars else ("quote", 99, 101))
        for side, price in orders:
            venue.place(side, OrderType.LIMIT_MAKER, 1, price)
        reports = [report for what in rows for report in step(venue, what)]
        first_fill.append({fill.client_order_id: fill.event_time for fill in reports if isinstance(fill, OrderFilled)})
    optimistic, conservative = first_fill
    assert all(order in optimistic and optimistic[order] <= at for order, at in conservative.items())
