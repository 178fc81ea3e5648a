"""The command itself: what it lists, what it refuses, how it ends, how fast it starts."""

import os
import subprocess
import sys

import pytest

from seawall.cli.main import COMMANDS, NOT_BUILT_YET, run

HEAVY = ("polars", "numpy", "rich.console")
LISTS_LOADED = f"""
import sys
from seawall.cli.main import run
run(["--help"])
print("loaded:", [name for name in {HEAVY!r} if name in sys.modules])
"""


def python(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, env={**os.environ, **environment}, check=False)


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The help page names every command in the registry, and nothing about shell completion."""
    assert run(["--help"]) == 0
    page = capsys.readouterr().out
    assert [name for name in COMMANDS if f"\n  {name}" not in page] == []
    assert "completion" not in page


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    assert f"seawall {name}" in capsys.readouterr().out


def test_help_loads_nothing_heavy() -> None:
    """What takes long to import is imported by the command that needs it."""
    assert "loaded: []" in python("-c", LISTS_LOADED).stdout


def test_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("seawall ")


@pytest.mark.parametrize("name", NOT_BUILT_YET)
def test_what_is_not_built_yet_is_refused_by_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name]) == 2
    said = capsys.readouterr().err
    assert f"error: seawall {name} is planned and not built yet" in said
    assert all(command in said for command in COMMANDS)


def test_a_misspelt_command_is_met_with_the_nearest_and_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["docter"]) == 2
    said = capsys.readouterr().err
    assert "did you mean 'doctor'?" in said
    assert "commands: " in said


def test_an_unknown_option_exits_with_2() -> None:
    assert run(["doctor", "--nonsense"]) == 2


def test_python_without_assertions_is_refused() -> None:
    """A machine whose assertions are gone would trade on after a bug."""
    for done in (python("-O", "-m", "seawall", "doctor"), python("-m", "seawall", "doctor", PYTHONOPTIMIZE="1")):
        assert done.returncode == 2
        assert "-O" in done.stderr
        assert "Traceback" not in done.stderr


def test_ctrl_c_exits_with_130() -> None:
    """In a command, and while it is still being imported."""
    interrupts = "def interrupt(*words, **options): raise KeyboardInterrupt\n"
    in_command = interrupts + "import seawall.cli.doctor as d; d.examine = interrupt\n"
    in_import = interrupts + "import seawall.cli.main as m; m.import_module = interrupt\n"
    for prepared in (in_command, in_import):
        done = python("-c", prepared + "import sys, seawall.cli.main as m; sys.exit(m.run(['doctor']))")
        assert done.returncode == 130, done
        assert "Traceback" not in done.stderr
