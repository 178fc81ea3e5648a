"""A position whose market has nobody left on one side: the result says that it could not be valued, and what stood in."""

from decimal import Decimal
from typing import Any

from seawall.analytics.result import Result
from seawall.api.units import SECOND
from seawall.backtest.run import run_backtest
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy

START = 1_704_067_200 * SECOND


class BuyOnce(TradingStrategy):
    """One coin at the first quote that has two sides."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__({"max_position_size": 1.0, **config})

    def on_market_data(self, update: PriceUpdate) -> list[MarketSignal]:
        if self.positions or not update.ask:
            return []
        return [MarketSignal(update.symbol, 1.0, 1.0)]


def ran(*quotes: tuple[float, float]) -> Result:
    """A quote a second, bid and ask; 0: nobody."""
    bids, asks = zip(*quotes, strict=True)
    table = {
        "ts": [START + i * SECOND for i in range(len(quotes))],
        "bid": bids,
        "bid_qty": [100.0 * (bid > 0) for bid in bids],
        "ask": asks,
        "ask_qty": [100.0 * (ask > 0) for ask in asks],
    }
    return run_backtest(BuyOnce, table, venue="alpha", symbol="BTC-USDT")


def warned(result: Result) -> list[str]:
    return [warning for warning in result.summary.warnings if ("price" in warning and "held" in warning) or "at the end" in warning]


def test_an_equity_that_nobody_can_tell_is_not_sampled() -> None:
    """Without bids the position is not worth nothing: there is no fall in the equity, and a note."""
    result = ran((99, 101), (99, 101), (0, 102), (0, 102), (99, 101))
    equity = [float(each) for each in result.equity["equity"]]
    assert min(equity) > 999_998
    assert warned(result) == ["alpha:BTC-USDT had no price while it was held: 2 times the equity was not sampled"]


def test_the_last_price_stands_in_at_the_end() -> None:
    """For the total as for the list of final marks, from which it can be computed again."""
    result = ran((99, 101), (99, 101), (0, 102))
    assert [str(mark.price) for mark in result.summary.final_marks] == ["100.0"]
    assert result.summary.total_pnl == Decimal("99.9") - Decimal("101")
    assert "alpha:BTC-USDT has no price at the end: valued at its last one" in warned(result)
