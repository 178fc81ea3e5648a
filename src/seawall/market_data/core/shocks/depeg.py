"""A depeg: a currency that is worth one loses its hold, slowly and then faster, and comes back or does not.

What is quoted in it rises as it falls: prices are worth by worth.
"""

import msgspec

from seawall.api.units import HOUR, PPB, Currency, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.shocks.curve import Curve, Effect, factor_fault, first, timing_fault

PIECES = 8  # Of the way down, which is a parabola: half of the time, a quarter of the way.


class Depeg(msgspec.Struct, frozen=True, tag_field="kind", tag="depeg"):
    at: Nanos
    asset: Currency
    fall: Ppb  # Of the worth.
    over: Nanos = Nanos(36 * HOUR)
    holds: Nanos = Nanos(0)
    recovery: Ppb = 0  # How much of the fall comes back.
    recovers_over: Nanos = Nanos(12 * HOUR)
    volatility: Ppb = 5 * PPB  # What it multiplies with at the lowest.

    def fault(self) -> str | None:
        return first(
            (
                timing_fault(self.at, self.over, self.holds, self.recovers_over),
                None if 0 < self.fall < PPB else "fall must lie between 0 % and 100 %",
                None if 0 <= self.recovery <= PPB else "recovery must lie between 0 % and 100 %",
                "over: a depeg takes some time; a crash may be sudden" if self.over < PIECES else None,
                factor_fault("volatility", self.volatility),
            )
        )

    def curves(self) -> list[Curve]:
        return [
            Curve(Effect.WORTH, (self.asset,), self._points(PPB, PPB - self.fall)),
            Curve(Effect.VOLATILITY, (self.asset,), self._points(PPB, self.volatility)),
        ]

    def _points(self, start: int, peak: int) -> tuple[tuple[Nanos, int], ...]:
        down = [
            (Nanos(self.at + self.over * piece // PIECES), start + (peak - start) * piece * piece // (PIECES * PIECES))
            for piece in range(PIECES + 1)
        ]
        bottom = self.at + self.over + self.holds
        if self.holds:
            down.append((Nanos(bottom), peak))
        if self.recovery:
            down.append((Nanos(bottom + max(1, self.recovers_over)), peak + (start - peak) * self.recovery // PPB))
        return tuple(down)
