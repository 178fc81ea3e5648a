"""`seawall data` as its users meet it."""

import json
from pathlib import Path

import pytest

from seawall.cli.main import run
from tests.unit.market_data.recorded.tables import SNAPSHOT, depth, quotes

MESSAGES = [(None, 100, SNAPSHOT), (101, 104, [("b", 100.01, 3), ("a", 100.02, 0)])]
QUOTED = {"update_id": [104], "bid_qty": [3.0], "ask_px": [100.03], "ask_qty": [2.0]}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    depth(MESSAGES).write_parquet(tmp_path / "depth.parquet")
    quotes([100.01], **QUOTED).write_parquet(tmp_path / "quotes.parquet")
    return ["--depth", str(tmp_path / "depth.parquet"), "--quotes", str(tmp_path / "quotes.parquet")]


def test_verify_counts_what_it_compared(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "verify", *files]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["instrument", "rows", "messages", "gaps", "compared", "differing"]
    assert row.split() == ["binance_spot:BTC-USDT", "6", "2", "0", "1", "0"]


def test_verify_shows_the_first_difference_and_fails(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    quotes([100.0], **QUOTED).write_parquet(files[3])
    assert run(["data", "verify", *files]) == 1
    output = " ".join(capsys.readouterr().out.split())
    assert "differs first at update 104: the book has 100.01 x 3.000000 | 100.03 x 2.000000, the quote says 100.00 x 3.000000" in output


def test_verify_does_not_call_equal_what_it_could_not_compare(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    quotes([100.01], **QUOTED | {"update_id": [99]}).write_parquet(files[3])
    assert run(["data", "verify", *files]) == 1
    assert "no quote has an update id of its book" in capsys.readouterr().out


def test_verify_names_a_file_that_is_not_there(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "verify", "--depth", "nowhere.parquet", *files[2:]]) == 2
    assert "nowhere.parquet: no such file" in capsys.readouterr().err


def test_inspect_shows_what_is_there(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "inspect", files[1], files[3]]) == 0
    output = capsys.readouterr().out
    assert "depth.parquet: depth, 6 rows, 1 instrument" in output
    assert "quotes.parquet: quote, 1 rows, 1 instrument" in output
    assert "binance_spot:BTC-USDT (BTCUSDT)" in output
    assert "2, 1 of them snapshots; gaps in the update ids: none" in output


def test_inspect_speaks_to_programs(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "inspect", files[1], "--json"]) == 0
    ((found,),) = [json.loads(capsys.readouterr().out)]
    assert (found["kind"], found["instruments"][0]["symbol"], found["instruments"][0]["messages"]) == ("depth", "BTC-USDT", 2)


def test_inspect_says_what_it_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    assert run(["data", "inspect", str(tmp_path / "x.csv")]) == 2
    assert "not a table of trades, quotes, bars, depth" in capsys.readouterr().err
