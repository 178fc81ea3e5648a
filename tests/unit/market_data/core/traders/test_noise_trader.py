"""The noise trader: as often, as large and as mixed as it was asked to be, in clusters and moods, and it takes back what does not trade."""

import itertools
from statistics import fmean, median, pstdev
from typing import Any

import pytest

from seawall.api.market_data import ReferenceMoved, Traded
from seawall.api.message import Message
from seawall.api.orders import OrderType, PlaceOrder, Side, TradeId
from seawall.api.units import MINUTE, PPB, SECOND, Money, Nanos, Price, Quantity
from seawall.market_data.core.figures import WORTH
from seawall.market_data.core.traders.noise_trader import NoiseTrader, NoiseTraders, Sizes
from tests.unit.market_data.core.traders.table import ACCOUNT, INSTRUMENT, TRADER, VENUE, Table

EVERY = Nanos(SECOND)
SIZES = Sizes(Money(1_000_000), Money(50_000_000))
PRINT = Traded(INSTRUMENT.id, TradeId(1), Price(10_000), Quantity(1), Side.BUY, Nanos(0))


def table(seed: int = 1, **more: Any) -> Table:
    settings = NoiseTraders(every=EVERY, amount=WORTH, **more)
    return Table(NoiseTrader(TRADER, VENUE, ACCOUNT, [INSTRUMENT], {INSTRUMENT.id: SIZES}, settings, seed))


def timed(at: Table, ns: int) -> tuple[list[PlaceOrder], list[int]]:
    orders: list[PlaceOrder] = []
    times: list[int] = []
    end = at.now + ns
    while at.now < end:
        deadline = at.trader.deadline()
        assert deadline is not None
        for order in placed(at.pass_time(min(end - at.now, max(1, deadline - at.now)))):
            orders.append(order)
            times.append(at.now)
    return orders, times


def placed(messages: list[Message]) -> list[PlaceOrder]:
    return [message for message in messages if isinstance(message, PlaceOrder)]


@pytest.mark.parametrize("echoes", [0, PPB // 2, PPB * 6 // 10])
def test_it_acts_about_as_often_as_asked(echoes: int) -> None:
    """However many of its orders are echoes of others."""
    assert 0.85 < len(placed(table(echoes=echoes).pass_time(60 * MINUTE))) / 3_600 < 1.15


def test_echoes_make_clusters() -> None:
    """Waits of a random process vary as much as their mean; those of a clustered one more."""
    spread = {}
    for echoes in (0, PPB * 7 // 10):
        _, times = timed(table(echoes=echoes, fades_over=Nanos(SECOND // 2)), 20 * MINUTE)
        waits = [b - a for a, b in itertools.pairwise(times)]
        spread[echoes] = pstdev(waits) / fmean(waits)
    assert 0.9 < spread[0] < 1.1
    assert spread[PPB * 7 // 10] > 1.4


def test_its_sizes_differ_as_asked() -> None:
    at = table(octaves=2 * PPB, resting=0)
    amounts = [order.quote_quantity for order in placed(at.pass_time(20 * MINUTE))]
    assert 0.85 < median(amounts) / SIZES.median < 1.15
    assert max(amounts) == SIZES.largest
    within = sum(SIZES.median // 4 <= amount <= SIZES.median * 4 for amount in amounts) / len(amounts)
    assert 0.63 < within < 0.73  # One standard deviation.


def test_before_the_first_trade_it_only_takes() -> None:
    assert {order.order_type for order in placed(table().pass_time(MINUTE))} == {OrderType.MARKET}


def test_it_mixes_sides_and_types() -> None:
    at = table()
    at.tell(TRADER, PRINT)
    orders = placed(at.pass_time(20 * MINUTE))
    limits = [order for order in orders if order.order_type is OrderType.LIMIT]
    assert 0.35 < len(limits) / len(orders) < 0.45
    assert 0.4 < sum(order.side is Side.BUY for order in orders) / len(orders) < 0.6


@pytest.mark.parametrize(("mood", "low", "high"), [(PPB // 2, -0.08, 0.08), (PPB * 9 // 10, 0.45, 0.75)])
def test_a_mood_keeps_orders_on_one_side_for_a_while(mood: int, low: float, high: float) -> None:
    """Correlation of an order's side with the next one's; both sides come up all the same."""
    orders = placed(table(mood=mood, resting=0).pass_time(60 * MINUTE))
    signs = [1 if order.side is Side.BUY else -1 for order in orders]
    assert low < fmean(a * b for a, b in itertools.pairwise(signs)) < high
    assert abs(fmean(signs)) < 0.35


def test_its_limit_orders_stand_near_the_last_price_on_their_own_side() -> None:
    at = table()
    at.loses = lambda message: isinstance(message, Traded)
    at.tell(TRADER, PRINT)
    widest = at.trader.settings.widest  # type: ignore[attr-defined]
    for order in placed(at.pass_time(10 * MINUTE)):
        if order.order_type is OrderType.LIMIT:
            away = PRINT.price - order.price if order.side is Side.BUY else order.price - PRINT.price
            assert 0 <= away * PPB <= widest * PRINT.price


def test_what_does_not_trade_it_takes_back() -> None:
    """Nothing rests much longer than its patience."""
    at = table()
    at.tell(TRADER, PRINT)
    at.pass_time(10 * MINUTE)
    resting = at.trader.state.pad.orders.values()
    assert resting
    assert max(at.now - order.placed for order in resting) <= 30 * SECOND + 10 * EVERY


@pytest.mark.parametrize(("flow", "least", "most"), [(3 * PPB, 2.5, 3.5), (PPB // 4, 0.15, 0.35), (0, 0.0, 0.0)])
def test_it_trades_as_much_more_or_less_as_it_is_told(flow: int, least: float, most: float) -> None:
    at = table(resting=0)
    at.tell(TRADER, ReferenceMoved({INSTRUMENT.id: Price(10_000)}, at.now, flow_ppb={INSTRUMENT.id: flow}))
    assert least <= len(placed(at.pass_time(20 * MINUTE))) / 1_200 <= most
    at.tell(TRADER, ReferenceMoved({INSTRUMENT.id: Price(10_000)}, at.now))
    at.pass_time(MINUTE)  # The next look may have been planned for slower times.
    assert len(placed(at.pass_time(20 * MINUTE))) / 1_200 > 0.8


def test_a_poor_trader_is_refused_and_goes_on() -> None:
    at = Table(table().trader, deposits={})
    assert len(placed(at.pass_time(5 * MINUTE))) > 100


def test_a_seed_fixes_what_it_does() -> None:
    first, same, other = (table(seed).pass_time(MINUTE) for seed in (1, 1, 2))
    assert first == same != other


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"every": Nanos(0)}, "take some time"),
        ({"amount": 0}, "amount must be above 0"),
        ({"echoes": PPB}, "below 1"),
        ({"mood": 2 * PPB}, "mood must lie"),
        ({"octaves": -1}, "octaves is negative"),
        ({"mood_lasts": 0}, "mood_lasts"),
    ],
)
def test_settings_that_make_no_sense_are_named(more: dict[str, int], complaint: str) -> None:
    settings: dict[str, Any] = {"every": EVERY, "amount": WORTH} | more
    assert complaint in (NoiseTraders(**settings).fault() or "")
