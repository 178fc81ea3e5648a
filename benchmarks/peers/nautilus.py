"""NautilusTrader's engine in Cython: trades to a strategy in Python. Prints trades per second of `engine.run()`, and the orders; loading
is not timed.

python nautilus.py noop|ema COUNT
"""

import sys
from decimal import Decimal
from time import perf_counter

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.model.currencies import BTC, USD
from nautilus_trader.model.data import TradeTick
from nautilus_trader.model.enums import AccountType, AggressorSide, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TradeId, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy
from walk import prices, times

VENUE = Venue("NORTH")
ID = InstrumentId(Symbol("BTCUSD"), VENUE)


class Nothing(Strategy):
    def on_start(self):
        self.subscribe_trade_ticks(ID)

    def on_trade_tick(self, tick):
        pass


class EmaCross(Strategy):
    def on_start(self):
        self.fast = self.slow = 0.0
        self.long = False
        self.size = Quantity(0.1, 4)
        self.subscribe_trade_ticks(ID)

    def on_trade_tick(self, tick):
        price = float(tick.price)
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
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True), run_analysis=False))
    engine.add_venue(VENUE, OmsType.NETTING, AccountType.CASH, [Money(1_000_000, USD), Money(100, BTC)])
    fee, tick, lot = Decimal("0.001"), Price(0.01, 2), Quantity(0.0001, 4)
    pair = CurrencyPair(ID, Symbol("BTCUSD"), BTC, USD, 2, 4, tick, lot, 0, 0, maker_fee=fee, taker_fee=fee)
    engine.add_instrument(pair)
    size = Quantity(0.5, 4)
    ticks = [
        TradeTick(ID, Price(price / 100, 2), size, AggressorSide.BUYER, TradeId(str(n)), time, time)
        for n, (price, time) in enumerate(zip(prices(count).tolist(), times(count).tolist(), strict=True))
    ]
    engine.add_data(ticks)
    engine.add_strategy(Nothing() if kind == "noop" else EmaCross())
    began = perf_counter()
    engine.run()
    seconds = perf_counter() - began
    return count / seconds, len(engine.cache.orders())


if __name__ == "__main__":
    print(*main(sys.argv[1], int(sys.argv[2])))
