"""A sweep: 100 sets of parameters over 500,000 bars, on two processes. The data is generated, in memory, and opened once.

What is timed is the whole sweep: laying the rows down, starting processes, every run with its figures, ranking; not the report.
"""

import sys
from typing import Any

import numpy as np

from seawall.backtest.run import Setup
from seawall.backtest.sweep import sweep
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy

BARS = 500_000
PROCESSES = 2


class EmaCross(TradingStrategy):
    """As one would write it by hand: long above, flat below."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.fast_weight, self.slow_weight = 2 / (config["fast"] + 1), 2 / (config["slow"] + 1)
        self.fast = self.slow = 0.0
        self.long = False

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        price = price_update.price
        if not self.fast:
            self.fast = self.slow = price
            return None
        self.fast += (price - self.fast) * self.fast_weight
        self.slow += (price - self.slow) * self.slow_weight
        if self.fast > self.slow and not self.long:
            self.long = True
            return [MarketSignal(price_update.symbol, 1.0)]
        if self.fast < self.slow and self.long:
            self.long = False
            return [MarketSignal(price_update.symbol, -1.0)]
        return None


def bars(count: int) -> dict[str, Any]:
    """A random walk of minutes."""
    rng = np.random.default_rng(7)
    close = np.round(np.maximum(30_000 + np.cumsum(rng.integers(-500, 501, count)) * 0.01, 1_000), 2)
    opened = np.concatenate(([30_000.0], close[:-1]))
    return {
        "ts": 1_600_000_000_000_000_000 + np.arange(count, dtype=np.int64) * 60_000_000_000,
        "open": opened,
        "high": np.round(np.maximum(opened, close) + rng.integers(0, 100, count) * 0.01, 2),
        "low": np.round(np.minimum(opened, close) - rng.integers(0, 100, count) * 0.01, 2),
        "close": close,
        "volume": rng.integers(1, 1_000, count) * 0.001,
    }


def run() -> dict[str, float]:
    grid = {"fast": list(range(10, 110, 10)), "slow": list(range(200, 1_200, 100))}
    result = sweep(
        EmaCross, bars(BARS), grid, config={"max_position_size": 0.1}, setup=Setup(currency="USD"), workers=PROCESSES, symbol="BTC-USD"
    )
    assert result.summary.complete and result.summary.failed == 0
    orders = sum(one.figures.orders for one in result.outcomes if one.figures is not None)
    print(f"  {len(result.outcomes)} runs of {BARS:,} bars, {orders:,} orders", file=sys.stderr)
    return {"sweep_bars_per_s": result.wall_clock["rows_per_s"]}
