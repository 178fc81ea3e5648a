"""Markets from the command line: a run in one of ours replays, its command makes it again, a file that cannot be read ends with two lines,
and facts are measured and shown."""

import json
from pathlib import Path

import polars as pl
import pytest

from seawall.cli import main
from tests.unit.market_data.test_market_file import BASE


def seawall(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main.run(words)
    captured = capsys.readouterr()
    return code, captured.out + captured.err


@pytest.fixture
def market(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(BASE.replace("opening: 1}", "opening: 1, processes: [{kind: mean_reversion, deviation: 2 bps, reverts_over: 5m}]}"))
    return file


def test_a_run_in_a_market_of_ones_own_replays(market: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    code, _ = seawall(capsys, "sim", "--market", str(market), "--hours", "0.01", "--out", str(out))
    assert code == 0
    run = json.loads((out / "run.json").read_text())
    assert f"--market {market}" in run["command"]
    code, said = seawall(capsys, "replay", str(out))
    assert code == 0, said
    market.write_text(market.read_text().replace("0.6 %", "0.7 %"))
    code, said = seawall(capsys, "replay", str(out))
    assert code == 2
    assert "configuration" in said


def test_the_market_decides_the_run(market: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digests = []
    for words in ((), ("--market", "calm"), ("--market", "calm"), ("--market", str(market))):
        code, said = seawall(capsys, "sim", *words, "--hours", "0.005", "--digest", "--out", str(tmp_path / "run"))
        assert code == 0
        digests.append(said.split("digest ")[1].split()[0])
    assert digests[1] == digests[2]
    assert len(set(digests)) == 3


@pytest.mark.parametrize("command", ["sim", "demo"])
def test_a_market_that_cannot_be_read_is_refused(command: str, market: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = seawall(capsys, command, "--market", "nowhere.yaml")
    assert (code, "nowhere.yaml cannot be read" in said, "one of ours: basis" in said) == (2, True, True)
    market.write_text(BASE.replace("kind: noise", "kind: noisy"))
    code, said = seawall(capsys, command, "--market", str(market))
    assert (code, "traders, 2: there is no kind 'noisy'; did you mean noise?" in said.replace("\n", " ")) == (2, True)


def test_the_demo_runs_in_another_market(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = seawall(capsys, "demo", "--market", "crash", "--hours", "0.02", "--out", str(tmp_path / "demo"))
    assert code == 0, said
    assert "--market crash" in said


def test_facts_are_measured_beside_recorded_ones(market: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quotes = pl.DataFrame({"ts": range(0, 60_000, 10), "bid": 100.0, "bid_size": 1.0, "ask": 100.5, "ask_size": 1.0}).with_columns(
        pl.from_epoch("ts", time_unit="ms")
    )
    trades = pl.DataFrame({"ts": range(0, 60_000, 500), "price": 100.5, "qty": 1.0, "side": "buy"}).with_columns(
        pl.from_epoch("ts", time_unit="ms")
    )
    depth = pl.DataFrame(
        {
            "ts": [0, 0, 0, *range(1_000, 60_000, 250)],
            "is_snapshot": [True] * 3 + [False] * 236,
            "side": ["b", "a", "a", *["b"] * 236],
            "price": [100.0, 100.5, 101.0, *[99.0] * 236],
            "qty": [1.0, 1.0, 5.0, *[4.0] * 236],
            "first_update_id": [0, 0, 0, *range(1, 237)],
            "final_update_id": [0, 0, 0, *range(1, 237)],
        }
    ).with_columns(pl.from_epoch("ts", time_unit="ms"))
    for name, table in (("quotes", quotes), ("trades", trades), ("depth", depth)):
        table.with_columns(venue=pl.lit("real"), symbol=pl.lit("BTC-USDT")).write_parquet(tmp_path / f"{name}.parquet")
    out = tmp_path / "facts"
    files = [str(tmp_path / f"{name}.parquet") for name in ("quotes", "trades", "depth")]
    code, said = seawall(capsys, "data", "facts", *files, "--market", str(market), "--hours", "0.05", "--out", str(out))
    assert code == 0, said
    assert "real:BTC-USDT: recorded, 1.0 min, 6,000 quotes, 120 trades" in said
    assert "like real:BTC-USDT in" in said
    measured = json.loads((out / "facts.json").read_text())
    assert measured["real:BTC-USDT"]["orders_per_s"] == pytest.approx(2, rel=0.02)
    assert measured["alpha:BTC-USDT"]["quotes_per_s"] > 0
    assert measured["alpha:BTC-USDT"]["depth_25_bps"] > 0
    assert (out / "facts.html").read_text().startswith("<!doctype html>")


def test_facts_of_nothing_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SEAWALL_DATA", str(tmp_path))
    code, said = seawall(capsys, "data", "facts", "--market", "none", "--out", str(tmp_path / "facts"))
    assert (code, "there is nothing to measure" in said) == (2, True)
    code, said = seawall(capsys, "data", "facts", str(tmp_path / "no.parquet"))
    assert code == 2
