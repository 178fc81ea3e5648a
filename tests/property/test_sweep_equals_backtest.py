"""Runs that go through the rows abreast end as each would alone: the same state of every machine, the same orders, the same figures."""

from collections.abc import Iterator
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from seawall.api.units import MILLISECOND, Nanos
from seawall.backtest.latency import Latency
from seawall.backtest.rows import RowMaker
from seawall.backtest.run import Run, Setup, feed_delay
from seawall.backtest.sweep.abreast import run_abreast
from seawall.market_data.recorded import Recording, open_recording
from seawall.runtime.machine import snapshot
from seawall.strategy import Bar, MarketSignal, PriceUpdate
from tests.property.test_backtest_equals_simulation import Restless, tables

INSTANT = Latency()
FAR = Latency(order=Nanos(1_200 * MILLISECOND), cancel=Nanos(300 * MILLISECOND), report=Nanos(800 * MILLISECOND))
LATE = Latency(feed=Nanos(1_500 * MILLISECOND), order=Nanos(200 * MILLISECOND))


class Seldom(Restless):
    """Restless now and then, as its parameters say; and one may fail on the way."""

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        if price_update.sequence == self.config["fails_at"]:
            raise RuntimeError("as told")
        awake = self.random.random() < self.config["activity"]
        return super().on_market_data(price_update) if awake else None

    def on_bar(self, bar: Bar) -> list[MarketSignal] | None:
        return super().on_bar(bar) if self.random.random() < self.config["activity"] else None

    def on_timer(self) -> list[MarketSignal] | None:
        return super().on_timer() if self.random.random() < self.config["activity"] else None


def runs_of(recording: Recording, sets: list[tuple[float, int]], setup: Setup) -> list[Run]:
    return [
        Run([Seldom], recording, {"max_position_size": 0.1, "activity": activity, "fails_at": fails}, setup) for activity, fails in sets
    ]


def abreast(recording: Recording, runs: list[Run], piece_rows: int) -> None:
    maker = RowMaker(recording.streams)
    for run in runs:
        run.begin()
    for piece in recording.read(runs[0].start, runs[0].end, feed=feed_delay(runs[0].setup), chunk_rows=piece_rows):
        rows = list(maker.rows(piece))
        run_abreast([run.host for run in runs], rows)
        for run in runs:
            run.rows += len(rows)
    for run in runs:
        run.finish(complete=True)


def alone(run: Run) -> None:
    run.begin()
    maker = RowMaker(run.recording.streams)
    for piece in run.recording.read(run.start, run.end, feed=feed_delay(run.setup)):
        run.take(maker.rows(piece), len(piece.time))
    run.finish(complete=True)


def shown(run: Run) -> Iterator[Any]:
    yield run.host.now
    yield run.failures
    for machine in (run.engine, *run.venues, *run.machines):
        yield snapshot(machine)
    result = run.result()
    yield result.figures
    yield result.summary.counters
    for table in (result.fills, result.orders, result.cash, result.equity, result.exposure, result.prices):
        yield table.rows()


@settings(max_examples=25)
@given(
    seed=st.integers(0, 1_000),
    sets=st.lists(st.tuples(st.sampled_from([0.0, 0.02, 0.1, 1.0]), st.sampled_from([-1, -1, -1, 20])), min_size=1, max_size=5),
    latency=st.sampled_from([INSTANT, INSTANT, FAR, LATE]),
    limits=st.sampled_from([{}, {"max_drawdown_bps": "50", "max_trades": "5", "max_orders": "3"}]),
    piece_rows=st.sampled_from([7, 60, 10_000]),
)
@example(seed=2, sets=[(0.02, -1), (0.1, 20), (1.0, -1)], latency=INSTANT, limits={}, piece_rows=60)
def test_every_run_is_as_it_would_be_alone(
    seed: int, sets: list[tuple[float, int]], latency: Latency, limits: dict[str, str], piece_rows: int
) -> None:
    """Strategies that speak seldom or always, that fail, with resting orders and timers; trades, quotes and bars, odd ones among them."""
    market = tables(seed, 120)
    for table in market:
        if "ask" in table:
            table["ask"][40] = table["bid"][40] - 0.01  # Crossed: nobody's price.
    recording = open_recording(market)
    setup = Setup(seed=seed, fill_model="touch", slippage_bps=3, latency=latency, limits=limits)
    together, one_by_one = runs_of(recording, sets, setup), runs_of(recording, sets, setup)
    abreast(recording, together, piece_rows)
    for run in one_by_one:
        alone(run)
    for found, expected in zip(together, one_by_one, strict=True):
        for left, right in zip(shown(found), shown(expected), strict=True):
            assert left == right
