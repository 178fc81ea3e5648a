"""The future changes nothing: whatever comes after a moment, all that happened before it stays as it was."""

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.backtest import Setup, run_backtest
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy

START = 1_700_000_000_000_000_000
MINUTE = 60_000_000_000


class Eager(TradingStrategy):
    """Trades on most bars, at market and with resting limits."""

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        if self.random.random() < 0.3:
            self.buy(price_update.symbol, 0.01, limit_price=price_update.price * 0.999)
        return [MarketSignal(price_update.symbol, self.random.choice([1.0, -1.0]))] if self.random.random() < 0.5 else None


def bars(seed: int, rows: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    close = np.round(1_000 + np.cumsum(rng.normal(0, 2, rows)), 2)
    open_ = np.round(close + rng.normal(0, 1, rows), 2)
    return {
        "ts": START + np.arange(rows, dtype=np.int64) * MINUTE,
        "open": open_,
        "high": np.round(np.maximum(open_, close) + 1, 2),
        "low": np.round(np.minimum(open_, close) - 1, 2),
        "close": close,
        "volume": np.full(rows, 10.0),
    }


@settings(max_examples=25)
@given(st.integers(0, 1_000), st.integers(10, 120), st.floats(0.2, 5.0))
def test_what_comes_later_changes_nothing_earlier(seed: int, cut: int, factor: float) -> None:
    """From one bar on all prices are another market's: every earlier order and fill is the same."""
    before, after = bars(seed, 150), bars(seed, 150)
    for column in ("open", "high", "low", "close"):
        after[column][cut:] = np.round(after[column][cut:] * factor, 2)
    moment = START + cut * MINUTE  # The first changed bar opens here; it becomes known at its close.
    # The same tick and lot and the same balances for both, whatever the changed prices would lead one to infer.
    definition = {"venues": {"recorded": {"symbols": {"X-USD": {"tick": 0.01, "lot": 0.0001}}}}}
    setup = Setup(seed=seed, fill_model="touch", balances={"*": {"X": "1000", "USD": "1000000"}}, capital="1000000")
    runs = [run_backtest(Eager, table, setup=setup, symbol="X-USD", instruments=definition) for table in (before, after)]
    earlier = [run.fills.filter(run.fills["ts"].dt.epoch("ns") <= moment).rows() for run in runs]
    assert earlier[0] == earlier[1]
    made = [
        run.orders.filter(run.orders["ts"].dt.epoch("ns") <= moment).select("ts", "side", "quantity", pl.col("price").fill_null(0)).rows()
        for run in runs
    ]
    assert sorted(made[0]) == sorted(made[1])
    assert cut < 40 or made[0], "the strategy must have traded before the cut"
