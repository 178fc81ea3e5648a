"""A recording: streams in a fixed order, rows merged by time, instruments that fit each other, refusals that are counted."""

from typing import Any

import polars as pl
import pytest

from seawall.api.instruments import define_spot
from seawall.market_data.recorded import FeedDelay, Kind, Recording, RecordingError, Refusal, open_recording
from tests.unit.market_data.recorded.tables import MINUTE, SECOND, START, bars, quotes, trades


def rows(recording: Recording, **options: Any) -> list[tuple[int, int, int]]:
    """(seconds since the start, stream, first column)."""
    return [
        ((time - START) // SECOND, stream, first)
        for chunk in recording.chunks(**options)
        for time, stream, first in zip(chunk.time, chunk.stream, chunk.columns[0], strict=True)
    ]


def test_rows_of_one_time_come_by_source_then_venue_then_symbol() -> None:
    first = pl.concat([trades([3.0], venue="b"), trades([1.0], venue="a", symbol="ETHUSDT"), trades([2.0], venue="a")])
    second = trades([4.0], venue="a", symbol="ADAUSDT")
    recording = open_recording([first, second])
    assert [stream.instrument.id for stream in recording.streams] == ["a:BTC-USDT", "a:ETH-USDT", "b:BTC-USDT", "a:ADA-USDT"]
    assert [stream for _, stream, _ in rows(recording)] == [0, 1, 2, 3]


def test_sources_in_blocks_or_interleaved_are_merged_alike() -> None:
    """However the rows of two instruments lie in a file, the run is the same."""
    one, other = trades([1.0, 2.0, 3.0]), trades([5.0, 6.0, 7.0], symbol="ETHUSDT")
    blocks, scattered = pl.concat([other, one]), pl.concat([one[:1], other, one[1:]])
    interleaved = pl.concat([one, other]).sort("ts_recv", "symbol", descending=[False, True])
    expected = [(0, 0, 100), (0, 1, 500), (1, 0, 200), (1, 1, 600), (2, 0, 300), (2, 1, 700)]
    assert [rows(open_recording(table)) for table in (blocks, scattered, interleaved)] == [expected] * 3


def test_a_bar_is_delivered_at_its_close() -> None:
    recording = open_recording(bars([100.0, 101.0, 102.0]))
    [stream] = recording.streams
    assert (stream.kind, stream.interval) == (Kind.BAR, MINUTE)
    assert [second for second, _, _ in rows(recording)] == [60, 120, 180]
    assert recording.span == (START + MINUTE, START + 3 * MINUTE)


def test_the_interval_is_the_most_common_step_and_gaps_stay_gaps() -> None:
    recording = open_recording(bars([1.0, 2.0, 3.0, 4.0]).filter(pl.col("open") != 3.0).vstack(bars([5.0], start=START + 9 * MINUTE)))
    assert recording.streams[0].interval == MINUTE
    assert [second // 60 for second, _, _ in rows(recording)] == [1, 2, 4, 10]


def test_one_bar_needs_to_be_told_how_long_it_lasts() -> None:
    with pytest.raises(RecordingError, match="one bar of binance_spot:BTC-USDT"):
        open_recording(bars([1.0]))
    assert open_recording(bars([1.0]), bar_interval_ns=MINUTE).streams[0].interval == MINUTE


def test_quotes_at_a_bars_close_come_just_before_the_bar() -> None:
    columns = {"bid_close": [1.0, None], "bid_qty_last": [1.0, None], "ask_close": [1.5, None], "ask_qty_last": [2.0, None]}
    table = bars([1.25, 1.75], **columns)
    recording = open_recording(table)
    assert [(stream.kind, stream.interval) for stream in recording.streams] == [(Kind.QUOTE, MINUTE), (Kind.BAR, MINUTE)]
    assert [(second, stream) for second, stream, _ in rows(recording)] == [(60, 0), (60, 1), (120, 1)]
    assert recording.refused == {}, "a minute without a quote is a gap"
    assert [instrument.id for instrument in recording.bars_only] == ["binance_spot:BTC-USDT"]
    assert [stream.kind for stream in open_recording(table, bar_quotes=False).streams] == [Kind.BAR]


def test_a_minute_without_trades_is_a_gap() -> None:
    table = bars([1.25, 1.75], bid_close=[1.0] * 2, bid_qty_last=[1.0] * 2, ask_close=[1.5] * 2, ask_qty_last=[2.0] * 2)
    table = table.with_columns(pl.when(pl.col("ts") == pl.col("ts").max()).then(None).otherwise(pl.col(c)).alias(c) for c in OHLCV)
    recording = open_recording(table)
    assert [(second, stream) for second, stream, _ in rows(recording)] == [(60, 0), (60, 1), (120, 0)]
    assert recording.refused == {}


OHLCV = ("open", "high", "low", "close", "volume")


def test_an_instrument_with_ticks_does_not_live_on_bars_only() -> None:
    recording = open_recording([bars([1.0, 2.0]), quotes([1.0]), bars([1.0, 2.0], symbol="ETHUSDT")])
    assert [instrument.symbol for instrument in recording.bars_only] == ["ETH-USDT"]
    assert len(recording.instruments) == 2


def test_chunks_say_when_all_rows_are_of_one_kind() -> None:
    alone, mixed = open_recording(trades([1.0, 2.0])), open_recording([trades([1.0], start=START + MINUTE), bars([2.0, 3.0])])
    assert [(chunk.kind, len(chunk.columns)) for chunk in alone.chunks()] == [(Kind.TRADE, 4)]
    [chunk] = mixed.chunks()
    assert chunk.kind is None
    assert chunk.columns == ([100, 200, 300], [500_000, 250, 350], [1, 150, 250], [1, 200, 300], [0, 2_000_000, 2_000_000])


def test_aggressor_and_trade_id_are_carried() -> None:
    [chunk] = open_recording(trades([1.0, 2.0, 3.0], aggressor=["buy", "sell", None], trade_id=[7, None, 9])).chunks()
    assert chunk.columns[2:] == ([1, -1, 0], [7, 0, 9])


def test_a_window_of_time_is_half_open() -> None:
    recording = open_recording(trades([1.0, 2.0, 3.0, 4.0]))
    assert [second for second, _, _ in rows(recording, start=START + SECOND, end=START + 3 * SECOND)] == [1, 2]


def test_with_a_feed_latency_every_row_is_heard_again_later() -> None:
    """The venue has a row at its time under the stream's index; the engine hears of it 1.5 s later under index + streams."""
    recording = open_recording(trades([1.0, 2.0]))
    chunks = list(recording.chunks(feed=FeedDelay((1_500_000_000,))))
    heard = [(time - START, stream) for chunk in chunks for time, stream in zip(chunk.time, chunk.stream, strict=True)]
    assert heard == [(0, 0), (SECOND, 0), (1_500_000_000, 1), (2_500_000_000, 1)]


def test_with_no_delay_the_venue_still_comes_first() -> None:
    chunks = open_recording(trades([1.0, 2.0])).chunks(feed=FeedDelay((0,)))
    assert [stream for chunk in chunks for stream in chunk.stream] == [0, 1, 0, 1]


def test_refused_rows_are_dropped_and_counted_by_stream_and_reason() -> None:
    bad = trades([100.0, 100.005, float("nan"), 0.0, 101.0, float("inf")])
    recording = open_recording([trades([100.0]), bad.with_columns(symbol=pl.lit("ETHUSDT"))])
    assert [(stream, price) for _, stream, price in rows(recording)] == [(0, 10000), (1, 10000), (1, 10100)]
    assert recording.refused == {1: {Refusal.OFF_GRID: 1, Refusal.NOT_A_NUMBER: 2, Refusal.NOT_POSITIVE: 1}}


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (trades([1.0, 2.0, 3.0])[[0, 2, 1]], "row 2 .* is earlier than the row before it"),
        (bars([1.0, 2.0])[[0, 1, 1]], "row 2 .* opens when the bar before it does"),
        (trades([1.0, 2.0], ts_recv=pl.Series([1, None], dtype=pl.Int64).cast(pl.Datetime("ns", "UTC"))), "row 1 has no time"),
        (trades([1.0, 2.0]).with_columns(venue=pl.Series(["a", None])), "row 1 names no venue"),
    ],
)
def test_rows_that_cannot_be_ordered_are_refused_with_their_row(table: pl.DataFrame, complaint: str) -> None:
    with pytest.raises(RecordingError, match=complaint):
        open_recording(table)


def test_the_same_bars_twice_are_refused_and_the_same_trades_reported() -> None:
    with pytest.raises(RecordingError, match="both have bars of binance_spot:BTC-USDT at the same time"):
        open_recording([bars([1.0, 2.0]), bars([1.0, 2.0], start=START + MINUTE)])
    assert "both are used" in open_recording([trades([1.0, 2.0]), trades([1.0])]).warnings[0]
    parts = open_recording([bars([1.0, 2.0]), bars([1.0, 2.0], start=START + 2 * MINUTE)])
    assert [second for second, _, _ in rows(parts)] == [60, 120, 180, 240]


def test_inverse_perpetuals_are_left_out_and_refused_when_asked_for() -> None:
    table = pl.concat([trades([1.0]), trades([1.0], venue="binance_usdm"), trades([1.0], venue="binance_coinm", symbol="BTCUSD_PERP")])
    recording = open_recording(table)
    assert [s.instrument.id for s in recording.streams] == ["binance_spot:BTC-USDT", "binance_usdm:BTC-USDT-PERP"]
    assert recording.warnings[0].startswith("left out: binance_coinm:BTC-USD-PERP: an inverse (coin-margined) perpetual")
    with pytest.raises(RecordingError, match=r"BTC-USD-PERP cannot be traded.*--venues binance_spot --symbols BTC-USDT"):
        open_recording(table, venues=["binance_spot", "binance_coinm"])


def test_a_selection_names_what_there_is() -> None:
    table = pl.concat([trades([1.0]), trades([1.0], symbol="ETHUSDT")])
    assert [s.instrument.symbol for s in open_recording(table, symbols=["ETH-USDT"]).streams] == ["ETH-USDT"]
    with pytest.raises(RecordingError, match=r"no symbol BTC-USD in the recorded data\. There are: BTC-USDT, ETH-USDT"):
        open_recording(table, symbols=["BTC-USD"])
    with pytest.raises(RecordingError, match="no venue kraken"):
        open_recording(table, venues=["kraken"])


def test_what_is_not_described_is_inferred_and_said() -> None:
    recording = open_recording(trades([10.27, 10.5], venue="market", symbol="BTC-USD"))
    [instrument] = recording.instruments
    assert (instrument.tick, instrument.price_scale) == (1, 100)
    assert (
        "market:BTC-USD is not fully described in instruments.yaml; inferred from the data: tick 0.01, lot 0.001" in recording.warnings[0]
    )
    assert open_recording(trades([10.25, 10.5])).warnings == []


def test_off_grid_floats_are_not_given_a_grid() -> None:
    with pytest.raises(RecordingError, match="are on no grid that a venue could have"):
        open_recording(trades([10.123456789012345, 10.5], venue="market"))


def test_a_currency_has_one_number_of_decimals_in_a_run() -> None:
    """One instrument needs 10 decimals of USD; then the other's USD has 10 as well."""
    fine = {"venues": {"a": {"symbols": {"BTC-USD": {"tick": "0.01", "lot": "0.00000001"}}}}}
    recording = open_recording(
        [trades([1.0], venue="a", symbol="BTC-USD"), trades([1.0], venue="kraken", symbol="ETH-USD")], instruments=fine
    )
    assert [(i.quote_decimals, i.base_decimals) for i in recording.instruments] == [(10, 8), (10, 8)]


def test_instruments_may_be_given_as_they_are() -> None:
    own = define_spot("binance_spot", "BTC-USDT", tick="0.5", lot="0.1", quote_decimals=2, base_decimals=1)
    recording = open_recording(trades([1.0, 1.25]), instruments=[own])
    assert recording.instruments == (own,)
    assert [price for _, _, price in rows(recording)] == [2]
    assert recording.refused == {0: {Refusal.OFF_GRID: 1}}


def test_given_instruments_must_count_a_currency_as_the_others_do() -> None:
    own = define_spot("binance_spot", "BTC-USDT", tick="1", lot="1", quote_decimals=2, base_decimals=0)
    with pytest.raises(RecordingError, match="binance_spot:BTC-USDT counts BTC in 0 decimals, another instrument needs 6"):
        open_recording([trades([1.0]), trades([1.0], venue="kraken")], instruments=[own])


def test_units_nobody_can_count_are_refused() -> None:
    absurd = {"venues": {"a": {"symbols": {"BTC-USD": {"tick": "0.0000001", "lot": "0.0000001"}}}}}
    with pytest.raises(RecordingError, match="needs more than 12 decimals of USD"):
        open_recording(trades([1.0], venue="a", symbol="BTC-USD"), instruments=absurd)


def test_files_that_overlap_a_longer_one_are_noticed_wherever_they_lie() -> None:
    long, one, other = trades([1.0] * 9), trades([1.0], start=START + SECOND), trades([1.0], start=START + 5 * SECOND)
    assert len(open_recording([other, one, long]).warnings) == 2


def test_an_empty_table_says_so() -> None:
    with pytest.raises(RecordingError, match=r"no rows are left\. There are: none at all"):
        open_recording(trades([1.0])[:0])
