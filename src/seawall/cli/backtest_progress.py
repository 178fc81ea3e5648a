"""What a person sees of a running backtest: a bar with rate and time left, Ctrl-C that ends it in good order, the figures at the end."""

import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from seawall.analytics.figures import StrategyPerformance
from seawall.analytics.result import Result
from seawall.backtest.run import Progress as Rows
from seawall.market_data.recorded import Recording
from seawall.strategy.events import as_datetime

_WARNINGS_SHOWN = 8


class Live:
    """A context for the run. The first Ctrl-C asks the run to stop, a second one kills it."""

    def __init__(self, recording: Recording) -> None:
        self.console = Console(stderr=True, highlight=False)
        self._stop = False
        self._progress = Progress(
            TextColumn("{task.fields[at]}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
            transient=True,
        )
        self._task = self._progress.add_task("", total=recording.rows, at="", rate="")
        self._before: Any = None

    def __enter__(self) -> "Live":
        self._before = signal.signal(signal.SIGINT, self._on_interrupt)
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()
        signal.signal(signal.SIGINT, self._before)

    def interrupted(self) -> bool:
        return self._stop

    def show(self, rows: Rows) -> None:
        rate = rows.rows / rows.seconds if rows.seconds else 0.0
        at = f"{as_datetime(rows.time):%Y-%m-%d %H:%M:%S}"
        text = f"{rate / 1e6:.2f} M rows/s, {rows.fills:,} fills"
        self._progress.update(self._task, completed=rows.rows, at=at, rate=text)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._stop:
            raise KeyboardInterrupt
        self._stop = True
        self.console.print("stopping: the result so far is being written; Ctrl-C again to give up on it")


def summarise(result: Result, report: Path, console: Console) -> None:
    """The figures of a run, as a table, and where the rest is."""
    summary = result.summary
    strategies = result.figures.strategies
    figures = {"portfolio": result.figures.portfolio, **strategies} if len(strategies) > 1 else dict(strategies)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("")
    for name in figures:
        table.add_column(name.removeprefix("strategy:"), justify="right")
    for label, text in _rows(summary.valuation_currency):
        table.add_row(label, *(text(figure) for figure in figures.values()))
    console.print(table)
    for check, count in summary.refusals.items():
        console.print(f"refused by {check}: {count:,}", style="yellow")
    for reason, count in summary.counters.items():
        if reason.startswith("dropped: "):
            console.print(f"signals dropped: {count:,}: {reason.removeprefix('dropped: ')}", style="yellow")
    rejected = result.orders.filter(result.orders["status"] == "rejected")
    if len(rejected):
        console.print(f"rejected by the venue: {len(rejected):,}, the first because of {rejected['reason'][0]}", style="yellow")
    for reason, count in summary.refused_rows.items():
        console.print(f"rows not used: {count:,}: {reason}", style="yellow")
    for warning in summary.warnings[:_WARNINGS_SHOWN]:
        console.print(f"note: {warning}", style="yellow")
    if len(summary.warnings) > _WARNINGS_SHOWN:
        console.print(f"and {len(summary.warnings) - _WARNINGS_SHOWN} more notes in the report", style="yellow")
    if not summary.complete:
        console.print("partial: the run ended before the data did", style="bold yellow")
    rows, seconds = summary.counters["rows"], result.wall_clock["seconds"]
    console.print(f"{rows:,} rows in {seconds:.2f} s ({result.wall_clock['rows_per_s'] / 1e6:.2f} M/s); report: {report}")


def _rows(currency: str) -> list[tuple[str, Callable[[StrategyPerformance], str]]]:
    return [
        (f"profit and loss, {currency}", lambda f: f"{f.total_pnl:,.2f}"),
        ("return", lambda f: _share(f.total_return)),
        ("maximum drawdown", lambda f: _share(f.max_drawdown)),
        ("Sharpe ratio", lambda f: _ratio(f.sharpe_ratio)),
        ("orders, fills", lambda f: f"{f.orders:,}, {f.fills:,}"),
        ("round trips, won", lambda f: f"{f.trades:,}, {_share(f.win_rate)}"),
        (f"fees, {currency}", lambda f: f"{f.fees:,.2f}"),
        (f"slippage, {currency}", lambda f: "-" if f.slippage is None else f"{f.slippage:,.2f}"),
    ]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
