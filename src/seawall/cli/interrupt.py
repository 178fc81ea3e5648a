"""Ctrl-C during a run, or a SIGTERM: the first asks it to end in good order, the second kills it."""

import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """A context for the run, which looks at `asked` now and then. `said` is called once, at the first signal."""

    def __init__(self, said: Callable[[], None] = lambda: None) -> None:
        self.asked = False
        self._said = said
        self._before: list[Any] = []

    def __enter__(self) -> "Interrupt":
        self._before = [signal.signal(each, self._on_interrupt) for each in _SIGNALS]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for each, before in zip(_SIGNALS, self._before, strict=True):
            signal.signal(each, before)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        self._said()
