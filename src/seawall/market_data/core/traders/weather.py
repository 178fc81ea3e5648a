"""How rough it is: the size of the latest moves against what is usual, both learned from the moves themselves. What makers shy from."""

import msgspec

from seawall.api.units import PPB, Price
from seawall.market_data.core.figures import Ppb

_STEP = PPB // 2  # Roughness is told in halves: a ladder is not rebuilt for less.


class WeatherSense(msgspec.Struct, frozen=True):
    short: int = 16  # Observations that "latest" and "usual" are averages of.
    long: int = 512
    widens_at: Ppb = 2 * PPB  # From so many times the usual on, quotes widen and thin in proportion,
    leaves_at: Ppb = 6 * PPB  # here they are withdrawn,
    returns_at: Ppb = 3 * PPB  # and here they come back.
    floor: Ppb = 20_000  # What is usual, at least: a share of the price.

    def fault(self) -> str | None:
        if not 0 < self.short < self.long:
            return "short must be above 0, and below long"
        if not 0 < self.widens_at <= self.leaves_at or not 0 < self.returns_at <= self.leaves_at:
            return "widens_at and returns_at must be above 0, and not above leaves_at"
        return "floor must be above 0" if self.floor <= 0 else None


class Weather(msgspec.Struct):
    last: Price = Price(0)
    seen: int = 0
    latest: int = 0  # Average moves, in parts per billion of the price.
    usual: int = 0
    away: bool = False  # Withdrawn.

    def observe(self, price: Price, sense: WeatherSense) -> None:
        if self.last:
            move = abs(price - self.last) * PPB // self.last
            self.seen = min(self.seen + 1, sense.long)
            self.latest += (move - self.latest) // min(self.seen, sense.short)
            self.usual += (move - self.usual) // self.seen
        self.last = price

    def roughness(self, sense: WeatherSense) -> int:
        """PPB: fair weather; more: by so much wider; 0: too rough to quote. In fair weather until something is known."""
        if self.seen <= sense.short:
            return PPB
        times = self.latest * PPB // max(self.usual, sense.floor)
        self.away = times >= (sense.returns_at if self.away else sense.leaves_at)
        if self.away:
            return 0
        return max(PPB, times * PPB // sense.widens_at // _STEP * _STEP)
