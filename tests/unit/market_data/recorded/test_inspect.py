"""Inspecting: everything odd is found, counted and placed, and nothing is refused for being odd."""

import polars as pl
import pytest

from seawall.market_data.recorded.inspect import inspect
from seawall.market_data.recorded.sources import Source
from seawall.market_data.recorded.watch import Seen
from tests.unit.market_data.recorded import tables
from tests.unit.market_data.recorded.tables import MINUTE, SECOND, START, bars, depth, quotes, times, trades


def seen(table: pl.DataFrame) -> Seen:
    ((only,),) = [found.instruments for found in inspect(table)]
    return only


@pytest.fixture(params=[2, 3, 1_000_000], autouse=True)
def _slices(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it holds however the rows are cut into slices."""
    whole = Source.slices
    monkeypatch.setattr(Source, "slices", lambda self, columns: whole(self, columns, rows=request.param))


def test_instruments_rows_and_span() -> None:
    both = pl.concat([trades([100.0, 100.5, 100.25], symbol="ETHUSDT"), trades([7.0], start=START + 5, venue="kraken")])
    (found,) = inspect(both)
    assert (found.kind, found.rows) == ("trade", 4)
    assert [(each.venue, each.symbol, each.spelled, each.rows) for each in found.instruments] == [
        ("binance_spot", "ETH-USDT", "ETHUSDT", 3),
        ("kraken", "BTC-USDT", "BTCUSDT", 1),
    ]
    assert (found.instruments[0].first_time, found.instruments[0].last_time) == (START, START + 2 * SECOND)


def test_missing_bars_are_counted() -> None:
    table = bars([100.0 + n for n in range(12)]).filter(~pl.int_range(pl.len()).is_in([3, 4, 8]))
    one = seen(table)
    assert (one.interval, one.missing, one.gaps) == (MINUTE, 3, 2)
    assert (one.longest_gap, one.longest_gap_at) == (3 * MINUTE, START + 2 * MINUTE)


def test_missing_trade_ids_are_counted() -> None:
    one = seen(trades([100.0] * 5, trade_id=[1, 2, 5, 6, 10]))
    assert (one.missing, one.gaps) == (5, 2)


def test_the_recorders_clock_is_compared_with_the_venues() -> None:
    """Three seconds behind, by both stamps; where the venue's own time is all there is, nothing is said."""
    ahead = times([START + n * SECOND + 3 * SECOND + n for n in range(5)])
    one = seen(trades([100.0] * 5, ts_event=ahead))
    assert (one.clock["sent"].least, one.clock["sent"].median, one.clock["sent"].most) == (-3 * SECOND - 4, -3 * SECOND - 2, -3 * SECOND)
    assert list(one.clock) == ["sent"]
    assert seen(trades([100.0] * 5, ts_event=ahead).drop("ts_recv")).clock == {}


def test_stamps_that_are_absent_say_nothing() -> None:
    assert seen(quotes([100.0] * 3, ts_event=pl.Series([None] * 3, dtype=pl.Datetime("ms", "UTC")))).clock == {}


def test_a_price_that_jumps_away_and_comes_back_is_an_outlier_and_a_move_is_none() -> None:
    prices = [*[100.0, 100.1] * 5, 100.0, 160.0, 100.1, 100.0, 150.0, 150.1, 150.0, 149.9]
    one = seen(trades(prices))
    assert one.outliers == 1
    assert one.worst_outlier is not None
    assert (one.worst_outlier.time, one.worst_outlier.value) == (START + 11 * SECOND, 160.0)


def test_a_wick_is_an_outlier() -> None:
    table = bars([100.0] * 9, high=[100.5] * 4 + [170.0] + [100.5] * 4)
    one = seen(table)
    assert one.outliers == 1
    assert one.worst_outlier is not None
    assert one.worst_outlier.value == 170.0


def test_gaps_in_depth() -> None:
    """By contiguous ids; and a snapshot is none."""
    one = seen(
        depth([(90, 101, [("b", 1.0, 1)] * 3), (None, 100, tables.SNAPSHOT), (102, 104, [("b", 1.0, 1)]), (106, 107, [("b", 1.0, 1)])])
    )
    assert (one.messages, one.snapshots, one.gaps) == (4, 1, 1)


def test_tick_and_lot_as_the_data_shows_them_and_as_they_are_known() -> None:
    one = seen(trades([1000.5, 1001.0, 999.5, 998.5, 1003.0]))
    assert (one.tick, one.lot, one.known_tick, one.known_lot) == ("0.5", "0.1", "0.01", "0.000001")
    assert seen(trades([100.1234567890123, 7.1]).with_columns(venue=pl.lit("nowhere"))).tick == ""


def test_rows_that_a_run_would_leave_out_are_counted_by_reason() -> None:
    odd = trades([100.0, float("nan"), 0.0, 100.005, 100.01], qty=[1.0, 1.0, 1.0, 1.0, 0.0], exec_type=["MARKET"] * 5)
    assert sorted(seen(odd).unusable.values()) == [1, 1, 2]
    assert seen(trades([100.0, 5.0], exec_type=["MARKET", "INSURANCE_FUND"])).unusable == {
        "a print beside the market: an insurance fund's, a deleveraging, a block trade": 1
    }
    assert seen(quotes([100.0, 100.0], ask_px=[100.01, 99.0])).unusable == {"the bid is above the ask": 1}


def test_disorder_and_rows_without_a_time_are_counted_not_refused() -> None:
    stamps = pl.Series([START, START + 2, START + 1, None, START + 9], dtype=pl.Int64).cast(pl.Datetime("ns", "UTC"))
    one = seen(trades([100.0] * 5).with_columns(ts_recv=stamps))
    assert (one.rows, one.untimed, one.disordered, one.first_time, one.last_time) == (5, 1, 1, START, START + 9)
