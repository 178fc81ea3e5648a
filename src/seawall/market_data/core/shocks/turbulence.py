"""Turbulence: everything moves more, and trades more, without going anywhere."""

import msgspec

from seawall.api.units import MINUTE, PPB, Currency, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.shocks.curve import Curve, Effect, factor_fault, first, ramp, timing_fault


class Turbulence(msgspec.Struct, frozen=True, tag_field="kind", tag="turbulence"):
    at: Nanos
    volatility: Ppb  # What it multiplies with.
    flow: Ppb = PPB  # The same for how often others trade.
    over: Nanos = Nanos(MINUTE)
    holds: Nanos = Nanos(10 * MINUTE)
    recovers_over: Nanos = Nanos(10 * MINUTE)
    assets: tuple[Currency, ...] = ()  # None: all.

    def fault(self) -> str | None:
        return first(
            (
                timing_fault(self.at, self.over, self.holds, self.recovers_over),
                factor_fault("volatility", self.volatility),
                factor_fault("flow", self.flow),
            )
        )

    def curves(self) -> list[Curve]:
        def points(factor: int) -> tuple[tuple[Nanos, int], ...]:
            return ramp(self.at, self.over, self.holds, self.recovers_over, PPB, factor, PPB)

        curves = [Curve(Effect.VOLATILITY, tuple(self.assets), points(self.volatility))]
        return curves if self.flow == PPB else [*curves, Curve(Effect.FLOW, (), points(self.flow))]
