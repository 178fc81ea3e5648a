"""The operators' commands: halt and resume, write off an order. Each names who gave it, and what it did is told to the projections."""

from typing import TYPE_CHECKING

from seawall.api.message import Envelope
from seawall.api.projections import PROJECTIONS
from seawall.api.risk import HaltTrading, ResumeTrading, TradingHalted, TradingResumed, WriteOffOrder
from seawall.api.units import Nanos
from seawall.engine.core.parts.part import Part

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine


class Operations(Part):
    def __init__(self) -> None:
        self.handlers = {
            HaltTrading: self._halt,
            ResumeTrading: self._resume,
            WriteOffOrder: self._write_off,
        }

    def attach(self, engine: "Engine") -> None:
        self.engine, self.state, self.entry, self.reconciliation = engine, engine.state, engine.entry, engine.reconciliation

    def _halt(self, command: HaltTrading, now: Nanos) -> list[Envelope]:
        if self.state.halt is not None:
            return []
        self.state.halt = TradingHalted(command.operator, command.reason)
        self.engine.halted = True
        return [Envelope(PROJECTIONS, self.state.halt), *self.entry.cancel_all(now)]

    def _resume(self, command: ResumeTrading, now: Nanos) -> list[Envelope]:
        if self.state.halt is None or not command.operator.strip():
            return []
        self.state.halt = None
        self.engine.halted = False
        return [Envelope(PROJECTIONS, TradingResumed(command.operator, command.reason))]

    def _write_off(self, command: WriteOffOrder, now: Nanos) -> list[Envelope]:
        return self.reconciliation.write_off(command, now)
