"""Buys when a fast average crosses above a slow one, sells back when it crosses below. Long or flat, never short."""

from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy


class EmaCross(TradingStrategy):
    """Exponential moving averages of every price, per symbol and venue.

    Config: fast, slow (in prices), max_position_size (base currency).
    """

    def __init__(self, config):
        super().__init__(config)
        self.max_position_size = config.get("max_position_size", 0.1)
        self.fast_weight = 2 / (config.get("fast", 10) + 1)
        self.slow_weight = 2 / (config.get("slow", 20) + 1)
        self.averages = {}  # (symbol, venue) -> [fast, slow]
        self.held = {}  # (symbol, venue) -> bought less sold: what fills say, not what was wished for

    def on_market_data(self, price_update: PriceUpdate):
        symbol, venue, price = price_update.symbol, price_update.venue, price_update.price
        averages = self.averages.setdefault((symbol, venue), [price, price])
        fast = averages[0] = averages[0] + (price - averages[0]) * self.fast_weight
        slow = averages[1] = averages[1] + (price - averages[1]) * self.slow_weight
        long = self.held.get((symbol, venue), 0.0) > 1e-9
        if fast == slow or (fast > slow) == long or any(order.symbol == symbol for order in self.open_orders.values()):
            return None
        return [MarketSignal(symbol, 1.0 if fast > slow else -1.0, 1.0, {"venue": venue})]

    def on_order_fill(self, fill):
        key = (fill.symbol, fill.venue)
        self.held[key] = self.held.get(key, 0.0) + (fill.quantity if fill.side == "buy" else -fill.quantity)

    def save_state(self):
        return {"averages": [[*k, *v] for k, v in self.averages.items()], "held": [[*k, v] for k, v in self.held.items()]}

    def load_state(self, state):
        self.averages = {(symbol, venue): values for symbol, venue, *values in state["averages"]}
        self.held = {(symbol, venue): quantity for symbol, venue, quantity in state["held"]}
