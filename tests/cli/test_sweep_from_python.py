"""Sweeps: what a set of parameters yields is what a backtest with them yields, however many run beside it, whenever it was run."""

import json
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest

from seawall.api.units import MILLISECOND, MINUTE, Nanos
from seawall.backtest import Latency, Setup, run_backtest
from seawall.backtest.sweep import SweepFailed, sweep
from seawall.backtest.sweep.grid import parameter_sets
from seawall.backtest.sweep.spool import SharedRecording, lay_down
from seawall.backtest.sweep.windows import walk_forward
from seawall.market_data.recorded import FeedDelay, open_recording
from seawall.strategy.loader import load_strategy

BREAKOUT = """
import os
from seawall.strategy import TradingStrategy


class Breakout(TradingStrategy):
    def __init__(self, config):
        super().__init__(config)
        self.window, self.margin = config["window"], config.get("margin", 0.0)
        if self.window == 13:
            raise ValueError("thirteen is bad luck")
        self.prices = []

    def on_market_data(self, price_update):
        price, held = price_update.price, self.positions.get("BTC-USD", 0.0)
        if len(self.prices) >= self.window and not self.open_orders:
            last = self.prices[-self.window:]
            if price > max(last) + self.margin and held < 0.05:
                self.buy("BTC-USD", 0.1)
            elif price < min(last) - self.margin and held > 0.05:
                self.sell("BTC-USD", held)
        self.prices.append(price)
        if self.window == 17 and len(self.prices) > 100:
            raise RuntimeError("seventeen fails on the way")
        if self.window == 666:
            os._exit(9)
"""


@pytest.fixture
def strategy(tmp_path: Path) -> Any:
    path = tmp_path / "breakout.py"
    path.write_text(BREAKOUT)
    return load_strategy(path)


def bars(count: int = 3_000) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    close = np.round(30_000 + np.cumsum(rng.normal(0, 20, count)), 2)
    opened = np.concatenate(([30_000.0], close[:-1]))
    time = 1_700_000_000_000_000_000 + np.arange(count, dtype=np.int64) * MINUTE
    high, low = np.maximum(opened, close) + 1, np.minimum(opened, close) - 1
    return pl.DataFrame({"ts": time, "open": opened, "high": high, "low": low, "close": close, "volume": np.full(count, 5.0)})


GRID = {"window": [5, 20, 60, 200], "margin": [0.0, 10.0]}


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("latency", [Latency(), Latency(feed=Nanos(3 * MILLISECOND), order=Nanos(5 * MILLISECOND))])
def test_every_run_is_the_backtest_with_its_parameters(strategy: Any, workers: int, latency: Latency) -> None:
    """To the last digit, on one core and on two; and the rows of the table are the runs of the grid, best first."""
    setup = Setup(latency=latency)
    result = sweep(strategy, bars(), GRID, setup=setup, workers=workers, symbol="BTC-USD")
    assert len(result.table) == 8 and result.summary.complete
    assert sorted((row["window"], row["margin"]) for row in result.table.to_dicts()) == [
        (w, m) for w in GRID["window"] for m in GRID["margin"]
    ]
    for outcome in result.outcomes[::3]:
        alone = run_backtest(strategy, bars(), config=outcome.parameters, setup=setup, symbol="BTC-USD")
        assert outcome.figures == alone.figures.portfolio
    sharpes = [one.figures.sharpe_ratio for one in result.outcomes if one.figures is not None]
    assert all(a >= b for a, b in pairwise(sharpes) if a is not None and b is not None)
    assert result.best == result.outcomes[0].parameters


def test_a_set_that_fails_spoils_no_other(strategy: Any) -> None:
    """Refused by the constructor, or failed on the way: both are listed last, with the reason."""
    result = sweep(strategy, bars(), {"window": [13, 17, 20]}, workers=1, symbol="BTC-USD")
    assert result.summary.failed == 2 and result.best == {"window": 20}
    said = {outcome.parameters["window"]: outcome.error for outcome in result.outcomes}
    assert said[20] == "" and "thirteen is bad luck" in said[13] and "seventeen fails on the way" in said[17]
    assert result.outcomes[0].parameters["window"] == 20


def test_a_process_that_dies_is_named_and_the_rest_is_kept(strategy: Any, tmp_path: Path) -> None:
    with pytest.raises(SweepFailed, match="ended with code 9 while it ran window=666"):
        sweep(strategy, bars(), {"window": [20, 30, 666]}, workers=2, out=tmp_path / "out", symbol="BTC-USD")
    again = sweep(strategy, bars(), {"window": [20, 30]}, workers=2, out=tmp_path / "out", symbol="BTC-USD")
    assert again.summary.complete and len(again.table) == 2


def test_it_goes_on_where_it_was_stopped(strategy: Any, tmp_path: Path) -> None:
    """A finished run is not repeated, a torn line is; and the grid may grow."""
    out, done = tmp_path / "out", []
    first = sweep(
        strategy, bars(), GRID, workers=1, out=out, symbol="BTC-USD", progress=lambda p: done.append(p.done), stop=lambda: len(done) >= 1
    )
    finished = len((out / "runs.jsonl").read_bytes().splitlines())
    assert not first.summary.complete and 0 < finished < 8
    with (out / "runs.jsonl").open("ab") as file:
        file.write(b'{"parameters": {"win')
    seen = []
    second = sweep(strategy, bars(), GRID, workers=1, out=out, symbol="BTC-USD", progress=lambda p: seen.append(p.rows))
    assert second.summary.complete
    assert seen[-1] == (8 - finished) * 3_000
    assert second.table.drop("seconds").equals(sweep(strategy, bars(), GRID, workers=1, symbol="BTC-USD").table.drop("seconds"))
    grown = sweep(strategy, bars(), {**GRID, "window": [*GRID["window"], 400]}, workers=1, out=out, symbol="BTC-USD")
    assert len(grown.table) == 10 and len((out / "runs.jsonl").read_bytes().splitlines()) == 10


@pytest.mark.parametrize("changed", ["code", "inputs", "config", "setup"])
def test_runs_of_something_else_do_not_mix(strategy: Any, tmp_path: Path, changed: str) -> None:
    out, grid = tmp_path / "out", {"window": [20]}
    sweep(strategy, bars(), grid, workers=1, out=out, symbol="BTC-USD")
    data, more = bars(2_999) if changed == "inputs" else bars(), {}
    if changed == "code":
        (tmp_path / "breakout.py").write_text(BREAKOUT + "\n# another\n")
        strategy = load_strategy(tmp_path / "breakout.py")
    if changed == "config":
        more["config"] = {"margin": 5.0}
    if changed == "setup":
        more["setup"] = Setup(slippage_bps=1)
    with pytest.raises(ValueError, match=f"another {changed}"):
        sweep(strategy, data, grid, workers=1, out=out, symbol="BTC-USD", **more)
    assert len(sweep(strategy, data, grid, workers=1, out=out, fresh=True, symbol="BTC-USD", **more).table) == 1


def test_walk_forward_chooses_by_the_past_alone(strategy: Any) -> None:
    """Each test is the backtest of its window with what was best in the window before; the future changes no choice."""
    data = bars()
    result = sweep(strategy, data, GRID, workers=1, folds=3, train=2, rank="total_return", symbol="BTC-USD")
    walk = result.summary.walk_forward
    assert walk is not None and [fold.number for fold in walk.folds] == [1, 2, 3]
    for fold in walk.folds:
        window = Setup(start=Nanos(fold.test_start), end=Nanos(fold.test_end))
        alone = run_backtest(strategy, data, config=fold.parameters, setup=window, symbol="BTC-USD")
        assert fold.test_pnl == alone.figures.portfolio.total_pnl
        training = Setup(start=Nanos(fold.train_start), end=Nanos(fold.test_start))
        best = max(
            run_backtest(strategy, data, config=each, setup=training, symbol="BTC-USD").figures.portfolio.total_return or 0.0
            for each in parameter_sets(GRID)
        )
        assert fold.in_sample == best
    growth = np.prod([1 + each for fold in walk.folds for each in fold.returns])
    assert walk.total_return == pytest.approx(growth - 1)


def test_windows_follow_each_other_to_the_end() -> None:
    pairs = walk_forward(Nanos(100), Nanos(1_100), 4, 2, anchored=False)
    assert [test.start for _, test in pairs[1:]] == [test.end for _, test in pairs[:-1]]
    assert pairs[-1][1].end == 1_100
    assert all(train.end == test.start and train.end - train.start == 2 * (test.end - test.start) for train, test in pairs)
    assert all(train.start == 100 for train, _ in walk_forward(Nanos(100), Nanos(1_100), 4, 2, anchored=True))
    with pytest.raises(ValueError, match="too short"):
        walk_forward(Nanos(0), Nanos(3), 4, 2, anchored=False)


@pytest.mark.parametrize("sample", [None, (0,), (90_000_000_000,), (0, 1, 90_000_000_000)])
def test_what_is_laid_down_reads_as_the_recording(tmp_path: Path, sample: tuple[int, ...] | None) -> None:
    """Any window, any feed latency, in pieces of any size."""
    trades = {"ts": [1_700_000_000 + second for second in (0, 60, 60, 61, 200, 260)], "price": [1.0, 2, 3, 4, 5, 6], "qty": [1.0] * 6}
    recording = open_recording([trades, bars(6)], symbol="BTC-USD", venue="north")
    feed = FeedDelay(sample) if sample is not None else None
    shared = SharedRecording(lay_down(recording, tmp_path / "rows"))
    for start, end in ((None, None), (1_700_000_060 * 10**9, 1_700_000_201 * 10**9), (1_700_000_060 * 10**9, None)):
        expected = list(recording.chunks(start, end, feed=feed, chunk_rows=10**6))
        got = list(shared.chunks(start, end, feed=feed, chunk_rows=2))
        for column in ("time", "stream"):
            assert [*chain(*(getattr(c, column) for c in got))] == [*chain(*(getattr(c, column) for c in expected))]
    assert (shared.instruments, shared.span, shared.rows) == (recording.instruments, recording.span, recording.rows)


def test_a_strategy_of_a_script_runs_in_one_process_and_says_so() -> None:
    from seawall.strategy import TradingStrategy

    class Here(TradingStrategy):
        def on_market_data(self, price_update: Any) -> None:
            self.config.get("n")

    result = sweep(Here, bars(50), {"n": [1, 2]}, workers=2, symbol="BTC-USD")
    assert "is defined in a script or notebook" in result.summary.warnings[0]


def test_a_parameter_that_nobody_reads_is_named(strategy: Any) -> None:
    result = sweep(strategy, bars(300), {"window": [20], "margn": [1.0, 2.0]}, workers=1, symbol="BTC-USD")
    assert any("margn was set and never read" in warning for warning in result.summary.warnings)


def test_what_is_written_is_what_is_there(strategy: Any, tmp_path: Path) -> None:
    result = sweep(strategy, bars(), GRID, workers=1, folds=2, out=tmp_path, symbol="BTC-USD")
    assert pl.read_parquet(tmp_path / "sweep.parquet").equals(result.table)
    summary = json.loads((tmp_path / "sweep.json").read_bytes())
    assert summary["best"] == result.best and summary["overfitting"]["probability"] == result.summary.overfitting.probability
    assert len(pl.read_csv(tmp_path / "walk_forward.csv")) == 2
    page = (tmp_path / "report.html").read_text()
    assert page.count("<section") >= 5 and "https://" not in page
    assert "Sweep of Breakout" in repr(result)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"grid": {}}, "needs a grid"),
        ({"grid": {"window": []}}, "a list of values is needed"),
        ({"grid": {"window": "20"}}, "a list of values is needed"),
        ({"grid": {"window": [1, 1]}}, "1 is there twice"),
        ({"where": lambda p: False}, "none of the 1 combinations"),
        ({"rank": "beauty"}, "cannot rank by 'beauty'"),
        ({"workers": 0}, "workers must be at least 1"),
        ({"setup": Setup(start=Nanos(2**61))}, "no data between"),
    ],
)
def test_what_makes_no_sense_is_refused(strategy: Any, change: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        sweep(strategy, bars(10), **{"grid": {"window": [20]}, "symbol": "BTC-USD"} | change)


def test_an_outcome_survives_its_line(strategy: Any) -> None:
    outcome = sweep(strategy, bars(), {"window": [20]}, workers=1, symbol="BTC-USD").outcomes[0]
    assert msgspec.json.decode(msgspec.json.encode(outcome), type=type(outcome)) == outcome
