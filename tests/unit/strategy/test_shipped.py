"""The strategies in strategies/, as a user runs them: each does what its first line says, on a market made for it."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from seawall.api.units import MINUTE
from seawall.backtest import Setup, run_backtest
from seawall.strategy.catalogue import load_strategies

SHIPPED = Path(__file__).parents[3] / "strategies"
START = 1_700_000_000_000_000_000
LONGEST = 80


def load(name: str) -> Any:
    (kind,) = load_strategies([str(SHIPPED / name)])
    return kind


def trades(prices: Any, step: int = MINUTE) -> dict[str, Any]:
    prices = np.round(np.asarray(prices, dtype=float), 2)
    return {"ts": START + np.arange(len(prices), dtype=np.int64) * step, "price": prices, "qty": np.full(len(prices), 5.0)}


def walk(count: int, seed: int = 1, scale: float = 20.0) -> Any:
    return 30_000 + np.cumsum(np.random.default_rng(seed).normal(0, scale, count))


def test_strategies_are_as_short_as_a_user_would_write_them() -> None:
    lengths = {file.name: len(file.read_text().splitlines()) for file in SHIPPED.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length >= LONGEST} == {}


def test_the_market_maker_quotes_both_sides_and_keeps_its_inventory_small() -> None:
    result = run_backtest(load("market_maker.py"), trades(walk(3_000)), config={"size": 0.01, "max_inventory": 0.05}, symbol="BTC-USD")
    sides = dict(result.fills["side"].value_counts().iter_rows())
    assert sides["buy"] > 20 and sides["sell"] > 20
    assert (result.fills["liquidity"] == "maker").all()
    signed = result.fills.select(pl.when(pl.col("side") == "buy").then(pl.col("quantity")).otherwise(-pl.col("quantity")))
    assert float(signed.to_series().cast(pl.Float64).cum_sum().abs().max()) <= 0.05 + 1e-9  # type: ignore[arg-type]


def test_pairs_trades_the_ratio_and_ends_flat_or_hedged() -> None:
    first = walk(3_000, scale=5.0)
    second = first / 10 * (1 + 0.01 * np.sin(np.arange(3_000) / 60))
    data = {"north:BTC-USD": trades(first), "north:ETH-USD": trades(second)}
    result = run_backtest(load("pairs.py"), data, config={"window": 120, "entry": 1.5})
    by_symbol = dict(result.fills["symbol"].value_counts().iter_rows())
    assert by_symbol["BTC-USD"] == by_symbol["ETH-USD"] >= 10
    assert result.figures.portfolio.win_rate is not None
    with pytest.raises(Exception, match="pairs needs two symbols"):
        run_backtest(load("pairs.py"), trades(first), symbol="BTC-USD")


def test_the_runaway_is_stopped_by_the_order_rate() -> None:
    result = run_backtest(
        load("chaos/runaway.py"), trades(walk(120)), config={"max_position_size": 0.001, "orders_per_price": 150}, symbol="BTC-USD"
    )
    assert result.summary.counters["signals"] == 18_000
    assert sum(result.summary.refusals.values()) > 0


def test_the_risk_ignorant_is_stopped_by_the_position_limit() -> None:
    setup = Setup(limits={"max_long:BTC-USD": "1", "max_short:BTC-USD": "1"})
    config = {"max_position_size": 1.0, "trigger_conditions": [{"risk_breach_count": 3, "escalation_factor": 2.0}]}
    result = run_backtest(load("chaos/risk_ignorant.py"), trades(walk(300)), config=config, setup=setup, symbol="BTC-USD")
    bought = result.fills["quantity"].cast(pl.Float64).sum()
    assert 0.5 < bought <= 1.0
    assert result.summary.refusals["position"] > 50


def test_the_amplifier_chases_moves_and_its_strength_is_clamped() -> None:
    prices = np.concatenate((np.full(50, 30_000.0), np.linspace(30_000, 31_500, 20), np.full(50, 31_500.0)))
    result = run_backtest(load("chaos/volatility_amplifier.py"), trades(prices), config={"max_position_size": 0.1}, symbol="BTC-USD")
    assert set(result.fills["side"]) == {"buy"}
    assert result.summary.counters["signals clamped"] > 0


def test_the_correlation_breaker_sells_what_should_rise() -> None:
    data = {"north:BTC-USD": trades(np.linspace(30_000, 31_500, 60)), "north:ETH-USD": trades(np.linspace(2_000, 2_100, 60))}
    result = run_backtest(load("chaos/correlation_breaker.py"), data, config={"max_position_size": 0.1})
    assert set(zip(result.fills["symbol"], result.fills["side"], strict=True)) == {("ETH-USD", "sell")}


def test_the_slow_leak_gets_worse() -> None:
    """With the same prices and the same seed: the more it errs, the less it has."""
    prices = 30_000 + 300 * np.sin(np.arange(6_000) / 200) + np.random.default_rng(2).normal(0, 1, 6_000)
    sound, leaking = (
        run_backtest(
            load("chaos/slow_leak.py"), trades(prices), config={"degradation_rate": rate, "max_position_size": 0.1}, symbol="BTC-USD"
        )
        for rate in (0.0, 0.05)
    )
    assert leaking.figures.portfolio.total_pnl < sound.figures.portfolio.total_pnl
    assert leaking.figures.portfolio.trades > sound.figures.portfolio.trades


def test_the_basis_sells_the_perpetual_while_it_is_unusually_dear_and_the_coin_follows_until_both_are_closed() -> None:
    """For a minute it is dearer by 20 basis points than usual: traded where a round trip costs less, left alone where it costs more."""
    spot = np.full(300, 30_000.0)
    usual = -0.0004 + 0.00002 * np.sin(np.arange(300))
    perpetual = spot * (1 + usual + np.where(np.arange(300) // 60 == 2, 0.002, 0.0))
    data = {"north:BTC-USD": trades(spot, 1_000_000_000), "south:BTC-USD-PERP": trades(perpetual, 1_000_000_000)}
    result = run_backtest(load("basis.py"), data, config={"size": 0.05, "max_position": 0.2})
    assert result.fills["symbol"][0] == "BTC-USD-PERP" and result.fills["side"][0] == "sell"
    signed = pl.when(pl.col("side") == "buy").then(pl.col("quantity")).otherwise(-pl.col("quantity")).cast(pl.Float64)
    held = result.fills.with_columns(signed=signed).group_by("symbol").agg(pl.col("signed").cum_sum())
    extremes = {symbol: (min(sums), max(sums)) for symbol, sums in held.iter_rows()}
    assert extremes["BTC-USD-PERP"][0] == pytest.approx(-0.2) and extremes["BTC-USD"][1] == pytest.approx(0.2, abs=0.001)
    assert all(abs(sums[-1]) < 0.001 for _, sums in held.iter_rows())
    assert run_backtest(load("basis.py"), data, config={"cost_bps": 30}).fills.is_empty()


def test_the_basis_says_what_it_lacks() -> None:
    with pytest.raises(Exception, match="needs a spot symbol and its -PERP"):
        run_backtest(load("basis.py"), trades(walk(50)), symbol="BTC-USD")
