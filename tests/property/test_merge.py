"""Merged recordings equal a naive sort of everything, however the rows are cut into chunks and spread over sources."""

from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from seawall.market_data.recorded import ROW_COLUMNS, Chunk, FeedDelay, Kind, Recording, open_recording

Row = tuple[int, int, tuple[int, ...]]  # Time, stream, columns of its kind.

START = 1_700_000_000 * 10**9
MINUTE = 60 * 10**9
SYMBOLS = ("ADA-USDT", "BTC-USDT", "ETH-USDT")
UNITS = {"venues": {"v": {"maker_fee": 0, "taker_fee": 0, "symbols": {symbol: {"tick": 1, "lot": 1} for symbol in SYMBOLS}}}}

# Few different times, so that many rows coincide.
TRADES = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(SYMBOLS), st.integers(1, 9)), min_size=1, max_size=30)
QUOTES = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(SYMBOLS), st.integers(1, 9)), min_size=1, max_size=20)
BARS = st.dictionaries(st.tuples(st.integers(0, 3), st.sampled_from(SYMBOLS)), st.integers(1, 9), min_size=1, max_size=10)


def frame(time: list[int], symbol: list[str], **columns: Any) -> pl.DataFrame:
    return pl.DataFrame({"ts": pl.Series(time, dtype=pl.Int64).cast(pl.Datetime("ns", "UTC")), "venue": "v", "symbol": symbol, **columns})


def trades(rows: list[tuple[int, str, int]], in_blocks: bool) -> pl.DataFrame:
    rows = sorted(rows, key=lambda row: (row[1], row[0]) if in_blocks else (row[0],))
    prices = [float(row[2]) for row in rows]
    return frame([START + row[0] * 10**9 for row in rows], [row[1] for row in rows], price=prices, qty=[1.0] * len(rows))


def quotes(rows: list[tuple[int, str, int]]) -> pl.DataFrame:
    rows = sorted(rows, key=lambda row: row[0])
    bids = [float(row[2]) for row in rows]
    sizes = [1.0] * len(rows)
    asks = [bid + 1 for bid in bids]
    return frame([START + row[0] * 10**9 for row in rows], [row[1] for row in rows], bid=bids, bid_size=sizes, ask=asks, ask_size=sizes)


def bars(rows: dict[tuple[int, str], int]) -> pl.DataFrame:
    keys = sorted(rows, key=lambda key: (key[1], key[0]))
    prices = [float(rows[key]) for key in keys]
    times = [START - MINUTE + key[0] * 10**9 for key in keys]
    return frame(times, [key[1] for key in keys], open=prices, high=prices, low=prices, close=prices, volume=[1.0] * len(keys))


SOURCES = st.builds(
    lambda ticks, in_blocks, l1, closes: [trades(ticks, in_blocks), quotes(l1), bars(closes), trades(ticks[::2], not in_blocks)],
    TRADES,
    st.booleans(),
    QUOTES,
    BARS,
)


def opened(sources: list[pl.DataFrame]) -> Recording:
    return open_recording(sources, instruments=UNITS, bar_interval_ns=MINUTE)


def listed(recording: Recording, chunks: list[Chunk]) -> list[Row]:
    rows: list[Row] = []
    for chunk in chunks:
        for time, stream, *columns in zip(chunk.time, chunk.stream, *chunk.columns, strict=True):
            kind = recording.streams[stream % len(recording.streams)].kind
            assert chunk.kind in (None, kind)
            rows.append((time, stream, tuple(columns[: len(ROW_COLUMNS[kind])])))
    return rows


def naive(recording: Recording, sources: list[pl.DataFrame]) -> list[Row]:
    """Every row of every source with its stream, sorted by (time, stream) in one go."""
    rows: list[Row] = []
    streams = iter(recording.streams)
    for source in sources:
        for symbol in sorted(source["symbol"].unique()):
            stream = next(streams)
            for number, row in enumerate(source.iter_rows(named=True)):
                if row["symbol"] == symbol:
                    time = int(source["ts"].cast(pl.Int64)[number])
                    rows.append((time + stream.interval, stream.index, _columns(stream.kind, row, number)))
    return sorted(rows, key=lambda row: row[:2])


def _columns(kind: Kind, row: dict[str, Any], number: int) -> tuple[int, ...]:
    if kind is Kind.TRADE:
        return int(row["price"]), 1, 0, number + 1
    if kind is Kind.QUOTE:
        return int(row["bid"]), 1, int(row["ask"]), 1
    return (int(row["close"]),) * 4 + (1,)


@given(SOURCES, st.integers(1, 50))
def test_merged_equals_sorted_whatever_the_chunks(sources: list[pl.DataFrame], chunk_rows: int) -> None:
    recording = opened(sources)
    expected = naive(recording, sources)
    chunks = list(recording.chunks(chunk_rows=chunk_rows))
    assert listed(recording, chunks) == expected
    assert max(len(chunk.time) for chunk in chunks) <= chunk_rows
    assert listed(recording, list(recording.chunks())) == expected


@given(SOURCES, st.integers(1, 50), st.sampled_from([0, 1, 10**9, 2 * 10**9, 10**12]))
def test_rows_heard_later_are_sorted_with_the_rest(sources: list[pl.DataFrame], chunk_rows: int, latency_ns: int) -> None:
    """Each row once at its time, once `latency_ns` later under a stream beyond all others; whatever the chunks."""
    recording = opened(sources)
    count = len(recording.streams)
    rows = naive(recording, sources)
    heard = [(time + latency_ns, stream + count, columns) for time, stream, columns in rows]
    expected = sorted(rows + heard, key=lambda row: row[:2])
    assert listed(recording, list(recording.chunks(feed=FeedDelay((latency_ns,)), chunk_rows=chunk_rows))) == expected


@given(SOURCES, st.integers(1, 20), st.integers(-2, 8), st.integers(-2, 8))
def test_a_window_is_a_cut_of_the_whole(sources: list[pl.DataFrame], chunk_rows: int, first: int, last: int) -> None:
    recording = opened(sources)
    start, end = START + first * 10**9, START + last * 10**9
    window = listed(recording, list(recording.chunks(start, end, chunk_rows=chunk_rows)))
    assert window == [row for row in naive(recording, sources) if start <= row[0] < end]


@given(
    SOURCES,
    st.tuples(st.integers(1, 50), st.integers(1, 50)),
    st.lists(st.integers(0, 3 * 10**9), min_size=2, max_size=5),
    st.integers(0, 99),
)
def test_drawn_delays_keep_the_order_of_each_stream(
    sources: list[pl.DataFrame], chunks: tuple[int, int], sample: list[int], seed: int
) -> None:
    """Whatever the chunks: never early, never later than the longest delay after itself or one before it, rows of an instant together."""
    recording = opened(sources)
    count = len(recording.streams)
    feed = FeedDelay(tuple(sample), seed)
    rows, again = (listed(recording, list(recording.chunks(feed=feed, chunk_rows=chunk_rows))) for chunk_rows in chunks)
    assert rows == again
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    for stream in range(count):
        told = [(time, columns) for time, index, columns in rows if index == stream]
        heard = [(time, columns) for time, index, columns in rows if index == stream + count]
        assert [columns for _, columns in told] == [columns for _, columns in heard]
        took = {(at, when) for (at, _), (when, _) in zip(told, heard, strict=True)}
        assert len(took) == len({at for at, _ in told}), "one instant of a stream is heard at one time"
        assert all(at <= when <= at + max(sample) for at, when in took)
        free = [when - at for (_, before), (at, when) in pairwise(sorted(took)) if before < when]
        assert all(delay in sample for delay in free)


@given(SOURCES, st.integers(1, 8), st.integers(0, 99))
def test_what_comes_later_delays_nothing_earlier(sources: list[pl.DataFrame], seconds: int, seed: int) -> None:
    recording, end = opened(sources), START + seconds * 10**9
    feed = FeedDelay((0, 10**6, 10**9), seed)
    whole = [row for row in listed(recording, list(recording.chunks(feed=feed))) if row[0] < end]
    assert [row for row in listed(recording, list(recording.chunks(end=end, feed=feed))) if row[0] < end] == whole
