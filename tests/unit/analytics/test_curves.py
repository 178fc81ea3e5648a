"""Curves of single strategies: what each made of the opening equity, along the way and at the end."""

from decimal import Decimal

import numpy as np
import pytest

from seawall.analytics.curves import POINTS_MAX, portfolio_curve, strategy_curves, thinned, times_of
from seawall.api.units import DAY, MINUTE
from tests.unit.analytics.runs import INSTRUMENTS, at, record, recorder, result

TEXT = """
    01 10:00 ema alpha:BTC-USDT buy  2   @ 100 fee 0.01 BTC
    01 11:00 arb beta:ETH-USDC  sell 3   @ 10  fee 0.02 USDC
    01 12:00 ema alpha:BTC-USDT sell 0.5 @ 120 fee 0.5  USDT
    01 13:00 arb beta:ETH-USDC  buy  1   @ 8   fee 0.001 BNB
"""
MARKS = {"alpha:BTC-USDT": "130", "beta:ETH-USDC": "9"}
RATES = {"USDC": (99, 100), "BNB": (300, 1)}


def curves(text: str = TEXT):
    into = recorder()
    record(into, text)
    for hour, price in ((9, 9_000), (11, 11_000), (12, 12_500), (23, 13_000)):
        into.sample(at(f"01 {hour}:30"), 1_000_000, 0, 0)
        into.price(at(f"01 {hour}:30"), "alpha:BTC-USDT", price)
    into.price(at("01 23:30"), "beta:ETH-USDC", 900)
    made = result(into, MARKS, rates=RATES, strategies=("ema", "arb"))
    rates = {currency: float(rate) for currency, rate in made.summary.final_rates.items()}
    by_id = {instrument.id: instrument for instrument in INSTRUMENTS}
    return made, strategy_curves(made.fills, made.prices, times_of(made.equity), 10_000.0, by_id, rates)


def test_a_strategy_is_worth_its_cash_and_its_position_at_the_last_price() -> None:
    """ema: before its first fill; at 110; at 125 with 0.5 sold at 120; at 130."""
    _, found = curves()
    expected = [10_000.0, 10_000 - 200 + 1.99 * 110, 10_000 - 200 + 59.5 + 1.49 * 125, 10_000 - 200 + 59.5 + 1.49 * 130]
    assert found["ema"].equity == pytest.approx(expected)
    assert found["ema"].gross == pytest.approx([0.0, 1.99 * 110, 1.49 * 125, 1.49 * 130])


def test_reports_that_overtook_each_other_make_the_same_curve() -> None:
    backwards = "\n".join(reversed(TEXT.strip().splitlines()))
    (_, found), (_, turned) = curves(), curves(backwards)
    assert {name: curve.equity for name, curve in turned.items()} == {name: curve.equity for name, curve in found.items()}


def test_a_short_position_counts_as_exposure_at_the_rate_of_its_currency() -> None:
    _, found = curves()
    assert found["arb"].gross == pytest.approx([0.0, 3 * 10 * 0.99, 3 * 10 * 0.99, 2 * 9 * 0.99], abs=0.4)


def test_each_curve_ends_at_the_exact_result_of_the_strategy() -> None:
    made, found = curves()
    for name, figures in made.figures.strategies.items():
        assert Decimal(f"{found[name].equity[-1] - 10_000:.2f}") == figures.total_pnl


def test_a_single_strategy_has_the_portfolio_s_risk_figures() -> None:
    into = recorder()
    record(into, "01 10:00 ema alpha:BTC-USDT buy 1 @ 100 fee 0 USDT")
    for day, equity in ((1, 1_000_000), (2, 1_010_000), (3, 990_000)):
        into.sample(at(f"0{day} 23:00"), equity, 1_000, 1_000)
    figures = result(into, MARKS).figures
    assert figures.strategies["ema"].sharpe_ratio == figures.portfolio.sharpe_ratio is not None
    assert figures.strategies["ema"].max_drawdown == pytest.approx(2 / 101)


def test_an_idle_strategy_is_there_with_nothing_made() -> None:
    made = result(recorder(), strategies=("ema", "idle"))
    assert made.figures.strategies["idle"].total_pnl == 0
    assert made.figures.strategies["idle"].sharpe_ratio is None


def test_thinning_keeps_the_last_time_of_each_day() -> None:
    times = np.arange(0, 30 * DAY, MINUTE)
    kept = thinned(times)
    assert len(kept) <= POINTS_MAX + 31
    midnights = np.arange(1, 30) * DAY  # A sample at midnight closes the day that ends.
    assert set(midnights.tolist()) <= set(kept.tolist())


def test_the_portfolio_s_curve_is_what_was_sampled() -> None:
    into = recorder()
    into.sample(at("01 10:00"), 1_000_050, 20_000, -20_000)
    made = result(into)
    curve = portfolio_curve(made.equity, made.exposure, 10_000.0)
    assert (curve.times, curve.equity, curve.gross) == ([at("01 10:00")], [10_000.5], [200.0])
