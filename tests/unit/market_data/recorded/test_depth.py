"""Recorded depth: whole messages in the order of their recording, whatever the slices; a reading that begins midway has the book."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from seawall.market_data.recorded import Kind, Recording, Refusal, open_recording
from seawall.market_data.recorded import reader as reader_module
from seawall.market_data.recorded.depth import feed
from seawall.runtime.books import ASK, FIRST, LAST, SNAPSHOT, BookBuilder
from tests.unit.market_data.recorded import tables
from tests.unit.market_data.recorded.tables import START, depth, quotes, trades

DIFFS = [(101 + n, 101 + n, [("b", 99.9 - n / 100, 1.0), ("a", 100.1 + n / 100, 0.5)]) for n in range(50)]
MESSAGES = [(None, 100, tables.SNAPSHOT), *DIFFS]


def book_of(recording: Recording, start: int | None = None, chunk_rows: int = 1 << 16) -> BookBuilder:
    book = BookBuilder()
    for rows in recording.read(start, chunk_rows=chunk_rows):
        for _ in feed(book, rows.take(np.flatnonzero(rows.stream == recording.streams[0].index))):
            pass
    return book


def test_rows_say_where_a_message_begins_and_ends_and_what_it_builds_on() -> None:
    (chunk,) = open_recording(depth([(None, 100, tables.SNAPSHOT), (101, 105, [("b", 99.0, 0), ("a", 101.0, 3)])])).chunks()
    assert chunk.kind is Kind.DEPTH
    prices, quantities, flags, previous, ids = chunk.columns
    assert prices[-2:] == [9900, 10100]
    assert quantities[-2:] == [0, 3_000_000]
    assert flags == [SNAPSHOT | FIRST, SNAPSHOT, SNAPSHOT | ASK, SNAPSHOT | ASK | LAST, FIRST, ASK | LAST]
    assert previous[-2:] == [100, 100]
    assert ids == [100] * 4 + [105] * 2


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 1000])
def test_slices_do_not_tear_messages(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few rows a reader takes at a time, and wherever a piece ends."""
    whole = book_of(open_recording(depth(MESSAGES)))
    recording = open_recording(depth(MESSAGES))
    (stream,) = recording.streams
    (reader,) = recording._readers
    assert isinstance(reader, reader_module.Reader)
    book = BookBuilder()
    for piece, _ in reader.read(0, 2**62, rows, {}):
        assert not len(piece.time) or (piece.columns[2][0] & FIRST and piece.columns[2][-1] & LAST)
        for _ in feed(book, piece):
            pass
    assert book.state == whole.state == book_of(recording, chunk_rows=rows).state
    assert book.update_id == 150
    assert stream.rows == 104


def test_instruments_that_alternate_in_one_file_are_told_apart() -> None:
    both = pl.concat([depth(MESSAGES), depth(MESSAGES, symbol="ETHUSDT")]).sort("ts_recv", maintain_order=True)
    recording = open_recording(both)
    books = {stream.index: BookBuilder() for stream in recording.streams}
    for rows in recording.read(chunk_rows=10):
        for index, book in books.items():
            for _ in feed(book, rows.take(np.flatnonzero(rows.stream == index))):
                pass
    assert [book.update_id for book in books.values()] == [150, 150]


def test_kinds_of_one_recording_come_in_the_order_of_their_messages() -> None:
    """All at one time: the trade was recorded between two messages of depth, and after the quote."""
    at_once = {"step": 0}
    diffs: Sequence[tuple[int, int, list[tables.Change]]] = [(101, 101, [("b", 99.0, 1)]), (102, 102, [("b", 98.0, 1)])]
    recording = open_recording(
        [
            depth(diffs, **at_once).with_columns(msg_seq=pl.Series([1, 4])),
            trades([100.0, 100.01], **at_once, msg_seq=[3, 5]),
            quotes([100.0], **at_once, msg_seq=[2]),
        ]
    )
    (chunk,) = recording.chunks()
    assert [recording.streams[index].kind for index in chunk.stream] == [Kind.DEPTH, Kind.QUOTE, Kind.TRADE, Kind.DEPTH, Kind.TRADE]


def test_numbers_of_different_instruments_are_not_compared() -> None:
    """Each recording counts for itself: of one time, instruments come in turn."""
    both = [trades([1.0, 2.0], step=0, msg_seq=[5, 7]), trades([3.0, 4.0], step=0, symbol="ETHUSDT", msg_seq=[1, 6])]
    recording = open_recording([*both, quotes([1.0], step=0, msg_seq=[6])])
    (chunk,) = recording.chunks()
    assert [(recording.streams[i].instrument.base, recording.streams[i].kind.value) for i in chunk.stream] == [
        ("BTC", "trade"), ("BTC", "quote"), ("BTC", "trade"), ("ETH", "trade"), ("ETH", "trade"),
    ]  # fmt: skip


@pytest.mark.parametrize("seconds", [0, 1, 20, 50])
def test_a_reading_that_begins_midway_begins_with_the_book(seconds: int) -> None:
    recording = open_recording(depth(MESSAGES))
    start = START + seconds * tables.SECOND
    first = next(iter(recording.read(start)))
    assert first.time[0] == start
    assert first.columns[2][0] & SNAPSHOT
    late, whole = book_of(recording, start), book_of(recording)
    assert (late.state.bids, late.state.asks, late.update_id) == (whole.state.bids, whole.state.asks, whole.update_id)


def test_what_waits_for_a_snapshot_still_waits_midway() -> None:
    messages = [*DIFFS[:5], (None, 102, tables.SNAPSHOT), *DIFFS[5:]]
    recording = open_recording(depth(messages))
    late, whole = book_of(recording, START + 3 * tables.SECOND), book_of(recording)
    assert late.live
    assert late.state.bids == whole.state.bids


def test_a_corrupt_level_refuses_its_message_and_the_gap_empties_the_book() -> None:
    broken = [*MESSAGES[:10], (110, 110, [("b", float("nan"), 1.0), ("a", 100.5, 1.0)]), *MESSAGES[11:]]
    recording = open_recording(depth(broken))
    book = book_of(recording)
    assert recording.refused == {0: {Refusal.NOT_A_NUMBER: 1, Refusal.BROKEN_MESSAGE: 1}}
    assert (book.live, book.state.gaps, book.top()) == (False, 1, (0, 0, 0, 0))


def test_futures_name_the_message_before() -> None:
    messages = [(90, 95, [("b", 99.0, 1)]), (None, 100, tables.SNAPSHOT), (97, 104, [("b", 99.0, 2)]), (107, 110, [("b", 99.0, 3)])]
    gapless = book_of(open_recording(depth(messages, previous=[88, 0, 95, 104], venue="binance_usdm", symbol="SOLUSDT"), trading=False))
    assert (gapless.live, gapless.update_id) == (True, 110)
    gap = book_of(open_recording(depth(messages, previous=[88, 0, 95, 105], venue="binance_usdm", symbol="SOLUSDT"), trading=False))
    assert (gap.live, gap.state.gaps) == (False, 1)


def test_two_files_of_the_same_book_are_refused(tmp_path: Path) -> None:
    depth(MESSAGES).write_parquet(tmp_path / "a.parquet")
    depth(MESSAGES).write_parquet(tmp_path / "b.parquet")
    with pytest.raises(ValueError, match="two builders of one book"):
        open_recording(str(tmp_path / "*.parquet"))


@pytest.mark.parametrize(
    "marks",
    [{"exec_type": ["MARKET", "INSURANCE_FUND", None]}, {"is_block_trade": [False, True, None]}, {"block_trade_id": [None, "B-17", ""]}],
)
def test_prints_beside_the_market_are_left_out_and_counted(marks: dict[str, list[object]]) -> None:
    recording = open_recording(trades([100.0, 50.0, 100.01], **marks))
    (chunk,) = recording.chunks()
    assert chunk.columns[0] == [10_000, 10_001]
    assert recording.refused == {0: {Refusal.OUTSIDE_MARKET: 1}}
