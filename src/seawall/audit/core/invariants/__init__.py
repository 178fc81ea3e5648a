"""The invariants that are on in every run. To add one: write a file here, add its maker to the tuple."""

from collections.abc import Callable, Mapping

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.message import Address
from seawall.audit.core.invariants.depth_contiguous import DepthContiguous
from seawall.audit.core.invariants.filled_within_order import FilledWithinOrder
from seawall.audit.core.invariants.fills_applied_once import FillsAppliedOnce
from seawall.audit.core.invariants.fills_once import FillsOnce
from seawall.audit.core.invariants.halt_respected import HaltRespected
from seawall.audit.core.invariants.invariant import Invariant
from seawall.audit.core.invariants.margin_conserved import MarginConserved
from seawall.audit.core.invariants.money_conserved import MoneyConserved
from seawall.audit.core.invariants.within_limits import WithinLimits
from seawall.audit.core.invariants.within_money_limits import Bounds, WithinMoneyLimits

Instruments = Mapping[InstrumentId, Instrument]
EngineLimits = Mapping[Address, Bounds]  # Of each engine in the world.

INVARIANTS: tuple[Callable[[Instruments, EngineLimits], Invariant], ...] = (
    lambda instruments, limits: MoneyConserved(instruments),
    lambda instruments, limits: MarginConserved(instruments),
    lambda instruments, limits: FillsOnce(),
    lambda instruments, limits: FillsAppliedOnce(tuple(limits)),
    lambda instruments, limits: FilledWithinOrder(instruments),
    lambda instruments, limits: HaltRespected(),
    lambda instruments, limits: WithinLimits(instruments, {engine: bounds.limits for engine, bounds in limits.items()}),
    lambda instruments, limits: WithinMoneyLimits(instruments, limits),
    lambda instruments, limits: DepthContiguous(),
)


def every_invariant(instruments: Instruments, limits: EngineLimits) -> list[Invariant]:
    return [make(instruments, limits) for make in INVARIANTS]


__all__ = ["INVARIANTS", "Bounds", "EngineLimits", "Instruments", "Invariant", "every_invariant"]
