"""Ours, on the same walk: as trades, or as bars of one price each. Prints prices per second of the whole run, conversion and bookkeeping
counted, and the orders.

python ours.py noop|ema COUNT trades|bars
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_backtest import EmaCross, Nothing
from walk import bar_times, prices, times

from seawall.backtest import Setup, run_backtest


def main(kind: str, count: int, market: str) -> tuple[float, int]:
    price = prices(count) / 100
    table = {"ts": times(count), "price": price, "qty": [0.5] * count}
    if market == "bars":
        table = {"ts": bar_times(count), **dict.fromkeys(("open", "high", "low", "close"), price), "volume": [0.5] * count}
    strategy = Nothing if kind == "noop" else EmaCross
    result = run_backtest(strategy, table, config={"max_position_size": 0.1}, setup=Setup(currency="USD"), symbol="BTC-USD")
    return result.wall_clock["rows_per_s"], result.summary.counters["orders"]


if __name__ == "__main__":
    print(*main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
