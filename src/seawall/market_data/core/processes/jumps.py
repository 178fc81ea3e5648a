"""Jumps (Merton's addition to a diffusion): now and then the worth moves at once. Arrivals are independent of everything."""

from typing import ClassVar

import msgspec

from seawall.api.units import HOUR, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.processes.process import Moment, Step, arrivals, random_size


class Jumps(msgspec.Struct, frozen=True, tag_field="kind", tag="jumps"):
    per_hour: Ppb  # How many on average.
    deviation: Ppb  # Of a jump.
    mean: Ppb = 0  # Negative: downward jumps are more common.

    diffuses: ClassVar[bool] = False

    def fault(self, step_ns: Nanos) -> str | None:
        return "per_hour or deviation is negative" if self.per_hour < 0 or self.deviation < 0 else None

    def begin(self) -> list[int]:
        return []

    def prepare(self, opening: int, step_ns: Nanos) -> Step:
        expected, mean, deviation = self.per_hour * step_ns // HOUR, self.mean, self.deviation

        def step(moment: Moment, memory: list[int]) -> int:
            change = 0
            for _ in range(arrivals(expected, moment.rng)):
                change += mean + random_size(deviation, moment)
            return change

        return step
