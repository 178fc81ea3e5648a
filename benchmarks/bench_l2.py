"""Trades, quotes and depth of two instruments, a market maker quoting both sides of both, its place in the queue counted on every level.

The recording is that of `SEAWALL_DATA` (default ../shared/data), ten minutes of BTC and ETH spot; where it is not at hand, one is made up.
What is timed is the whole run from open data to the last fill; an event is a recorded row, of depth one level.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import made_up_ticks

from seawall.backtest.run import Setup, run_backtest
from seawall.market_data.recorded import open_recording
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy

ROUNDS = 3
RECORDED = Path(os.environ.get("SEAWALL_DATA") or Path(__file__).parents[2] / "shared" / "data")
FILES = [str(RECORDED / f"binance_ticks_20240808_{kind}.parquet") for kind in ("trades", "quotes_l1", "depth_l2")]
REQUOTE_NS = 500_000_000


class Maker(TradingStrategy):
    """One bid and one offer at the touch of every symbol, moved at most twice a second, and only when the touch has left them."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.quotes: dict[str, list[Any]] = {}  # Symbol -> [when to look again, bid, its order, ask, its order].

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        bid, ask = price_update.bid, price_update.ask
        quotes = self.quotes.get(price_update.symbol)
        if quotes is None:
            quotes = self.quotes[price_update.symbol] = [0, 0.0, None, 0.0, None]
        if price_update.timestamp_ns < quotes[0] or bid is None or (bid == quotes[1] and ask == quotes[3]):
            return None
        quotes[0] = price_update.timestamp_ns + REQUOTE_NS
        size = 0.01 if price_update.symbol == "BTC-USDT" else 0.2
        for place, price, send in ((1, bid, self.buy), (3, ask, self.sell)):
            if quotes[place] != price:
                if quotes[place + 1] in self.open_orders:
                    self.cancel(quotes[place + 1])
                quotes[place] = price
                quotes[place + 1] = send(price_update.symbol, size, limit_price=price)
        return None


def run() -> dict[str, float]:
    if all(Path(path).exists() for path in FILES):
        return {"backtest_l2_events_per_s": rate(FILES)}
    with tempfile.TemporaryDirectory() as folder:
        print("  made up: no recording at hand", file=sys.stderr)
        return {"backtest_l2_events_per_s": rate(made_up_ticks.write(Path(folder)))}


def rate(files: list[str]) -> float:
    best = 0.0
    for _ in range(ROUNDS):
        recording = open_recording(files, venues=["binance_spot"])
        result = run_backtest(Maker, recording, setup=Setup(fill_model="queue_proportional"))
        assert result.summary.complete
        best = max(best, result.wall_clock["rows_per_s"])
    counters = result.summary.counters
    print(f"  {counters['rows']:,} rows, {counters['orders']:,} orders, {counters['fills']:,} fills", file=sys.stderr)
    return best


if __name__ == "__main__":
    print(run())
