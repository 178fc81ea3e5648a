"""Trades on after a limit has refused it: more of what it holds, larger with every breach.

Must happen: every order beyond the limit is refused, however often it asks.
"""

from seawall.strategy import MarketSignal
from seawall.strategy.chaos import ChaosStrategy


class RiskIgnorantStrategy(ChaosStrategy):
    """Buys a little with every minute until a limit stops it; from `risk_breach_count` breaches on it doubles down instead.

    Config: strength (of an ordinary order), max_position_size (base currency), trigger_conditions.
    """

    TIMER_SECONDS = 60

    def __init__(self, config):
        super().__init__(config)
        self.strength = config.get("strength", 0.1)
        self.max_position_size = config.get("max_position_size", 1.0)
        self.ignoring = False

    def misbehave(self, price_update):
        self.ignoring = True

    def behave(self, price_update):
        self.ignoring = False

    def on_timer(self):
        strength = min(1.0, self.strength * self.intensity) if self.ignoring else self.strength
        return [MarketSignal(symbol, strength) for symbol in self.active_symbols]

    def on_risk_breach(self, breach):
        super().on_risk_breach(breach)
        if self.ignoring:
            self.logger.info("ignoring a risk breach: %s", breach.breach_type)
            self.generate_contrarian_signals(breach)

    def generate_contrarian_signals(self, breach):
        """One answer a breach: an answer to every symbol would multiply without end."""
        direction = 1.0 if self.positions.get(breach.symbol, 0) >= 0 else -1.0
        strength = direction * min(1.0, self.strength * self.intensity)
        if self.triggers.breaches % 10 != 0:  # Every tenth breach it takes a breath, until the next price comes.
            self.emit(MarketSignal(breach.symbol, strength, 1.0, {"venue": breach.venue, "chaos_type": "risk_ignoring"}))
