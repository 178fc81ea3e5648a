"""Data frames: the columns that are promised, decimals that are exact."""

from decimal import Decimal

import polars as pl

from seawall.analytics.recorder import CashKind
from seawall.api.instruments import define_spot
from seawall.api.orders import OrderStatus, Side
from tests.unit.analytics.runs import at, order, record, recorder, result, result_of

MARKS = {"alpha:BTC-USDT": "100", "beta:BTC-USDT": "100", "beta:ETH-USDC": "10"}
FILLS = """
    01 10:00 ema alpha:BTC-USDT buy  1.234  @ 43000.01 fee 0.00000123 BTC
    01 10:01 arb beta:BTC-USDT  sell 0.0001 @ 43000.1  fee 0.043001   USDT
    01 10:02 arb beta:ETH-USDC  buy  2.5    @ 2300.07  fee 0.00000001 ETH
"""


def test_fills_have_the_promised_columns() -> None:
    fills = result_of(FILLS, MARKS).fills
    assert " ".join(fills.columns) == "ts strategy venue symbol side quantity price fee fee_asset liquidity order_id trade_id"
    assert fills.schema["ts"] == pl.Datetime("ns", "UTC")
    assert all(isinstance(fills.schema[name], pl.Decimal) for name in ("quantity", "price", "fee"))


def test_fills_are_exact_whatever_the_instrument_s_units() -> None:
    row = result_of(FILLS, MARKS).fills.row(1, named=True)
    assert row["ts"].isoformat() == "2024-01-01T10:01:00+00:00"
    assert (row["strategy"], row["venue"], row["symbol"], row["side"]) == ("arb", "beta", "BTC-USDT", "sell")
    assert (row["quantity"], row["price"], row["fee"]) == (Decimal("0.0001"), Decimal("43000.1"), Decimal("0.043001"))
    assert (row["fee_asset"], row["liquidity"], row["order_id"], row["trade_id"]) == ("USDT", "taker", 2, 102)


def test_amounts_beyond_eight_bytes_are_exact() -> None:
    """Eighteen decimals: 40 ETH are more minor units than an int64 holds."""
    into = recorder(instruments=[define_spot("alpha", "ETH-USDT", tick="0.01", lot="1", base_decimals=18)])
    record(into, "01 10:00 ema alpha:ETH-USDT buy 50000 @ 2000 fee 40.000000000000000001 ETH")
    made = result(into, {"alpha:ETH-USDT": "2000"})
    assert made.fills["fee"].to_list() == [Decimal("40.000000000000000001")]
    assert made.summary.total_pnl == Decimal("-80000.00")


def test_an_order_without_price_number_or_decision_has_none() -> None:
    into = recorder()
    made, ended, why = at("01 10:00"), at("01 10:01"), {"status": OrderStatus.REJECTED, "reason": "insufficient_balance"}
    into.order(order("ema", "alpha:BTC-USDT", Side.BUY, 5, made=made, ended=ended, filled=0, **why))
    row = result(into).orders.row(0, named=True)
    assert (row["price"], row["order_id"], row["decision_price"]) == (None, None, None)
    assert (row["quantity"], row["filled_quantity"], row["status"]) == (Decimal("0.005"), Decimal(0), "rejected")
    assert (row["reason"], row["client_order_id"], row["time_in_force"]) == ("insufficient_balance", "1-1", "ioc")


def test_cash_lists_every_movement() -> None:
    into = recorder()
    into.cash(at("01 00:00"), "alpha", "main", "BTC", 150_000_000, CashKind.TRANSFER)
    into.cash(at("02 08:00"), "beta", "main", "USDT", -1_234_567, CashKind.FUNDING)
    cash = result(into).cash
    assert cash.columns == ["ts", "venue", "account", "currency", "amount", "kind"]
    assert cash.select("venue", "currency", "amount", "kind").rows() == [
        ("alpha", "BTC", Decimal("1.5"), "transfer"),
        ("beta", "USDT", Decimal("-1.234567"), "funding"),
    ]


def test_samples_become_equity_exposure_and_prices() -> None:
    into = recorder()
    into.sample(at("01 01:00"), 1_000_001, 50_000, -50_000)
    into.price(at("01 01:00"), "alpha:BTC-USDT", 4_300_001)
    into.price(at("01 01:00"), "beta:BTC-USDT", 430_001)
    made = result(into)
    assert made.equity.columns == ["ts", "equity"]
    assert made.equity["equity"].to_list() == [Decimal("10000.01")]
    assert made.exposure.select("gross", "net").row(0) == (Decimal("500.00"), Decimal("-500.00"))
    assert made.prices.select("venue", "price").rows() == [("alpha", Decimal("43000.01")), ("beta", Decimal("43000.1"))]


def test_a_run_without_anything_has_every_frame_and_column() -> None:
    made, full = result(recorder()), result_of(FILLS, MARKS)
    for name in ("fills", "orders", "cash", "equity", "exposure", "prices", "round_trips"):
        assert getattr(made, name).is_empty()
        assert getattr(made, name).columns == getattr(full, name).columns
        assert [type(kind) for kind in getattr(made, name).dtypes] == [type(kind) for kind in getattr(full, name).dtypes]
