"""Total P&L: exact, by the formula of the files, from the files alone."""

import json
from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.analytics.ledger import rate_text
from seawall.analytics.recorder import CashKind
from seawall.analytics.result import Result
from seawall.api.instruments import Instrument
from seawall.api.orders import Liquidity, OrderFilled, Side
from seawall.api.units import ceil_div
from tests.unit.analytics.runs import INSTRUMENTS, at, recorder, result, result_of

MARKS = {"alpha:BTC-USDT": "43111.11", "beta:BTC-USDT": "43099.9", "beta:ETH-USDC": "2311.03", "beta:BNB-USDT": "300.1"}
RATES = {"USDC": (99_871, 100_003), "BNB": (3001, 10), "BTC": (4_310_505, 100)}


def recomputed(directory: Path) -> Decimal:
    """The formula as a reader of the files would write it: no code of ours, no rounding but the last."""
    said = json.loads((directory / "result.json").read_text())
    rates = {currency: Decimal(rate) for currency, rate in said["final_rates"].items()}
    marks = {(mark["venue"], mark["symbol"]): Decimal(mark["price"]) for mark in said["final_marks"]}
    cash: dict[str, Decimal] = defaultdict(Decimal)
    positions: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    with localcontext() as context:
        context.prec = 80
        for fill in pl.read_parquet(directory / "fills.parquet").iter_rows(named=True):
            base, quote = fill["symbol"].split("-")
            sign = 1 if fill["side"] == "buy" else -1
            positions[fill["venue"], fill["symbol"]] += sign * fill["quantity"]
            cash[quote] -= sign * fill["quantity"] * fill["price"]
            if fill["fee_asset"] == base:
                positions[fill["venue"], fill["symbol"]] -= fill["fee"]
            else:
                cash[fill["fee_asset"]] -= fill["fee"]
        for moved in pl.read_parquet(directory / "cash.parquet").iter_rows(named=True):
            if moved["kind"] != "transfer":
                cash[moved["currency"]] += moved["amount"]
        total = sum((amount * rates[currency] for currency, amount in cash.items()), Decimal(0))
        total += sum(held * marks[at] * rates[at[1].split("-")[1]] for at, held in positions.items())
        return total.quantize(Decimal(1).scaleb(-said["valuation_decimals"]), ROUND_HALF_EVEN)


fills = st.tuples(
    st.sampled_from(INSTRUMENTS),
    st.sampled_from(["ema", "arb"]),
    st.sampled_from(Side),
    st.integers(1, 10**7),
    st.integers(1, 10**7),
    st.sampled_from(["received", "BNB"]),
)
movements = st.tuples(st.sampled_from(["USDT", "USDC", "BTC"]), st.integers(-(10**12), 10**12), st.sampled_from(CashKind))


def order_filled(number: int, instrument: Instrument, side: Side, price: int, lots: int, fee_in: str) -> OrderFilled:
    received = instrument.base if side is Side.BUY else instrument.quote
    amount = lots * instrument.lot_value if side is Side.BUY else lots * price * instrument.tick_value
    fee = (number % 977, "BNB") if fee_in == "BNB" else (ceil_div(amount, 1_000), received)
    head = ("main", f"1-{number}", instrument.id, number, number, side, price, lots, lots, 0, Liquidity.MAKER)
    return OrderFilled(*head, *fee, at("01 10:00"))


@given(st.lists(fills, max_size=30), st.lists(movements, max_size=5), st.integers(0, 8))
def test_total_pnl_is_recomputed_from_the_files_to_the_minor_unit(tmp_path_factory, made_fills, made_movements, decimals) -> None:
    into = recorder(valuation_decimals=decimals)
    for number, (instrument, strategy, side, price, lots, fee_in) in enumerate(made_fills, start=1):
        into.fill(strategy, order_filled(number, instrument, side, price, lots, fee_in))
    for currency, amount, kind in made_movements:
        into.cash(at("02 10:00"), "alpha", "main", currency, amount, kind)
    made = result(into, MARKS, rates=RATES, strategies=("arb", "ema"))
    directory = tmp_path_factory.mktemp("run")
    made.write(directory)
    assert recomputed(directory) == made.summary.total_pnl == Result.read(directory).summary.total_pnl


@given(st.lists(fills, max_size=30))
def test_attribution_adds_up_to_the_total(made_fills) -> None:
    """Each row is rounded on its own, so by half a minor unit a row."""
    into = recorder()
    for number, (instrument, strategy, side, price, lots, fee_in) in enumerate(made_fills, start=1):
        into.fill(strategy, order_filled(number, instrument, side, price, lots, fee_in))
    into.cash(at("02 10:00"), "alpha", "main", "USDC", -123_456_789_000, CashKind.FUNDING)
    summary = result(into, MARKS, rates=RATES, strategies=("arb", "ema")).summary
    for rows in summary.attribution.values():
        assert abs(sum(row.pnl for row in rows) - summary.total_pnl) <= Decimal("0.005") * (len(rows) + 1)


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
