"""`seawall doctor`: what is there, what is missing, and what to do about it."""

import os
import re
import shutil
import sys
import tempfile
from enum import StrEnum
from pathlib import Path

import msgspec
import typer

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
DATA_DEFAULT = Path("../shared/data")
DISK_FREE_MB = 500


class Status(StrEnum):
    OK = "ok"
    OPTIONAL = "optional"  # Missing, and everything but what the line names works without it.
    MISSING = "missing"


class Finding(msgspec.Struct, frozen=True):
    status: Status
    subject: str
    found: str
    advice: str = ""


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor() -> None:
    """Say what is there and what is missing. Exits with 1 when something needed is missing."""
    from rich.console import Console

    console = Console()
    findings = examine(Path.cwd())
    console.print(_table(findings))
    missing = [finding for finding in findings if finding.status is Status.MISSING]
    console.print(f"{len(missing)} needed and missing" if missing else "everything needed is there", style="red" if missing else "green")
    raise typer.Exit(1 if missing else 0)


def examine(directory: Path) -> list[Finding]:
    """Everything, as seen from the directory in which the user works."""
    return [
        python(),
        *packages(),
        writable(directory / "runs"),
        recorded_data(Path(os.environ.get("SEAWALL_DATA") or directory / DATA_DEFAULT)),
        strategies(directory / "strategies"),
        terminal(),
        browser(),
    ]


def python() -> Finding:
    found = f"{sys.version.split()[0]}, {sys.executable}, {os.cpu_count()} processors"
    if sys.version_info >= (3, 13):
        return Finding(Status.OK, "Python", found)
    return Finding(Status.OPTIONAL, "Python", found, "works; 3.13 or newer is faster: install one, then make clean setup")


def packages() -> list[Finding]:
    """Seawall's own requirements, as its installed metadata states them."""
    from importlib import metadata

    stated = (re.fullmatch(r"([\w.-]+)(?:>=([\w.]+))?.*", text) for text in sorted(metadata.requires("seawall") or ()) if ";" not in text)
    return [package(*requirement.groups()) for requirement in stated if requirement]


def package(name: str, least: str | None) -> Finding:
    from importlib import metadata

    try:
        found = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(Status.MISSING, name, "not installed", "make setup")
    if least and _numbers(found) < _numbers(least):
        return Finding(Status.MISSING, name, found, f"{least} or newer is needed: make setup")
    return Finding(Status.OK, name, found)


def writable(runs: Path) -> Finding:
    """Where results go: the directory itself, or the one in which it would be made."""
    place = runs if runs.exists() else runs.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return Finding(Status.MISSING, "results", f"{runs}: {error.strerror}", "work in a directory you may write to, or give --out")
    free_mb = shutil.disk_usage(place).free // 1_000_000
    if free_mb < DISK_FREE_MB:
        return Finding(Status.MISSING, "results", f"{runs}: {free_mb} MB free", f"make room: a long run writes up to {DISK_FREE_MB} MB")
    return Finding(Status.OK, "results", f"{runs} can be written, {free_mb // 1000} GB free")


def recorded_data(directory: Path) -> Finding:
    files = sorted(directory.glob("*.parquet")) if directory.is_dir() else []
    if not files:
        return Finding(
            Status.OPTIONAL,
            "recorded data",
            f"no parquet files in {directory}",
            "backtests on your own files and seawall demo work without; tests on real markets want SEAWALL_DATA=DIRECTORY",
        )
    listed = "\n".join(f"{file.name}  {file.stat().st_size / 1e6:.1f} MB" for file in files)
    return Finding(Status.OK, "recorded data", f"{directory}\n{listed}")


def strategies(directory: Path) -> Finding:
    names = sorted(file.stem for file in directory.glob("*.py") if not file.stem.startswith("_"))
    if names:
        return Finding(Status.OK, "strategies", ", ".join(names))
    return Finding(Status.OPTIONAL, "strategies", f"none in {directory}", "write one: seawall new strategy my_first")


def terminal() -> Finding:
    if not sys.stdout.isatty():
        return Finding(Status.OPTIONAL, "terminal", "output goes to a file or pipe", "progress is shown in a terminal only")
    size = shutil.get_terminal_size()
    return Finding(Status.OK, "terminal", f"{size.columns} x {size.lines}, {os.environ.get('TERM') or 'TERM is not set'}")


def browser() -> Finding:
    for name in BROWSERS:
        if path := shutil.which(name):
            return Finding(Status.OK, "browser", path)
    return Finding(
        Status.OPTIONAL, "browser", "no Chromium or Chrome", "only pictures of reports need one; report.html opens in any browser"
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


def _table(findings: list[Finding]) -> object:
    from rich.table import Table
    from rich.text import Text

    colours = {Status.OK: "green", Status.OPTIONAL: "yellow", Status.MISSING: "bold red"}
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for finding in findings:
        said = Text(finding.found)
        if finding.advice:
            said.append(f"\n{finding.advice}", colours[finding.status])
        table.add_row(Text(finding.status, colours[finding.status]), finding.subject, said)
    return table
