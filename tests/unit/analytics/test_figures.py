"""Performance figures: as empyrical has them where it has them, and None where there is nothing to say."""

import random
from math import isclose

import empyrical
import numpy as np
import pytest

from seawall.analytics import figures
from seawall.analytics.figures import Curve
from seawall.api.units import DAY, HOUR

START = 19_723 * DAY  # 1 January 2024


def curve(equity: list[float], opening: float = 1_000.0, step: int = DAY, start: int = START + DAY - 1) -> Curve:
    """A sample at the end of each day, unless told otherwise."""
    return Curve(opening, [start + n * step for n in range(len(equity))], equity, [0.0] * len(equity))


def walk(days: int, seed: int) -> Curve:
    chance, equity, value = random.Random(seed), [], 1_000.0
    for _ in range(days):
        value *= 1 + chance.gauss(0.001, 0.02)
        equity.append(value)
    return curve(equity)


@pytest.mark.parametrize(("days", "seed"), [(2, 1), (30, 2), (100, 6), (250, 3), (731, 4)])
def test_figures_agree_with_empyrical(days: int, seed: int) -> None:
    """VaR and shortfall over the last 250 days, a loss positive; drawdown positive; all else as it is."""
    walked = walk(days, seed)
    returns = np.array(figures.daily_returns(walked))
    recent = returns[-250:]
    pairs = [
        (figures.sharpe(returns), empyrical.sharpe_ratio(returns, annualization=365)),
        (figures.sortino(returns), empyrical.sortino_ratio(returns, annualization=365)),
        (figures.calmar(returns), empyrical.calmar_ratio(returns, annualization=365)),
        (figures.volatility(returns), empyrical.annual_volatility(returns, annualization=365)),
        (figures.max_drawdown([walked.opening, *walked.equity]), -empyrical.max_drawdown(returns)),
        (figures.value_at_risk(returns), -empyrical.value_at_risk(recent, cutoff=0.01)),
        (figures.expected_shortfall(returns), -empyrical.conditional_value_at_risk(recent, cutoff=0.01)),
    ]
    assert len(returns) == days
    for ours, theirs in pairs:
        if ours is None:
            assert not np.isfinite(theirs)
        else:
            assert isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12)


def test_parametric_value_at_risk_is_the_normal_quantile() -> None:
    returns = figures.daily_returns(walk(100, 5))
    expected = -(np.mean(returns) - 2.3263478740408408 * np.std(returns, ddof=1))
    assert isclose(figures.value_at_risk_parametric(returns) or 0, expected)


def test_daily_returns_go_from_close_to_close_in_utc_days() -> None:
    """The first day starts from the opening equity; the last sample of a day is its close; a silent day returned nothing."""
    times = [START + 10 * HOUR, START + 23 * HOUR, START + 25 * HOUR, START + 3 * DAY + HOUR]
    returns = figures.daily_returns(Curve(1_000.0, times, [990.0, 1_100.0, 1_045.0, 2_090.0], [0.0] * 4))
    assert returns == pytest.approx([0.1, -0.05, 0.0, 1.0])


def test_a_sample_at_midnight_closes_the_day_that_ends() -> None:
    """Two whole days, from midnight to midnight, are two returns."""
    times = [START, START + DAY, START + 2 * DAY]
    assert figures.daily_returns(Curve(1_000.0, times, [1_000.0, 1_100.0, 990.0], [0.0] * 3)) == pytest.approx([0.1, -0.1])
    assert figures.calendar_days(START, START + 2 * DAY) == 2


@pytest.mark.parametrize("returns", [[], [0.01], [0.0, 0.0, 0.0], [0.01, 0.01]])
def test_ratios_that_are_not_defined_are_none(returns: list[float]) -> None:
    assert figures.sharpe(returns) is None
    assert figures.sortino(returns) is None
    assert figures.calmar(returns) is None


def test_risk_needs_two_days() -> None:
    assert figures.volatility([0.1]) is None
    assert figures.value_at_risk([0.1]) is None
    assert figures.value_at_risk_parametric([0.1]) is None
    assert figures.expected_shortfall([0.1]) is None


def test_a_year_extrapolated_beyond_all_numbers_is_none() -> None:
    assert figures.annualised(10.0**6, 1) is None
    assert figures.calmar([1e6, -0.5]) is None


def test_returns_of_an_equity_that_was_lost_are_none() -> None:
    """Below zero there is nothing to measure a return against."""
    assert figures.daily_returns(curve([500.0, -10.0, 20.0])) == []
    assert figures.daily_returns(curve([500.0], opening=0.0)) == []


def test_max_drawdown_is_the_deepest_fall_from_a_peak() -> None:
    assert figures.max_drawdown([100.0, 120.0, 90.0, 110.0, 130.0, 100.0]) == 0.25
    assert figures.max_drawdown([100.0, 101.0]) == 0.0
    assert figures.max_drawdown([100.0, -20.0]) == 1.2
    assert figures.max_drawdown([]) is None


@pytest.mark.parametrize(("hours", "days"), [((0, 24), 1), ((0, 25), 2), ((23, 25), 2), ((10, 12), 1), ((5, 5), 1)])
def test_calendar_days_are_utc_days_touched(hours: tuple[int, int], days: int) -> None:
    assert figures.calendar_days(START + hours[0] * HOUR, START + hours[1] * HOUR) == days


def test_exposure_is_weighted_with_time() -> None:
    """Half the equity for three hours, none for one."""
    times = [START, START + 3 * HOUR, START + 4 * HOUR]
    assert figures.exposure(Curve(100.0, times, [100.0] * 3, [50.0, 0.0, 0.0])) == (0.375, 0.5, 0.75)


def test_exposure_of_a_lost_equity_is_none() -> None:
    assert figures.exposure(Curve(100.0, [START, START + 1], [100.0, -1.0], [50.0, 50.0])) == (None, None, None)


def test_monthly_returns_compound_daily_ones() -> None:
    growing = curve([1_000.0 * 1.01 ** (n + 1) for n in range(40)])
    monthly = figures.monthly_returns(growing)
    assert list(monthly) == [(2024, 1), (2024, 2)]
    assert isclose(monthly[2024, 1], 1.01**31 - 1)
    assert isclose(monthly[2024, 2], 1.01**9 - 1)
