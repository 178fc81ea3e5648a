"""`seawall demo`: it runs, says how it went, leaves a report and a journal, and the same seed makes the same run."""

import io
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from seawall.analytics.recorder import Recorder
from seawall.api.market_data import Traded
from seawall.api.message import Address
from seawall.api.projections import SessionChanged
from seawall.api.units import MINUTE, SECOND, Nanos
from seawall.cli import demo
from seawall.cli.demo_screen import Dashboard, Lines, display_on, draw, open_screen
from seawall.cli.demo_view import Viewer
from seawall.cli.interrupt import Interrupt
from seawall.cli.main import run
from seawall.cli.run_files import Status
from seawall.cli.sim_config import build_world, configure
from seawall.cli.sim_run import drive
from seawall.sim import scenario
from seawall.sim.notes import Notes
from tests.cli.simulation import seawall

ROOT = Path(__file__).parents[2]
SHORT = ("--hours", "0.05")  # Three minutes of market.
FILES = ("result.json", "report.html", "fills.parquet", "orders.parquet", "cash.parquet", "equity.parquet", "run.json")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demo's directory, and what it said."""
    out = tmp_path_factory.mktemp("runs") / "demo"
    done = seawall_process("demo", *SHORT, "--seed", "7", "--faults", "rough", "--out", str(out))
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def seawall_process(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "seawall", *words], capture_output=True, text=True, cwd=cwd, check=False)


def test_it_leaves_results_and_a_report(finished: tuple[Path, str]) -> None:
    out, _ = finished
    assert [name for name in FILES if not (out / name).is_file()] == []
    assert len(pl.read_parquet(out / "equity.parquet")) >= 3
    assert (out / "report.html").stat().st_size > 10_000


def test_it_says_what_happened(finished: tuple[Path, str]) -> None:
    """Without a terminal in plain lines: what went wrong, the figures of every strategy, the report, the way to do it again."""
    out, said = finished
    assert "1 partition, 1 crash" in said
    assert "invariants held" in said
    assert "engine and venues agree" in said
    assert [name for name in (*demo.STRATEGIES, "together") if f"\n{name} " not in said] == []
    assert f"report  {out / 'report.html'}" in said
    assert "again   seawall demo --seed 7 --hours 0.05 --faults rough" in said
    assert "\x1b" not in said


def test_the_same_seed_makes_the_same_run(finished: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, _ = finished
    monkeypatch.chdir(ROOT)
    assert run(["demo", *SHORT, "--seed", "7", "--faults", "rough", "--out", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "run.json").read_bytes() == (out / "run.json").read_bytes()
    assert (tmp_path / "again" / "result.json").read_bytes() == (out / "result.json").read_bytes()
    assert (tmp_path / "again" / "report.html").read_bytes() == (out / "report.html").read_bytes()


def test_its_journal_replays(finished: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert seawall("replay", str(finished[0])) == 0
    assert "equal to the run" in capsys.readouterr().out


def test_ctrl_c_leaves_a_valid_partial_result(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "seawall", "demo", "--hours", "500", "--out", str(tmp_path / "cut")]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    for line in process.stdout:
        if "messages" in line:
            break
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    said = process.stdout.read()
    assert process.wait() == 130
    assert "interrupted: results and report end here" in said
    assert '"complete": false' in (tmp_path / "cut" / "result.json").read_text()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--faults", "windy"], "no faults are called 'windy'; there are none, mild, rough"),
        (["--hours", "0"], "--hours 0: a run takes more than no time"),
    ],
)
def test_what_makes_no_sense_is_refused(words: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", *words, "--out", str(tmp_path / "never")]) == 2
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "never").exists()


def test_somebody_elses_directory_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    assert run(["demo", *SHORT, "--out", str(tmp_path)]) == 2
    assert "is not the directory of a run" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_an_installed_package_brings_the_strategies_along() -> None:
    """The folder that the wheel is built with is where the demo looks, and holds what it looks for."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"strategies": f"seawall/{demo.PACKAGED}"}
    assert [name for name in demo.STRATEGIES if not (ROOT / "strategies" / f"{name}.py").is_file()] == []


# What is on the screen.


@pytest.fixture(scope="module")
def viewer() -> Viewer:
    """Ten minutes of a rough market, with everything on it that can be shown."""
    recorder = Recorder(scenario.INSTRUMENTS, scenario.VALUATION, scenario.DECIMALS)
    notes = Notes(scenario.ENGINE, recorder, scenario.opening_equity())
    hours = 1 / 6
    files = [str(ROOT / "strategies" / f"{name}.py") for name in demo.STRATEGIES]
    world = build_world(configure(3, hours, "rough", files, demo.STRATEGIES), [notes])
    notes.attach(world, scenario.opening_deposits())
    found = Viewer(world, notes, scenario.duration_ns(hours), scenario.planned_faults(3, hours, "rough"))
    world.run_for(10 * MINUTE)
    return found


class NoTrades:
    name = "no_trades"

    def __init__(self) -> None:
        self.sent = {Traded: lambda venue, trade, now: f"{trade.instrument} traded"}
        self.delivered = {}


def test_a_violated_invariant_ends_the_run_and_is_named() -> None:
    notes = Notes(scenario.ENGINE, Recorder(scenario.INSTRUMENTS, scenario.VALUATION, scenario.DECIMALS), scenario.opening_equity())
    world = build_world(configure(3, 0.01, "none", []), [notes, NoTrades()])
    notes.attach(world, scenario.opening_deposits())
    viewer = Viewer(world, notes, scenario.duration_ns(0.01), [])
    with open_screen(viewer, display_on(Console(file=io.StringIO()), "a title"), Interrupt()) as progress:
        status, failure = drive(world, notes, scenario.duration_ns(0.01), progress)
    assert status is Status.FAILED
    assert "no_trades" in failure
    assert "seed 3" in failure


def printed(console: Console, *renderables: object) -> str:
    with console.capture() as capture:
        for renderable in renderables:
            console.print(renderable)
    return capture.get()


def test_the_screen_fits_a_small_terminal(viewer: Viewer) -> None:
    page = printed(Console(width=80, force_terminal=False), draw("a title", viewer.look()))
    lines = page.splitlines()
    assert lines[0] == "a title"
    assert len(lines) <= 24
    assert [line for line in lines if len(line.rstrip()) > 80] == []
    for text in ("00:10:00 of 00:10:00", "BTC-USDT", "mean_reversion", "crashes, down for", "invariants"):
        assert text in page
    assert "…" not in page


def test_positions_are_shown_without_dust(viewer: Viewer) -> None:
    """What fees in coins leave behind is no position."""
    rows = {row.name: row for row in viewer.look().strategies}
    assert set(rows) == set(demo.STRATEGIES)
    assert all(row.position == "flat" or "e-" not in row.position for row in rows.values())


def test_faults_are_told_when_they_begin(viewer: Viewer) -> None:
    texts = [event.text for event in viewer.events()]
    assert [str(fault) for fault in viewer.faults if str(fault) not in texts] == []


def test_a_venue_is_lost_once_and_found_once(viewer: Viewer) -> None:
    """Failed attempts to reconnect are not news, nor is the first connection."""
    venue = Address("venue:alpha")
    statuses = ["connecting", "live", "down", "connecting", "down", "connecting", "synchronising", "live"]
    kept, viewer.notes.sessions = viewer.notes.sessions, []
    for number, status in enumerate(statuses):
        at = Nanos(viewer.world.start + number * SECOND)
        viewer.notes.sessions.append((at, SessionChanged(venue, status, "silence")))
    told = [event.text for event in viewer.events() if event.text.startswith("engine ")]
    viewer.notes.sessions = kept
    assert [text for text in told if "venue:alpha" in text] == [
        "engine has lost venue:alpha: silence",
        "engine and venue:alpha are in agreement again",
    ]


def test_plain_lines_tell_each_event_once(viewer: Viewer) -> None:
    console = Console(width=200, force_terminal=False)
    lines = Lines(console, "a title")
    with console.capture() as capture:
        lines.begin()
        for _ in range(3):
            lines.show(viewer)
        lines.end()
    said = capture.get().splitlines()
    assert said[0] == "a title"
    assert len(said) == 1 + len(viewer.events()) + 1
    assert "messages" in said[-1]


def test_the_dashboard_draws_and_clears(viewer: Viewer) -> None:
    console = Console(width=80, force_terminal=True)
    dashboard = Dashboard(console, "a title")
    with console.capture() as capture:
        dashboard.begin()
        dashboard.show(viewer)
        dashboard.end()
    assert "mean_reversion" in capture.get()
