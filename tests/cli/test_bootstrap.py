"""Setting up on machines of all kinds: which Python is taken, and what happens when the newest cannot be used.

The pythons and uv here are shell scripts that answer as real ones would.
"""

from pathlib import Path

import pytest

import bootstrap
import run_tests

BREAKS = "exit 127"  # A version manager's shim for a version that is not active.

UV = """
[ "$1" = --version ] && {{ echo "uv {version}"; exit 0; }}
case "$UV_PYTHON" in {refused}) echo "no wheels for $UV_PYTHON" >&2; exit 1;; esac
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
printf '#!/bin/sh\\nexit 0\\n' > "$UV_PROJECT_ENVIRONMENT/bin/python"
chmod +x "$UV_PROJECT_ENVIRONMENT/bin/python"
"""


def script(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def python(path: Path, version: str, *, usable: bool = True) -> str:
    """A python that answers the probe as one of that version would."""
    return script(path, f"echo {int(usable)} {version.replace('.', ' ')} {path}")


def chosen(directories: list[Path], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is found below a machine's PATH, newest first, as versions."""
    monkeypatch.setenv("PATH", ":".join(map(str, directories)))
    here = str(directories[0].parents[0])
    return [".".join(map(str, found.version)) for found in bootstrap.interpreters() if found.path.startswith(here)]


def test_the_newest_that_starts_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """python3 may be old and a newer one stand beside it; 3.9 is no newer than 3.13."""
    for name, version in {"python3": "3.11.2", "python3.9": "3.9.18", "python3.13": "3.13.1", "python3.12": "3.12.9"}.items():
        python(tmp_path / "bin" / name, version)
    assert chosen([tmp_path / "bin"], monkeypatch) == ["3.13.1", "3.12.9", "3.11.2", "3.9.18"]


def test_a_shim_that_does_not_start_leads_to_the_version_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pyenv: shims/python3.13 fails, versions/3.13.0/bin/python3.13 works. asdf and mise lay theirs out as installs/python/VERSION."""
    script(tmp_path / "shims" / "python3.13", BREAKS)
    python(tmp_path / "versions" / "3.13.0" / "bin" / "python3.13", "3.13.0")
    python(tmp_path / "installs" / "python" / "3.14.0" / "bin" / "python3.14", "3.14.0")
    assert chosen([tmp_path / "shims"], monkeypatch) == ["3.14.0", "3.13.0"]


def test_other_kinds_of_python_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Release candidates, PyPy, free-threaded builds say that they are unusable; python3-config is no Python."""
    python(tmp_path / "bin" / "python3.15", "3.15.0", usable=False)
    script(tmp_path / "bin" / "python3-config", "echo 1 3 99 0 /nowhere")
    python(tmp_path / "bin" / "python3.11", "3.11.0")
    assert chosen([tmp_path / "bin"], monkeypatch) == ["3.11.0"]


def test_one_interpreter_under_many_names_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python(tmp_path / "bin" / "python3.13", "3.13.0")
    for name in ("python3", "python3.12"):
        (tmp_path / "bin" / name).symlink_to("python3.13")
    assert chosen([tmp_path / "bin", tmp_path / "bin"], monkeypatch) == ["3.13.0"]


def machine(directory: Path, monkeypatch: pytest.MonkeyPatch, *, refused: str, uv: str = "99.0.0") -> list[bootstrap.Interpreter]:
    """A machine with 3.15, 3.13 and a uv that finds no wheels where the path matches `refused`."""
    script(directory / "bin" / "uv", UV.format(version=uv, refused=refused))
    monkeypatch.setenv("PATH", f"{directory / 'bin'}:/usr/bin:/bin")
    return [bootstrap.Interpreter((3, 15, 0), "/opt/3.15/python"), bootstrap.Interpreter((3, 13, 0), "/opt/3.13/python")]


def test_the_newest_is_taken_when_it_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = machine(tmp_path, monkeypatch, refused="none")
    assert bootstrap.set_up(found, tmp_path / "env")[1].version == (3, 15, 0)


def test_a_python_without_wheels_gives_way_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = machine(tmp_path, monkeypatch, refused="*3.15*")
    assert bootstrap.set_up(found, tmp_path / "env")[1].version == (3, 13, 0)
    assert "no wheels for /opt/3.15/python" in capsys.readouterr().out


def test_when_none_works_the_reasons_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = machine(tmp_path, monkeypatch, refused="*")
    with pytest.raises(bootstrap.Failed, match=r"Python 3\.15\.0 .*Python 3\.13\.0"):
        bootstrap.set_up(found, tmp_path / "env")
    assert "no wheels for /opt/3.13/python" in capsys.readouterr().out


def test_a_machine_with_only_old_pythons_is_told_which(tmp_path: Path) -> None:
    with pytest.raises(bootstrap.Failed, match=r"needs Python 3\.11 or newer(.|\n)*Python 3\.9\.2 at /usr/bin/python3"):
        bootstrap.set_up([bootstrap.Interpreter((3, 9, 2), "/usr/bin/python3")], tmp_path / "env")


def test_a_uv_that_is_too_old_or_does_not_start_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(tmp_path, monkeypatch, refused="none", uv="0.4.30")
    assert bootstrap.find_uv() in (None, str(bootstrap.private_uv()))
    script(tmp_path / "bin" / "uv", BREAKS)
    assert bootstrap.find_uv() in (None, str(bootstrap.private_uv()))


def test_a_second_python_that_is_not_there_is_left_out_and_said_so() -> None:
    only = [bootstrap.Interpreter((3, 12, 1), "/usr/bin/python3.12")]
    assert run_tests.run_on((3, 11), only, []) == (True, "Python 3.11: left out, none starts on this machine")


def test_a_second_python_that_cannot_be_set_up_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = machine(tmp_path, monkeypatch, refused="*")
    passed, said = run_tests.run_on((3, 13), found, [])
    assert (passed, "Python 3.13: not run" in said) == (False, True)
