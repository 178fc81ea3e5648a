"""What is wrong with files, figures and disks is said in two lines, with the exit code that is promised, and never as a traceback."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seawall.cli.main import run

BUYS = """
from seawall.strategy import TradingStrategy


class Buys(TradingStrategy):
    def on_market_data(self, price_update):
        if not self.positions:
            self.buy(price_update.symbol, 0.01)
"""
BACKTEST = "backtest s.py --data ok.csv --symbol BTC-USD"
SWEEP = "sweep s.py --data ok.csv --symbol BTC-USD --grid a=1,2"
SMALL = 8 * 1024  # Bytes that a file may grow to where the disk is full.


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a strategy and a recording that are good, and much that is not."""
    monkeypatch.chdir(tmp_path)
    Path("s.py").write_text(BUYS)
    Path("ok.csv").write_text("ts,price,qty\n" + "".join(f"{1_700_000_000 + 60 * minute},{100 + minute % 7},1\n" for minute in range(50)))
    Path("huge.csv").write_text("ts,price,qty\n1700000000,1e308,1\n1700000060,99,1\n")
    Path("list.yaml").write_text("- 1\n- 2\n")
    Path("unknown.yaml").write_text("nonsense: 1\n")
    Path("a_directory").mkdir()
    junk = random.Random(1).randbytes(5_000)
    for name in ("csv", "parquet", "py", "yaml"):
        Path(f"junk.{name}").write_bytes(junk)
        Path(f"empty.{name}").touch()
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        *(f"backtest {file} --data ok.csv --symbol BTC-USD" for file in ("gone.py", "a_directory", "empty.py", "junk.py")),
        *(f"backtest {file} --data ok.csv --symbol BTC-USD" for file in ("junk.yaml", "empty.yaml", "list.yaml", "unknown.yaml")),
        *(f"backtest s.py --symbol BTC-USD --data {file}" for file in ("gone.csv", "a_directory", "empty.csv", "junk.csv", "junk.parquet")),
        *(f"{BACKTEST} {option} {file}" for option in ("--config", "--limits") for file in ("a_directory", "junk.yaml", "list.yaml")),
        *(f"{BACKTEST} --instruments {file}" for file in ("gone.yaml", "a_directory", "junk.yaml", "list.yaml")),
        f"{BACKTEST} --limits unknown.yaml",
        *(f"{BACKTEST} --balances USD={amount}" for amount in ("abc", "nan", "-5", "1e400", "99999999999999999999999999999999")),
        *(f"{BACKTEST} --latency order={delay}" for delay in ("junk.yaml", "a_directory", "empty.csv", "99999999999999999999s", "1m..0s")),
        f"{BACKTEST} --limit max_order_value=abc",
        f"{BACKTEST} --from 2023-02-31",
        f"{BACKTEST} --out s.py",
        f"{SWEEP} --out s.py",
        f"{SWEEP} --grid a=1:2:0",
        *(f"sim --hours {hours}" for hours in ("nan", "inf", "-1", "1e9", "abc")),
        *(f"sim --market {file}" for file in ("gone.yaml", "a_directory", "junk.yaml", "empty.yaml", "list.yaml", "unknown.yaml")),
        *(f"sim {file}" for file in ("gone.py", "a_directory", "junk.py")),
        *(f"sim --hours 0.001 --out {place}" for place in ("s.py", "s.py/below")),
        *(f"replay {place}" for place in ("gone", "a_directory", "s.py")),
        "diff a_directory s.py",
        *(f"demo {wrong}" for wrong in ("--hours nan", "--market junk.yaml", "--out s.py")),
        *(f"data inspect {file}" for file in ("gone.csv", "a_directory", "junk.parquet", "empty.csv")),
        *(f"data verify {file}" for file in ("gone.csv", "junk.parquet", "ok.csv")),
        *(f"data calibrate {file}" for file in ("gone.csv", "junk.parquet")),
        "data facts --market junk.yaml",
    ],
)
def test_it_is_refused_and_nothing_is_written(words: str, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words.split()) == 2
    said = capsys.readouterr().err
    assert said.startswith(("error: ", "Usage: ")), said
    assert not list(desk.rglob("result.json")) and not list(desk.rglob("run.json"))


def test_a_price_beyond_all_prices_is_left_out_and_named(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["backtest", "s.py", "--data", "huge.csv", "--symbol", "BTC-USD", "--out", "out"]) in (0, 2)
    assert "Warning" not in capfd.readouterr().err


def seawall(words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "seawall", *words.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL)) if "full" in words else None,
    )


@pytest.mark.parametrize("words", [f"{BACKTEST} --out full", "sim --hours 0.1 --out full"])
def test_a_full_disk_ends_the_run_with_its_reason(words: str, desk: Path) -> None:
    """And leaves no result that looks whole."""
    process = seawall(words)
    _, said = process.communicate(timeout=100)
    assert process.returncode == 1 and said.count("error: ") == 1 and "Traceback" not in said, said
    assert not (desk / "full" / "result.json").exists()


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_asked_to_end_keeps_what_it_has(asked: signal.Signals, desk: Path) -> None:
    process = seawall("sim --hours 1000 --out run")
    deadline = time.monotonic() + 60
    while not list((desk / "run" / "journal").glob("*.seg")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, asked)
    out, said = process.communicate(timeout=100)
    assert "Traceback" not in said and "the run is valid and ends here" in out, said
    assert run(["replay", str(desk / "run")]) == 0
