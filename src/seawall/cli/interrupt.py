"""Ctrl-C during a run: the first asks it to end in good order, the second kills it."""

import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any


class Interrupt:
    """A context for the run, which looks at `asked` now and then. `said` is called once, at the first Ctrl-C."""

    def __init__(self, said: Callable[[], None] = lambda: None) -> None:
        self.asked = False
        self._said = said
        self._before: Any = None

    def __enter__(self) -> "Interrupt":
        self._before = signal.signal(signal.SIGINT, self._on_interrupt)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        self._said()
