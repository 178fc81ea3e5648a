"""The result of a run: its data frames, its figures, its files. `write` and `read` are inverse.

result.json       everything but the tables; money as decimal strings, ratios as numbers
*.parquet         orders, fills, cash, equity, and besides exposure, prices (both sampled) and round_trips
report.html       one self-contained page
wall_clock.json   how long it took: the only file that differs between equal runs
"""

from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from seawall.analytics.figures import Figures
from seawall.analytics.markup import amount, number, percent
from seawall.analytics.summary import Summary

FRAMES = ("fills", "orders", "cash", "equity", "exposure", "prices", "round_trips")


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of the frames: see `frames`. Times are ns UTC, money, prices and quantities exact decimals."""

    summary: Summary
    fills: pl.DataFrame
    orders: pl.DataFrame
    cash: pl.DataFrame
    equity: pl.DataFrame
    exposure: pl.DataFrame
    prices: pl.DataFrame
    round_trips: pl.DataFrame
    wall_clock: dict[str, float] = {}

    def __repr__(self) -> str:
        """The figures at a glance, and what else there is."""
        summary, figures = self.summary, self.figures.portfolio
        names = ", ".join(self.figures.strategies) or "no strategy"
        partial = "" if summary.complete else ", partial"
        lines = (
            f"Result of {names}: {summary.span.start[:16]} to {summary.span.end[:16]} UTC{partial}",
            f"P&L {amount(figures.total_pnl)} {summary.valuation_currency} ({percent(figures.total_return)}), "
            f"drawdown {percent(figures.max_drawdown)}, Sharpe {number(figures.sharpe_ratio)}",
            f"{figures.orders:,} orders, {figures.fills:,} fills, {figures.trades:,} round trips ({percent(figures.win_rate)} won), "
            f"fees {amount(figures.fees)} {summary.valuation_currency}",
            f"frames: {', '.join(FRAMES)}; more in .figures and .summary; .write(DIRECTORY) saves it all",
        )
        return "\n".join(lines)

    @property
    def figures(self) -> Figures:
        return self.summary.figures

    def write(self, directory: str | Path) -> Path:
        """Writes every file, result.json last: where it stands, the others are whole. Returns the report's path."""
        from seawall.analytics.report import render  # Here: a notebook that wants figures does not pay for the page.

        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "result.json").unlink(missing_ok=True)
        for name in FRAMES:
            (folder / f"{name}.parquet").write_bytes(_parquet(getattr(self, name)))
        report = folder / "report.html"
        report.write_text(render(self), encoding="utf-8", newline="\n")
        (folder / "wall_clock.json").write_bytes(_json(self.wall_clock))
        (folder / "result.json").write_bytes(_json(self.summary))
        return report

    @classmethod
    def read(cls, directory: str | Path) -> "Result":
        """Raises:
        FileNotFoundError: no finished result there.
        """
        folder = Path(directory)
        if not (folder / "result.json").is_file():
            raise FileNotFoundError(f"{folder} holds no result.json; a result is a directory that a run was written to with --out")
        summary = msgspec.json.decode((folder / "result.json").read_bytes(), type=Summary)
        wall_clock = msgspec.json.decode((folder / "wall_clock.json").read_bytes(), type=dict[str, float])
        frames = {name: pl.read_parquet(folder / f"{name}.parquet") for name in FRAMES}
        return cls(summary=summary, wall_clock=wall_clock, **frames)


def _parquet(frame: pl.DataFrame) -> bytes:
    """Written by Python, so that a full disk is an OSError for every file alike."""
    content = BytesIO()
    frame.write_parquet(content)
    return content.getvalue()


def _json(value: object) -> bytes:
    tree = msgspec.to_builtins(value, builtin_types=(Decimal,), str_keys=True)
    return msgspec.json.format(msgspec.json.encode(_plain(tree)), indent=2) + b"\n"


def _plain(tree: Any) -> Any:
    """Decimals as people write them: msgspec would print 1E-8."""
    if isinstance(tree, dict):
        return {key: _plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_plain(value) for value in tree]
    return format(tree, "f") if isinstance(tree, Decimal) else tree
