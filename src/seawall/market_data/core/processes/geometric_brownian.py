"""Geometric Brownian motion: returns are normal, independent, and of one size for ever."""

from typing import ClassVar

import msgspec

from seawall.api.units import HOUR, PPB, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.processes.process import Moment, Step, over_step


class GeometricBrownian(msgspec.Struct, frozen=True, tag_field="kind", tag="geometric_brownian"):
    volatility: Ppb  # Standard deviation of an hour's return.
    drift: Ppb = 0  # Of an hour.

    diffuses: ClassVar[bool] = True

    def fault(self, step_ns: Nanos) -> str | None:
        return "volatility is negative" if self.volatility < 0 else None

    def begin(self) -> list[int]:
        return []

    def prepare(self, opening: int, step_ns: Nanos) -> Step:
        deviation, drift = over_step(self.volatility, step_ns), self.drift * step_ns // HOUR

        def step(moment: Moment, memory: list[int]) -> int:
            return drift + moment.normal * deviation // PPB

        return step
