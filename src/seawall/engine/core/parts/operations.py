"""The operators' commands. Each takes a name and says what it did; one without effect is answered with why. All of it is for the audit."""

from typing import TYPE_CHECKING

from seawall.api.message import Envelope, Message
from seawall.api.projections import PROJECTIONS
from seawall.api.risk import HaltTrading, ResumeTrading, WriteOffOrder
from seawall.api.supervision import (
    EVERYTHING,
    BreakerRearmed,
    ClosePosition,
    CommandRefused,
    KillTrading,
    LimitsChanged,
    Rearm,
    RestrictTrading,
    SetLimits,
    StopTrading,
    SuspendStrategy,
    TradingMode,
)
from seawall.api.units import Nanos
from seawall.engine.core import modes
from seawall.engine.core.parts.part import Part
from seawall.engine.core.strategies import Suspension

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine

_CLOSING = (TradingMode.LIQUIDATING, TradingMode.STOPPING)


class Operations(Part):
    def __init__(self) -> None:
        self.handlers = {
            HaltTrading: self._halt,
            RestrictTrading: self._restrict,
            KillTrading: self._kill,
            StopTrading: self._stop,
            ResumeTrading: self._resume,
            Rearm: self._rearm,
            ClosePosition: self._close,
            SuspendStrategy: self._suspend,
            SetLimits: self._set_limits,
            WriteOffOrder: self._write_off,
        }

    def attach(self, engine: "Engine") -> None:
        self.engine, self.state, self.entry, self.closer = engine, engine.state, engine.entry, engine.closer
        self.reconciliation, self.breakers = engine.reconciliation, engine.breakers

    def _halt(self, command: HaltTrading, now: Nanos) -> list[Envelope]:
        """From any mode, and whoever says so: a halt is never refused for want of a name. What was being closed stays as it is."""
        if not modes.allowed(self.state, TradingMode.HALTED):
            return []
        self.state.risk.closings.clear()
        return [modes.change(self.state, TradingMode.HALTED, command.operator, command.reason), *self.entry.cancel_all(now)]

    def _restrict(self, command: RestrictTrading, now: Nanos) -> list[Envelope]:
        out = self.breakers.restrict(command.operator, command.reason, now)
        return out or self._refused(command, command.operator, f"trading is {self.state.mode}")

    def _kill(self, command: KillTrading, now: Nanos) -> list[Envelope]:
        if not modes.allowed(self.state, TradingMode.LIQUIDATING):
            return self._refused(command, command.operator, f"trading is {self.state.mode}")
        return self.breakers.liquidate(command.operator, command.reason, now)

    def _stop(self, command: StopTrading, now: Nanos) -> list[Envelope]:
        if not modes.allowed(self.state, TradingMode.STOPPING):
            return self._refused(command, command.operator, f"trading is {self.state.mode}")
        out = [modes.change(self.state, TradingMode.STOPPING, command.operator, command.reason)]
        close, until = command.close_positions, command.deadline
        return out + self.closer.start(EVERYTHING, command.operator, command.reason, now, close_positions=close, deadline=until)

    def _resume(self, command: ResumeTrading, now: Nanos) -> list[Envelope]:
        return self._rearm(Rearm(EVERYTHING, command.operator, command.reason), now)

    def _rearm(self, command: Rearm, now: Nanos) -> list[Envelope]:
        why, state = "", self.state
        account = state.strategies.get(command.scope)
        if not command.operator.strip():
            why = "it takes an operator's name"
        elif command.scope in state.risk.closings or (command.scope == EVERYTHING and state.mode in _CLOSING):
            why = "positions are still being closed"
        elif command.scope == EVERYTHING:
            if not modes.allowed(state, TradingMode.RUNNING):
                why = f"trading is {state.mode}"
        elif account is None or (account.suspended is None and not account.halved):
            why = "no breaker has stopped it"
        if why:
            return self._refused(command, command.operator, why)
        tripped = self.breakers.count_anew(command.scope)
        out = []
        if command.scope == EVERYTHING:
            out += [modes.change(state, TradingMode.RUNNING, command.operator, command.reason), *self.engine.follow()]
        elif account is not None:
            account.fresh_start()
        if tripped or command.scope != EVERYTHING:
            out.append(Envelope(PROJECTIONS, BreakerRearmed(command.scope, tripped, command.operator, command.reason)))
        return out

    def _close(self, command: ClosePosition, now: Nanos) -> list[Envelope]:
        if command.strategy not in self.state.strategies:
            return self._refused(command, command.operator, "no such strategy")
        if not command.operator.strip():
            return self._refused(command, command.operator, "it takes an operator's name")
        self.state.strategies[command.strategy].suspended = Suspension(command.operator, command.reason)
        return self.closer.start(command.strategy, command.operator, command.reason, now)

    def _suspend(self, command: SuspendStrategy, now: Nanos) -> list[Envelope]:
        if command.strategy not in self.state.strategies:
            return self._refused(command, command.operator, "no such strategy")
        self.state.strategies[command.strategy].suspended = Suspension(command.operator, command.reason)
        return self.entry.cancel_all(now, command.strategy)

    def _set_limits(self, command: SetLimits, now: Nanos) -> list[Envelope]:
        """They hold from the next order on; the gate, the monitors and the indexes they need are made anew."""
        if not command.operator.strip():
            return self._refused(command, command.operator, "it takes an operator's name")
        self.state.limits = command.limits
        self.engine.restore(self.state)
        return [Envelope(PROJECTIONS, LimitsChanged(command.limits, command.operator, command.reason))]

    def _write_off(self, command: WriteOffOrder, now: Nanos) -> list[Envelope]:
        return self.reconciliation.write_off(command, now)

    @staticmethod
    def _refused(command: Message, operator: str, why: str) -> list[Envelope]:
        return [Envelope(PROJECTIONS, CommandRefused(type(command).__name__, operator, why))]
