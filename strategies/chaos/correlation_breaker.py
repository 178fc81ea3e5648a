"""Sells one coin because another has risen: against what usually moves together.

Must happen: its position stops at the limits, and the loss that a rising market brings is bounded by them.
"""

from seawall.strategy import MarketSignal
from seawall.strategy.chaos import ChaosStrategy


class CorrelationBreakerStrategy(ChaosStrategy):
    """Config: leader, victim (symbols), threshold (fraction in 24 hours), strength, max_position_size (base currency)."""

    def __init__(self, config):
        super().__init__(config)
        self.leader = config.get("leader", "BTC-USD")
        self.victim = config.get("victim", "ETH-USD")
        self.threshold = config.get("threshold", 0.02)
        self.strength = config.get("strength", 1.0)
        self.max_position_size = config.get("max_position_size", 1.0)

    def on_start(self):
        if missing := [symbol for symbol in (self.leader, self.victim) if symbol not in self.active_symbols]:
            self.logger.warning("%s is not traded here: nothing to break; set leader and victim", missing[0])

    def misbehave(self, price_update):
        if price_update.symbol != self.leader or price_update.change_pct <= self.threshold or self.victim not in self.active_symbols:
            return None
        strength = -min(1.0, self.strength * self.intensity)
        return [MarketSignal(self.victim, strength, 1.0, {"chaos_type": "correlation_breaking"})]
