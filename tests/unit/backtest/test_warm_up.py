"""Warm-up in backtests and sweeps: strategies hear data from before the start, trade from the start on, and nothing else changes."""

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from seawall.api.units import DAY, MINUTE, Nanos
from seawall.backtest import Setup, run_backtest
from seawall.backtest.run import Run
from seawall.backtest.sweep import sweep
from seawall.market_data.recorded import open_recording
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy

FIRST = 1_700_006_400_000_000_000  # A midnight.


class Mean(TradingStrategy):
    """Trades around the mean of its window, from the first price on: without history its window is empty."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.window = config["window"]
        self.warm_up = config.get("warm_up", self.window)
        self.prices: list[float] = []
        self.known: list[int] = []  # How much it had heard when it could trade first.

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal]:
        self.prices.append(price_update.price)
        if not self.warming_up and not self.known:
            self.known.append(len(self.prices))
        recent = self.prices[-self.window :]
        held = self.positions.get(price_update.symbol, 0.0)
        below = price_update.price < sum(recent) / len(recent)
        return [MarketSignal(price_update.symbol, 1.0 if below else -1.0)] if below == (held < 0.01) else []


def bars(count: int = 600, interval: int = MINUTE) -> pl.DataFrame:
    close = np.round(100 + np.cumsum(np.random.default_rng(4).normal(0, 0.3, count)), 2)
    prices = {"open": close, "high": close + 0.5, "low": close - 0.5, "close": close}
    times = FIRST + np.arange(count, dtype=np.int64) * interval
    return pl.DataFrame({"ts": times, **prices, "volume": np.full(count, 5.0), "symbol": ["BTC-USD"] * count})


def at(minutes: int) -> Nanos:
    return Nanos(FIRST + minutes * MINUTE)


@pytest.mark.parametrize(("wanted", "heard"), [(0, 1), (20, 21), (timedelta(minutes=50), 51)])
def test_history_lies_before_the_start(wanted: Any, heard: int) -> None:
    """What it said there is counted; the result begins at the start."""
    run = Run([Mean], open_recording(bars()), {"window": 20, "warm_up": wanted}, Setup(start=at(200)))
    run.drive(None, lambda: False)
    strategy: Any = run.machines[0].strategy
    assert strategy.known == [heard] and strategy.prices[heard - 1] == bars()["close"][199], "the bar that closes at the start"
    result = run.result()
    assert result.summary.span.start_ns == at(200) and result.equity["ts"].to_physical().min() == at(200)
    assert result.orders["ts"].to_physical().min() > at(200)
    assert bool(result.summary.counters.get("signals while warming up")) == bool(wanted)
    assert not [warning for warning in result.summary.warnings if "history" in warning]


def test_what_the_data_does_not_have_is_said() -> None:
    result = run_backtest(Mean, bars(), config={"window": 30}, setup=Setup(start=at(11)))
    assert "history of 30m before the start was asked for; the data has 10m" in result.summary.warnings


def test_a_number_of_prices_needs_bars() -> None:
    trades = pl.DataFrame({"ts": [FIRST, FIRST + MINUTE], "price": [1.0, 1.1], "qty": [1.0, 1.0], "symbol": ["BTC-USD"] * 2})
    with pytest.raises(ValueError, match="Mean: warm_up is 20 prices, and the data has no bars"):
        run_backtest(Mean, trades, config={"window": 20})


def test_every_test_of_a_walk_forward_is_warm() -> None:
    """Windows of different needs side by side: each run is the backtest alone, warmed by what precedes it; the future changes nothing."""
    grid = {"window": [5, 30, 60]}
    data = bars()
    result = sweep(Mean, data, grid, workers=1, folds=3, train=2, rank="total_return")
    walk = result.summary.walk_forward
    assert walk is not None
    for fold in walk.folds:
        setup = Setup(start=Nanos(fold.test_start), end=Nanos(fold.test_end))
        alone = run_backtest(Mean, data, config=fold.parameters, setup=setup)
        cold = run_backtest(Mean, data, config={**fold.parameters, "warm_up": 0}, setup=setup)
        assert fold.test_pnl == alone.figures.portfolio.total_pnl != cold.figures.portfolio.total_pnl
    later = pl.when(pl.col("ts") > walk.folds[1].test_end)
    raised = [later.then(pl.col(name) + 1).otherwise(pl.col(name)).round(2).alias(name) for name in ("open", "high", "low", "close")]
    again = sweep(Mean, data.with_columns(raised), grid, workers=1, folds=3, train=2, rank="total_return")
    assert again.summary.walk_forward is not None
    assert again.summary.walk_forward.folds[:2] == walk.folds[:2]


def test_value_at_risk_knows_the_days_before() -> None:
    """With history the breaker has its days when trading begins; without, it has to wait for them."""
    setup = Setup(start=Nanos(FIRST + 40 * DAY), limits={"max_var": "0.01"}, balances={"*": {"USD": "10000", "BTC": "10"}})
    hours = bars(45 * 24, 60 * MINUTE)
    tripped = {}
    for days in (0, 30):
        one = Setup(**{**{name: getattr(setup, name) for name in setup.__struct_fields__}, "warm_up": Nanos(days * DAY)})
        tripped[days] = run_backtest(Mean, hours, config={"window": 20}, setup=one).summary.counters.get("breaker: value_at_risk", 0)
    assert tripped == {0: 0, 30: 1}
