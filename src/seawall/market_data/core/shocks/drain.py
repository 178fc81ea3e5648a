"""A drain: market makers show less of their usual size, down to nothing, and come back."""

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.units import MINUTE, PPB, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.shocks.curve import Curve, Effect, first, ramp, timing_fault


class Drain(msgspec.Struct, frozen=True, tag_field="kind", tag="drain"):
    at: Nanos
    to: Ppb  # What is left of the usual depth.
    over: Nanos = Nanos(MINUTE)
    holds: Nanos = Nanos(10 * MINUTE)
    recovers_over: Nanos = Nanos(10 * MINUTE)
    instruments: tuple[InstrumentId, ...] = ()  # None: all.

    def fault(self) -> str | None:
        return first(
            (
                timing_fault(self.at, self.over, self.holds, self.recovers_over),
                None if 0 <= self.to < PPB else "to must lie between 0 % and 100 %, and below 100 %",
            )
        )

    def curves(self) -> list[Curve]:
        points = ramp(self.at, self.over, self.holds, self.recovers_over, PPB, self.to, PPB)
        return [Curve(Effect.DEPTH, tuple(self.instruments), points)]
