"""Several sets of parameters over one stretch of time, abreast: every row is turned into Python's integers and floats once for all."""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import msgspec

from seawall.analytics.curves import portfolio_curve
from seawall.analytics.figures import period_returns
from seawall.analytics.sweep_outcome import Outcome
from seawall.backtest.rows import RowMaker
from seawall.backtest.run import Run, Setup, StrategyClass, feed_delay
from seawall.backtest.sweep.abreast import run_abreast
from seawall.backtest.sweep.windows import Window
from seawall.market_data.recorded import Recording

ROWS_AT_ONCE = 8_192  # Few enough to stay in the processor's cache.


class Batch(msgspec.Struct, frozen=True):
    window: Window
    sets: list[dict[str, Any]]


class Common(msgspec.Struct, frozen=True):
    """What all runs of a sweep share."""

    config: dict[str, Any]
    setup: Setup
    period: int  # Of the returns that are kept, in nanoseconds.


def run_batch(
    strategy: StrategyClass, recording: Recording, common: Common, batch: Batch, stop: Callable[[], bool] = lambda: False
) -> list[Outcome]:
    """One outcome for each set: with an error instead of figures where the strategy refused it or failed. When stopped, none at all."""
    outcomes: dict[int, Outcome] = {}
    going: dict[int, Run] = {}
    setup = msgspec.structs.replace(common.setup, start=batch.window.start, end=batch.window.end)
    began = perf_counter()
    for number, parameters in enumerate(batch.sets):
        try:
            run = Run([strategy], recording, {**common.config, **parameters}, setup)
            run.begin()
        except Exception as error:  # A constructor is the author's code: it may raise whatever it likes.
            outcomes[number] = Outcome(parameters, batch.window.name, error=f"{type(error).__name__}: {error}")
        else:
            going[number] = run
    by_start: dict[int, list[Run]] = {}
    for run in going.values():
        by_start.setdefault(run.hear_from, []).append(run)
    for group in by_start.values():
        _drive(group, recording, stop)
        if stop():
            return []
    seconds = (perf_counter() - began) / max(1, len(going))
    for number, run in going.items():
        outcomes[number] = _outcome(run, batch.sets[number], batch.window.name, common, seconds)
    return [outcomes[number] for number in sorted(outcomes)]


def _drive(runs: list[Run], recording: Recording, stop: Callable[[], bool]) -> None:
    """Runs that hear the same rows."""
    alive, first = runs, runs[0]
    maker, feed = RowMaker(recording.streams), feed_delay(first.setup)
    for piece in recording.read(first.hear_from, first.end, feed=feed, chunk_rows=ROWS_AT_ONCE):
        rows = list(maker.rows(piece))
        run_abreast([run.host for run in alive], rows)
        for run in alive:
            run.rows += len(rows)
        alive = [run for run in alive if not run.failures]
        if not alive or stop():
            break
    for run in runs:
        run.finish(complete=not run.failures)


def _outcome(run: Run, parameters: Mapping[str, Any], window: str, common: Common, seconds: float) -> Outcome:
    if run.failures:
        return Outcome(dict(parameters), window, error="; ".join(run.failures), seconds=seconds, rows=run.rows)
    result = run.result()
    curve = portfolio_curve(result.equity, result.exposure, float(result.summary.opening_equity))
    return Outcome(
        dict(parameters),
        window,
        figures=result.figures.portfolio,
        returns=list(period_returns(curve, common.period).values()),
        currency=str(result.summary.valuation_currency),
        warnings=list(result.summary.warnings),
        rows=run.rows,
        seconds=seconds,
    )
