"""A table's kind is told by its columns, and what cannot be told is explained."""

import pytest

from seawall.market_data.recorded import RecordingError
from seawall.market_data.recorded.kinds import Kind, recognise


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ("ts venue symbol open high low close volume", Kind.BAR),
        ("Date Open High Low Close Volume", Kind.BAR),
        ("ts_recv ts_event ts_trade venue symbol msg_seq trade_id price qty aggressor exec_type", Kind.TRADE),
        ("timestamp price quantity", Kind.TRADE),
        ("ts_recv venue symbol update_id bid_px bid_qty ask_px ask_qty", Kind.QUOTE),
        ("time bid bid_size ask ask_size", Kind.QUOTE),
        ("ts_recv venue symbol msg_seq is_snapshot side price qty first_update_id final_update_id prev_update_id", Kind.DEPTH),
    ],
)
def test_each_kind_is_known_by_its_columns(columns: str, kind: Kind) -> None:
    assert recognise(columns.split(), "t")[0] is kind


def test_the_receive_time_comes_before_the_event_time() -> None:
    _, columns = recognise(["price", "qty", "ts_event", "ts_recv"], "t")
    assert columns["time"] == "ts_recv"
    assert recognise(["price", "qty", "ts_event"], "t")[1]["time"] == "ts_event"


def test_a_missing_column_is_named_with_its_table() -> None:
    with pytest.raises(RecordingError, match=r"march\.csv: .* closest to bars, which would also need: volume"):
        recognise(["ts", "open", "high", "low", "close"], "march.csv")


def test_what_is_marked_as_depth_is_not_taken_for_trades() -> None:
    with pytest.raises(RecordingError, match="closest to depth, which would also need: first_update_id"):
        recognise(["ts_recv", "side", "price", "qty", "is_snapshot", "final_update_id"], "t")


def test_a_table_of_two_kinds_is_not_guessed_at() -> None:
    with pytest.raises(RecordingError, match="trade and quote rows alike"):
        recognise(["ts", "price", "qty", "bid", "bid_qty", "ask", "ask_qty"], "t")
