"""`seawall backtest` as a person uses it: a real process, real files."""

import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from seawall.cli.main import run

MINUTE = 60_000_000_000
START = 1_700_000_000_000_000_000
REPOSITORY = Path(__file__).parents[2]
EMA = REPOSITORY / "strategies" / "ema_cross.py"


def seawall(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "seawall", *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"})


@pytest.fixture(scope="module")
def trades(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "trades.parquet"
    write_trades(path, 20_000)
    return path


def write_trades(path: Path, rows: int) -> None:
    rng = np.random.default_rng(5)
    price = np.round(20_000 + np.cumsum(rng.normal(0, 1, rows)), 2)
    frame = {"ts": START + np.arange(rows, dtype=np.int64) * 1_000_000_000, "price": price, "qty": np.full(rows, 0.01)}
    pl.DataFrame({**frame, "venue": ["alpha"] * rows, "symbol": ["BTC-USD"] * rows}).write_parquet(path)


def test_a_run_writes_what_it_promises(trades: Path, tmp_path: Path) -> None:
    done = seawall("backtest", EMA, "--data", trades, "--out", "run", "--set", "max_position_size=0.01", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"result.json", "orders.parquet", "fills.parquet", "cash.parquet", "equity.parquet", "report.html"} <= names
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["complete"] and result["command"].startswith("seawall backtest")
    fills = pl.read_parquet(tmp_path / "run" / "fills.parquet")
    assert len(fills) > 100
    assert result["inputs"] == [{"name": str(trades), "sha256": sha256(trades.read_bytes()).hexdigest(), "rows": 20_000}]
    assert " ".join(fills.columns) == "ts strategy venue symbol side quantity price fee fee_asset liquidity order_id trade_id"
    assert recomputed(tmp_path / "run", result) == Decimal(result["total_pnl"])
    assert "report: run/report.html" in done.stderr


def recomputed(folder: Path, result: dict[str, object]) -> Decimal:
    """The documented formula, from the written files alone."""
    rates = {currency: Decimal(rate) for currency, rate in result["final_rates"].items()}
    marks = {(m["venue"], m["symbol"]): Decimal(m["price"]) for m in result["final_marks"]}
    cash: dict[str, Decimal] = {}
    held: dict[tuple[str, str], Decimal] = {}
    for fill in pl.read_parquet(folder / "fills.parquet").iter_rows(named=True):
        base, quote = fill["symbol"].split("-")
        key, sign = (fill["venue"], fill["symbol"]), 1 if fill["side"] == "buy" else -1
        cash[quote] = cash.get(quote, Decimal(0)) - sign * fill["quantity"] * fill["price"]
        held[key] = held.get(key, Decimal(0)) + sign * fill["quantity"]
        if fill["fee_asset"] == base:
            held[key] -= fill["fee"]
        else:
            cash[fill["fee_asset"]] = cash.get(fill["fee_asset"], Decimal(0)) - fill["fee"]
    for row in pl.read_parquet(folder / "cash.parquet").iter_rows(named=True):
        if row["kind"] != "transfer":
            cash[row["currency"]] = cash.get(row["currency"], Decimal(0)) + row["amount"]
    total = sum((amount * rates[currency] for currency, amount in cash.items()), Decimal(0))
    total += sum((amount * marks[key] * rates[key[1].split("-")[1]] for key, amount in held.items()), Decimal(0))
    return total.quantize(Decimal(1).scaleb(-int(result["valuation_decimals"])))


def test_equal_runs_give_equal_bytes(trades: Path, tmp_path: Path) -> None:
    written = []
    for _ in range(2):
        assert seawall("backtest", EMA, "--data", trades, "--out", "run", cwd=tmp_path).returncode == 0
        written.append({path.name: path.read_bytes() for path in (tmp_path / "run").iterdir() if path.name != "wall_clock.json"})
    assert written[0] == written[1]


def test_a_table_that_does_not_name_its_market(trades: Path, tmp_path: Path) -> None:
    """Is told on the command line; without that, the message says how."""
    pl.read_parquet(trades).head(500).drop("venue", "symbol").write_parquet(tmp_path / "bare.parquet")
    done = seawall("backtest", EMA, "--data", "bare.parquet", "--out", "run", cwd=tmp_path)
    assert done.returncode == 2
    assert "--symbol BTC-USD" in done.stderr
    done = seawall("backtest", EMA, "--data", "bare.parquet", "--symbol", "BTC-USDT", "--venue", "south", "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    [instrument] = json.loads((tmp_path / "run" / "result.json").read_text())["instruments"]
    assert (instrument["venue"], instrument["symbol"]) == ("south", "BTC-USDT")


def test_what_a_strategy_logs_is_shown_from_the_level_on_that_was_asked_for(trades: Path, tmp_path: Path) -> None:
    (tmp_path / "chatty.py").write_text(
        "from seawall.strategy import TradingStrategy\n\n\nclass Chatty(TradingStrategy):\n"
        "    def on_market_data(self, price_update):\n"
        "        if price_update.sequence == 61:\n            self.logger.info('a minute')\n            self.logger.warning('careful')\n"
    )
    shown = {}
    for level in ("info", "warning", "error"):
        done = seawall("backtest", "chatty.py", "--data", trades, "--out", "run", "--log-level", level, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        shown[level] = [line for line in done.stderr.splitlines() if "Chatty: " in line]
    careful = "2023-11-14 22:14:20.000 warning Chatty: careful"
    assert shown == {"info": ["2023-11-14 22:14:20.000 info Chatty: a minute", careful], "warning": [careful], "error": []}


def test_a_misspelt_parameter_is_named(trades: Path, tmp_path: Path) -> None:
    """On the screen and in the result; those that were read are not."""
    words = ["--set", "max_positon_size=0.01", "--set", "fast=5", "--out", "run"]
    done = seawall("backtest", EMA, "--data", trades, *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = "parameter max_positon_size was set and never read; did you mean max_position_size?"
    assert f"note: {said}" in done.stderr
    assert [one for one in json.loads((tmp_path / "run" / "result.json").read_text())["warnings"] if "never read" in one] == [said]


def test_limits_are_kept_and_counted(trades: Path, tmp_path: Path) -> None:
    words = ["--limit", "max_order_value=150", "--set", "max_position_size=0.01", "--out", "run"]
    done = seawall("backtest", EMA, "--data", trades, *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "refused by order_value" in done.stderr
    assert pl.read_parquet(tmp_path / "run" / "fills.parquet").is_empty()


def test_alerts_are_told(trades: Path, tmp_path: Path) -> None:
    """Those without a breaker of their own, too: else nothing on the screen says that the limit was broken."""
    done = seawall("backtest", EMA, "--data", trades, "--limit", "max_portfolio_loss_bps=0", "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "alert: portfolio_loss (critical): 1" in done.stderr


@pytest.mark.parametrize("command", ["backtest", "sim"])
def test_a_list_of_strategies_brings_its_limits(command: str, trades: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No list runs without the risk limits it holds; a key that nobody knows is refused by name."""
    market = ["--data", str(trades)] if command == "backtest" else ["--hours", "0.2"]
    lines = "default_strategies:\n  - {name: cross, class: EmaCross}\nrisk_limits: {per_strategy: {KEY: 0}}\n"
    listed = tmp_path / "desk" / "list.yaml"
    listed.parent.mkdir()
    (tmp_path / EMA.name).write_text(EMA.read_text())
    words = [command, str(listed), *market, "--out", str(tmp_path / "run")]
    listed.write_text(lines.replace("KEY", "max_position_notional"))
    assert run(words) == 0
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["refusals"]["position_notional"] and not result["counters"].get("fills")
    listed.write_text(lines.replace("KEY", "max_position_motional"))
    assert run(words) == 2
    assert "no key 'max_position_motional'" in capsys.readouterr().err


def test_ctrl_c_leaves_a_valid_partial_result(tmp_path: Path) -> None:
    """The strategy says that it has started; then the run is interrupted, with minutes of it to go."""
    write_trades(tmp_path / "many.parquet", 3_000_000)
    (tmp_path / "slow.py").write_text(EMA.read_text() + "\n    def on_start(self):\n        open('started', 'w').close()\n")
    command = [sys.executable, "-m", "seawall", "backtest", "slow.py", "--data", "many.parquet", "--out", "run"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (tmp_path / "started").exists():
        time.sleep(0.02)  # A real process starts in its own time; nothing is asserted about how long that takes.
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["complete"] is False
    assert "partial" in errors
    assert recomputed(tmp_path / "run", result) == Decimal(result["total_pnl"])


def test_a_strategy_that_raises_ends_the_run_with_its_line(trades: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(
        "from seawall.strategy import TradingStrategy\n\n\nclass Bad(TradingStrategy):\n"
        "    def on_market_data(self, price_update):\n        return 1 / 0\n"
    )
    done = seawall("backtest", "bad.py", "--data", trades, "--out", "run", cwd=tmp_path)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr and "bad.py:6" in done.stderr
    assert json.loads((tmp_path / "run" / "result.json").read_text())["complete"] is False


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("self.buy('BTC-USD', 0.01, limit_prise=1.0)", "buy() knows no option 'limit_prise'"),
        ("self.emit(MarketSignal('BTC-USD', 1.0, metadata={'trailing_bps': 0.5}))", "trailing_bps is a whole number of basis points"),
        ("self.buy('BTC-USD', 0.01, good_for=0)", "good_for is a number of seconds above 0"),
    ],
)
def test_an_order_that_cannot_be_meant_is_never_taken_for_another(call: str, said: str, trades: Path, tmp_path: Path) -> None:
    """A misspelt limit price must not become a market order."""
    (tmp_path / "odd.py").write_text(
        "from seawall.strategy import MarketSignal, TradingStrategy\n\n\nclass Odd(TradingStrategy):\n"
        f"    def on_market_data(self, price_update):\n        {call}\n"
    )
    done = seawall("backtest", "odd.py", "--data", trades, "--out", "run", cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert pl.read_parquet(tmp_path / "run" / "fills.parquet").is_empty()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing.py", "--data", "x.parquet"], "missing.py"),
        ([str(EMA), "--data", "nothing-here.parquet"], "nothing-here.parquet"),
        ([str(EMA), "--data", "{trades}", "--symbols", "ETH-USD"], "There are: BTC-USD"),
        ([str(EMA), "--data", "{trades}", "--set", "fast"], "key=value"),
        ([str(EMA), "--data", "{trades}", "--latency", "order=5"], "a number and a unit"),
        ([str(EMA), "--data", "{trades}", "--latency", "speed=5ms"], "there are feed, order, cancel, report"),
        ([str(EMA), "--data", "{trades}", "--limit", "max_luck=1"], "no limit 'max_luck'"),
        ([str(EMA), "--data", "{trades}", "--balances", "mars:USD=5"], "no such venue"),
        ([str(EMA), "--data", "{trades}", "--from", "yesterday"], "not a date"),
        ([str(EMA), "--data", "{trades}", "--from", "2030-01-01"], "no data between"),
        ([str(EMA), "--data", "{trades}", "--fill-model", "hope"], "there are touch, trade_through"),
        ([str(EMA), "--data", "{trades}", "--currency", "EUR"], "cannot value in EUR"),
        ([str(EMA), "--data", "{trades}", "--capital", "much"], "capital: not a number"),
        ([str(EMA), "--data", "{trades}", "--out", "{trades}"], "--out"),
        ([str(EMA), "--data", "{trades}", "--set", "fast=soon"], "ema_cross.py"),
    ],
)
def test_bad_input_says_what_is_wrong_and_what_is_allowed(words: list[str], said: str, trades: Path, tmp_path: Path) -> None:
    done = seawall("backtest", *[word.format(trades=trades) for word in words], cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
