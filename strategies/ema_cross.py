"""Buys when a fast average crosses above a slow one, sells back when it crosses below. Long or flat, never short."""

from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy


class EmaCross(TradingStrategy):
    """Exponential moving averages of every price, per symbol and venue.

    Config: fast, slow (in prices), max_position_size (base currency).
    """

    def __init__(self, config):
        super().__init__(config)
        self.fast_weight = 2 / (config.get("fast", 10) + 1)
        self.slow_weight = 2 / (config.get("slow", 20) + 1)
        self.averages = {}  # (symbol, venue) -> [fast, slow, long]

    def on_market_data(self, price_update: PriceUpdate):
        key = (price_update.symbol, price_update.venue)
        price = price_update.price
        averages = self.averages.get(key)
        if averages is None:
            self.averages[key] = [price, price, False]
            return None
        fast = averages[0] = averages[0] + (price - averages[0]) * self.fast_weight
        slow = averages[1] = averages[1] + (price - averages[1]) * self.slow_weight
        if (fast > slow) == averages[2] or fast == slow:
            return None
        averages[2] = fast > slow
        strength = 1.0 if fast > slow else -1.0
        return [MarketSignal(price_update.symbol, strength, 1.0, {"venue": price_update.venue})]

    def save_state(self):
        return {"averages": [[*key, *values] for key, values in self.averages.items()]}

    def load_state(self, state):
        self.averages = {(symbol, venue): values for symbol, venue, *values in state["averages"]}
