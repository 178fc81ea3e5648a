"""`seawall data calibrate`: fill models against what a recording proves. Decides nothing: backtest/calibration counts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seawall.cli import options
from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from rich.table import Table

    from seawall.backtest.calibration import Score
    from seawall.backtest.fill_models import FillModel


def register(group: typer.Typer) -> None:
    group.command("calibrate")(calibrate)


def calibrate(
    data: Annotated[list[str], typer.Option(help="Files of trades and quotes, and of depth if there are any. Patterns work. Repeatable.")],
    models: Annotated[str | None, typer.Option(help="Only these fill models, separated by commas.", metavar="MODELS")] = None,
    every: Annotated[str, typer.Option(help="How often hypothetical orders are placed.", metavar="DURATION")] = "2s",
    horizons: Annotated[str, typer.Option(help="When they are looked at, after that.", metavar="DURATIONS")] = "1s,3s,10s",
    ticks: Annotated[str, typer.Option(help="Where they are placed: ticks behind the best quote.", metavar="NUMBERS")] = "0,1,5",
    instruments: Annotated[
        Path | None, typer.Option(help="YAML with ticks and lots of venues, laid over the one built in.", metavar="FILE")
    ] = None,
    venues: Annotated[str | None, typer.Option(help="Only these, separated by commas.", metavar="VENUES")] = None,
    symbols: Annotated[str | None, typer.Option(help="Only these, separated by commas.", metavar="SYMBOLS")] = None,
    out: Annotated[Path | None, typer.Option(help="Also write the figures here, as JSON.", metavar="FILE")] = None,
) -> None:
    """Place hypothetical orders on a recording and compare what each fill model predicts with what the recording proves."""
    import msgspec
    from rich.console import Console

    from seawall.backtest.calibration import calibrate as run
    from seawall.backtest.calibration.trial import Plan
    from seawall.market_data.recorded import RecordingError

    after = tuple(sorted(options.duration(text, "--horizons") for text in horizons.split(",")))
    plan = Plan(interval=options.duration(every, "--every"), horizons=after, ticks=_ticks(ticks))
    if plan.interval <= 0 or after[0] <= 0:
        raise UserError("--every and --horizons take more than no time", "for example --every 2s --horizons 1s,10s")
    console = Console(soft_wrap=True, highlight=False, markup=False)
    waiting = Console(stderr=True, highlight=False)
    try:
        scores = run(
            data,
            models=_models(models),
            plan=plan,
            progress=lambda name: waiting.print(f"{name} ...", style="dim"),
            instruments=instruments,
            venues=venues.split(",") if venues else None,
            symbols=symbols.split(",") if symbols else None,
        )
    except RecordingError as error:
        raise UserError(error.message, error.hint) from None
    for name in dict.fromkeys(score.instrument for score in scores):
        own = [score for score in scores if score.instrument == name]
        first = own[0]
        console.print(
            f"{name}: {first.checks:,} checks, of which {first.proved_filled:,} proved filled, {first.proved_unfilled:,} proved unfilled, "
            f"{first.undecided:,} undecided"
        )
        console.print(_table(own))
    console.print(
        "undecided: of those, how many it fills; early: by the median, how long before the proof; off: by the mean, how far from it"
    )
    if out is not None:
        try:
            out.write_bytes(msgspec.json.format(msgspec.json.encode(scores), indent=2) + b"\n")
        except OSError as error:
            raise UserError(f"--out {out}: {error.strerror}", "name a file that can be written") from None


def _table(scores: "list[Score]") -> "Table":
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    table.add_column("fill model", no_wrap=True)
    for name in ("precision", "recall", "undecided", "early", "off"):
        table.add_column(name, justify="right", no_wrap=True)
    for score in scores:
        shares = (score.precision, score.recall, score.undecided_filled)
        times = (score.early_seconds, score.time_error_seconds)
        table.add_row(
            score.model,
            *("-" if share is None else f"{share:.2%}" for share in shares),
            *("-" if time is None else f"{time * 1000:,.1f} ms" for time in times),
        )
    return table


def _ticks(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not all(part.strip().isdigit() for part in parts):
        raise UserError(f"--ticks {text}: not whole numbers from 0 on", "for example --ticks 0,1,5")
    return tuple(int(part) for part in parts)


def _models(text: str | None) -> "tuple[FillModel, ...]":
    from seawall.backtest.fill_models import FILL_MODELS, fill_model

    if text is None:
        return FILL_MODELS
    try:
        return tuple(fill_model(name.strip()) for name in text.split(","))
    except ValueError as error:
        raise UserError(f"--models: {error}") from None
