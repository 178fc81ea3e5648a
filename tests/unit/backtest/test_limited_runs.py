"""Whole backtests limited to the recorded volume: what the strategy and the result see of partial fills."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from seawall.api.units import SECOND
from seawall.backtest import Setup, run_backtest
from seawall.backtest.fill_models import FILL_MODELS, FillModel
from seawall.backtest.fill_models.measured import MEASURED
from seawall.backtest.recorded_orders import Waiting
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy

QUOTES = pl.DataFrame(
    {
        "ts": [1_700_000_000 * SECOND + second * SECOND for second in range(6)],
        "bid_px": [99.0] * 6,
        "bid_qty": [4.0, 4.0, 2.0, 2.0, 2.0, 2.0],
        "ask_px": [101.0] * 6,
        "ask_qty": [3.0, 3.0, 3.0, 3.0, 3.0, 5.0],
    }
)
PRINTS = pl.DataFrame(
    {
        "ts": [1_700_000_000 * SECOND + 2_500_000_000 + milli * 1_000_000 for milli in range(3)],
        "price": [99.0] * 3,
        "qty": [1.0, 1.5, 4.0],
        "aggressor": ["sell"] * 3,
    }
)


class Once(TradingStrategy):
    """One order at the first price."""

    def on_start(self) -> None:
        self.done = False

    def on_market_data(self, update: PriceUpdate) -> list[MarketSignal] | None:
        if not self.done:
            self.done = True
            kind = self.config["kind"]
            if kind == "market":
                self.buy(update.symbol, 7.0)
            else:
                self.buy(update.symbol, 2.0, limit_price=99.0)
        return None


def fills(kind: str, **setup: Any) -> list[tuple[float, float]]:
    result = run_backtest(Once, [QUOTES, PRINTS], config={"kind": kind}, setup=Setup(**setup), venue="v", symbol="BTC-USD")
    return [(float(price), float(quantity)) for price, quantity in result.fills.select("price", "quantity").iter_rows()]


def test_a_market_order_gets_what_the_quote_shows() -> None:
    assert fills("market") == [(101.0, 7.0)]
    assert fills("market", limited=True) == [(101.0, 3.0)]


def test_a_resting_order_fills_in_parts_by_its_place_in_the_queue() -> None:
    assert fills("limit", fill_model="queue_trades") == [(99.0, 0.5), (99.0, 1.5)]
    assert fills("limit", fill_model="touch", limited=True) == [(99.0, 1.0), (99.0, 1.0)]
    assert fills("limit") == []


class Quarter(FillModel):
    name = "quarter"
    limited = True

    def reached(self, waiting: Waiting, price: int, lots: int) -> int:
        return lots // 4


def test_a_model_of_ones_own_needs_one_method() -> None:
    assert [quantity for _, quantity in fills("limit", fill_model=Quarter())] == [0.25, 0.375, 1.0]


def test_unknown_models_are_named() -> None:
    with pytest.raises(ValueError, match=r"no fill model 'hope'; there are touch, trade_through, queue_trades"):
        fills("limit", fill_model="hope")


def test_a_result_says_what_was_assumed() -> None:
    result = run_backtest(Once, QUOTES, config={"kind": "limit"}, setup=Setup(fill_model="queue_log"), venue="v", symbol="BTC-USD")
    said = result.summary.assumptions
    assert (said["fill model"], said["latency"]) == ("queue_log", "none")
    assert said["measured error"].startswith("on Binance ticks of 2024-08-08: precision 100.0 %, recall 100.0 %")


def test_every_model_has_been_measured() -> None:
    assert sorted(MEASURED) == sorted(model.name for model in FILL_MODELS)
    page = (Path(__file__).parents[3] / "docs" / "fills.md").read_text(encoding="utf-8")
    for name, of in MEASURED.items():
        assert f"| `{name}` | {of.precision} % | {of.recall} % | {of.undecided} % | {of.time_error_ms} ms |" in page


def test_a_limit_from_python_is_a_number_or_its_text() -> None:
    """None lifts it, as "none" does."""
    texts, numbers = ({"max_order_value": "50", "max_total_notional": "none"}, {"max_order_value": 50, "max_total_notional": None})
    refused = [
        run_backtest(Once, QUOTES, config={"kind": "market"}, setup=Setup(limits=limits), venue="v", symbol="BTC-USD").summary.refusals
        for limits in (texts, numbers)
    ]
    assert refused == [{"order_value": 1}] * 2
