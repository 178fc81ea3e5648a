"""The processes of a sweep. Each maps the recording once and then runs batch after batch; this process only hands out and collects.

They are started without running the user's script a second time, so that a sweep needs no `if __name__ == "__main__"`.
"""

import importlib
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from seawall.analytics.sweep_outcome import Outcome
from seawall.backtest.run import StrategyClass
from seawall.backtest.sweep.batch import Batch, Common, run_batch
from seawall.backtest.sweep.spool import SharedRecording, Spool
from seawall.strategy.loader import LOADED, load_strategy

_LOOK_AGAIN = 0.2  # Seconds between looks at whether to stop.


class SweepFailed(Exception):
    """A process of the sweep ended by itself. What was finished before is kept where the sweep has a directory."""


class Origin(NamedTuple):
    """Where another process finds the strategy."""

    file: str  # FILE::CLASS, or empty:
    module: str = ""
    name: str = ""

    def load(self) -> StrategyClass:
        if self.file:
            return load_strategy(Path(self.file))
        found: Any = importlib.import_module(self.module)
        for part in self.name.split("."):
            found = getattr(found, part)
        strategy: StrategyClass = found
        return strategy


def origin_of(strategy: StrategyClass) -> Origin | None:
    """None: it was made in a script, a notebook or a function, where no other process can find it."""
    module, name = getattr(strategy, "__module__", ""), getattr(strategy, "__qualname__", "")
    if not module or not name or module == "__main__" or "<" in name:
        return None
    if module.startswith(LOADED):
        return Origin(f"{Path(str(sys.modules[module].__file__)).resolve()}::{name}")
    return Origin("", module, name)


def travels(common: Common) -> bool:
    """Whether another process can be given it: a fill model made in a function cannot."""
    try:
        pickle.dumps(common)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def run_batches(
    workers: int, origin: Origin, spool: Spool, common: Common, batches: Sequence[Batch], stop: Callable[[], bool]
) -> Iterator[list[Outcome]]:
    """Outcomes as they are finished, a batch at a time; ends early when `stop` says so.

    Raises: SweepFailed: a process died.
    """
    waiting, context = list(reversed(batches)), get_context("spawn")
    busy: dict[Connection, tuple[Batch, Any]] = {}
    processes = []
    try:
        for _ in range(min(workers, len(batches))):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, origin, spool, common), daemon=True)
            with _started_alone():
                process.start()
            theirs.close()
            processes.append(process)
            ours.send(waiting[-1])
            busy[ours] = (waiting.pop(), process)
        while busy and not stop():
            for ready in wait(list(busy), timeout=_LOOK_AGAIN):
                assert isinstance(ready, Connection), "only connections are waited for"
                batch, process = busy.pop(ready)
                outcomes = _received(ready, batch, process)
                if waiting:
                    ready.send(waiting[-1])
                    busy[ready] = (waiting.pop(), process)
                yield outcomes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


def _received(connection: Connection, batch: Batch, process: Any) -> list[Outcome]:
    try:
        answer = connection.recv()
    except (EOFError, OSError):
        process.join(1)
        sets = "; ".join(", ".join(f"{name}={value}" for name, value in one.items()) for one in batch.sets)
        raise SweepFailed(f"a process of the sweep ended with code {process.exitcode} while it ran {sets}") from None
    if isinstance(answer, str):
        raise SweepFailed(answer)
    outcomes: list[Outcome] = answer
    return outcomes


def _work(connection: Connection, origin: Origin, spool: Spool, common: Common) -> None:
    """One process: until nobody sends any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to hear.
    try:
        strategy, recording = origin.load(), SharedRecording(spool)
        while True:
            connection.send(run_batch(strategy, recording, common, connection.recv()))
    except EOFError:
        return
    except Exception as error:  # Told to the parent, which can tell the user.
        connection.send(f"{type(error).__name__}: {error}")


@contextmanager
def _started_alone() -> Iterator[None]:
    """The new process does not run the main script, and its polars keeps to one thread: the cores are taken."""
    main, threads = sys.modules["__main__"], os.environ.get("POLARS_MAX_THREADS")
    sys.modules["__main__"] = ModuleType("__main__")
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if threads is None:
            del os.environ["POLARS_MAX_THREADS"]
        else:
            os.environ["POLARS_MAX_THREADS"] = threads
