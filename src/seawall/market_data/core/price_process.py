"""What assets are worth, moment by moment: their processes, correlated and shocked, and the venues' small disagreements about them.

Worth is counted in trillionths of the unit of account, a currency that is no asset is worth one. Knows no machines and no messages.
"""

from collections.abc import Mapping, Sequence
from math import isqrt

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, Venue
from seawall.api.units import PPB, Currency, Nanos, Price
from seawall.market_data.core.correlation import Correlated, weights
from seawall.market_data.core.figures import WORTH, Amount, Ppb
from seawall.market_data.core.processes import AnyProcess
from seawall.market_data.core.processes.process import PPM, Moment
from seawall.market_data.core.shocks.curve import Curve, Effect
from seawall.runtime.rng import Rng

HIGHEST = 1 << 62
FURTHEST = PPB * 9 // 10  # That one step may change a worth by, downwards: it never reaches nothing.


class Asset(msgspec.Struct, frozen=True):
    currency: Currency
    opening: Amount  # Worth at the start.
    processes: tuple[AnyProcess, ...]


class Disagreement(msgspec.Struct, frozen=True):
    """How far a venue's price strays from the worth, and how soon it comes back."""

    deviation: Ppb = 0
    reverts_over: Nanos = Nanos(1)  # The time in which it forgets most of what it was.


class PriceState(msgspec.Struct):
    rng: Rng
    worth: dict[Currency, int]
    memory: dict[Currency, list[list[int]]]  # Of each process.
    premium: dict[InstrumentId, int]  # Of the venue's price over the worth, in parts per billion.
    since: Nanos = Nanos(0)  # The market opened.


class PriceProcess:
    """`step` moves everything on by `step_ns`; `price` reads. Assets and instruments draw in the order given.

    Raises: ValueError: correlations that contradict each other.
    """

    def __init__(
        self,
        assets: Sequence[Asset],
        correlation: Sequence[Correlated],
        instruments: Sequence[Instrument],
        disagreement: Mapping[Venue, Disagreement],
        curves: Sequence[Curve],
        step_ns: Nanos,
    ) -> None:
        self.instruments = {instrument.id: instrument for instrument in instruments}
        self._assets = assets
        self._weights = weights([asset.currency for asset in assets], correlation)
        self._steps = [[process.prepare(asset.opening, step_ns) for process in asset.processes] for asset in assets]
        self._premiums = {}
        for key, instrument in self.instruments.items():
            strays = disagreement.get(instrument.venue, Disagreement())
            reversion = max(1, strays.reverts_over // step_ns)  # In steps.
            self._premiums[key] = reversion, strays.deviation * isqrt(2 * PPM * PPM // reversion) // PPM
        self._curves = {effect: [curve for curve in curves if curve.effect is effect] for effect in Effect}
        self._step_ns = step_ns
        self._moment = Moment()

    def begin(self, rng: Rng) -> PriceState:
        memory = {asset.currency: [process.begin() for process in asset.processes] for asset in self._assets}
        return PriceState(rng, {asset.currency: asset.opening for asset in self._assets}, memory, dict.fromkeys(self.instruments, 0))

    def step(self, state: PriceState) -> None:
        moment, rng, worth, premium = self._moment, state.rng, state.worth, state.premium
        state.since = Nanos(state.since + self._step_ns)
        moment.rng, moment.changes = rng, {}
        drawn: list[int] = []
        for asset, row, steps in zip(self._assets, self._weights, self._steps, strict=True):
            drawn.append(int(rng.normal() * PPB))
            normal = 0
            for weight, draw in zip(row, drawn, strict=True):
                normal += weight * draw
            currency = asset.currency
            moment.worth = worth[currency]
            moment.volatility = self.effect(state, Effect.VOLATILITY, currency)
            moment.normal = normal // PPB * moment.volatility // PPB
            change = 0
            for step, memory in zip(steps, state.memory[currency], strict=True):
                change += step(moment, memory)
            moment.changes[currency] = change
            worth[currency] = min(HIGHEST, max(1, moment.worth * (PPB + max(-FURTHEST, change)) // PPB))
        for key, (reversion, nudge) in self._premiums.items():
            if nudge:
                value = premium[key]
                premium[key] = max(-FURTHEST, value - value // reversion + int(rng.normal() * nudge))

    def effect(self, state: PriceState, effect: Effect, of: str) -> int:
        """What the shocks of this moment make of it. Factors multiply, premiums add."""
        value = effect.neutral
        for curve in self._curves[effect]:
            if not curve.of or of in curve.of:
                one = curve.value(state.since)
                value = value + one if effect is Effect.PREMIUM else value * one // PPB
        return value

    def worth(self, state: PriceState, currency: Currency) -> int:
        """As the market sees it, shocks included."""
        worth = state.worth.get(currency)
        if worth is None:
            return WORTH
        return max(1, worth * self.effect(state, Effect.WORTH, currency) // PPB) if self._curves[Effect.WORTH] else worth

    def price(self, state: PriceState, key: InstrumentId) -> Price:
        """The nearest tick, at least one."""
        instrument = self.instruments[key]
        premium = state.premium[key] + self.effect(state, Effect.PREMIUM, key)
        worth = self.worth(state, instrument.base) * max(1, PPB + premium)
        ticks_in_one = PPB * self.worth(state, instrument.quote) * instrument.tick
        return Price(max(1, (2 * worth * instrument.price_scale + ticks_in_one) // (2 * ticks_in_one)))
