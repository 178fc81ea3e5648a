"""The base class of strategies that misbehave on purpose, to see whether the risk controls hold. Nothing else treats them differently."""

from typing import Any

from seawall.strategy.base import TradingStrategy
from seawall.strategy.events import MarketSignal, PriceUpdate, RiskBreach
from seawall.strategy.triggers import Triggers


class ChaosStrategy(TradingStrategy):
    """Override `misbehave`, and `behave` for the time between. When it is time is told by the parameters `trigger_conditions`,
    `trigger_probability` and `max_duration_minutes` (see `triggers`); `self.intensity` grows from 1 with every further breach.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.triggers = Triggers(config)

    @property
    def intensity(self) -> float:
        return self.triggers.intensity

    def misbehave(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        """Called with every price while it is time."""

    def behave(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        """Called with every other price."""

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        if self.triggers.active(price_update, self.random):
            return self.misbehave(price_update)
        return self.behave(price_update)

    def on_risk_breach(self, breach: RiskBreach) -> None:
        self.triggers.breached(self.now_ns)

    def save_state(self) -> dict[str, Any]:
        return {"triggers": self.triggers.save_state()}

    def load_state(self, state: dict[str, Any]) -> None:
        self.triggers.load_state(state["triggers"])
