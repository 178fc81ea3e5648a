"""The future changes nothing: whatever comes after a moment, all that happened before it stays as it was."""

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.units import MILLISECOND, SECOND, Nanos
from seawall.backtest import Latency, Setup, run_backtest
from seawall.backtest.latency import Drawn
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


class Reader(TradingStrategy):
    """Trades on what the book shows, at market and behind the touch."""

    DEPTH = True

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        book = self.book(price_update.symbol, levels=3)
        bid, ask = (sum(level.size for level in side) for side in (book.bids, book.asks))
        if book.bids and self.random.random() < 0.3:
            self.buy(price_update.symbol, 0.1, limit_price=book.bids[-1].price)
        return [MarketSignal(price_update.symbol, 0.1 if bid > ask else -0.1)] if bid and ask else None


def ticks(seed: int, rows: int) -> list[dict[str, Any]]:
    """A print and a message of depth each second."""
    rng = np.random.default_rng(seed)
    times = START + np.arange(rows, dtype=np.int64) * SECOND
    trades = {"ts": times, "price": rng.choice([99.9, 100.1], rows), "qty": rng.integers(1, 20, rows) * 0.1}
    levels = np.array([99.5, 99.6, 99.7, 99.8, 99.9, 100.1, 100.2, 100.3, 100.4, 100.5])
    price = np.concatenate([levels, rng.choice(levels, rows - 1)])
    number = np.concatenate([np.zeros(10, dtype=np.int64), np.arange(1, rows)])
    depth = {
        "ts": times[number],
        "is_snapshot": number == 0,
        "side": np.where(price < 100, "b", "a"),
        "price": price,
        "qty": rng.integers(1, 20, len(price)) * 0.1,
        "first_update_id": number,
        "final_update_id": number,
    }
    return [trades, depth]


@settings(max_examples=20)
@given(st.integers(0, 1_000), st.integers(5, 80), st.sampled_from(["trade_through", "queue_proportional"]))
def test_neither_books_nor_drawn_latencies_know_what_comes(seed: int, cut: int, model: str) -> None:
    """From one second on prints and depth are another market's."""
    before, other = ticks(seed, 100), ticks(seed + 1, 100)
    moment = START + cut * SECOND
    after = [
        {name: np.where(table["ts"] < moment, table[name], changed[name]) for name in table}
        for table, changed in zip(before, other, strict=True)
    ]
    definition = {"venues": {"recorded": {"symbols": {"X-USD": {"tick": 0.1, "lot": 0.1}}}}}
    delays = Drawn((Nanos(0), Nanos(300 * MILLISECOND), Nanos(1_700 * MILLISECOND)))
    setup = Setup(seed=seed, fill_model=model, latency=Latency(feed=delays, order=delays), balances={"*": {"X": "100", "USD": "10000"}})
    runs = [run_backtest(Reader, tables, setup=setup, symbol="X-USD", instruments=definition) for tables in (before, after)]
    earlier = [run.fills.filter(run.fills["ts"].dt.epoch("ns") < moment).rows() for run in runs]
    assert earlier[0] == earlier[1]
    assert cut < 40 or earlier[0], "the strategy must have traded before the cut"
