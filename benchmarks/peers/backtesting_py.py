"""backtesting.py: it knows bars only, so every price becomes a bar; ours is given the same. Prints bars per second of `Backtest.run()`, and
the orders: each of its trades is two.

python backtesting_py.py noop|ema COUNT
"""

import sys
import warnings
from time import perf_counter

import pandas as pd
from backtesting import Backtest, Strategy
from walk import bar_times, prices


class Nothing(Strategy):
    def init(self):
        pass

    def next(self):
        pass


class EmaCross(Strategy):
    def init(self):
        self.fast = self.slow = 0.0

    def next(self):
        price = self.data.Close[-1]
        if not self.fast:
            self.fast = self.slow = price
            return
        self.fast += (price - self.fast) * (2 / 11)
        self.slow += (price - self.slow) * (2 / 21)
        if self.fast > self.slow and not self.position:
            self.buy(size=1)
        elif self.fast < self.slow and self.position:
            self.position.close()


def main(kind: str, count: int) -> tuple[float, int]:
    warnings.simplefilter("ignore")
    price = prices(count) / 100
    frame = pd.DataFrame(dict.fromkeys(("Open", "High", "Low", "Close"), price), index=pd.to_datetime(bar_times(count)))
    test = Backtest(frame, Nothing if kind == "noop" else EmaCross, cash=1_000_000, commission=0.001, finalize_trades=True)
    began = perf_counter()
    result = test.run()
    seconds = perf_counter() - began
    return count / seconds, 2 * int(result["# Trades"])


if __name__ == "__main__":
    print(*main(sys.argv[1], int(sys.argv[2])))
