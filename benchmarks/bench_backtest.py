"""The tick path: recorded trades through venue, engine, every check, strategy, ledger, recorder. The data is generated, in memory.

What is timed is the whole run from open data to the last fill: conversion, matching, checks, bookkeeping, sampling; not the report.
"""

import resource
import subprocess
import sys
from typing import Any

import numpy as np

from seawall.backtest.run import Setup, run_backtest
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy

MILLION = 1_000_000
ROUNDS = 5


class Nothing(TradingStrategy):
    """Looks at every price and does nothing."""

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        return None


class EmaCross(TradingStrategy):
    """EMA 10/20 of one symbol, as one would write it by hand: long above, flat below."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.fast = self.slow = 0.0
        self.long = False

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        price = price_update.price
        if not self.fast:
            self.fast = self.slow = price
            return None
        self.fast += (price - self.fast) * (2 / 11)
        self.slow += (price - self.slow) * (2 / 21)
        if self.fast > self.slow and not self.long:
            self.long = True
            return [MarketSignal(price_update.symbol, 1.0)]
        if self.fast < self.slow and self.long:
            self.long = False
            return [MarketSignal(price_update.symbol, -1.0)]
        return None


def ticks(count: int) -> dict[str, Any]:
    """A random walk of trades, ten a second."""
    rng = np.random.default_rng(7)
    price = 30_000 + np.cumsum(rng.integers(-50, 51, count)) * 0.01
    return {
        "ts": 1_700_000_000_000_000_000 + np.arange(count, dtype=np.int64) * 100_000_000,
        "price": np.round(np.maximum(price, 1_000), 2),
        "qty": rng.integers(1, 10_000, count) * 0.0001,
    }


def rate(strategy: type[TradingStrategy], count: int) -> float:
    table = ticks(count)
    best = 0.0
    for _ in range(ROUNDS):
        result = run_backtest(strategy, table, config={"max_position_size": 0.1}, setup=Setup(currency="USD"), symbol="BTC-USD")
        assert result.summary.complete
        best = max(best, result.wall_clock["rows_per_s"])
    if strategy is EmaCross:
        orders = result.summary.counters["orders"]
        print(f"  {count:,} ticks, {orders:,} orders, {result.summary.counters['fills']:,} fills", file=sys.stderr)
    return best


def run() -> dict[str, float]:
    ten = subprocess.run([sys.executable, __file__, "--ten-million"], check=True, capture_output=True, text=True)
    large = [float(figure) for figure in ten.stdout.split()]
    return {
        "backtest_noop_ticks_per_s": rate(Nothing, MILLION),
        "backtest_ema_ticks_per_s": rate(EmaCross, MILLION),
        "backtest_ema_10m_ticks_per_s": large[0],
        "backtest_ema_10m_peak_mb": large[1],
    }


def ten_million() -> None:
    """In a process of its own, from a file, so that the peak is the run's."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ticks.parquet"
        subprocess.run([sys.executable, __file__, "--write", str(path)], check=True)
        result = run_backtest(EmaCross, path, config={"max_position_size": 0.1}, setup=Setup(currency="USD"), symbol="BTC-USD")
    print(result.wall_clock["rows_per_s"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def write(path: str) -> None:
    import polars as pl

    pl.DataFrame(ticks(10 * MILLION)).write_parquet(path, row_group_size=MILLION)


if __name__ == "__main__":
    if "--ten-million" in sys.argv:
        ten_million()
    elif "--write" in sys.argv:
        write(sys.argv[-1])
    else:
        print(run())
