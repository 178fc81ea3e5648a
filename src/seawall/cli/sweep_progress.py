"""What a person sees of a sweep: a bar while it goes on, the best runs and how far to trust them at the end."""

from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn
from rich.table import Table
from rich.text import Text

from seawall.analytics.markup import decimals
from seawall.analytics.overfitting import deflated_sharpes
from seawall.analytics.sweep_result import SweepResult, figure
from seawall.backtest.sweep import SweepProgress
from seawall.cli.live_bar import LiveBar
from seawall.cli.summary import WARNINGS_SHOWN


class Live(LiveBar):
    def __init__(self) -> None:
        super().__init__("runs", MofNCompleteColumn(), total=None, stopping="what is finished is being written")

    def show(self, progress: SweepProgress) -> None:
        rate = progress.rows / progress.seconds / 1e6 if progress.seconds else 0.0
        self.update(completed=progress.done, total=progress.total, rate=f"{rate:.2f} M rows/s")


def summarise(result: SweepResult, folder: Path, top: int, console: Console) -> None:
    summary, trust = result.summary, result.summary.overfitting
    console.print(_table(result, top))
    if summary.walk_forward is not None:
        console.print(_folds(result))
        walk = summary.walk_forward
        tests = f"return {_percent(walk.total_return)}, Sharpe {_number(walk.sharpe_ratio)}, efficiency {_percent(walk.efficiency)}"
        console.print(f"out of sample, all tests: {tests}")
    if trust.probability is None:
        console.print(f"probability of overfitting: unknown, {trust.runs} runs of {trust.periods} {trust.period}s are too few to say")
    else:
        console.print(
            f"probability of overfitting {trust.probability:.0%}; by luck alone the best of {trust.runs} would show a Sharpe ratio of "
            f"{_number(trust.expected_sharpe)}"
        )
    errors = list(dict.fromkeys(one.error for one in result.outcomes if one.error))
    for error in errors[:WARNINGS_SHOWN]:
        count = sum(one.error == error for one in result.outcomes)
        console.print(f"{count} of {summary.runs} failed: {error}", style="yellow", markup=False)
    for warning in summary.warnings[:WARNINGS_SHOWN]:
        console.print(f"note: {warning}", style="yellow", markup=False)
    if not summary.complete:
        console.print("partial: the same command goes on from here", style="bold yellow")
    rows, rate = result.wall_clock["rows"], result.wall_clock["rows_per_s"]
    seconds = result.wall_clock["seconds"]
    console.print(f"{summary.runs:,} runs, {rows:,.0f} rows in {seconds:.2f} s ({rate / 1e6:.2f} M/s); report: {folder / 'report.html'}")


def _table(result: SweepResult, top: int) -> Table:
    names, rank = result.summary.parameters, result.summary.rank
    extra = [rank] if rank not in ("sharpe_ratio", "total_return", "max_drawdown") else []
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in (*names, *extra, f"P&L, {result.summary.currency}", "return", "Sharpe", "deflated", "drawdown", "trips", "won"):
        table.add_column(name, justify="right")
    deflated = deflated_sharpes([one.returns for one in result.outcomes])
    for one, trust in list(zip(result.outcomes, deflated, strict=True))[:top]:
        own = [str(one.parameters.get(name)) for name in names]
        if one.figures is None:
            table.add_row(*own, *[""] * len(extra), "failed")
            continue
        profit = one.figures.total_pnl
        table.add_row(
            *own,
            *(_number(figure(one, name)) for name in extra),
            Text(f"{profit:+,.2f}", "green" if profit > 0 else "red" if profit < 0 else ""),
            _percent(one.figures.total_return),
            _number(one.figures.sharpe_ratio),
            _percent(trust),
            _percent(one.figures.max_drawdown),
            f"{one.figures.trades:,}",
            "-" if one.figures.win_rate is None else f"{one.figures.win_rate:.0%}",
        )
    return table


def _folds(result: SweepResult) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("test", "chosen", "training", "test", "return"):
        table.add_column(name, justify="left" if name == "chosen" else "right")
    walk = result.summary.walk_forward
    for fold in walk.folds if walk is not None else ():
        chosen = ", ".join(f"{name} {value}" for name, value in fold.parameters.items()) or fold.error
        table.add_row(str(fold.number), chosen, _number(fold.in_sample), _number(fold.out_of_sample), _percent(fold.test_return))
    return table


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.{decimals(value)}%}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"
