"""The real recordings: every row is read or refused for a reason, in order, on the venues' own grids."""

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from seawall.market_data.recorded import Kind, RecordingError, open_recording
from seawall.market_data.recorded.verify import verify


def test_the_depeg_is_read_whole(seawall_data: Path) -> None:
    """Thirteen streams of four venues: no price is off its grid, no bar broken, every bar delivered a minute after it opened."""
    file = seawall_data / "bars_1m_202303_usdc_depeg_4venues.parquet"
    recording = open_recording(file)
    assert recording.warnings == []
    assert len(recording.streams) == 13
    times: list[int] = []
    closes = dict.fromkeys((stream.index for stream in recording.streams), 0)
    for chunk in recording.chunks():
        times += chunk.time
        for stream, close in zip(chunk.stream, chunk.columns[3], strict=True):
            closes[stream] += close
    assert recording.refused == {}
    assert len(times) == recording.rows == 350_530
    assert all(before <= after for before, after in pairwise(times))
    table = pl.read_parquet(file)
    for stream in recording.streams:
        instrument = stream.instrument
        recorded = table.filter(venue=instrument.venue, symbol=instrument.symbol)["close"].sum()
        assert closes[stream.index] * instrument.tick / instrument.price_scale == pytest.approx(recorded, rel=1e-12)


def test_trades_and_quotes_of_one_session_are_one_market(seawall_data: Path) -> None:
    pattern = str(seawall_data / "binance_ticks_20240808_[tq]*.parquet")
    assert [i.symbol for i in open_recording(pattern, venues=["binance_usdm"]).instruments] == ["BTC-USDT-PERP", "ETH-USDT-PERP"]
    recording = open_recording(pattern, venues=["binance_spot"])
    assert [(s.kind, s.instrument.symbol, s.rows) for s in recording.streams] == [
        (Kind.QUOTE, "BTC-USDT", 73_174),
        (Kind.QUOTE, "ETH-USDT", 58_758),
        (Kind.TRADE, "BTC-USDT", 19_904),
        (Kind.TRADE, "ETH-USDT", 14_515),
    ]
    assert sum(len(chunk.time) for chunk in recording.chunks()) == recording.rows
    assert recording.refused == {}


def test_bars_with_quotes_know_minutes_without_either(seawall_data: Path) -> None:
    """Coinbase and Bybit of the Lean sample: 5,642 minutes lack a quote or a trade, and none of them is an error."""
    recording = open_recording(seawall_data / "bars_1m_bidask_lean_sample.parquet", venues=["coinbase", "bybit_spot"])
    table = pl.read_parquet(seawall_data / "bars_1m_bidask_lean_sample.parquet").filter(pl.col("venue").is_in(["coinbase", "bybit_spot"]))
    present = table["open"].count() + table["bid_close"].count()
    assert sum(len(chunk.time) for chunk in recording.chunks()) == present < recording.rows
    assert recording.refused == {}


def test_every_book_agrees_with_every_quote(seawall_data: Path) -> None:
    """Spot and USD-M, whose continuity rules differ: no gap, no difference, and enough that was compared."""
    session = str(seawall_data / "binance_ticks_20240808_")
    results = verify(f"{session}depth_l2.parquet", f"{session}quotes_l1.parquet")
    assert [(r.instrument.id, r.rows, r.compared) for r in results] == [
        ("binance_spot:BTC-USDT", 300_111, 1_072),
        ("binance_spot:ETH-USDT", 274_764, 1_056),
        ("binance_usdm:BTC-USDT-PERP", 445_521, 629),
        ("binance_usdm:ETH-USDT-PERP", 430_662, 551),
    ]
    assert [(r.differing, r.gaps, r.old, r.crossed, r.live) for r in results] == [(0, 0, 0, 0, True)] * 4


def test_inverse_contracts_are_read_and_not_traded(seawall_data: Path) -> None:
    file = seawall_data / "binance_ticks_20240808_trades.parquet"
    with pytest.raises(RecordingError, match=r"binance_coinm:BTC-USD-PERP.* cannot be traded: .*inverse \(coin-margined\)"):
        open_recording(file, venues=["binance_coinm"])
    recording = open_recording(file, venues=["binance_coinm"], trading=False)
    assert sum(len(chunk.time) for chunk in recording.chunks()) == 8_830


def test_years_of_hours_keep_their_gaps(seawall_data: Path) -> None:
    recording = open_recording(seawall_data / "bars_1h_BTC_ETH_2017_2024_binance.parquet", symbols=["BTC-USDT"])
    times = [time for chunk in recording.chunks() for time in chunk.time]
    hour = 3_600 * 10**9
    missing = sum((after - before) // hour - 1 for before, after in pairwise(times))
    assert (len(times), missing) == (58_419, 128)
