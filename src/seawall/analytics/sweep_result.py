"""The result of a sweep: one table with a row for each set of parameters, best first, and how far the best can be trusted.

sweep.parquet, sweep.csv   the table
walk_forward.csv           a row for each fold, where there are folds
sweep.json                 everything else
report.html                one self-contained page
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from math import sqrt
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from seawall.analytics.figures import DAYS_PER_YEAR, StrategyPerformance, ratio
from seawall.analytics.overfitting import Overfitting, deflated_sharpes, overfitting, sharpe_of
from seawall.analytics.sweep_outcome import Outcome
from seawall.api.units import DAY

FIGURES = tuple(name for name in StrategyPerformance.__struct_fields__ if name != "strategy_name")
RANKS = tuple(name for name in FIGURES if name not in ("chaos_recovery_time",))
LOWER_IS_BETTER = (
    "max_drawdown", "volatility", "value_at_risk", "value_at_risk_parametric", "expected_shortfall", "fees", "slippage", "slippage_bps",
    "risk_breach_count", "emergency_stops",
)  # fmt: skip
FALLBACK = "total_return"  # Where no run has the figure asked for.


class Fold(msgspec.Struct, frozen=True):
    """What was best in training, and what became of it in the test that follows. Without a test, `error` says why."""

    number: int
    train_start: int
    test_start: int
    test_end: int
    parameters: dict[str, Any]
    in_sample: float | None  # The figure ranked by.
    out_of_sample: float | None
    train_return: float | None = None
    test_return: float | None = None
    test_pnl: Decimal | None = None
    test_sharpe: float | None = None
    test_drawdown: float | None = None
    returns: list[float] = []
    error: str = ""


class WalkForward(msgspec.Struct, frozen=True):
    """All tests one behind the other: what choosing by the past would have brought."""

    folds: list[Fold]
    total_return: float | None  # Compounded over the tests.
    sharpe_ratio: float | None  # Annualised.
    efficiency: float | None  # Mean annual return of the tests / mean annual return of the trainings: 1 keeps what training promised.


class SweepSummary(msgspec.Struct, frozen=True, kw_only=True):
    """sweep.json."""

    strategy: str
    complete: bool  # False: stopped before every run was done.
    runs: int
    failed: int
    parameters: list[str]  # Of the grid.
    rank: str  # The figure that the table is sorted by.
    best: dict[str, Any]
    currency: str
    start: int
    end: int
    overfitting: Overfitting
    walk_forward: WalkForward | None
    warnings: list[str]
    command: str = ""


class SweepResult(msgspec.Struct, frozen=True, kw_only=True):
    """`table` has the parameters, `deflated_sharpe`, `error` and every field of StrategyPerformance (money as exact decimals)."""

    summary: SweepSummary
    table: pl.DataFrame
    outcomes: list[Outcome]  # Of the whole span, in the order of the table.
    wall_clock: dict[str, float] = {}

    @property
    def best(self) -> dict[str, Any]:
        return self.summary.best

    def __repr__(self) -> str:
        summary = self.summary
        trust = summary.overfitting
        said = "unknown" if trust.probability is None else f"{trust.probability:.0%}"
        best = ", ".join(f"{name}={value}" for name, value in summary.best.items()) or "none"
        return (
            f"Sweep of {summary.strategy}: {summary.runs:,} runs, {summary.failed:,} failed, best by {summary.rank}: {best}\n"
            f"probability of overfitting {said}; .table, .summary; .write(DIRECTORY) saves it all"
        )

    def write(self, directory: str | Path) -> Path:
        """Returns the report's path."""
        from seawall.analytics.sweep_report import render

        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        self.table.write_parquet(folder / "sweep.parquet")
        self.table.write_csv(folder / "sweep.csv")
        if self.summary.walk_forward is not None:
            folds_frame(self.summary.walk_forward).write_csv(folder / "walk_forward.csv")
        report = folder / "report.html"
        report.write_text(render(self), encoding="utf-8", newline="\n")
        tree = msgspec.to_builtins(self.summary, enc_hook=str)
        (folder / "sweep.json").write_bytes(msgspec.json.format(msgspec.json.encode(tree), indent=2) + b"\n")
        return report


def figure(outcome: Outcome, name: str) -> float | None:
    value = getattr(outcome.figures, name) if outcome.figures is not None else None
    return None if value is None else float(value)


def rank_used(outcomes: Sequence[Outcome], wanted: str) -> str:
    return wanted if any(figure(one, wanted) is not None for one in outcomes) else FALLBACK


def ranked(outcomes: Sequence[Outcome], rank: str) -> list[Outcome]:
    """Best first; what lacks the figure behind, what failed last; equals in the order of the grid."""
    sign = 1 if rank in LOWER_IS_BETTER else -1

    def place(outcome: Outcome) -> tuple[bool, bool, float]:
        value = figure(outcome, rank)
        return bool(outcome.error), value is None, sign * (value or 0.0)

    return sorted(outcomes, key=place)


def sweep_table(outcomes: Sequence[Outcome]) -> pl.DataFrame:
    """One row each, in the order given."""
    names = list(dict.fromkeys(name for one in outcomes for name in one.parameters))
    columns: dict[str, Any] = {name: _series(name, [one.parameters.get(name) for one in outcomes]) for name in names}
    figures = {name: [None if one.figures is None else getattr(one.figures, name) for one in outcomes] for name in FIGURES}
    columns |= {("figure_" + name if name in columns else name): _series(name, values) for name, values in figures.items()}
    columns["deflated_sharpe"] = pl.Series("deflated_sharpe", deflated_sharpes([one.returns for one in outcomes]), dtype=pl.Float64)
    columns["error"] = pl.Series("error", [one.error for one in outcomes], dtype=pl.String)
    columns["seconds"] = pl.Series("seconds", [one.seconds for one in outcomes], dtype=pl.Float64)
    return pl.DataFrame(columns)


def trust(outcomes: Sequence[Outcome], period: int) -> Overfitting:
    name = {DAY: "day", DAY // 24: "hour"}.get(period, "minute")
    return overfitting([one.returns for one in outcomes if one.returns], name, DAYS_PER_YEAR * DAY / period)


def walk_forward_of(folds: list[Fold], period: int) -> WalkForward:
    returns = [each for fold in folds for each in fold.returns]
    growth = list(accumulate((1 + each for each in returns), lambda a, b: a * b))
    sharpe = sharpe_of(returns)
    tested = [_yearly(fold.test_return, fold.test_end - fold.test_start) for fold in folds if not fold.error]
    trained = [_yearly(fold.train_return, fold.test_start - fold.train_start) for fold in folds if not fold.error]
    whole = [(test, train) for test, train in zip(tested, trained, strict=True) if test is not None and train is not None]
    return WalkForward(
        folds,
        growth[-1] - 1 if growth else None,
        None if sharpe is None else sharpe * sqrt(DAYS_PER_YEAR * DAY / period),
        ratio(sum(test for test, _ in whole), sum(train for _, train in whole)) if whole else None,
    )


def folds_frame(walk: WalkForward) -> pl.DataFrame:
    rows = []
    for fold in walk.folds:
        row = {name: value for name, value in msgspec.structs.asdict(fold).items() if name not in ("parameters", "returns")}
        rows.append(row | {name: value if isinstance(value, int | float | bool) else str(value) for name, value in fold.parameters.items()})
    times = [pl.from_epoch(name, time_unit="ns").alias(name) for name in ("train_start", "test_start", "test_end")]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(times)


def _series(name: str, values: list[Any]) -> pl.Series:
    """Plain numbers, exact decimals and texts as such; anything a column cannot hold as text."""
    kinds = {type(value): None for value in values if value is not None}
    if not kinds:
        return pl.Series(name, values, dtype=pl.Float64)
    if all(kind in (int, float) for kind in kinds) and len(kinds) > 1:
        return pl.Series(name, [None if value is None else float(value) for value in values], dtype=pl.Float64)
    if len(kinds) == 1 and next(iter(kinds)) in (int, float, bool, str, Decimal):
        return pl.Series(name, values)
    return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)


def _yearly(value: float | None, span: int) -> float | None:
    """Not compounded: an hour's return to the power of 8,760 says nothing."""
    return None if value is None or span <= 0 else value * DAYS_PER_YEAR * DAY / span
