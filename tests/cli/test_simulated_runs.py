"""`seawall sim`, `replay` and `diff`: a run is kept, reproduced, compared; damage, other code and interruptions are named."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from seawall.analytics.result import Result
from seawall.cli import run_files
from seawall.cli.errors import UserError
from seawall.cli.run_files import Run, RunDirectory, Status
from seawall.runtime.journal import Header, snapshot_file
from seawall.sim.world import World
from tests.cli.simulation import seawall

ROOT = Path(__file__).parents[2]
SHORT = ("--hours", "0.005")  # 18 s of the world's time.
IDLE = """
from seawall.strategy import TradingStrategy


class Idle(TradingStrategy):
    def on_market_data(self, update):
        return None
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "kept"
    assert seawall("sim", "--seed", "1", *SHORT, "--faults", "rough", "--out", str(path)) == 0
    return path


@pytest.fixture
def run(kept: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    path = tmp_path / "run"
    subprocess.run(["cp", "-r", str(kept), str(path)], check=True)
    return path


def read(path: Path) -> Run:
    return msgspec.json.decode((path / "run.json").read_bytes(), type=Run)


BUYER = """
from seawall.strategy import TradingStrategy


class Buyer(TradingStrategy):
    def on_market_data(self, update):
        if update.symbol == "BTC-USDT":
            self.buy("BTC-USDT", 0.01)
"""


def test_switches_and_limits_hold_as_in_a_backtest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are part of the run: of its command, of what `replay` makes again, and of what leaves."""
    (tmp_path / "buyer.py").write_text(BUYER)
    (tmp_path / "limits.yaml").write_text("limits: {max_orders: 7, 'max_long:DOGE-USDT': 1}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENABLE_PRE_TRADE_RISK", "false")
    limited = ("--limits", "limits.yaml", "--limit", "max_repeats=5")
    assert seawall("sim", "buyer.py", *SHORT, *limited, "--out", "observed") == 0
    monkeypatch.delenv("ENABLE_PRE_TRADE_RISK")
    observed, result = read(tmp_path / "observed"), json.loads((tmp_path / "observed" / "result.json").read_text())
    assert observed.command.startswith("ENABLE_PRE_TRADE_RISK=false seawall sim buyer.py --seed 42")
    assert observed.command.endswith("--limit max_orders=7 --limit max_repeats=5")
    assert result["refusals"]["observe_only"] > 0
    assert result["counters"]["orders"] == 0
    assert seawall("replay", "observed") == 0


def test_a_limit_that_nobody_knows_is_refused_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert seawall("sim", *SHORT, "--limit", "max_oders=7") == 2
    assert "no limit 'max_oders'" in capsys.readouterr().err


def test_a_run_says_all_that_makes_it(kept: Path) -> None:
    found = read(kept)
    assert found.status is Status.COMPLETE
    assert found.command == "seawall sim --seed 1 --hours 0.005 --faults rough"
    assert found.entries > 100
    assert (found.code_version, len(found.digest), len(found.state_digest)) == (run_files.code_version(), 64, 64)


def test_the_same_command_makes_the_same_run_and_replaces_it(kept: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert seawall("sim", "--seed", "1", *SHORT, "--faults", "rough", "--out", str(run), "--digest") == 0
    page = capsys.readouterr().out
    assert f"digest {read(kept).digest}" in page
    assert f"states {read(kept).state_digest}" in page
    assert seawall("diff", str(kept), str(run)) == 0
    assert f"the same: {read(kept).entries:,} entries" in capsys.readouterr().out


def test_another_seed_parts_at_an_entry_that_diff_shows(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other"
    assert seawall("sim", "--seed", "2", *SHORT, "--faults", "rough", "--out", str(other)) == 0
    capsys.readouterr()
    assert seawall("diff", str(kept), str(other)) == 1
    page = capsys.readouterr().out.splitlines()
    ours, theirs = (next(line for line in page if line.startswith(sign)) for sign in "<>")
    assert ours.endswith(f"({kept})")
    assert theirs.endswith(f"({other})")
    assert ours.split()[1] == theirs.split()[1], "the same sequence"
    assert ours.split("    ")[0][1:] != theirs.split("    ")[0][1:]


def test_a_run_that_ends_earlier_differs_where_it_ends(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without faults an hour begins as half an hour does."""
    halves = tmp_path / "half", tmp_path / "whole"
    for path, hours in zip(halves, ("0.0025", "0.005"), strict=True):
        assert seawall("sim", "--hours", hours, "--faults", "none", "--out", str(path)) == 0
    capsys.readouterr()
    assert seawall("diff", *map(str, halves)) == 1
    assert "< the journal ends" in capsys.readouterr().out


def test_replay_comes_to_the_states_of_the_run(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert seawall("replay", str(kept), "--digest") == 0
    page = capsys.readouterr().out
    assert "and at its end" in page
    assert f"states {read(kept).state_digest}" in page


def test_replay_stops_where_it_is_told(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = []
    for last in ("50", "50", "51", str(read(kept).entries)):
        assert seawall("replay", str(kept), "--to", last, "--digest") == 0
        pages.append(capsys.readouterr().out)
    assert pages[0] == pages[1] != pages[2]
    assert pages[0].startswith("50 entries replayed")
    assert read(kept).state_digest in pages[3]
    assert seawall("replay", str(kept), "--to", "99999999") == 2
    assert "ends with entry" in capsys.readouterr().err


def test_replay_compares_with_every_snapshot_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of which this short run is made to keep one. The second time it holds a state that the run never was in."""
    record_to = World.record_to
    monkeypatch.setattr(World, "record_to", lambda world, sink, stamp: record_to(world, sink, stamp, snapshot_every=1))
    path = tmp_path / "run"
    assert seawall("sim", *SHORT, "--faults", "none", "--out", str(path)) == 0
    assert seawall("replay", str(path)) == 0
    assert "equal to the run at 1 snapshots and at its end" in capsys.readouterr().out
    directory = RunDirectory.open(path)
    (recorded,) = directory.snapshots()
    falsified = msgspec.structs.replace(recorded, states={**recorded.states, "engine": b"another state"})
    directory.snapshot(recorded.sequence, snapshot_file(Header(directory.stamp, 1, 1, recorded.sequence), falsified))
    assert seawall("replay", str(path)) == 1
    assert f"after entry {recorded.sequence} engine is not in the state that the run recorded" in capsys.readouterr().err


def test_a_flipped_byte_is_named_and_what_precedes_it_can_be_replayed(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    segment = run / "journal" / "000001.seg"
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 0x01
    segment.write_bytes(content)
    for command in (("replay", str(run)), ("diff", str(run), str(run))):
        assert seawall(*command) == 2
        page = capsys.readouterr().err
        assert "is damaged, corrupt: a frame's checksum does not match, in segment 1 at byte" in page
    good = page.split("entries up to ")[1].split()[0]
    assert seawall("replay", str(run), "--to", good) == 0


def test_a_run_that_was_killed_is_replayed_to_where_it_was_cut_off(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = RunDirectory.open(run)
    directory.run.status, directory.run.entries, directory.run.digest, directory.run.state_digest = Status.RUNNING, 0, "", ""
    directory.save()
    segment = run / "journal" / "000001.seg"
    segment.write_bytes(segment.read_bytes()[:-5])
    assert seawall("replay", str(run)) == 0
    assert "; the run was cut off there, torn: the bytes end within a frame" in capsys.readouterr().out


def test_another_version_of_the_code_may_not_replay(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_files, "code_version", lambda: "another")
    assert seawall("replay", str(kept)) == 2
    page = capsys.readouterr().err
    assert "this is another; only the program that wrote a journal may replay it" in page
    assert "seawall sim --seed 1" in page


def test_a_strategy_is_part_of_what_makes_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strategy = tmp_path / "idle.py"
    strategy.write_text(IDLE)
    path = tmp_path / "run"
    assert seawall("sim", str(strategy), *SHORT, "--out", str(path)) == 0
    assert str(strategy) in read(path).command
    assert seawall("replay", str(path)) == 0
    strategy.write_text(IDLE + "# Another version.\n")
    assert seawall("replay", str(path)) == 2
    assert "was written with configuration" in capsys.readouterr().err


CHATTY = """
from seawall.strategy import TradingStrategy


class Chatty(TradingStrategy):
    def on_start(self):
        self.heard = {}

    def on_market_data(self, update):
        self.heard[update.symbol] = self.heard.get(update.symbol, 0) + 1
        if self.heard[update.symbol] == self.config.get("at", 1):
            self.logger.info("first of %s", update.symbol)
            self.buy(update.symbol, self.config["size"]["of"][0], venue=update.venue)
"""


def test_parameters_and_figures_of_strategies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command that is kept makes the same run, with the parameters of a file too; a misspelt one is named."""
    strategy, config, path = tmp_path / "chatty.py", tmp_path / "config.yaml", tmp_path / "run"
    strategy.write_text(CHATTY)
    config.write_text("size: {of: [0.5, 2023-01-01]}\nat: 3\n")
    assert seawall("sim", str(strategy), *SHORT, "--config", str(config), "--set", "att=1e-5", "--out", str(path)) == 0
    page = capsys.readouterr()
    assert "first of" not in page.err
    assert "\nchatty  " in page.out
    assert "note: parameter att was set and never read" in page.out
    assert page.out.count("never read") == 1, "the others were"
    assert f"report {path / 'report.html'}" in page.out
    result = Result.read(path)
    assert list(result.figures.strategies) == ["chatty"]
    assert result.figures.portfolio.fills == len(result.fills) > 0
    assert seawall("replay", str(path)) == 0

    words = shlex.split(result.summary.command)[1:]
    assert "--config" not in words
    assert "att=0.00001" in words, "a number"
    assert seawall(*words, "--out", str(tmp_path / "again")) == 0
    assert (tmp_path / "again" / "run.json").read_bytes() == (path / "run.json").read_bytes()


def test_what_a_strategy_logs_is_shown_with_the_time_of_the_market(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "chatty.py").write_text(CHATTY)
    words = (str(tmp_path / "chatty.py"), *SHORT, "--set", "size={of: [0.5]}", "--out", str(tmp_path / "run"))
    assert seawall("sim", *words, "--log-level", "info") == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(re.fullmatch(r"2024-01-01 00:00:\d\d\.\d{3} info Chatty: first of \w+-USDT", line) for line in lines), lines
    assert seawall("replay", str(tmp_path / "run"), "--log-level", "info") == 0
    assert capsys.readouterr().err.splitlines() == lines, "the same again"
    assert seawall("sim", *words, "--log-level", "loud") == 2
    assert "--log-level loud: no such level (there are debug, info, warning, error)" in capsys.readouterr().err


TWO = """
from seawall.strategy import TradingStrategy

class Drift(TradingStrategy):
    def on_market_data(self, price_update):
        return self.buy(price_update.symbol, 0.01, venue=price_update.venue) if not self.positions else None

class Idle(TradingStrategy):
    def on_market_data(self, price_update):
        return None
"""


def test_strategies_of_one_run_have_different_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two classes of one file go by their own; one class twice, and files of one name, are numbered. Each has results of its own."""
    (tmp_path / "two.py").write_text(TWO)
    (tmp_path / "more").mkdir()
    for file in (tmp_path / "drift.py", tmp_path / "more" / "drift.py"):
        file.write_text(TWO.split("class Idle")[0])
    named = ["two.py::Drift", "two.py::Idle", "two.py::Idle", "drift.py", "more/drift.py"]
    words = ("--seed", "1", "--hours", "0.01", "--out", str(tmp_path / "run"))
    assert seawall("sim", *(str(tmp_path / name) for name in named), *words) == 0
    rows = [line.split()[0] for line in capsys.readouterr().out.splitlines() if "%" in line]
    assert rows == ["Drift", "Idle", "Idle-2", "drift", "drift-2", "together"]
    assert seawall("replay", str(tmp_path / "run")) == 0


def test_parameters_are_for_strategies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert seawall("sim", "--set", "a=1", "--out", str(tmp_path / "never")) == 2
    assert "none is named" in capsys.readouterr().err
    assert not (tmp_path / "never").exists()


def test_only_runs_are_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("ten years of work")
    assert seawall("sim", *SHORT, "--out", str(tmp_path)) == 2
    assert "exists and is not the directory of a run" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_wrong_words_say_what_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, what in (
        (("sim", "--hours", "0"), "--hours 0: a run takes more than no time"),
        (("sim", "--faults", "tsunami"), "'tsunami'"),
        (("sim", "nowhere.py"), "nowhere.py cannot be read: No such file or directory"),
        (("replay", str(tmp_path)), "is not the directory of a run: it has no run.json (seawall sim --out DIRECTORY makes one)"),
    ):
        assert seawall(*words) == 2
        assert what in capsys.readouterr().err


def test_ctrl_c_leaves_a_valid_partial_run(tmp_path: Path) -> None:
    path = tmp_path / "run"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    command = [sys.executable, "-m", "tests.cli.simulation", "sim", "--hours", "5000", "--out", str(path)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 30
        while not (path / "journal" / "000001.seg").exists():
            assert time.monotonic() < deadline, "the run never began"
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        page, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted: the run is valid and ends here" in page
    found = read(path)
    assert found.status is Status.INTERRUPTED
    assert seawall("replay", str(path)) == 0


def test_a_failed_run_prints_the_command_that_reproduces_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With an invariant that no market satisfies."""
    from seawall.audit.core.invariants.depth_contiguous import DepthContiguous

    monkeypatch.setattr(DepthContiguous, "_changed", lambda self, venue, change, now: "never enough")
    path = tmp_path / "run"
    assert seawall("sim", "--seed", "9", *SHORT, "--out", str(path)) == 1
    page = capsys.readouterr().err
    assert "FAILED: invariant depth_contiguous violated after entry" in page
    assert "reproduce: seawall sim --seed 9 --hours 0.005 --faults mild" in page
    assert read(path).status is Status.FAILED
    assert seawall("replay", str(path)) == 0


def test_two_runs_never_write_into_one_directory(tmp_path: Path) -> None:
    """The second is refused and harms nothing; when the first is over, or dead, the place is free."""
    first = RunDirectory.create(tmp_path / "run", {})
    with pytest.raises(UserError, match="another run is writing there"):
        RunDirectory.create(tmp_path / "run", {})
    assert read(tmp_path / "run").status is Status.RUNNING
    first.run.status = Status.COMPLETE
    first.save()
    again = RunDirectory.create(tmp_path / "run", {})
    again.run.status = Status.FAILED
    again.save()
