"""Buys what fell far below its own recent mean, and sells it back when it has returned."""

from collections import deque
from statistics import fmean, pstdev

from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy


class MeanReversion(TradingStrategy):
    """A z-score over the last `window` prices of each symbol on each venue: enter under -entry, leave over -leave.

    Config: window (prices), entry, leave (standard deviations), max_position_size (base currency).
    """

    def __init__(self, config):
        super().__init__(config)
        self.window = config.get("window", 120)
        self.entry = config.get("entry", 2.5)
        self.leave = config.get("leave", 0.0)
        self.prices = {}  # (symbol, venue) -> deque
        self.long = {}  # (symbol, venue) -> whether we hold it

    def on_market_data(self, price_update: PriceUpdate):
        key = (price_update.symbol, price_update.venue)
        prices = self.prices.setdefault(key, deque(maxlen=self.window))
        prices.append(price_update.price)
        if len(prices) < self.window:
            return None
        mean, deviation = fmean(prices), pstdev(prices)
        if deviation == 0:
            return None
        score = (price_update.price - mean) / deviation
        holding = self.long.get(key, False)
        if not holding and score < -self.entry:
            self.long[key] = True
            return [MarketSignal(price_update.symbol, 1.0, 1.0, {"venue": price_update.venue})]
        if holding and score > -self.leave:
            self.long[key] = False
            return [MarketSignal(price_update.symbol, -1.0, 1.0, {"venue": price_update.venue})]
        return None
