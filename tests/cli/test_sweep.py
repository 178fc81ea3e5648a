"""`seawall sweep` as a user meets it: grids in, a table and a report out, and what is refused."""

from pathlib import Path

import polars as pl
import pytest

from seawall.cli import grids
from seawall.cli.errors import UserError
from seawall.cli.main import run

STRATEGY = """
from seawall.strategy import TradingStrategy


class Dip(TradingStrategy):
    def on_market_data(self, price_update):
        if price_update.change_pct < -self.config["dip"] and not self.positions and not self.open_orders:
            self.buy(price_update.symbol, self.config.get("size", 0.1))
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dip.py").write_text(STRATEGY)
    prices = [100 + (minute * 7919 % 97) / 10 for minute in range(2_000)]
    trades = pl.DataFrame({"ts": [1_700_000_000 + 60 * n for n in range(2_000)], "price": prices, "qty": [1.0] * 2_000})
    trades.with_columns(pl.col("price").round(2)).write_csv("trades.csv")
    return tmp_path


COMMAND = ["sweep", "dip.py", "--data", "trades.csv", "--symbol", "BTC-USD", "--workers", "1"]


def test_a_grid_becomes_a_table_and_a_report(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*COMMAND, "--grid", "dip=0.01,0.02", "--grid", "size=0.1:0.3:0.1", "--where", "size <= 0.2", "--rank", "total_return"]) == 0
    said = capsys.readouterr().err
    assert "4 runs" in said and "probability of overfitting" in said
    table = pl.read_csv(desk / "runs" / "sweep-dip" / "sweep.csv")
    assert sorted(table.select("dip", "size").iter_rows()) == [(0.01, 0.1), (0.01, 0.2), (0.02, 0.1), (0.02, 0.2)]
    assert (desk / "runs" / "sweep-dip" / "report.html").is_file()
    assert run([*COMMAND, "--grid", "dip=0.01,0.02,0.03", "--rank", "total_return"]) == 0


def test_everything_failed(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*COMMAND, "--grid", "dop=1,2"]) == 1
    assert "2 of 2 failed: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--grid", "dip"], "is not name=values"),
        (["--grid", "dip=1", "--grid", "dip=2"], "is there twice"),
        (["--grid", "dip=1:x:2"], "are numbers"),
        (["--grid", "dip=1:0:0"], "are no values, or too many"),
        (["--grid", "dip=1,,2"], "empty value"),
        (["--grid", "dip=1", "--where", "dip"], "is no comparison"),
        (["--grid", "dip=1", "--where", "dip < top"], "top is neither a number nor in the grid"),
        (["--grid", "dip=1", "--set", "dip=2"], "dip is in the grid and among the other parameters"),
        (["--grid", "dip=1", "--rank", "beauty"], "cannot rank by 'beauty'"),
        (["--grid", "dip=a,b", "--where", "dip < 5"], "cannot be compared"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Path, capsys: pytest.CaptureFixture[str], options: list[str], what: str) -> None:
    assert run([*COMMAND, *options]) == 2
    assert what in capsys.readouterr().err


def test_values_are_what_they_look_like() -> None:
    found = grids.grid(["a=1,2.5,yes,word", "b=5:15:5", "c=0.1:0.3:0.1", "d=3:1:-1"])
    assert found == {"a": [1, 2.5, True, "word"], "b": [5, 10, 15], "c": [0.1, 0.2, 0.3], "d": [3, 2, 1]}
    assert [type(value) for value in found["b"]] == [int] * 3
    with pytest.raises(UserError):
        grids.grid(["a=1:1000000000:1"])
