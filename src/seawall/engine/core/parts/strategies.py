"""What strategies say about themselves, and what they ask about their standing."""

from typing import TYPE_CHECKING

from seawall.api.message import Envelope
from seawall.api.orders import OrderStatus
from seawall.api.signals import OrderChanged, StandingQueried, StandingReported, StrategyFailed, StrategyStarted, StrategyStopped
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
            StandingQueried: self._standing_queried,
        }

    def attach(self, engine: "Engine") -> None:
        self.state, self.orders, self.booking, self.account, self.entry = (
            engine.state, engine.orders, engine.booking, engine.account, engine.entry,
        )  # fmt: skip

    def _started(self, started: StrategyStarted, now: Nanos) -> list[Envelope]:
        account = self.account(started.strategy)
        account.name, account.version, account.running = started.name, started.version, True
        account.max_position_size, account.max_position_sizes = started.max_position_size, dict(started.max_position_sizes)
        account.min_confidence = started.min_confidence
        return []

    def _ended(self, ended: StrategyStopped | StrategyFailed, now: Nanos) -> list[Envelope]:
        self.account(ended.strategy).running = False
        return self.entry.cancel_all(now, ended.strategy)

    def _standing_queried(self, query: StandingQueried, now: Nanos) -> list[Envelope]:
        strategy, out = query.strategy, []
        for tag in query.tags:
            order = self.orders.by_tag(strategy, tag) or self.orders.closed_by_tag(strategy, tag)
            lost = OrderChanged(strategy, tag, OrderStatus.REJECTED, "the engine has no such order")
            out.append(self.booking.tell(order) if order is not None else Envelope(strategy, lost))
        held = self.state.positions.get(strategy, {})
        positions = {key: position.quantity for key, position in held.items()}
        return [*out, Envelope(strategy, StandingReported(strategy, positions))]
