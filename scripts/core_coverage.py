"""How much of the cores that guard money the tests reach, by lines and by branches. coverage.py measures, `make test` fails below LEAST."""

import json
from pathlib import Path
from typing import NamedTuple

from bootstrap import ROOT

ROOMS = ("engine", "exchange", "custodian", "risk_monitor")
LEAST = 95.0
SHOWN = 10  # Of the files that are worst off.


class Reached(NamedTuple):
    lines: int
    all_lines: int
    branches: int
    all_branches: int

    @property
    def enough(self) -> bool:
        return 100 * self.lines >= LEAST * self.all_lines and 100 * self.branches >= LEAST * self.all_branches

    @property
    def missing(self) -> int:
        return self.all_lines - self.lines + self.all_branches - self.branches

    def __str__(self) -> str:
        return f"{_share(self.lines, self.all_lines)} of lines, {_share(self.branches, self.all_branches)} of branches"


def options(report: Path) -> list[str]:
    """What pytest needs to measure, and to write it down."""
    cores = [f"--cov={core}" for room in ROOMS if (core := ROOT / "src" / "seawall" / room / "core").is_dir()]
    return [*cores, "--cov-branch", f"--cov-report=json:{report}"]


def judge(report: Path) -> list[tuple[bool, str]]:
    """Of each core: whether that is enough, and the lines that say so."""
    try:
        files = json.loads(report.read_text())["files"]
    except (OSError, ValueError) as error:
        return [(False, f"Coverage of the cores: FAILED, nothing was measured ({error})")]
    return [_judge_core(room, found) for room in ROOMS if (found := {name: files[name] for name in files if f"/{room}/core/" in name})]


def _judge_core(room: str, files: dict[str, dict]) -> tuple[bool, str]:  # type: ignore[type-arg]
    by_file = {name: _reached(entry["summary"]) for name, entry in files.items()}
    core = Reached(*(sum(column) for column in zip(*by_file.values(), strict=True)))
    if core.enough:
        return True, f"Coverage of {room}/core: {core}"
    weakest = sorted(by_file, key=lambda name: (-by_file[name].missing, name))[:SHOWN]
    told = [f"  {name}: {by_file[name]}; not reached: {_spots(files[name])}" for name in weakest if by_file[name].missing]
    return False, "\n".join([f"Coverage of {room}/core: FAILED, {core}; {LEAST:.0f} % of both is the least. The weakest files:", *told])


def _reached(summary: dict[str, int]) -> Reached:
    return Reached(summary["covered_lines"], summary["num_statements"], summary["covered_branches"], summary["num_branches"])


def _spots(entry: dict) -> str:  # type: ignore[type-arg]
    """Lines, and branches of lines that were reached."""
    lines = entry["missing_lines"]
    branches = [f"{at}->{to if to > 0 else 'exit'}" for at, to in entry["missing_branches"] if at not in lines]
    return ", ".join([*map(str, lines), *branches])


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "all"
