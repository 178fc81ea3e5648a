"""Whole calibrations on small recordings, whose truth is plain to see."""

from typing import Any

import polars as pl
import pytest

from seawall.api.units import SECOND, Nanos
from seawall.backtest.calibration import Score, calibrate
from seawall.backtest.calibration.trial import Plan
from seawall.cli.main import run
from seawall.market_data.recorded import RecordingError

START = 1_700_000_000 * SECOND
PLAN = Plan(interval=Nanos(100 * SECOND), horizons=(Nanos(SECOND), Nanos(5 * SECOND)), ticks=(0,))


def quotes(bid_quantities: list[float]) -> pl.DataFrame:
    """One a second, 99 to 101, ten lots of a tenth on the ask."""
    count = len(bid_quantities)
    return pl.DataFrame(
        {
            "ts": [START + second * SECOND for second in range(count)],
            "venue": "v",
            "symbol": "BTC-USD",
            "bid_px": [99.0] * count,
            "bid_qty": bid_quantities,
            "ask_px": [101.0] * count,
            "ask_qty": [1.0] * count,
        }
    )


def prints(*each: tuple[float, float, float]) -> pl.DataFrame:
    """(seconds, price, quantity) sold."""
    columns = {
        "ts": [START + round(seconds * SECOND) for seconds, _, _ in each],
        "venue": "v",
        "symbol": "BTC-USD",
        "price": [price for _, price, _ in each],
        "qty": [quantity for _, _, quantity in each],
        "aggressor": ["sell"] * len(each),
    }
    return pl.DataFrame(columns)


def scores(*tables: pl.DataFrame, **options: Any) -> dict[str, Score]:
    return {score.model: score for score in calibrate(list(tables), plan=options.pop("plan", PLAN), **options)}


def test_every_model_is_right_where_there_is_nothing_to_guess() -> None:
    """A bid behind 2.0: 2.5 are sold to it after 1.5 s, and after 4 s somebody sells lower."""
    found = scores(quotes([2.0, 2.0, 0.1, *[0.1] * 6]), prints((1.5, 99.0, 2.5), (4.0, 98.0, 1.0)))
    assert {name: (score.proved_filled, score.proved_unfilled, score.undecided) for name, score in found.items()} == dict.fromkeys(
        found, (1, 3, 0)
    )
    assert {name: (score.precision, score.recall) for name, score in found.items()} == dict.fromkeys(found, (1.0, 1.0))
    assert found["queue_trades"].early_seconds == 0.0
    assert found["trade_through"].early_seconds == -2.5
    assert found["trade_through"].time_error_seconds == 2.5


def test_touch_is_wrong_where_somebody_surely_stands_before() -> None:
    found = scores(quotes([2.0, 1.5, *[1.5] * 7]), prints((0.5, 99.0, 0.5)))
    assert (found["touch"].hits, found["touch"].precision) == (0, 0.0)
    assert found["queue_front"].precision is None  # It said nothing.
    assert found["queue_front"].proved_unfilled == 4


def test_perpetuals_are_tried_like_everything_else() -> None:
    tables = (quotes([2.0] * 9), prints((1.5, 98.0, 1.0)))
    found = scores(*(table.with_columns(symbol=pl.lit("BTC-USD-PERP")) for table in tables))
    assert found["touch"].proved_filled == 1


def test_what_cannot_be_told_is_counted_apart() -> None:
    """Half of those before or behind the bid cancel, then the other half is sold to."""
    found = scores(quotes([2.0, 3.0, 1.0, 0.5, *[0.5] * 6]), prints((2.9, 99.0, 0.5)))
    assert {score.undecided for score in found.values()} == {1}
    assert (found["queue_trades"].undecided_filled, found["queue_front"].undecided_filled) == (0.0, 1.0)


def test_what_is_needed_is_said() -> None:
    with pytest.raises(RecordingError, match="no instrument here has both trades and quotes"):
        calibrate(quotes([1.0, 1.0]))


def test_the_command_shows_a_table_and_writes_the_figures(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    quotes([2.0, 2.0, 0.1, *[0.1] * 11]).write_parquet(tmp_path / "quotes.parquet")
    prints((1.5, 99.0, 2.5), (4.0, 98.0, 1.0)).write_parquet(tmp_path / "prints.parquet")
    words = ["data", "calibrate", "--data", str(tmp_path / "*.parquet"), "--models", "touch,queue_log"]
    assert run([*words, "--every", "100s", "--ticks", "0", "--out", str(tmp_path / "out.json")]) == 0
    shown = capsys.readouterr().out
    assert "v:BTC-USD: 6 checks, of which 2 proved filled, 4 proved unfilled, 0 undecided" in shown
    assert [line.split()[:3] for line in shown.splitlines() if "%" in line] == [
        ["touch", "100.00%", "100.00%"],
        ["queue_log", "100.00%", "100.00%"],
    ]
    assert '"recall": 1.0' in (tmp_path / "out.json").read_text()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--models", "hope", "no fill model 'hope'"),
        ("--ticks", "-1", "not whole numbers from 0 on"),
        ("--every", "0s", "take more than no time"),
        ("--horizons", "soon", "'soon' is not a duration"),
    ],
)
def test_what_makes_no_sense_is_refused(option: str, value: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "calibrate", "--data", "nowhere.parquet", option, value]) == 2
    assert said in capsys.readouterr().err
