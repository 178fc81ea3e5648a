"""Runs trials over a recording and counts, for every instrument and fill model, how often it was right. The shell: it opens files."""

from collections.abc import Callable, Sequence
from statistics import fmean, median
from typing import Any

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.units import SECOND, Nanos
from seawall.backtest.calibration.trial import Check, Plan, Trial
from seawall.backtest.calibration.truth import Verdict
from seawall.backtest.fill_models import FILL_MODELS, FillModel
from seawall.backtest.rows import RowMaker
from seawall.market_data.recorded import RecordingError, open_recording
from seawall.market_data.recorded.kinds import Kind
from seawall.market_data.recorded.recording import Recording

DEFAULT_PLAN = Plan(interval=Nanos(2 * SECOND), horizons=(Nanos(SECOND), Nanos(3 * SECOND), Nanos(10 * SECOND)), ticks=(0, 1, 5))


class Score(msgspec.Struct, frozen=True):
    """One model on one instrument. Ratios are None where nothing was there to be divided by."""

    instrument: InstrumentId
    model: str
    checks: int  # Orders times horizons.
    proved_filled: int
    proved_unfilled: int
    undecided: int
    hits: int  # Said filled, and proved filled.
    precision: float | None  # Of what it said was filled and the recording decides, how much was.
    recall: float | None  # Of what was filled, how much it said.
    undecided_filled: float | None  # Of what nobody can tell, how much it says was filled.
    early_seconds: float | None  # By the median, how long before the proof it filled what was proved; below zero: after it.
    time_error_seconds: float | None  # By the mean, how far from the proof, before or after.


def calibrate(
    data: Any,
    *,
    models: Sequence[FillModel] = FILL_MODELS,
    plan: Plan = DEFAULT_PLAN,
    progress: Callable[[str], None] = lambda _: None,
    **recording: Any,
) -> list[Score]:
    """Scores by instrument, then model.

    Args:
        data: files or tables with trades and quotes, and better with depth, as `open_recording` takes them.
        models, plan: what to try, and with which orders.
        progress: told of each instrument before it is tried.
        recording: passed to `open_recording` (venues, symbols, instruments, ...).

    Raises:
        RecordingError: what `open_recording` raises; or no instrument has both trades and quotes.
    """
    opened = open_recording(data, trading=False, **recording)
    kinds = [stream.kind for stream in opened.streams]
    scores: list[Score] = []
    for instrument in opened.instruments:
        own = {stream.kind: True for stream in opened.streams if stream.instrument.id == instrument.id}
        if Kind.TRADE not in own or Kind.QUOTE not in own:
            continue
        progress(instrument.id)
        trial = Trial(instrument, models, plan)
        _feed(opened, instrument.id, trial, kinds)
        scores += [_score(instrument.id, number, model, trial.checks) for number, model in enumerate(models)]
    if not scores:
        raise RecordingError("no instrument here has both trades and quotes", "Give files of both; and of depth, if there is any.")
    return scores


def _feed(opened: Recording, key: InstrumentId, trial: Trial, kinds: Sequence[Kind]) -> None:
    maker = RowMaker(opened.streams)
    chosen = [stream.index for stream in opened.streams if stream.instrument.id == key]
    for piece in opened.read():
        own = (piece.stream[:, None] == chosen).any(axis=1).nonzero()[0]
        if len(own):
            trial.run(maker.rows(piece.take(own)), kinds)


def _score(key: InstrumentId, number: int, model: FillModel, checks: Sequence[Check]) -> Score:
    count = {verdict: [0, 0] for verdict in Verdict}
    early: list[int] = []
    for check in checks:
        count[check.verdict][check.filled[number]] += 1
        if check.early and (time := check.early[number]) is not None:
            early.append(time)
    (missed, hits), (_, wrong), (unsaid, said) = (count[each] for each in (Verdict.FILLED, Verdict.UNFILLED, Verdict.UNDECIDED))
    return Score(
        instrument=key,
        model=model.name,
        checks=len(checks),
        proved_filled=missed + hits,
        proved_unfilled=sum(count[Verdict.UNFILLED]),
        undecided=unsaid + said,
        hits=hits,
        precision=_ratio(hits, hits + wrong),
        recall=_ratio(hits, hits + missed),
        undecided_filled=_ratio(said, unsaid + said),
        early_seconds=median(early) / SECOND if early else None,
        time_error_seconds=fmean(map(abs, early)) / SECOND if early else None,
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
