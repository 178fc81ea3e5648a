"""Ours, on the same walk. Prints trades per second of the whole run, conversion and bookkeeping counted.

python ours.py noop|ema COUNT
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_backtest import EmaCross, Nothing
from walk import prices, times

from seawall.backtest import Setup, run_backtest


def main(kind: str, count: int) -> float:
    table = {"ts": times(count), "price": prices(count) / 100, "qty": [0.5] * count}
    strategy = Nothing if kind == "noop" else EmaCross
    result = run_backtest(strategy, table, config={"max_position_size": 0.1}, setup=Setup(currency="USD"), symbol="BTC-USD")
    print(f"{result.summary.counters['orders']} orders", file=sys.stderr)
    return result.wall_clock["rows_per_s"]


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2])))
