"""The recorder: what is told is kept, nothing heavy is loaded for it."""

import subprocess
import sys

import pytest

from seawall.analytics.columns import CHUNK
from seawall.analytics.recorder import CashKind, Recorder
from seawall.api.instruments import define_spot
from tests.unit.analytics.runs import INSTRUMENTS, at, record, recorder, result


def test_importing_it_loads_no_data_frame_library() -> None:
    """A host's start-up must not pay for the report."""
    heavy = "import sys, seawall.analytics.recorder; print([m for m in ('polars', 'numpy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_nothing_is_lost_between_chunks() -> None:
    into = recorder()
    lines = "01 10:00 ema alpha:BTC-USDT buy 0.001 @ 100 fee 0 USDT\n" * (2 * CHUNK + 3)
    record(into, lines)
    made = result(into, {"alpha:BTC-USDT": "100"})
    assert made.fills["trade_id"].to_list() == list(range(101, 101 + 2 * CHUNK + 3))
    assert made.orders["client_order_id"].to_list() == [f"1-{n}" for n in range(1, 2 * CHUNK + 4)]


def test_a_recorder_may_go_on_after_a_result() -> None:
    """A partial result is only a look: the next one holds all that came before and after."""
    into = recorder()
    record(into, "01 10:00 ema alpha:BTC-USDT buy 1 @ 100 fee 0 USDT")
    first = result(into, {"alpha:BTC-USDT": "110"}, complete=False)
    record(into, "01 11:00 ema alpha:BTC-USDT sell 1 @ 120 fee 0 USDT")
    into.cash(at("01 12:00"), "alpha", "main", "USDT", -500_000, CashKind.FUNDING)
    second = result(into)
    assert (str(first.summary.total_pnl), str(second.summary.total_pnl)) == ("10.00", "19.50")
    assert (len(first.fills), len(second.fills)) == (1, 2)


def test_a_currency_has_one_minor_unit_per_run() -> None:
    other = define_spot("gamma", "ETH-USDT", tick="0.01", lot="0.01", quote_decimals=8)
    with pytest.raises(ValueError, match="gamma:ETH-USDT: USDT has 8 decimals here and 6 elsewhere"):
        Recorder([*INSTRUMENTS, other], "USDT", 2)


def test_a_currency_that_no_instrument_names_is_refused_by_name() -> None:
    into = recorder()
    into.cash(at("01 12:00"), "alpha", "main", "DOGE", -1, CashKind.FUNDING)
    with pytest.raises(ValueError, match=r"names the currency DOGE.*known: BNB, BTC, ETH, USDC, USDT"):
        result(into)
