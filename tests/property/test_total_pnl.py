"""Total P&L, whatever was traded and moved: recomputed from the files alone, and adding up however it is attributed."""

import json
from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from seawall.analytics.recorder import CashKind
from seawall.analytics.result import Result
from seawall.api.instruments import Instrument
from seawall.api.orders import Liquidity, OrderFilled, Side
from seawall.api.units import ceil_div
from tests.unit.analytics.runs import INSTRUMENTS, at, recorder, result

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
