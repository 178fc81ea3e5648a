"""Sweeps from Python: a grid of parameters over recorded markets, on every core, with walk-forward, and resumable.

result = sweep(MyStrategy, data, grid={"fast": [5, 10], "slow": [20, 50]}, out="runs/mine")
result.table, result.best, result.summary.overfitting.probability
"""

import hashlib
import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import msgspec

from seawall.analytics.sweep_outcome import Outcome
from seawall.analytics.sweep_result import (
    RANKS,
    Fold,
    SweepResult,
    SweepSummary,
    WalkForward,
    figure,
    rank_used,
    ranked,
    sweep_table,
    trust,
    walk_forward_of,
)
from seawall.api.units import DAY, HOUR, MINUTE, Nanos
from seawall.backtest.run import Setup, StrategyClass
from seawall.backtest.sweep.batch import Batch, Common, run_batch
from seawall.backtest.sweep.grid import Parameters, parameter_sets
from seawall.backtest.sweep.pool import origin_of, run_batches, travels
from seawall.backtest.sweep.spool import SharedRecording, Spool, lay_down
from seawall.backtest.sweep.store import Plan, Store, key_of
from seawall.backtest.sweep.windows import Window, walk_forward
from seawall.market_data.recorded import Recording, open_recording

BATCH = 32  # Sets of parameters that go through the rows together, at most.
PERIODS = (DAY, HOUR, MINUTE)  # Of returns: the longest of which there are
PERIODS_LEAST = 40  # as many.
_WARNINGS_KEPT = 20


class SweepProgress(msgspec.Struct, frozen=True):
    done: int
    total: int
    rows: int  # Market rows that strategies have seen since the start, over all runs.
    seconds: float


def sweep(
    strategy: StrategyClass,
    data: Any,
    grid: Mapping[str, Sequence[Any]],
    *,
    config: Mapping[str, Any] | None = None,
    setup: Setup | None = None,
    where: Callable[[Parameters], bool] | None = None,
    rank: str = "sharpe_ratio",
    folds: int = 0,
    train: int = 3,
    anchored: bool = False,
    workers: int | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    progress: Callable[[SweepProgress], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
    **recording: Any,
) -> SweepResult:
    """Runs a strategy with every combination of a grid.

    Args:
        data: as for `run_backtest`. It is read and converted once.
        grid: parameter -> values. `config` holds the other parameters.
        where: which combinations make sense, like `lambda p: p["fast"] < p["slow"]`.
        rank: the figure to sort by and to choose with, a field of StrategyPerformance; where no run has it, the total return.
        folds: walk-forward tests; each is run with what was best in the training before it, `train` tests long, or with `anchored`
            everything before it.
        workers: processes; default: one for each core. 1: all in this process.
        out: a directory to write results to, and to go on from: finished runs are not repeated. `fresh`: they are.
        progress: called after every batch. stop: asked all along; True ends the sweep with what is there.
        recording: passed to `open_recording`.

    Raises:
        ValueError: a setting makes no sense, or `out` holds a sweep of something else.
        RecordingError: the data cannot be used.
        SweepFailed: a process died.
    """
    sets = parameter_sets(grid, where)
    if rank not in RANKS:
        raise ValueError(f"cannot rank by {rank!r}; there are {', '.join(RANKS)}")
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    began = perf_counter()
    source = data if isinstance(data, Recording) else open_recording(data, **recording)
    setup = setup or Setup()
    start = Nanos(max(source.span[0], setup.start or 0))
    end = Nanos(min(source.span[1] + 1, setup.end if setup.end is not None else source.span[1] + 1))
    if start >= end:
        raise ValueError("no data between the start and the end that were chosen")
    windows = walk_forward(start, end, folds, train, anchored=anchored) if folds else []
    period = next((each for each in PERIODS if (end - start) // each >= PERIODS_LEAST), MINUTE)
    common = Common(dict(config or {}), setup, period)
    store = Store(Path(out) if out is not None else None, _plan(strategy, source, common), fresh=fresh)
    with TemporaryDirectory(prefix="seawall-sweep-", dir=out) as folder:
        spool = lay_down(source, Path(folder) / "rows")
        desk = _Desk(strategy, spool, common, store, workers, len(sets) * (1 + len(windows)) + len(windows), progress, stop)
        whole = desk.run([(Window(start, end), sets)])
        trained = desk.run([(window, sets) for window, _ in windows])
        rank = rank_used(whole, rank)
        chosen = _chosen(trained, windows, rank)
        tested = desk.run([(test, [chosen[before.name].parameters]) for before, test in windows if before.name in chosen])
    done = ranked(whole, rank)
    walked = _walk_forward(windows, chosen, tested, rank, period) if windows else None
    result = SweepResult(
        summary=_summary(strategy, source, desk, grid, done, rank, walked, start, end, setup.command, len(sets)),
        table=sweep_table(done),
        outcomes=done,
        wall_clock={"seconds": perf_counter() - began, "rows": float(desk.rows), "rows_per_s": desk.rows / (perf_counter() - began)},
    )
    if out is not None:
        result.write(out)
    return result


class _Desk:
    """Hands out what is not finished yet, and keeps what comes back."""

    def __init__(
        self,
        strategy: StrategyClass,
        spool: Spool,
        common: Common,
        store: Store,
        workers: int | None,
        total: int,
        progress: Callable[[SweepProgress], None] | None,
        stop: Callable[[], bool],
    ) -> None:
        self.strategy, self.spool, self.common, self.store = strategy, spool, common, store
        self.progress, self.stop = progress, stop
        self.finished = {key_of(one.window, one.parameters): one for one in store.finished()}
        self.workers = workers or os.cpu_count() or 1
        self.origin = origin_of(strategy) if travels(common) else None
        self.alone = self.workers > 1 and self.origin is None
        self.stopped = False
        self.total = total
        self.rows = self.done = 0
        self.began = perf_counter()

    def run(self, wanted: Sequence[tuple[Window, list[Parameters]]]) -> list[Outcome]:
        """What is finished of all that is wanted, in its order."""
        batches = []
        for window, sets in wanted:
            missing = [each for each in sets if key_of(window.name, each) not in self.finished]
            self.done += len(sets) - len(missing)
            size = min(BATCH, max(1, -(-len(missing) // (self.workers * 2))))
            batches += [Batch(window, missing[first : first + size]) for first in range(0, len(missing), size)]
        for outcomes in self._outcomes(batches):
            self.store.add(outcomes)
            self._note(outcomes)
        keys = [key_of(window.name, each) for window, sets in wanted for each in sets]
        return [self.finished[key] for key in keys if key in self.finished]

    def _outcomes(self, batches: list[Batch]) -> Iterator[list[Outcome]]:
        if not batches or self._asked():
            return
        if self.origin is not None and self.workers > 1 and sum(len(batch.sets) for batch in batches) > 1:
            yield from run_batches(self.workers, self.origin, self.spool, self.common, batches, self._asked)
            return
        recording = SharedRecording(self.spool)
        for batch in batches:
            if self._asked():
                return
            yield run_batch(self.strategy, recording, self.common, batch, self._asked)

    def _asked(self) -> bool:
        self.stopped = self.stopped or self.stop()
        return self.stopped

    def _note(self, outcomes: list[Outcome]) -> None:
        for one in outcomes:
            self.finished[key_of(one.window, one.parameters)] = one
            self.rows += one.rows
            self.done += 1
        if self.progress is not None:
            self.progress(SweepProgress(self.done, self.total, self.rows, perf_counter() - self.began))


def _chosen(trained: list[Outcome], windows: Sequence[tuple[Window, Window]], rank: str) -> dict[str, Outcome]:
    """The best of each training. One without any run that has figures chooses nothing."""
    best = {}
    for window, _ in windows:
        own = [one for one in trained if one.window == window.name and one.figures is not None]
        if own:
            best[window.name] = ranked(own, rank)[0]
    return best


def _walk_forward(
    windows: Sequence[tuple[Window, Window]], chosen: Mapping[str, Outcome], tested: list[Outcome], rank: str, period: int
) -> WalkForward:
    tests = {(one.window, key_of("", one.parameters)): one for one in tested}
    folds = []
    for number, (before, test) in enumerate(windows, 1):
        best = chosen.get(before.name)
        fold = Fold(number, before.start, test.start, test.end, {}, None, None, error="no run of the training was finished")
        if best is not None:
            fold = msgspec.structs.replace(fold, parameters=best.parameters, in_sample=figure(best, rank), error="the test was not run")
            own = tests.get((test.name, key_of("", best.parameters)))
            if own is not None and own.figures is not None:
                fold = msgspec.structs.replace(
                    fold,
                    out_of_sample=figure(own, rank),
                    train_return=figure(best, "total_return"),
                    test_return=own.figures.total_return,
                    test_pnl=own.figures.total_pnl,
                    test_sharpe=own.figures.sharpe_ratio,
                    test_drawdown=own.figures.max_drawdown,
                    returns=own.returns,
                    error="",
                )
            elif own is not None:
                fold = msgspec.structs.replace(fold, error=own.error)
        folds.append(fold)
    return walk_forward_of(folds, period)


def _summary(
    strategy: StrategyClass,
    recording: Recording,
    desk: _Desk,
    grid: Mapping[str, Sequence[Any]],
    done: list[Outcome],
    rank: str,
    walked: WalkForward | None,
    start: int,
    end: int,
    command: str,
    wanted: int,
) -> SweepSummary:
    warnings = list(dict.fromkeys([*recording.warnings, *(warning for one in done for warning in one.warnings)]))
    if desk.alone:
        warnings.insert(
            0, f"{_called(strategy)} is defined in a script or notebook: one process ran everything; put it into a file of its own"
        )
    whole = [one for one in done if one.figures is not None]
    return SweepSummary(
        strategy=_called(strategy),
        complete=not desk.stopped and len(done) == wanted,
        runs=len(done),
        failed=len(done) - len(whole),
        parameters=list(grid),
        rank=rank,
        best=dict(whole[0].parameters) if whole else {},
        currency=whole[0].currency if whole else "",
        start=start,
        end=end,
        overfitting=trust(whole, desk.common.period),
        walk_forward=walked,
        warnings=warnings[:_WARNINGS_KEPT],
        command=command,
    )


def _called(strategy: StrategyClass) -> str:
    return str(getattr(strategy, "__name__", type(strategy).__name__))


def _plan(strategy: StrategyClass, recording: Recording, common: Common) -> Plan:
    try:
        file = inspect.getsourcefile(strategy)
    except TypeError:
        file = None
    code = hashlib.sha256(Path(file).read_bytes()).hexdigest() if file and Path(file).is_file() else ""
    setup = msgspec.to_builtins(common.setup, enc_hook=str)
    del setup["command"]
    inputs = [(each.sha256, each.rows) for each in recording.inputs()]
    return Plan(_called(strategy), code, version("seawall"), inputs, common.config, setup, common.period)
