"""Mean reversion (Ornstein-Uhlenbeck): strays from its opening and is pulled back, as a currency that is pegged to another does."""

from math import isqrt
from typing import ClassVar

import msgspec

from seawall.api.units import PPB, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.processes.process import PPM, Moment, Step


class MeanReversion(msgspec.Struct, frozen=True, tag_field="kind", tag="mean_reversion"):
    deviation: Ppb  # How far from the opening it is, as a standard deviation in the long run.
    reverts_over: Nanos  # The time in which it forgets most of what it was.

    diffuses: ClassVar[bool] = True

    def fault(self, step_ns: Nanos) -> str | None:
        if self.deviation < 0:
            return "deviation is negative"
        return f"reverts_over is shorter than a step of {step_ns} ns" if self.reverts_over < step_ns else None

    def begin(self) -> list[int]:
        return []

    def prepare(self, opening: int, step_ns: Nanos) -> Step:
        steps = self.reverts_over // step_ns
        nudge = self.deviation * isqrt(2 * PPM * PPM // steps) // PPM

        def step(moment: Moment, memory: list[int]) -> int:
            return (opening - moment.worth) * PPB // (moment.worth * steps) + moment.normal * nudge // PPB

        return step
