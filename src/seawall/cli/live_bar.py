"""A bar in the terminal while a run goes on, and Ctrl-C that ends the run in good order. What the bar says is the command's."""

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

from seawall.cli.interrupt import Interrupt


class LiveBar:
    """A context for the run. The first Ctrl-C asks the run to stop, a second one kills it."""

    def __init__(self, name: str, done: ProgressColumn, *, total: int | None, stopping: str) -> None:
        """`name` and `{task.fields[rate]}` are texts of the bar, filled by `update`; `stopping` is what the first Ctrl-C says."""
        self.console = Console(stderr=True, highlight=False)
        self._interrupt = Interrupt(lambda: self.console.print(f"stopping: {stopping}; Ctrl-C again to give up on it"))
        self._progress = Progress(
            TextColumn(name),
            BarColumn(bar_width=None),
            done,
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
            transient=True,
        )
        self._task = self._progress.add_task("", total=total, at="", rate="")

    def __enter__(self) -> Self:
        self._interrupt.__enter__()
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()
        self._interrupt.__exit__(kind, error, trace)

    def interrupted(self) -> bool:
        return self._interrupt.asked

    def update(self, **fields: Any) -> None:
        self._progress.update(self._task, **fields)
