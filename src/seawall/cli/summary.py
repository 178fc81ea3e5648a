"""What every run says at its end: the figures of its strategies a line each, and what did not go as it was meant."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from seawall.analytics.figures import StrategyPerformance
from seawall.analytics.markup import decimals
from seawall.analytics.result import Result

WARNINGS_SHOWN = 8


def figures_table(result: Result) -> Table:
    currency = result.summary.valuation_currency
    table = Table(box=None, pad_edge=False, header_style="dim", show_footer=True)
    table.add_column(f"in {currency}", footer="together", no_wrap=True)
    portfolio = _row(result.figures.portfolio)
    for title, footer in zip(("P&L", "return", "drawdown", "fees", "orders", "fills", "trips", "won"), portfolio, strict=True):
        table.add_column(title, footer=footer, justify="right")
    for name, figures in result.figures.strategies.items():
        table.add_row(name, *_row(figures))
    return table


def show_remarks(console: Console, result: Result) -> None:
    for remark in _remarks(result):
        console.print(remark, style="yellow", markup=False)


def _remarks(result: Result) -> Iterator[str]:
    summary = result.summary
    for check, count in summary.refusals.items():
        yield f"refused by {check}: {count:,}"
    for reason, count in summary.counters.items():
        if reason.startswith("dropped: "):
            yield f"signals dropped: {count:,}: {reason.removeprefix('dropped: ')}"
        elif reason.startswith("alert: "):
            yield f"{reason}: {count:,}"
    rejected = result.orders.filter(result.orders["status"] == "rejected")
    if len(rejected):
        yield f"rejected by the venue: {len(rejected):,}, the first because of {rejected['reason'][0]}"
    for reason, count in summary.refused_rows.items():
        yield f"rows not used: {count:,}: {reason}"
    for warning in summary.warnings[:WARNINGS_SHOWN]:
        yield f"note: {warning}"
    if len(summary.warnings) > WARNINGS_SHOWN:
        yield f"and {len(summary.warnings) - WARNINGS_SHOWN} more notes in the report"


def _row(figures: StrategyPerformance) -> tuple[str | Text, ...]:
    profit = figures.total_pnl
    return (
        Text(f"{profit:+,.2f}", "green" if profit > 0 else "red" if profit < 0 else ""),
        _percent(figures.total_return, "+"),
        _percent(figures.max_drawdown),
        f"{figures.fees:,.2f}",
        f"{figures.orders:,}",
        f"{figures.fills:,}",
        f"{figures.trades:,}",
        "-" if figures.win_rate is None else f"{figures.win_rate:.0%}",
    )


def _percent(value: float | None, sign: str = "") -> str:
    return "-" if value is None else f"{value:{sign}.{decimals(value, 3)}%}"
