"""The files of a result: complete, plain, equal for equal runs, and read back as they were."""

import json
from pathlib import Path

import msgspec
import pytest

from seawall.analytics.result import FRAMES, Result
from seawall.analytics.summary import Input
from tests.unit.analytics.runs import at, record, recorder, result

TEXT = """
    01 10:00 ema alpha:BTC-USDT buy  1 @ 43000.01 fee 0.00000001 BTC
    02 10:00 ema alpha:BTC-USDT sell 1 @ 43100.01 fee 43.1       USDT
    03 10:00 ema beta:ETH-USDC  buy  1 @ 2300.01  fee 0.00000001 ETH
"""
MARKS = {"alpha:BTC-USDT": "43000", "beta:ETH-USDC": "2300.5"}


def made(**changes) -> Result:
    into = recorder()
    record(into, TEXT)
    for day in range(1, 10):
        into.sample(at(f"0{day} 23:00"), 1_000_000 + day % 4 * 999, 430_000, 430_000)
        into.price(at(f"0{day} 23:00"), "alpha:BTC-USDT", 4_300_000 + day)
    return result(into, MARKS, **{"seed": 42, "config": {"fast": 10}, "wall_clock": {"seconds": 1.5}} | changes)


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def test_a_run_leaves_these_files(tmp_path: Path) -> None:
    made().write(tmp_path / "deep" / "run")
    assert sorted(contents(tmp_path / "deep" / "run")) == sorted(
        [*(f"{name}.parquet" for name in FRAMES), "report.html", "result.json", "wall_clock.json"]
    )


def test_equal_runs_give_equal_bytes_but_for_the_wall_clock(tmp_path: Path) -> None:
    made(wall_clock={"seconds": 1.5}).write(tmp_path / "a")
    made(wall_clock={"seconds": 2.5}).write(tmp_path / "b")
    a, b = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert [name for name in a if a[name] != b[name]] == ["wall_clock.json"]


def test_what_is_read_back_writes_the_same_files(tmp_path: Path) -> None:
    one = made()
    one.write(tmp_path / "a")
    again = Result.read(tmp_path / "a")
    assert again.summary == one.summary
    again.write(tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_money_is_written_as_plain_decimal_text(tmp_path: Path) -> None:
    """Never an exponent, never a float."""
    made().write(tmp_path)
    said = json.loads((tmp_path / "result.json").read_text())
    assert said["fees"] == {"BTC": "0.00000001", "ETH": "0.00000001", "USDT": "43.100000"}
    assert said["final_marks"][0] == {"venue": "alpha", "symbol": "BTC-USDT", "price": "43000.00"}
    assert said["final_rates"] == {"USDC": "0.999", "USDT": "1"}
    assert isinstance(said["total_pnl"], str)
    assert isinstance(said["figures"]["portfolio"]["avg_trade_pnl"], str)
    assert isinstance(said["figures"]["strategies"]["ema"]["win_rate"], float)


def test_the_run_s_own_words_are_in_the_result(tmp_path: Path) -> None:
    words = {"command": "seawall backtest a.py", "warnings": ("odd",), "refusals": {"price_collar": 2}, "refused_rows": {"off_grid": 3}}
    made(complete=False, counters={"signals": 7}, **words).write(tmp_path)
    said = json.loads((tmp_path / "result.json").read_text())
    assert (said["complete"], said["seed"], said["command"]) == (False, 42, "seawall backtest a.py")
    assert (said["warnings"], said["refusals"], said["refused_rows"]) == (["odd"], {"price_collar": 2}, {"off_grid": 3})
    assert (said["config"], said["counters"]) == ({"fast": 10}, {"signals": 7})
    assert said["span"]["start"] == "2024-01-01T00:00:00.000000000Z"
    assert said["span"]["end_ns"] - said["span"]["start_ns"] == 10 * 86_400 * 10**9
    assert set(said["versions"]) == {"python", "seawall", "polars", "numpy"}


def test_strategies_are_called_by_name_wherever_a_result_speaks_of_them(tmp_path: Path) -> None:
    """A host speaks of addresses."""
    into = recorder()
    record(into, TEXT.replace(" ema ", " strategy:ema "))
    addresses = ("strategy:ema", "strategy:idle")
    one = result(into, MARKS, strategies=addresses, risk_breaches={"strategy:idle": 3}, emergency_stops={"strategy:ema": 1})
    one.write(tmp_path)
    assert list(one.figures.strategies) == [row.name for row in one.summary.attribution["strategy"]] == ["ema", "idle"]
    assert (one.figures.strategies["idle"].risk_breach_count, one.figures.strategies["ema"].emergency_stops) == (3, 1)
    assert one.figures.strategies["ema"].orders == one.figures.strategies["ema"].fills == 3
    for frame in (one.fills, one.orders, one.round_trips):
        assert set(frame["strategy"]) == {"ema"}
    for name in ("result.json", "report.html"):
        assert "strategy:" not in (tmp_path / name).read_text().replace("strategy: ", "")


def test_the_data_that_a_result_came_from_is_in_it_and_in_the_report(tmp_path: Path) -> None:
    made(inputs=(Input("bars.csv", "5f" * 32, 1_234),)).write(tmp_path)
    assert json.loads((tmp_path / "result.json").read_text())["inputs"] == [{"name": "bars.csv", "sha256": "5f" * 32, "rows": 1_234}]
    page = (tmp_path / "report.html").read_text()
    assert "bars.csv" in page and "1,234 rows" in page and "5f" * 8 in page


def test_a_notebook_shows_a_result_as_its_figures() -> None:
    """Short enough to read, whatever the run was."""
    for one in (made(), made(complete=False), result(recorder())):
        lines = repr(one).splitlines()
        assert len(lines) <= 5
        assert max(map(len, lines)) <= 140
    assert f"P&L {made().figures.portfolio.total_pnl:,.2f} USDT" in repr(made()).replace("\N{MINUS SIGN}", "-")
    assert "ema: 2024-01-01T00:00 to 2024-01-11T00:00 UTC, partial" in repr(made(complete=False))


def test_a_run_too_short_for_ratios_has_no_nan_in_its_files(tmp_path: Path) -> None:
    result(recorder()).write(tmp_path)
    text = (tmp_path / "result.json").read_text()
    assert "NaN" not in text and "Infinity" not in text
    assert msgspec.json.decode(text)["figures"]["portfolio"]["sharpe_ratio"] is None


def test_a_directory_without_a_result_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"holds no result\.json"):
        Result.read(tmp_path)


def test_a_result_cut_short_while_writing_is_not_taken_for_one(tmp_path: Path) -> None:
    """result.json comes last: an older one is gone before anything else is touched."""
    made().write(tmp_path)
    broken = msgspec.structs.replace(made(), round_trips=None)
    with pytest.raises(AttributeError):
        broken.write(tmp_path)
    with pytest.raises(FileNotFoundError):
        Result.read(tmp_path)
