"""Attribution: who earned what, paid what, slipped by what."""

from decimal import Decimal

from seawall.analytics.attribution import OTHER_CASH
from seawall.analytics.recorder import CashKind
from tests.unit.analytics.runs import at, record, recorder, result, result_of

MARKS = {"alpha:BTC-USDT": "110", "beta:BTC-USDT": "110", "beta:ETH-USDC": "10"}
TEXT = """
    01 10:00 ema alpha:BTC-USDT buy  1 @ 100 fee 1 USDT
    01 11:00 arb beta:BTC-USDT  sell 2 @ 100 fee 2 USDT
    01 12:00 arb alpha:BTC-USDT buy  2 @ 101 fee 3 USDT
"""


def named(rows) -> dict[str, Decimal]:
    return {row.name: row.pnl for row in rows}


def test_profit_by_strategy_symbol_and_venue() -> None:
    attribution = result_of(TEXT, MARKS, strategies=("ema", "arb", "idle")).summary.attribution
    assert named(attribution["strategy"]) == {"arb": Decimal("-7.00"), "ema": Decimal("9.00"), "idle": Decimal("0.00")}
    assert named(attribution["symbol"]) == {"BTC-USDT": Decimal("2.00")}
    assert named(attribution["venue"]) == {"alpha": Decimal("24.00"), "beta": Decimal("-22.00")}
    assert [row.fees for row in attribution["venue"]] == [Decimal("4.00"), Decimal("2.00")]


def test_cash_that_is_no_fill_has_a_row_of_its_own() -> None:
    into = recorder()
    record(into, TEXT)
    into.cash(at("02 08:00"), "alpha", "main", "USDT", -4_000_000, CashKind.FUNDING)
    attribution = result(into, MARKS).summary.attribution
    assert all(named(rows)[OTHER_CASH] == Decimal("-4.00") for rows in attribution.values())


def test_slippage_is_what_fills_cost_beyond_the_decision_price() -> None:
    """Bought 2 at 101 and sold 1 at 99.5, decided at 100: 2 + 0.5 on 300."""
    into = recorder()
    text = """
        01 10:00 ema alpha:BTC-USDT buy  2 @ 101  fee 0 USDT
        01 11:00 ema alpha:BTC-USDT sell 1 @ 99.5 fee 0 USDT
    """
    record(into, text, decision="100")
    figures = result(into, MARKS).figures.portfolio
    assert (figures.slippage, figures.slippage_bps) == (Decimal("2.50"), 2.5 / 300 * 10_000)


def test_without_a_decision_price_slippage_is_not_known() -> None:
    into = recorder()
    record(into, TEXT, decision="0")
    made = result(into, MARKS)
    assert made.figures.portfolio.slippage is None
    assert {row.slippage for row in made.summary.attribution["venue"]} == {None}


def test_turnover_is_traded_notional_on_average_equity() -> None:
    into = recorder()
    record(into, TEXT)
    into.sample(at("01 00:00"), 1_000_000, 0, 0)
    into.sample(at("02 00:00"), 1_000_000, 0, 0)
    figures = result(into, MARKS).figures.portfolio
    assert (figures.notional, figures.turnover) == (Decimal("502.00"), 0.0502)


def test_the_host_s_counts_stand_with_their_strategy_and_in_the_sum() -> None:
    made = result_of(
        TEXT,
        MARKS,
        strategies=("ema", "arb"),
        risk_breaches={"ema": 3, "arb": 4},
        emergency_stops={"arb": 1},
        chaos_recovery_times={"arb": 2.5},
    )
    every = made.figures.strategies
    assert (every["ema"].risk_breach_count, every["arb"].emergency_stops) == (3, 1)
    assert (made.figures.portfolio.risk_breach_count, made.figures.portfolio.emergency_stops) == (7, 1)
    assert (every["arb"].chaos_recovery_time, every["ema"].chaos_recovery_time) == (2.5, None)
    assert made.figures.portfolio.chaos_recovery_time == 2.5


def test_profit_by_hour_of_the_day() -> None:
    """Every fill at final marks in the hour it traded; a round trip in the hour it ended. The hours add up to the total."""
    made = result_of(TEXT + "    02 10:59 ema alpha:BTC-USDT sell 1 @ 120 fee 1 USDT\n", MARKS, strategies=("ema", "arb"))
    rows = made.summary.attribution["hour"]
    assert named(rows) == {"10:00": Decimal("18.00"), "11:00": Decimal("-22.00"), "12:00": Decimal("15.00")}
    assert sum(named(rows).values()) == made.summary.total_pnl
    assert {row.name: (row.fills, row.trades) for row in rows} == {"10:00": (2, 1), "11:00": (1, 0), "12:00": (1, 0)}
