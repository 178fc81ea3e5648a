"""What assets are worth, moment by moment: seeded random walks that share a common factor, and the venues' small disagreements about them.

Worth is counted in billionths of the quote currency, returns in parts per billion. Knows no machines, no messages, no time but the step.
"""

from collections.abc import Sequence
from math import isqrt

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, Symbol
from seawall.api.units import BASIS_POINTS, HOUR, PPB, Nanos, Price
from seawall.runtime.rng import Rng

PPM = 1_000_000
_BPS = PPB // BASIS_POINTS  # One basis point in parts per billion.


class Walk(msgspec.Struct, frozen=True):
    """How one asset moves."""

    symbol: Symbol
    opening: int  # Worth at the start.
    volatility_bps: int  # Standard deviation of an hour's return.
    common_ppm: int = 700_000  # How much of that is the factor that all assets share: their correlation to it.
    jump_ppm: int = 0  # Chance of a jump, each step.
    jump_bps: int = 0  # Its standard deviation.


class Disagreement(msgspec.Struct, frozen=True):
    """How far one venue's price strays from the worth, and how soon it comes back."""

    deviation_bps: int
    reversion_ns: Nanos  # The time in which it forgets most of what it was.


class PriceState(msgspec.Struct):
    rng: Rng
    worth: dict[Symbol, int]
    premium: dict[InstrumentId, int]  # Of the venue's price over the worth, in parts per billion.


class PriceProcess:
    """`step` moves everything on by `step_ns`; `price` reads. Assets and instruments draw in the order given."""

    def __init__(self, walks: Sequence[Walk], instruments: Sequence[Instrument], disagreement: Disagreement, step_ns: Nanos) -> None:
        self._instruments = {instrument.id: instrument for instrument in instruments}
        self._walks = [(walk, *_shares(walk, step_ns)) for walk in walks]
        self._reversion = max(1, disagreement.reversion_ns // step_ns)  # In steps.
        self._nudge = disagreement.deviation_bps * _BPS * isqrt(2 * PPM * PPM // self._reversion) // PPM
        self._opening = {walk.symbol: walk.opening for walk in walks}

    def begin(self, rng: Rng) -> PriceState:
        return PriceState(rng, dict(self._opening), dict.fromkeys(self._instruments, 0))

    def step(self, state: PriceState) -> None:
        rng, worth, premium = state.rng, state.worth, state.premium
        common = rng.normal()
        for walk, shared, own in self._walks:
            change = int(common * shared) + int(rng.normal() * own)
            if walk.jump_ppm and rng.below(PPM) < walk.jump_ppm:
                change += int(rng.normal() * walk.jump_bps * _BPS)
            worth[walk.symbol] = max(1, worth[walk.symbol] * (PPB + change) // PPB)
        for key, value in premium.items():
            premium[key] = value - value // self._reversion + int(rng.normal() * self._nudge)

    def price(self, state: PriceState, key: InstrumentId) -> Price:
        """The nearest tick, at least one."""
        instrument = self._instruments[key]
        worth = state.worth[instrument.symbol] * (PPB + state.premium[key])
        ticks_in_one = PPB * PPB * instrument.tick
        return Price(max(1, (2 * worth * instrument.price_scale + ticks_in_one) // (2 * ticks_in_one)))


def _shares(walk: Walk, step_ns: Nanos) -> tuple[int, int]:
    """The step's standard deviation in parts per billion, split into the common and the asset's own."""
    deviation = walk.volatility_bps * _BPS * isqrt(PPM * PPM * step_ns // HOUR) // PPM
    return deviation * walk.common_ppm // PPM, deviation * isqrt(PPM * PPM - walk.common_ppm * walk.common_ppm) // PPM
