"""Runs the whole suite on the Python of .venv, then the core suites on 3.11 and 3.13 where another one starts. `make test` calls it.

The suites that should reach every line of the cores are measured while they run on the first; measuring makes them slower by a half.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import core_coverage
from bootstrap import ROOT, Failed, Interpreter, interpreters, set_up

CORE_SUITES = ("architecture", "unit", "property", "simulation", "replay")
MEASURED = ("unit", "property", "replay")
BOTH = ((3, 11), (3, 13))  # The oldest Python that must work and the one that most use: digests must be equal on both.
WORKERS = 2


def main() -> None:
    everything = ROOT / "tests"
    core = [everything / name for name in CORE_SUITES if (everything / name).is_dir()]
    found = interpreters()
    outcomes = measure([everything / name for name in MEASURED])
    rest = [suite for suite in sorted(everything.iterdir()) if suite.is_dir() and suite.name not in (*MEASURED, "__pycache__")]
    outcomes.append(run_suite(sys.executable, rest))
    outcomes += [run_on(version, found, core) for version in BOTH if version != sys.version_info[:2]]
    print("\n== Tests", *(text for _, text in outcomes), sep="\n")
    sys.exit(0 if all(passed for passed, _ in outcomes) else 1)


def run_on(version: tuple[int, int], found: list[Interpreter], suites: list[Path]) -> tuple[bool, str]:
    name = "{}.{}".format(*version)
    candidates = [interpreter for interpreter in found if interpreter.version[:2] == version]
    if not candidates:
        return True, f"Python {name}: left out, none starts on this machine"
    try:
        environment, _ = set_up(candidates, ROOT / f".venv-{name}")
    except Failed as failure:
        return False, f"Python {name}: not run: {failure}"
    return run_suite(str(environment / "bin" / "python"), suites)


def measure(suites: list[Path]) -> list[tuple[bool, str]]:
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "coverage.json"
        return [run_suite(sys.executable, suites, core_coverage.options(report)), *core_coverage.judge(report)]


def run_suite(python: str, suites: list[Path], options: Sequence[str] = ()) -> tuple[bool, str]:
    """Whether it passed, and the line that says so."""
    what = ", ".join(suite.name for suite in suites)
    name = subprocess.run([python, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    print(f"\n== {name}: {what}", flush=True)
    workers = min(WORKERS, os.cpu_count() or 1)
    parallel = ["-n", str(workers), "--dist", "worksteal"] if workers > 1 else []
    started = time.monotonic()
    code = subprocess.run([python, "-m", "pytest", *parallel, *options, *map(str, suites)], cwd=ROOT, check=False).returncode
    return code == 0, f"{name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s ({what})"


if __name__ == "__main__":
    main()
