"""A good strategy that gets worse with every decision, until half of them are wrong.

Must happen: nothing at once; the drawdown shows it, and the limits on losses stop it.
"""

from seawall.strategy import MarketSignal
from seawall.strategy.chaos import ChaosStrategy
from seawall.strategy.indicators import EMA


class SlowLeakStrategy(ChaosStrategy):
    """Follows an average of the first market it hears of, and errs more and more often.

    Config: degradation_rate (chance of an error, added with every decision), period (prices), max_position_size (base currency).
    """

    def __init__(self, config):
        super().__init__(config)
        self.trade_count = 0
        self.degradation_rate = config.get("degradation_rate", 0.001)
        self.max_position_size = config.get("max_position_size", 1.0)
        self.average = EMA(config.get("period", 60))
        self.market = None

    def misbehave(self, price_update):
        return self.decide(price_update, min(0.5, self.trade_count * self.degradation_rate * self.intensity))

    def behave(self, price_update):
        return self.decide(price_update, 0.0)

    def decide(self, price_update, error_probability):
        self.market = self.market or [price_update.symbol, price_update.venue]
        if [price_update.symbol, price_update.venue] != self.market or self.average.update(price_update.price) is None:
            return None
        held = self.positions.get(price_update.symbol, 0.0)
        wanted = price_update.price > self.average.value
        if self.random.random() < error_probability:
            wanted = not wanted
        if self.open_orders or wanted == (held > self.max_position_size / 2):
            return None
        self.trade_count += 1
        metadata = {"venue": price_update.venue, "chaos_type": "slow_leak"}
        return [MarketSignal(price_update.symbol, 1.0 if wanted else -1.0, 1.0, metadata)]

    def save_state(self):
        return super().save_state() | {"trade_count": self.trade_count, "average": self.average.save_state(), "market": self.market}

    def load_state(self, state):
        super().load_state(state)
        self.trade_count, self.market = state["trade_count"], state["market"]
        self.average.load_state(state["average"])
