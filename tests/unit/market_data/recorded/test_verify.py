"""Books against quotes: equal updates must show equal tops, and what could not be compared is not called equal."""

import polars as pl
import pytest

from seawall.market_data.recorded import RecordingError
from seawall.market_data.recorded.verify import verify
from tests.unit.market_data.recorded import tables
from tests.unit.market_data.recorded.tables import depth, quotes

MESSAGES = [
    (95, 101, [("b", 99.0, 5)]),
    (None, 100, tables.SNAPSHOT),
    (102, 104, [("b", 100.01, 3), ("a", 100.02, 0)]),
    (105, 105, [("b", 100.01, 0)]),
]
QUOTED = {
    "update_id": [99, 101, 104, 105],
    "bid_qty": [1.0, 1.0, 3.0, 1.0],
    "ask_px": [100.02, 100.02, 100.03, 100.03],
    "ask_qty": [1.0, 1.0, 2.0, 2.0],
}
BIDS = [100.0, 100.0, 100.01, 100.0]


def test_equal_updates_are_compared() -> None:
    (result,) = verify(depth(MESSAGES), quotes(BIDS, **QUOTED))
    assert (result.rows, result.applied, result.compared, result.differing, result.gaps, result.live) == (8, 3, 3, 0, 0, True)


@pytest.mark.parametrize(("column", "wrong"), [("bid_px", 100.02), ("bid_qty", 3.5), ("ask_px", 100.04), ("ask_qty", 1.0)])
def test_every_figure_counts(column: str, wrong: float) -> None:
    table = quotes(BIDS, **QUOTED)
    values = table[column].to_list()
    values[2] = wrong
    (result,) = verify(depth(MESSAGES), table.with_columns(pl.Series(column, values)))
    assert (result.compared, result.differing) == (3, 1)
    assert result.first_difference is not None
    assert result.first_difference.update_id == 104
    assert result.first_difference.book == (10_001, 3_000_000, 10_003, 2_000_000)


def test_after_a_gap_nothing_is_compared() -> None:
    messages = [*MESSAGES[:3], (106, 106, [("b", 50.0, 1)]), (107, 107, [("b", 50.0, 2)])]
    (result,) = verify(depth(messages), quotes([*BIDS[:3], 1.0], **QUOTED | {"update_id": [99, 101, 104, 107]}))
    assert (result.compared, result.differing, result.gaps, result.live) == (2, 0, 1, False)


def test_without_quotes_of_its_own_an_instrument_is_not_compared() -> None:
    (result,) = verify(depth(MESSAGES), quotes(BIDS, symbol="ETHUSDT"))
    assert (result.instrument.symbol, result.applied, result.compared) == ("BTC-USDT", 3, 0)


def test_what_is_needed_is_said() -> None:
    with pytest.raises(RecordingError, match="no depth to verify"):
        verify(quotes(BIDS), quotes(BIDS, symbol="ETHUSDT"))
    with pytest.raises(RecordingError, match="no quotes to compare"):
        verify(depth(MESSAGES), depth(MESSAGES, symbol="ETHUSDT"))
    with pytest.raises(RecordingError, match="no update ids"):
        verify(depth(MESSAGES), quotes(BIDS).drop("update_id"))
