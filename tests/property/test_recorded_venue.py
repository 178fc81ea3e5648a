"""What holds of recorded venues whatever the orders and rows."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.message import Message
from seawall.api.orders import OrderFilled, OrderType, Side, TimeInForce
from seawall.api.units import Nanos, Price, Quantity
from seawall.backtest.fill_models import FILL_MODELS, fill_model, touch, trade_through
from seawall.runtime.books import ASK, FIRST, LAST, SNAPSHOT, BookBuilder
from seawall.runtime.machine import restore, snapshot
from tests.unit.backtest.desk import BTC, USD, Desk

PRICES = st.integers(90, 110)
ROWS = st.one_of(
    st.tuples(st.just("trade"), PRICES, st.integers(1, 3), st.sampled_from(Side)),
    st.tuples(st.just("quote"), st.integers(89, 99), st.integers(100, 111), st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.just("bar"), PRICES, st.integers(0, 5), st.integers(0, 5), st.integers(0, 2)),
)
QUANTITIES = st.integers(0, 12)
BIDS, ASKS = (st.dictionaries(prices, QUANTITIES, max_size=4) for prices in (st.integers(80, 99), st.integers(100, 120)))
DEPTH = st.one_of(st.tuples(st.just("snapshot"), BIDS, ASKS), st.tuples(st.just("depth"), BIDS, ASKS, st.sampled_from([0, 0, 0, 1])))
KINDS = st.sampled_from([OrderType.LIMIT, OrderType.LIMIT, OrderType.LIMIT_MAKER, OrderType.MARKET])
LIVES = st.sampled_from([TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK])
ORDERS = st.tuples(st.just("place"), st.sampled_from(Side), KINDS, LIVES, st.integers(0, 12), st.integers(80, 120))
CANCELS = st.tuples(st.just("cancel"), st.integers(1, 12))
CHANGES = st.one_of(
    st.tuples(st.just("amend"), st.integers(1, 12), st.integers(0, 11)),
    st.tuples(st.just("replace"), st.integers(1, 12), st.sampled_from(Side), st.integers(0, 12), st.integers(80, 120)),
)
LISTS = st.tuples(st.just("oco"), st.sampled_from(Side), st.integers(1, 12), st.integers(90, 110), st.integers(90, 110))
KINDS_OF_VENUE = pytest.mark.parametrize(
    ("bars", "model", "limited"),
    [
        (False, "trade_through", False),
        (True, "trade_through", False),
        (True, "touch", True),
        (False, "queue_front", False),
        (True, "queue_trades", True),
        *((False, model.name, True) for model in FILL_MODELS),
    ],
)
STEPS = st.lists(st.one_of(ROWS, DEPTH, ORDERS, ORDERS, CANCELS, CHANGES, LISTS), min_size=10, max_size=40)


def step(desk: Desk, what: tuple[Any, ...], *, fast: bool = False) -> list[Message]:
    desk.now = Nanos(desk.now + 1)
    match what:
        case ("place", side, order_type, tif, quantity, price):
            if order_type is OrderType.MARKET:
                return desk.place(side, order_type, quantity)
            return desk.place(side, order_type, quantity, price, time_in_force=tif)
        case ("cancel", number):
            return desk.cancel(number)
        case ("amend", number, quantity):
            return desk.amend(number, quantity)
        case ("replace", number, side, quantity, price):
            return desk.replace(number, side, quantity, price)
        case ("oco", side, quantity, limit, stop):
            return desk.oco(side, quantity, limit, stop)
        case ("trade", price, quantity, aggressor):
            return fast_trade(desk, price, quantity, aggressor) if fast else desk.trade(price, quantity, aggressor)
        case ("quote", bid, ask, bid_quantity, ask_quantity):
            quote = (bid, ask, bid_quantity, ask_quantity)
            return fast_quote(desk, *quote) if fast else desk.quote(*quote)
        case ("snapshot", bids, asks):
            return fast_depth(desk, SNAPSHOT, bids, asks) if fast else desk.snapshot(bids, asks)
        case ("depth", bids, asks, missed):
            return fast_depth(desk, 0, bids, asks, missed) if fast else desk.depth(bids, asks, missed)
        case ("bar", opened, up, down, volume):
            return (
                fast_bar(desk, opened, opened + up, opened - down, volume)
                if fast
                else desk.bar(opened, opened + up, opened - down, opened, volume)
            )
    raise AssertionError(what)


def fast_trade(desk: Desk, price: int, quantity: int, aggressor: Side) -> list[Message]:
    market = desk.venue.market(desk.id)
    market.last = Price(price)
    if not desk.venue.resting(desk.id):
        return []
    return [e.message for e in desk.venue.on_trade(desk.id, price, quantity, desk.now, 1 if aggressor is Side.BUY else -1)]


def fast_quote(desk: Desk, bid: int, ask: int, bid_quantity: int, ask_quantity: int) -> list[Message]:
    market = desk.venue.market(desk.id)
    market.bid, market.bid_quantity, market.ask, market.ask_quantity = (
        Price(bid),
        Quantity(bid_quantity),
        Price(ask),
        Quantity(ask_quantity),
    )
    if not desk.venue.resting(desk.id):
        return []
    return [e.message for e in desk.venue.on_quote(desk.id, bid, bid_quantity, ask, ask_quantity, desk.now)]


def fast_depth(desk: Desk, flags: int, bids: dict[int, int], asks: dict[int, int], missed: int = 0) -> list[Message]:
    """A message side by side, as the host has it from rows. One without any levels is no row: it comes as a message."""
    if not bids and not asks:
        return desk.snapshot(bids, asks) if flags else desk.depth(bids, asks, missed)
    previous, desk.update_id = desk.update_id + missed, desk.update_id + 1 + missed
    venue = desk.venue
    if flags and venue.state.listings[desk.id].book is None:
        venue.use_book(desk.id, BookBuilder())
    sides = [(side, levels) for side, levels in ((0, bids), (ASK, asks)) if levels]
    for place, (side, levels) in enumerate(sides):
        first = side | flags | (FIRST if place == 0 else 0)
        last = side | flags | (LAST if place == len(sides) - 1 else 0)
        if (book := venue._waitlists[desk.id].book) is not None:
            book.run(first, last, previous, desk.update_id, [Price(p) for p in levels], [Quantity(q) for q in levels.values()])
            venue.on_depth(desk.id, first, last, desk.now)
    return []


def fast_bar(desk: Desk, opened: int, high: int, low: int, volume: int) -> list[Message]:
    open_time, desk.now = desk.now, Nanos(desk.now + 60)
    market = desk.venue.market(desk.id)
    market.last = Price(opened)
    if not desk.venue.resting(desk.id):
        return []
    return [e.message for e in desk.venue.on_bar(desk.id, opened, high, low, opened, volume, open_time, desk.now)]


def desk(*, bars: bool, model: Any = trade_through, limited: bool | None = None) -> Desk:
    return Desk(model, bars=bars, limited=limited, slippage_bps=30, taker_fee="0.002", maker_fee="0.001", usd=5_000, btc=40)


@KINDS_OF_VENUE
@settings(max_examples=50)
@given(steps=STEPS)
def test_the_fast_way_in_equals_the_handlers(bars: bool, model: str, limited: bool, steps: list[tuple[Any, ...]]) -> None:
    slow, fast = desk(bars=bars, model=fill_model(model), limited=limited), desk(bars=bars, model=fill_model(model), limited=limited)
    assert [step(fast, what, fast=True) for what in steps] == [step(slow, what) for what in steps]
    assert snapshot(fast.venue) == snapshot(slow.venue)


@KINDS_OF_VENUE
@settings(max_examples=25)  # Each one is cut everywhere.
@given(steps=STEPS)
def test_any_cut_recovers_state_and_outputs(bars: bool, model: str, limited: bool, steps: list[tuple[Any, ...]]) -> None:
    whole, before = desk(bars=bars, model=fill_model(model), limited=limited), desk(bars=bars, model=fill_model(model), limited=limited)
    outputs = [step(whole, what) for what in steps]
    for cut, what in enumerate(steps):
        recovered = desk(bars=bars, model=fill_model(model), limited=limited)
        restore(recovered.venue, snapshot(before.venue))
        recovered.now, recovered.placed, recovered.update_id = before.now, before.placed, before.update_id
        assert [step(recovered, what) for what in steps[cut:]] == outputs[cut:]
        assert snapshot(recovered.venue) == snapshot(whole.venue)
        step(before, what)


@KINDS_OF_VENUE
@settings(max_examples=50)
@given(steps=STEPS)
def test_money_is_conserved_and_nobody_owes(bars: bool, model: str, limited: bool, steps: list[tuple[Any, ...]]) -> None:
    venue = desk(bars=bars, model=fill_model(model), limited=limited)
    for what in steps:
        step(venue, what)
        assert (venue.total(USD), venue.total(BTC)) == (0, 0)
        assert min(venue.balances()) >= 0
    for number in range(1, venue.placed + 1):
        venue.cancel(number)
    assert venue.venue.state.listings[venue.id].lists == {}
    _, usd_locked, _, btc_locked = venue.balances()
    assert (usd_locked, btc_locked) == (0, 0), "what no order needs is not locked"


@pytest.mark.parametrize("bars", [False, True])
@given(orders=st.lists(st.tuples(st.sampled_from(Side), st.integers(90, 110)), max_size=8), rows=st.lists(ROWS, max_size=20))
def test_touch_fills_all_that_trade_through_fills(bars: bool, orders: list[tuple[Side, int]], rows: list[tuple[Any, ...]]) -> None:
    """And fills it no later."""
    first_fill: list[dict[str, int]] = []
    for model in (touch, trade_through):
        venue = desk(bars=bars, model=model)
        step(venue, ("bar", 100, 0, 0, 1) if bars else ("quote", 99, 101, 1, 1))
        for side, price in orders:
            venue.place(side, OrderType.LIMIT_MAKER, 1, price)
        reports = [report for what in rows for report in step(venue, what)]
        first_fill.append({fill.client_order_id: fill.event_time for fill in reports if isinstance(fill, OrderFilled)})
    optimistic, conservative = first_fill
    assert all(order in optimistic and optimistic[order] <= at for order, at in conservative.items())


@given(orders=st.lists(st.tuples(st.sampled_from(Side), st.integers(90, 110)), max_size=8), rows=st.lists(ROWS, max_size=20))
@pytest.mark.parametrize("model", FILL_MODELS, ids=lambda model: model.name)
def test_a_limited_venue_fills_no_more_than_a_print_traded(model: Any, orders: list[tuple[Side, int]], rows: list[tuple[Any, ...]]) -> None:
    venue = desk(bars=False, model=model, limited=True)
    step(venue, ("quote", 99, 101, 2, 2))
    for side, price in orders:
        venue.place(side, OrderType.LIMIT_MAKER, 3, price)
    for what in rows:
        filled = sum(fill.quantity for fill in step(venue, what) if isinstance(fill, OrderFilled))
        match what:
            case ("trade", _, quantity, _):
                assert filled <= quantity
            case ("quote", _, _, bid_quantity, ask_quantity):
                assert filled <= bid_quantity + ask_quantity


@given(orders=st.lists(st.tuples(st.sampled_from(Side), st.integers(95, 105)), max_size=6), rows=st.lists(ROWS, max_size=30))
def test_the_estimators_stand_between_their_bounds(orders: list[tuple[Side, int]], rows: list[tuple[Any, ...]]) -> None:
    """Whatever is assumed about cancellations, an order stands no further back than if they all were behind it, and no further ahead than
    if they all were before it, as long as all have the same open orders."""
    venues = {name: desk(bars=False, model=fill_model(name)) for name in ("queue_front", *BETWEEN, "queue_trades")}
    for venue in venues.values():
        step(venue, ("quote", 99, 101, 4, 4))
        for side, price in orders:
            venue.place(side, OrderType.LIMIT_MAKER, 3, price)
    for what in rows:
        reports = [step(venue, what) for venue in venues.values()]
        if any(reports):
            return
        queues = [[waiting.queue.ahead for waiting in venue.venue.resting(venue.id).values()] for venue in venues.values()]
        for front, *between, trades in zip(*queues, strict=True):
            assert all(front <= each <= trades for each in between)


BETWEEN = ("queue_proportional", "queue_square", "queue_power", "queue_log")
