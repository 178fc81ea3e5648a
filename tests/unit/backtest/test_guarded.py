"""A backtest whose engine looks at more than the figures: every row goes through the handlers, and the orders are the same."""

from typing import Any

import msgspec
import pytest

from seawall.analytics.report import render
from seawall.analytics.result import Result
from seawall.backtest import Setup, run, run_backtest
from seawall.engine.core.feed import FeedSettings
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy
from tests.unit.market_data.recorded.tables import bars, depth, quotes, trades

BOOK = [(None, 1, [("b", 99.0, 1), ("a", 101.0, 1)]), (2, 2, [("b", 100.0, 1)])]


class Trader(TradingStrategy):
    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        return [MarketSignal(price_update.symbol, 0.5 if price_update.sequence % 2 else -0.5)]


def orders(data: Any, feed: FeedSettings, monkeypatch: pytest.MonkeyPatch) -> Result:
    settings = run._engine_settings
    monkeypatch.setattr(run, "_engine_settings", lambda *given: msgspec.structs.replace(settings(*given), feed=feed))
    result = run_backtest(Trader, data)
    monkeypatch.undo()
    return result


@pytest.mark.parametrize(
    "data",
    [trades([100.0, 101.0, 100.5, 100.0]), quotes([100.0, 101.0, 100.5]), bars([100.0, 101.0, 100.5, 102.0]), depth(BOOK)],
    ids=["trades", "quotes", "bars", "depth"],
)
def test_rows_by_message_give_the_same_orders(data: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = orders(data, FeedSettings(), monkeypatch)
    guarded = orders(data, FeedSettings(in_order=True, max_lag=1, max_jump_bps=5_000), monkeypatch)  # type: ignore[arg-type]
    assert guarded.fills.height > 0
    assert guarded.fills.equals(plain.fills)
    assert guarded.orders.equals(plain.orders)


def test_an_absurd_price_is_refused_when_asked_for_and_counted() -> None:
    """And what has nothing to compare in a backtest is said."""
    prices = trades([100.0, 101.0, 1000.0, 101.0, 102.0])
    files = [("limits.yaml", {"limits": {"max_jump_bps": 1_000, "max_lag": 5}})]
    result = run_backtest(Trader, prices, setup=Setup(limit_files=files))
    assert result.summary.counters["market data refused: absurd_price"] == 1
    assert [warning for warning in result.summary.warnings if warning.startswith("max_lag: ")]
    assert "market data refused: absurd_price" not in run_backtest(Trader, prices).summary.counters
    believed = run_backtest(Trader, prices, setup=Setup(limits={"max_jump_bps": "1000", "confirmations": "1"}))
    assert "market data refused: absurd_price" not in believed.summary.counters
    assert "Market data refused: absurd price" in render(result)
