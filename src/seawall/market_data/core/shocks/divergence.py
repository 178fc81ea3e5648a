"""A divergence: some instruments (a venue, a future) leave the worth that the others keep to, and come back."""

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.units import HOUR, MINUTE, PPB, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.shocks.curve import Curve, Effect, first, ramp, timing_fault


class Divergence(msgspec.Struct, frozen=True, tag_field="kind", tag="divergence"):
    at: Nanos
    instruments: tuple[InstrumentId, ...]
    by: Ppb  # Negative: below the others.
    over: Nanos = Nanos(10 * MINUTE)
    holds: Nanos = Nanos(HOUR)
    recovers_over: Nanos = Nanos(50 * MINUTE)

    def fault(self) -> str | None:
        return first(
            (
                timing_fault(self.at, self.over, self.holds, self.recovers_over),
                None if self.instruments else "instruments: name those that leave the others",
                None if -PPB < self.by < 10 * PPB and self.by else "by must lie between -100 % and 1000 %, and not be nothing",
            )
        )

    def curves(self) -> list[Curve]:
        points = ramp(self.at, self.over, self.holds, self.recovers_over, 0, self.by, 0)
        return [Curve(Effect.PREMIUM, tuple(self.instruments), points)]
