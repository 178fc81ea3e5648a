"""Inside a bar the worst is taken: every kind of order trades where the worst of all paths through the bar has it trade.

A path starts at the open, moves tick by tick, and reaches high and low and nothing beyond. All of them are tried, by walking through every
state that an order can be in.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seawall.api.orders import OrderFilled, OrderListType, OrderType, PlaceOrderList, Side
from seawall.backtest.fill_models import touch, trade_through
from seawall.exchange.core.trailing import trigger_price
from seawall.exchange.core.triggers import waits_for_rise
from tests.unit.backtest.desk import ACCOUNT, Desk

BUY, SELL = Side.BUY, Side.SELL
LAST = 100
BARS = st.builds(lambda o, up, down: (o, o + up, o - down), st.integers(90, 110), st.integers(0, 12), st.integers(0, 12))
Bar = tuple[int, int, int]
Following = int | None  # The peak of a trailing stop that has begun to follow.


def worst(side: Side, prices: list[int]) -> int:
    return min(prices) if side is SELL else max(prices)


def best(side: Side, prices: list[int]) -> int:
    return max(prices) if side is SELL else min(prices)


def step(side: Side, kind: OrderType, stop: int, delta: int, peak: Following, price: int) -> tuple[bool, Following]:
    """The order hears of one price: whether it triggers, and what it follows."""
    if peak is None:
        rises = waits_for_rise(side, kind)
        if stop and not (price >= stop if rises else price <= stop):
            return False, None
        return (True, None) if not delta else (False, price)
    at = trigger_price(side, peak, delta)
    return (price <= at if side is SELL else price >= at), best(side, [peak, price])


def every_path(side: Side, kind: OrderType, stop: int, delta: int, peak: Following, bar: Bar) -> tuple[list[int], Following]:
    """Where the order triggers on any path; and, if on none, what it follows when the path has seen most."""
    opened, high, low = bar
    prices, peaks, seen = [], [], set()
    todo = [(opened, peak)]
    while todo:
        price, before = todo.pop()
        triggered, after = step(side, kind, stop, delta, before, price)
        if triggered:
            prices.append(price)
            continue
        if (price, after) not in seen:
            seen.add((price, after))
            peaks += [after] if after is not None else []
            todo += [(beside, after) for beside in (price - 1, price + 1) if low <= beside <= high]
    return prices, best(side, peaks) if peaks else None


@st.composite
def conditional(draw: Any) -> tuple[Side, OrderType, int, int]:
    side, kind = draw(st.sampled_from(Side)), draw(st.sampled_from([OrderType.STOP_LOSS, OrderType.TAKE_PROFIT]))
    delta = draw(st.sampled_from([0, 100, 250, 400, 900]))
    away = draw(st.integers(1, 8))
    stop = LAST + away if waits_for_rise(side, kind) else LAST - away
    return side, kind, 0 if delta and draw(st.booleans()) else stop, delta


@given(order=conditional(), bars=st.lists(BARS, min_size=1, max_size=3))
def test_stops_and_profits_trailing_or_not(order: tuple[Side, OrderType, int, int], bars: list[Bar]) -> None:
    side, kind, stop, delta = order
    desk = Desk(bars=True)
    desk.bar(LAST, LAST, LAST, LAST)
    desk.place(side, kind, 1, stop_price=stop, trailing_delta_bps=delta)
    peak: Following = None if stop else LAST
    for bar in bars:
        fills = [each.price for each in desk.bar(*bar, bar[0]) if isinstance(each, OrderFilled)]
        prices, peak = every_path(side, kind, stop, delta, peak, bar)
        assert fills == ([worst(side, prices)] if prices else [])
        if fills:
            return


@given(order=conditional(), limit=st.integers(85, 115), bar=BARS)
def test_with_a_limit_what_the_worst_price_does_not_allow_waits(order: tuple[Side, OrderType, int, int], limit: int, bar: Bar) -> None:
    side, kind, stop, delta = order
    desk = Desk(bars=True)
    desk.bar(LAST, LAST, LAST, LAST)
    desk.place(side, OrderType(f"{kind}_limit"), 1, limit, stop_price=stop, trailing_delta_bps=delta)
    fills = [each.price for each in desk.bar(*bar, bar[0]) if isinstance(each, OrderFilled)]
    prices, _ = every_path(side, kind, stop, delta, None if stop else LAST, bar)
    allowed = prices and (worst(side, prices) >= limit if side is SELL else worst(side, prices) <= limit)
    assert fills == ([worst(side, prices)] if allowed else [])


@given(side=st.sampled_from(Side), limit=st.integers(90, 110), display=st.sampled_from([0, 1]), through=st.booleans(), bars=st.lists(BARS, min_size=2, max_size=3))  # fmt: skip  # noqa: E501
def test_what_rests_fills_at_its_own_price_and_what_takes_at_the_open(
    side: Side, limit: int, display: int, through: bool, bars: list[Bar]
) -> None:
    """An iceberg too. Every path reaches high and low, so that all of them agree."""
    desk = Desk(trade_through if through else touch, bars=True)
    desk.place(side, OrderType.LIMIT, 2, limit, display_quantity=display)
    arrives = True
    for bar in bars:
        opened, high, low = bar
        sign, reached = (1, low) if side is BUY else (-1, high)
        expected = []
        if arrives and sign * opened <= sign * limit:
            expected = [opened]
        elif sign * reached < sign * limit or (reached == limit and not through):
            expected = [limit]
        fills = [each.price for each in desk.bar(*bar, opened) if isinstance(each, OrderFilled)]
        assert fills == expected
        if fills:
            return
        arrives = False


@given(
    side=st.sampled_from(Side),
    distances=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    resting=st.booleans(),
    through=st.booleans(),
    bar=BARS,
)
def test_of_a_pair_the_loss_is_taken_where_any_path_takes_it(
    side: Side, distances: tuple[int, int], resting: bool, through: bool, bar: Bar
) -> None:
    """The profit is a limit order that rests, or one that waits for its price."""
    sign = 1 if side is SELL else -1
    profit, loss = LAST + sign * distances[0], LAST - sign * distances[1]
    desk = Desk(trade_through if through else touch, bars=True)
    desk.bar(LAST, LAST, LAST, LAST)
    first = (
        desk.request(side, OrderType.LIMIT_MAKER, 1, profit) if resting else desk.request(side, OrderType.TAKE_PROFIT, 1, stop_price=profit)
    )
    desk.tell(PlaceOrderList(ACCOUNT, desk.id, OrderListType.OCO, (first, desk.request(side, OrderType.STOP_LOSS, 1, stop_price=loss))))
    opened, high, low = bar
    best_price, worst_price = (high, low) if side is SELL else (low, high)
    gains = sign * best_price > sign * profit if resting and through else sign * best_price >= sign * profit
    gap = sign * opened > sign * profit if resting and through else sign * opened >= sign * profit
    expected = []
    if gap:
        expected = [profit if resting else opened]
    elif sign * worst_price <= sign * loss:
        expected = [worst(side, [opened, loss])]
    elif gains:
        expected = [profit]
    assert [each.price for each in desk.bar(*bar, opened) if isinstance(each, OrderFilled)] == expected
