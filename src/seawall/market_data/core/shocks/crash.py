"""A crash: assets fall together, volatility and trading rise with it; later, some of it comes back, or nothing."""

import msgspec

from seawall.api.units import MINUTE, PPB, Currency, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.shocks.curve import Curve, Effect, factor_fault, first, ramp, timing_fault


class Crash(msgspec.Struct, frozen=True, tag_field="kind", tag="crash"):
    at: Nanos  # Since the market opened, and so in every shock.
    fall: Ppb  # Of the worth.
    over: Nanos = Nanos(30 * MINUTE)
    assets: tuple[Currency, ...] = ()  # None: all.
    holds: Nanos = Nanos(0)
    recovery: Ppb = 0  # How much of the fall comes back.
    recovers_over: Nanos = Nanos(60 * MINUTE)
    volatility: Ppb = 3 * PPB  # What it multiplies with while the worth falls.
    flow: Ppb = 2 * PPB

    def fault(self) -> str | None:
        return first(
            (
                timing_fault(self.at, self.over, self.holds, self.recovers_over),
                None if 0 < self.fall < PPB else "fall must lie between 0 % and 100 %",
                None if 0 <= self.recovery <= PPB else "recovery must lie between 0 % and 100 %",
                factor_fault("volatility", self.volatility),
                factor_fault("flow", self.flow),
            )
        )

    def curves(self) -> list[Curve]:
        low = PPB - self.fall
        end = low + self.fall * self.recovery // PPB
        calm = max(self.recovers_over, self.over // 2)  # Storms end slower than they begin.
        curves = [Curve(Effect.WORTH, self.assets, ramp(self.at, self.over, self.holds, self.recovers_over, PPB, low, end))]
        for effect, factor in ((Effect.VOLATILITY, self.volatility), (Effect.FLOW, self.flow)):
            if factor != PPB:
                points = ((self.at, factor), (Nanos(self.at + self.over + self.holds), factor), (Nanos(self.at + self.over + calm), PPB))
                of = self.assets if effect.of_assets else ()
                curves.append(Curve(effect, of, _rising(points)))
        return curves


def _rising(points: tuple[tuple[Nanos, int], ...]) -> tuple[tuple[Nanos, int], ...]:
    """Without the stretches that take no time, or would run backwards."""
    kept: list[tuple[Nanos, int]] = []
    for at, value in points:
        if kept and at <= kept[-1][0]:
            kept[-1] = (kept[-1][0], value)
        else:
            kept.append((at, value))
    return tuple(kept)
