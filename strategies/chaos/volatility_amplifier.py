"""Chases every short move with more than its size, and so makes it larger.

Must happen: the strength is clamped and reported, the price collar and the limits hold, the exposure comes down when the move ends.
"""

from collections import deque

from seawall.strategy import MarketSignal
from seawall.strategy.chaos import ChaosStrategy

NANOSECONDS = 1_000_000_000


class VolatilityAmplifierStrategy(ChaosStrategy):
    """Config: momentum_threshold (fraction), amplification_factor (1: normal size), momentum_seconds, max_position_size (base currency),
    max_duration_minutes.
    """

    def __init__(self, config):
        super().__init__(config)
        self.threshold = config.get("momentum_threshold", 0.01)
        self.factor = config.get("amplification_factor", 2.0)
        self.window_ns = int(config.get("momentum_seconds", 300) * NANOSECONDS)
        self.max_position_size = config.get("max_position_size", 1.0)
        self.recent = {}  # (symbol, venue) -> (time, price) of the last momentum_seconds

    def misbehave(self, price_update):
        momentum = self.calculate_short_term_momentum(price_update)
        if abs(momentum) <= self.threshold:
            return None
        strength = (1.0 if momentum > 0 else -1.0) * self.factor * self.intensity
        return [MarketSignal(price_update.symbol, strength, 1.0, {"venue": price_update.venue, "chaos_type": "volatility_amplification"})]

    def behave(self, price_update):
        self.calculate_short_term_momentum(price_update)

    def calculate_short_term_momentum(self, price_update):
        """The fraction by which the price moved within the window."""
        recent = self.recent.setdefault((price_update.symbol, price_update.venue), deque())
        recent.append((price_update.timestamp_ns, price_update.price))
        while len(recent) > 1 and recent[1][0] <= price_update.timestamp_ns - self.window_ns:
            recent.popleft()
        return price_update.price / recent[0][1] - 1

    def save_state(self):
        return super().save_state() | {"recent": [[*key, [list(each) for each in prices]] for key, prices in self.recent.items()]}

    def load_state(self, state):
        super().load_state(state)
        self.recent = {(symbol, venue): deque(map(tuple, prices)) for symbol, venue, prices in state["recent"]}
