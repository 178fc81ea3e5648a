"""hftbacktest with a strategy in plain Python: the loop over its feed is not jitted, as for any strategy that numba cannot compile.

Its exchange fills against depth: one level on each side, deep enough for every order, stands before the first trade. Orders are limit
orders that cross. Compiling its classes is not timed. Prints trades per second of the loop, and the orders.

python hft.py noop|ema COUNT
"""

import sys
from time import perf_counter

import numpy as np
from hftbacktest import (
    BUY_EVENT,
    DEPTH_EVENT,
    EXCH_EVENT,
    GTC,
    LIMIT,
    LOCAL_EVENT,
    SELL_EVENT,
    TRADE_EVENT,
    BacktestAsset,
    HashMapMarketDepthBacktest,
)
from hftbacktest.binding import event_dtype
from walk import STEP, prices, times

FEED, OVER = 2, 10 * STEP


def events(count: int) -> np.ndarray:
    data = np.zeros(count + 2, dtype=event_dtype)
    both = EXCH_EVENT | LOCAL_EVENT
    data["ev"] = both | TRADE_EVENT | BUY_EVENT
    data["ev"][:2] = both | DEPTH_EVENT | BUY_EVENT, both | DEPTH_EVENT | SELL_EVENT
    data["exch_ts"] = data["local_ts"] = np.append(times(1).repeat(2) - STEP, times(count))
    data["px"] = np.append([1_000.0, 1_000.01], prices(count) / 100)
    data["qty"] = np.append([1e9, 1e9], np.full(count, 0.5))
    return data


def nothing(hbt) -> int:
    while hbt.wait_next_feed(False, OVER) == FEED:
        pass
    return 0


def ema_cross(hbt) -> int:
    fast = slow = 0.0
    holds, orders = False, 0
    while hbt.wait_next_feed(False, OVER) == FEED:
        trades = hbt.last_trades(0)
        if not len(trades):
            continue
        price = trades[-1]["px"]
        hbt.clear_last_trades(0)
        if not fast:
            fast = slow = price
            continue
        fast += (price - fast) * (2 / 11)
        slow += (price - slow) * (2 / 21)
        if fast > slow and not holds:
            holds, orders = True, orders + 1
            hbt.submit_buy_order(0, orders, 1_000.01, 0.1, GTC, LIMIT, False)
        elif fast < slow and holds:
            holds, orders = False, orders + 1
            hbt.submit_sell_order(0, orders, 1_000.0, 0.1, GTC, LIMIT, False)
        if orders % 100 == 0:
            hbt.clear_inactive_orders(0)
    return orders


def backtest(data: np.ndarray):
    asset = (
        BacktestAsset()
        .data(data)
        .linear_asset(1.0)
        .constant_order_latency(0, 0)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.001, 0.001)
        .tick_size(0.01)
        .lot_size(0.0001)
        .last_trades_capacity(16)
    )
    return HashMapMarketDepthBacktest([asset])


def main(kind: str, count: int) -> tuple[float, int]:
    loop = nothing if kind == "noop" else ema_cross
    few, data = events(1_000), events(count)  # Both must outlive the runs over them.
    loop(backtest(few))
    hbt = backtest(data)
    began = perf_counter()
    loop(hbt)
    seconds = perf_counter() - began
    return count / seconds, hbt.state_values(0).num_trades


if __name__ == "__main__":
    print(*main(sys.argv[1], int(sys.argv[2])))
