"""Sends a hundred market orders with every price, as a loop without an end would.

Must happen: the order rate refuses all but the first few, position and notional limits hold, and nobody else is disturbed.
"""

from seawall.strategy import MarketSignal
from seawall.strategy.chaos import ChaosStrategy


class RunawayStrategy(ChaosStrategy):
    """Config: orders_per_price, max_position_size (base currency); when: trigger_conditions, trigger_probability,
    max_duration_minutes.
    """

    def __init__(self, config):
        super().__init__(config)
        self.orders = config.get("orders_per_price", 100)
        self.max_position_size = config.get("max_position_size", 1.0)

    def misbehave(self, price_update):
        metadata = {"venue": price_update.venue, "order_type": "market", "chaos_type": "runaway_buying"}
        return [MarketSignal(price_update.symbol, 1.0, 1.0, dict(metadata)) for _ in range(int(self.orders * self.intensity))]
