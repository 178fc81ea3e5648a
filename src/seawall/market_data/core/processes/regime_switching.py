"""Regime switching: calm and stormy times, each with its own volatility and drift, that last for a random while."""

from typing import ClassVar

import msgspec

from seawall.api.units import HOUR, PPB, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.processes.process import Moment, Step, over_step


class Regime(msgspec.Struct, frozen=True):
    volatility: Ppb  # Standard deviation of an hour's return.
    lasts: Nanos  # On average.
    drift: Ppb = 0


class RegimeSwitching(msgspec.Struct, frozen=True, tag_field="kind", tag="regime_switching"):
    regimes: tuple[Regime, ...]  # The first is the one it begins with; after one comes any of the others, all equally likely.

    diffuses: ClassVar[bool] = True

    def fault(self, step_ns: Nanos) -> str | None:
        if len(self.regimes) < 2:
            return "regimes: two or more are needed to switch between"
        if any(regime.volatility < 0 for regime in self.regimes):
            return "a regime's volatility is negative"
        return f"a regime lasts less than a step of {step_ns} ns" if any(regime.lasts < step_ns for regime in self.regimes) else None

    def begin(self) -> list[int]:
        return [0]

    def prepare(self, opening: int, step_ns: Nanos) -> Step:
        walks = [(over_step(regime.volatility, step_ns), regime.drift * step_ns // HOUR, regime.lasts) for regime in self.regimes]

        def step(moment: Moment, memory: list[int]) -> int:
            rng, current = moment.rng, memory[0]
            if rng.below(walks[current][2]) < step_ns:
                current = memory[0] = (current + 1 + rng.below(len(walks) - 1)) % len(walks)
            deviation, drift, _ = walks[current]
            return drift + moment.normal * deviation // PPB

        return step
