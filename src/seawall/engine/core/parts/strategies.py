"""What strategies say about themselves."""

from typing import TYPE_CHECKING

from seawall.api.message import Envelope
from seawall.api.signals import StrategyFailed, StrategyStarted, StrategyStopped
from seawall.api.units import Nanos
from seawall.engine.core.parts.part import Part

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine


class Strategies(Part):
    def __init__(self) -> None:
        self.handlers = {
            StrategyStarted: self._started,
            StrategyStopped: self._ended,
            StrategyFailed: self._ended,
        }

    def attach(self, engine: "Engine") -> None:
        self.engine, self.account, self.entry = engine, engine.account, engine.entry

    def _started(self, started: StrategyStarted, now: Nanos) -> list[Envelope]:
        account = self.account(started.strategy)
        account.name, account.version, account.running = started.name, started.version, True
        account.max_position_size, account.max_position_sizes = started.max_position_size, dict(started.max_position_sizes)
        account.min_confidence = started.min_confidence
        account.paper = started.paper
        if account.tier is not started.tier:
            account.tier = started.tier
            self.engine.state.risk.look_at = max(self.engine.state.risk.look_at, now)  # The first look is not in the past.
            self.engine.restore(self.engine.state)  # The gate holds it to what it needs, and equity is looked at.
        return []

    def _ended(self, ended: StrategyStopped | StrategyFailed, now: Nanos) -> list[Envelope]:
        self.account(ended.strategy).running = False
        return self.entry.cancel_all(now, ended.strategy)
