"""NautilusTrader's engine in Rust: trades to a strategy in Python. Prints trades per second of `engine.run()`, and the orders; loading
is not timed.

python nautilus_rust.py noop|ema COUNT
"""

import sys
from decimal import Decimal
from time import perf_counter

from nautilus_trader.core.nautilus_pyo3 import (
    AccountType,
    AggressorSide,
    Currency,
    CurrencyPair,
    InstrumentId,
    Money,
    OmsType,
    OrderSide,
    Price,
    Quantity,
    Strategy,
    StrategyConfig,
    Symbol,
    TradeId,
    TradeTick,
    Venue,
)
from nautilus_trader.core.nautilus_pyo3.backtest import BacktestEngine, BacktestEngineConfig
from walk import prices, times

VENUE = Venue("NORTH")
ID = InstrumentId(Symbol("BTCUSD"), VENUE)
BTC, USD = Currency.from_str("BTC"), Currency.from_str("USD")


class Nothing(Strategy):
    def on_start(self):
        self.subscribe_trades(ID)

    def on_trade(self, tick):
        pass


class EmaCross(Strategy):
    def on_start(self):
        self.fast = self.slow = 0.0
        self.long = False
        self.size = Quantity(0.1, 4)
        self.subscribe_trades(ID)

    def on_trade(self, tick):
        price = tick.price.as_double()
        if not self.fast:
            self.fast = self.slow = price
            return
        self.fast += (price - self.fast) * (2 / 11)
        self.slow += (price - self.slow) * (2 / 21)
        if self.fast > self.slow and not self.long:
            self.long = True
            self.submit_order(self.order_factory.market(ID, OrderSide.BUY, self.size))
        elif self.fast < self.slow and self.long:
            self.long = False
            self.submit_order(self.order_factory.market(ID, OrderSide.SELL, self.size))


def main(kind: str, count: int) -> tuple[float, int]:
    engine = BacktestEngine(BacktestEngineConfig(bypass_logging=True, run_analysis=False))
    engine.add_venue(VENUE, OmsType.NETTING, AccountType.CASH, [Money(1_000_000, USD), Money(100, BTC)])
    fee, tick, lot = Decimal("0.001"), Price(0.01, 2), Quantity(0.0001, 4)
    engine.add_instrument(CurrencyPair(ID, Symbol("BTCUSD"), BTC, USD, 2, 4, tick, lot, 0, 0, maker_fee=fee, taker_fee=fee))
    size = Quantity(0.5, 4)
    ticks = [
        TradeTick(ID, Price(price / 100, 2), size, AggressorSide.BUYER, TradeId(str(n)), time, time)
        for n, (price, time) in enumerate(zip(prices(count).tolist(), times(count).tolist(), strict=True))
    ]
    engine.add_data(ticks)
    engine.add_strategy((Nothing if kind == "noop" else EmaCross)(StrategyConfig()))
    began = perf_counter()
    engine.run()
    seconds = perf_counter() - began
    return count / seconds, engine.get_result().total_orders


if __name__ == "__main__":
    print(*main(sys.argv[1], int(sys.argv[2])))
