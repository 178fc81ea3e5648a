"""Buys what fell far below its own recent mean, and sells it back when it has returned."""

from collections import deque
from math import sqrt

from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy


class MeanReversion(TradingStrategy):
    """A z-score over the last `window` prices of each symbol on each venue: enter under -entry, leave over -leave.

    Config: window (prices), entry, leave (standard deviations), max_position_size (base currency).
    """

    def __init__(self, config):
        super().__init__(config)
        self.max_position_size = config.get("max_position_size", 0.1)
        self.window = config.get("window", 120)
        self.entry = config.get("entry", 2.5)
        self.leave = config.get("leave", 0.0)
        self.prices = {}  # (symbol, venue) -> the last prices
        self.held = {}  # (symbol, venue) -> bought less sold: what fills say, not what was wished for

    def on_market_data(self, price_update: PriceUpdate):
        symbol, venue = price_update.symbol, price_update.venue
        prices = self.prices.setdefault((symbol, venue), deque(maxlen=self.window))
        prices.append(price_update.price)
        if len(prices) < self.window or any(order.symbol == symbol for order in self.open_orders.values()):
            return None
        mean = sum(prices) / len(prices)
        deviation = sqrt(sum([(price - mean) ** 2 for price in prices]) / len(prices))
        score = (price_update.price - mean) / deviation if deviation else 0.0
        held = self.held.get((symbol, venue), 0.0) > 1e-9
        if not held and score < -self.entry:
            return [MarketSignal(symbol, 1.0, 1.0, {"venue": venue})]
        if held and score > -self.leave:
            return [MarketSignal(symbol, -1.0, 1.0, {"venue": venue})]
        return None

    def on_order_fill(self, fill):
        key = (fill.symbol, fill.venue)
        self.held[key] = self.held.get(key, 0.0) + (fill.quantity if fill.side == "buy" else -fill.quantity)

    def save_state(self):
        return {"prices": [[*k, *v] for k, v in self.prices.items()], "held": [[*k, v] for k, v in self.held.items()]}

    def load_state(self, state):
        self.prices = {(symbol, venue): deque(prices, self.window) for symbol, venue, *prices in state["prices"]}
        self.held = {(symbol, venue): quantity for symbol, venue, quantity in state["held"]}
