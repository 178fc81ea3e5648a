"""Value at risk and correlation against their textbook formulas, and as monitors of an engine; concentration after the trade."""

from fractions import Fraction
from statistics import correlation, fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.market_data import Traded
from seawall.api.message import Address
from seawall.api.orders import Side, TradeId
from seawall.api.supervision import AlertRaised, BreakerTripped, TradingMode
from seawall.api.units import DAY, MINUTE, Money, Nanos, Price, Quantity
from seawall.engine.core.monitors.correlation import FEWEST, coefficient_bps, moves
from seawall.engine.core.monitors.value_at_risk import ValueAtRisk, from_profits, of_portfolio
from tests.unit.engine.core.test_checks import lax
from tests.unit.engine.core.test_controls import filled
from tests.unit.engine.rig import ALPHA_BTC, ALPHA_ETH, COIN, Rig, only

PROFITS = st.lists(st.integers(-(10**12), 10**12), min_size=20, max_size=250)


@given(PROFITS)
def test_value_at_risk_is_what_the_books_say(profits: list[int]) -> None:
    """Historical: at most 1 % of the days were worse. Shortfall: the mean of those and the figure. Parametric: mean and deviation."""
    found = from_profits(profits)
    assert found is not None and found.days == len(profits)
    losses = [-profit for profit in profits]
    worse = sum(loss > found.historical for loss in losses)
    assert Fraction(worse, len(losses)) <= Fraction(1, 100)
    if max(losses) > 0:
        assert found.historical == 0 or found.historical in losses
    assert found.expected_shortfall >= found.historical
    assert found.parametric == pytest.approx(max(0.0, 2.326 * pstdev(profits) - fmean(profits)), rel=1e-6, abs=5)


def test_a_short_history_says_nothing() -> None:
    assert from_profits([1] * 19) is None
    assert from_profits([-5] * 20) == ValueAtRisk(20, 5, 5, 5)


def test_hundreds_of_days() -> None:
    """Of 250 days the third worst is the figure."""
    profits = [100] * 247 + [-900, -700, -500]
    found = from_profits(profits)
    assert found is not None and (found.historical, found.expected_shortfall) == (500, 700)


@given(st.lists(st.tuples(st.integers(-10_000, 10_000), st.integers(-10_000, 10_000)), min_size=FEWEST, max_size=60))
def test_correlation_is_pearsons(pairs: list[tuple[int, int]]) -> None:
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    found = coefficient_bps(xs, ys)
    if len({*xs}) == 1 or len({*ys}) == 1:
        assert found is None, "what never moved is like nothing"
    else:
        assert found == pytest.approx(correlation(xs, ys) * 10_000, abs=1.5)


def test_moves_are_relative() -> None:
    assert moves([100, 110, 99]) == [100_000, -100_000]
    assert coefficient_bps([1] * 5, [2] * 5) is None


def printed(rig: Rig, key: str, price: int) -> None:
    """In ticks."""
    rig.tell(Traded(key, TradeId(1), Price(price), Quantity(1), Side.BUY, rig.now))  # type: ignore[arg-type]


def test_the_history_of_days_feeds_the_breaker() -> None:
    """Each day's last price is kept; from 20 moves on the figure is known, and over the limit only what reduces may leave."""
    rig = Rig(lax(max_var=Money(50 * COIN)), capital=Money(10**6 * COIN))
    filled(rig, Side.BUY, 10.0)
    for day in range(24):
        printed(rig, ALPHA_BTC.id, 10_000 if day % 2 else 9_000)
        rig.seconds(1)
        rig.now = Nanos(rig.now + DAY)
        known = of_portfolio(rig.engine.portfolio, rig.engine.state.risk)
        assert (known is None) == (len(rig.engine.state.risk.daily.get(ALPHA_BTC.id, [])) <= 20)
    rig.seconds(30)
    trip = only(rig.heard(BreakerTripped))
    assert (trip.breaker, trip.action, trip.limit) == ("value_at_risk", "reduce_only", 50)
    assert rig.engine.state.mode is TradingMode.REDUCE_ONLY


@pytest.mark.parametrize(("side", "told"), [(Side.BUY, True), (Side.SELL, False)])
def test_two_positions_that_are_one(side: Side, told: bool) -> None:
    """Long two markets that move together is one position; long one and short the other is none."""
    rig = Rig(lax(max_correlation_bps=9_000), capital=Money(10**6 * COIN))
    filled(rig, Side.BUY, 5.0)
    filled(rig, side, 5.0, "ETH-USDT")
    for minute in range(30):
        price = 10_000 + (minute * 7_919) % 500
        printed(rig, ALPHA_BTC.id, price)
        printed(rig, ALPHA_ETH.id, price)
        rig.seconds(1)
        rig.now = Nanos(rig.now + MINUTE)
    raised = [alert for alert in rig.heard(AlertRaised) if alert.monitor == "correlation"]
    assert bool(raised) is told
    assert rig.heard(BreakerTripped) == []


def test_concentration_after_the_trade() -> None:
    """Markets move what no order moved: an alert, and no breaker."""
    rig = Rig(lax(max_concentration_bps=6_000, max_drawdown_bps=9_999), capital=Money(10**6 * COIN))
    filled(rig, Side.BUY, 5.0)
    filled(rig, Side.BUY, 5.0, "ETH-USDT")
    printed(rig, ALPHA_BTC.id, 10_000)
    printed(rig, ALPHA_ETH.id, 10_000)
    rig.seconds(1)
    printed(rig, ALPHA_BTC.id, 20_000)
    rig.seconds(1)
    alerts = [(a.monitor, a.severity, a.scope) for a in rig.heard(AlertRaised)]
    assert alerts[-1] == ("concentration", "critical", Address(""))
    assert rig.heard(BreakerTripped) == []
