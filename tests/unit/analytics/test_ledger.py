"""Total P&L: exact, by the formula of the files, from the files alone."""

from decimal import Decimal

import pytest

from seawall.analytics.ledger import rate_text
from seawall.analytics.recorder import CashKind
from tests.unit.analytics.runs import at, recorder, result, result_of


def test_a_base_fee_reduces_the_position() -> None:
    made = result_of("01 10:00 ema alpha:BTC-USDT buy 1 @ 100 fee 0.1 BTC", {"alpha:BTC-USDT": "200"})
    assert made.summary.total_pnl == Decimal("80.00")


def test_fees_are_valued_when_they_are_taken() -> None:
    made = result_of("01 10:00 ema alpha:BTC-USDT buy 1 @ 100 fee 0.1 BTC", {"alpha:BTC-USDT": "200"})
    assert made.figures.portfolio.fees == Decimal("10.00")
    assert made.summary.fees == {"BTC": Decimal("0.10000000")}


def test_transfers_are_no_profit_and_funding_is() -> None:
    into = recorder()
    into.cash(at("01 00:00"), "alpha", "main", "USDT", 5_000_000_000, CashKind.TRANSFER)
    into.cash(at("01 08:00"), "alpha", "main", "USDT", -1_250_000, CashKind.FUNDING)
    into.cash(at("01 09:00"), "alpha", "main", "USDT", -3_000_000, CashKind.LIQUIDATION_FEE)
    assert result(into).summary.total_pnl == Decimal("-4.25")


def test_each_quote_currency_has_its_own_result() -> None:
    text = """
        01 10:00 ema alpha:BTC-USDT buy 1 @ 100 fee 0 USDT
        01 11:00 ema beta:ETH-USDC  buy 1 @ 10  fee 0 USDC
    """
    summary = result_of(text, {"alpha:BTC-USDT": "90", "beta:ETH-USDC": "14"}).summary
    assert summary.pnl_by_quote_currency == {"USDC": Decimal("4.00000000"), "USDT": Decimal("-10.000000")}
    assert summary.total_pnl == Decimal("-6.00")  # 4 x 0.999 - 10, half-even.


@pytest.mark.parametrize(("fee", "pnl"), [("0.005", "0.00"), ("0.015", "-0.02"), ("0.015001", "-0.02"), ("0.005001", "-0.01")])
def test_half_a_minor_unit_goes_to_the_even_one(fee: str, pnl: str) -> None:
    made = result_of(f"01 10:00 ema alpha:BTC-USDT buy 1 @ 100 fee {fee} USDT", {"alpha:BTC-USDT": "100"})
    assert str(made.summary.total_pnl) == pnl


def test_a_currency_without_a_rate_counts_as_nothing_and_is_named() -> None:
    made = result_of("01 10:00 ema alpha:BTC-USDT buy 1 @ 100 fee 0.5 BNB", {"alpha:BTC-USDT": "100"})
    assert made.summary.total_pnl == 0
    assert made.summary.final_rates["BNB"] == 0
    assert [warning for warning in made.summary.warnings if "no final rate for BNB" in warning]


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (1, 1, "1"),
        (431_050, 100, "4310.5"),
        (100, 1, "100"),
        (1, 3, "0.33333333333333333333"),
        (2, 3_000_000_000, "0.00000000066666666666666666667"),
        (2_000_000, 3, "666666.66666666666667"),
    ],
)
def test_rates_are_printed_plainly_with_twenty_digits(numerator: int, denominator: int, text: str) -> None:
    assert rate_text(numerator, denominator) == text
