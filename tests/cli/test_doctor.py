"""`seawall doctor`: finds what is there, names what is missing, and exits accordingly."""

from pathlib import Path

import pytest

from seawall.cli.doctor import Status, examine, package, recorded_data, strategies, writable
from seawall.cli.main import run


def test_a_working_installation_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In an empty directory nothing needed is missing, and every requirement of the package is named."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEAWALL_DATA", raising=False)
    assert run(["doctor"]) == 0
    page = capsys.readouterr().out
    assert [name for name in ("Python", "msgspec", "polars", "typer", "results", "recorded data") if name not in page] == []
    assert "everything needed is there" in page
    assert list(tmp_path.iterdir()) == []


def test_results_that_cannot_be_written_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").touch()
    assert run(["doctor"]) == 1
    page = capsys.readouterr().out
    assert "--out" in page
    assert "1 needed and missing" in page


def test_a_directory_for_results_that_is_there_is_tried_itself(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    assert writable(tmp_path / "runs").status is Status.OK
    assert writable(tmp_path / "nowhere" / "runs").status is Status.MISSING


def test_packages_are_held_against_the_version_that_is_needed() -> None:
    assert package("msgspec", "0.1").status is Status.OK
    assert package("msgspec", None).status is Status.OK
    assert package("msgspec", "99.0").status is Status.MISSING
    assert "make setup" in package("no-such-package", "1.0").advice


def test_recorded_data_is_listed_or_optional(tmp_path: Path) -> None:
    """Its absence is no failure; the advice names the variable."""
    absent = recorded_data(tmp_path / "nowhere")
    assert (absent.status, "SEAWALL_DATA" in absent.advice) == (Status.OPTIONAL, True)
    (tmp_path / "trades.parquet").write_bytes(b"x" * 1_500_000)
    there = recorded_data(tmp_path)
    assert (there.status, "trades.parquet  1.5 MB" in there.found) == (Status.OK, True)


def test_recorded_data_is_looked_for_where_the_variable_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "trades.parquet").touch()
    monkeypatch.setenv("SEAWALL_DATA", str(tmp_path))
    assert any("trades.parquet" in finding.found for finding in examine(tmp_path))


def test_strategies_are_named(tmp_path: Path) -> None:
    assert "seawall new strategy" in strategies(tmp_path).advice
    (tmp_path / "mine.py").touch()
    assert strategies(tmp_path).found == "mine"
