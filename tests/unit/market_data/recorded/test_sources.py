"""Files, patterns and tables in memory are read alike; what cannot be read is explained."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from seawall.market_data.recorded import Chunk, RecordingError, open_recording
from tests.unit.market_data.recorded.tables import START, bars, quotes, trades

SECONDS = [START // 10**9 + n for n in range(3)]


def rows(sources: Any, **options: Any) -> list[tuple[list[int], ...]]:
    return [(chunk.time, *chunk.columns) for chunk in open_recording(sources, **options).chunks()]


@pytest.mark.parametrize("table", [trades([1.25, 1.5, 2.75]), quotes([1.25, 1.5, 2.75]), bars([12.5, 13.0, 17.25])])
def test_parquet_csv_and_frame_are_the_same_rows(table: pl.DataFrame, tmp_path: Path) -> None:
    table.write_parquet(tmp_path / "table.parquet")
    table.write_csv(tmp_path / "table.csv")
    expected = rows(table)
    assert expected[0][0], "there are rows to compare"
    assert rows(tmp_path / "table.parquet") == expected
    assert rows(str(tmp_path / "table.csv")) == expected


@pytest.mark.parametrize(
    "time",
    [
        SECONDS,
        [second * 1_000 for second in SECONDS],
        [second * 1_000_000 for second in SECONDS],
        [second * 1_000_000_000 for second in SECONDS],
        [datetime.datetime.fromtimestamp(second, datetime.UTC) for second in SECONDS],
        [datetime.datetime.fromtimestamp(second, datetime.UTC).replace(tzinfo=None) for second in SECONDS],
        [datetime.datetime.fromtimestamp(second, datetime.UTC).isoformat() for second in SECONDS],
        np.array(SECONDS, dtype="datetime64[s]"),
        pl.Series(SECONDS).cast(pl.String),
    ],
)
def test_time_in_any_common_form(time: Any) -> None:
    """Integers are told apart by their size; what names no zone is UTC."""
    table = {"timestamp": time, "price": [1.25, 1.5, 1.75], "qty": [1.0, 1.0, 1.0]}
    assert rows(table, symbol="BTC-USD")[0][0] == [second * 10**9 for second in SECONDS]


def test_a_dict_of_arrays() -> None:
    table = {"ts": np.array(SECONDS), "price": np.array([1.25, 1.5, 1.75]), "qty": [1, 2, 3]}
    [(_, price, quantity, aggressor, trade_id)] = rows(table, symbol="BTC-USD")
    assert [p / price[0] for p in price] == [1.0, 1.2, 1.4]
    assert [q / quantity[0] for q in quantity] == [1, 2, 3]
    assert aggressor == [0, 0, 0]
    assert trade_id == [1, 2, 3]  # A recording without ids gets the row numbers.


def test_a_pandas_frame_with_its_time_in_the_index() -> None:
    columns = {"Open": [1.5, 2.5], "High": [2.0, 3.0], "Low": [1.0, 2.0], "Close": [1.75, 2.75], "Volume": [10, 20]}
    naive = pd.DataFrame(columns, index=pd.to_datetime(["2024-01-01", "2024-01-02"]))
    [(time, opened, *_)] = rows(naive, symbol="BTC-USD")
    day = 86_400 * 10**9
    assert time == [1704067200 * 10**9 + day, 1704067200 * 10**9 + 2 * day]
    assert opened[1] / opened[0] == 2.5 / 1.5
    assert rows(naive.tz_localize("America/New_York"), symbol="BTC-USD")[0][0] == [t + 5 * 3600 * 10**9 for t in time]


def test_a_lazy_frame_is_computed_once() -> None:
    computed: list[int] = []
    lazy = trades([1.0, 2.0]).lazy().map_batches(lambda frame: (computed.append(frame.height), frame)[1])
    assert rows(lazy) == rows(trades([1.0, 2.0]))
    assert computed == [2]


def test_a_dict_names_the_instrument_of_each_table() -> None:
    table = {"ts": SECONDS, "price": [1.0, 2.0, 3.0], "qty": [1.0, 1.0, 1.0]}
    recording = open_recording({"kraken:BTC-USD": table, "ETH-USD": table}, venue="here")
    assert [stream.instrument.id for stream in recording.streams] == ["kraken:BTC-USD", "here:ETH-USD"]


def test_patterns_take_each_file_once(tmp_path: Path) -> None:
    for number in (1, 2):
        trades([1.0], start=START + number, venue=f"v{number}").write_parquet(tmp_path / f"{number}.parquet")
    recording = open_recording([tmp_path / "1.parquet", str(tmp_path / "*.parquet")])
    assert [stream.instrument.venue for stream in recording.streams] == ["v1", "v2"]


def test_hashes_tell_inputs_apart(tmp_path: Path) -> None:
    trades([1.0, 2.0]).write_parquet(tmp_path / "t.parquet")
    [file] = open_recording(tmp_path / "t.parquet").inputs()
    [same] = open_recording(tmp_path / "t.parquet").inputs()
    [frame], [equal], [other] = (open_recording(trades(prices)).inputs() for prices in ([1.0, 2.0], [1.0, 2.0], [1.0, 2.5]))
    assert file == same
    assert (file.name, file.rows) == (str(tmp_path / "t.parquet"), 2)
    assert frame.sha256 == equal.sha256 != other.sha256


@pytest.mark.parametrize(
    ("sources", "complaint"),
    [
        ([], "no recorded data given"),
        ("/no/such/file.parquet", r"/no/such/file\.parquet: no such file"),
        ("/no/such/*.parquet", "no file fits this pattern"),
        ("/tmp", "is a directory"),
        (__file__, r"a \.py file is not read"),
        (42, "cannot read recorded data from int"),
        ({"ts": [1, 2], "price": [1.0]}, "cannot be read as a table"),
        ({"ts": [1.5], "price": [1.0], "qty": [1.0]}, "column ts holds Float64, not times"),
        ({"ts": [1], "price": [True], "qty": [1.0]}, "column price holds Boolean, not numbers"),
        ({"ts": ["soon"], "price": [1.0], "qty": [1.0]}, "cannot be read: could not find an appropriate format"),
    ],
)
def test_what_cannot_be_read_is_explained(sources: Any, complaint: str) -> None:
    with pytest.raises(RecordingError, match=complaint):
        open_recording(sources, symbol="BTC-USD")


def test_a_table_without_symbols_wants_one() -> None:
    with pytest.raises(RecordingError, match="Name the symbol"):
        open_recording({"ts": [1], "price": [1.0], "qty": [1.0]})


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 but not for long")
    (tmp_path / "cut.csv").write_text("ts,symbol,price,qty\n1,BTC-USD,cheap,1\n")
    for name in ("cut.parquet", "cut.csv"):
        with pytest.raises(RecordingError, match=f"{name}: cannot be read"):
            open_recording(tmp_path / name)


def test_reading_again_yields_the_same(tmp_path: Path) -> None:
    trades([1.0, 2.0, 3.0]).write_csv(tmp_path / "t.csv")
    recording = open_recording(tmp_path / "t.csv")
    first: list[Chunk] = list(recording.chunks())
    assert list(recording.chunks()) == first
