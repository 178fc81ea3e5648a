"""What a person sees of a running backtest: a bar with rate and time left, Ctrl-C that ends it in good order, the figures at the end."""

from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import TaskProgressColumn
from rich.table import Table

from seawall.analytics.figures import StrategyPerformance
from seawall.analytics.markup import decimals
from seawall.analytics.result import Result
from seawall.backtest.run import Progress as Rows
from seawall.cli.live_bar import LiveBar
from seawall.cli.summary import show_remarks
from seawall.market_data.recorded import Recording
from seawall.strategy.events import as_datetime


class Live(LiveBar):
    def __init__(self, recording: Recording) -> None:
        stopping = "the result so far is being written"
        super().__init__("{task.fields[at]}", TaskProgressColumn(), total=recording.rows, stopping=stopping)

    def show(self, rows: Rows) -> None:
        rate = rows.rows / rows.seconds if rows.seconds else 0.0
        at = f"{as_datetime(rows.time):%Y-%m-%d %H:%M:%S}"
        self.update(completed=rows.rows, at=at, rate=f"{rate / 1e6:.2f} M rows/s, {rows.fills:,} fills")


def summarise(result: Result, report: Path, console: Console) -> None:
    """The figures of a run, as a table, and where the rest is."""
    summary = result.summary
    strategies = result.figures.strategies
    figures = {"portfolio": result.figures.portfolio, **strategies} if len(strategies) > 1 else dict(strategies)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("")
    for name in figures:
        table.add_column(name, justify="right")
    for label, text in _rows(summary.valuation_currency):
        table.add_row(label, *(text(figure) for figure in figures.values()))
    console.print(table)
    show_remarks(console, result)
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
    return "-" if value is None else f"{value:.{decimals(value)}%}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
