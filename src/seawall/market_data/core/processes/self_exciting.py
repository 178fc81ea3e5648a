"""Self-exciting moves (a Hawkes process): each move makes further ones more likely for a while, so that they come in clusters."""

from typing import ClassVar

import msgspec

from seawall.api.units import HOUR, PPB, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.processes.process import Moment, Step, arrivals, random_size


class SelfExciting(msgspec.Struct, frozen=True, tag_field="kind", tag="self_exciting"):
    per_hour: Ppb  # Moves that come of themselves.
    echoes: Ppb  # How many further moves one causes, directly, on average: below one, or it would never calm down.
    fades_over: Nanos  # The time in which most of them come.
    deviation: Ppb  # Of a move.

    diffuses: ClassVar[bool] = False

    def fault(self, step_ns: Nanos) -> str | None:
        if self.per_hour < 0 or self.deviation < 0:
            return "per_hour or deviation is negative"
        if not 0 <= self.echoes < PPB:
            return "echoes must lie between 0 and 1, and below 1: otherwise the moves would never end"
        return f"fades_over is shorter than a step of {step_ns} ns" if self.fades_over < step_ns else None

    def begin(self) -> list[int]:
        return [0]  # Arrivals expected in this step beyond those that come of themselves.

    def prepare(self, opening: int, step_ns: Nanos) -> Step:
        base, fades, step_of = self.per_hour * step_ns // HOUR, self.fades_over, step_ns
        kick, deviation = self.echoes * step_ns // self.fades_over, self.deviation

        def step(moment: Moment, memory: list[int]) -> int:
            excited = memory[0]
            count = arrivals(base + excited, moment.rng)
            memory[0] = excited - excited * step_of // fades + count * kick
            change = 0
            for _ in range(count):
                change += random_size(deviation, moment)
            return change

        return step
