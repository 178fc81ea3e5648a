"""A path of one's own: any effect, point by point. What the other shocks are made of."""

from itertools import pairwise

import msgspec

from seawall.api.units import PPB, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.shocks.curve import Curve, Effect


class Point(msgspec.Struct, frozen=True):
    at: Nanos
    value: Ppb  # In parts per billion: of the worth, the volatility and so on as it would be; a premium as it is.


class Path(msgspec.Struct, frozen=True, tag_field="kind", tag="path"):
    effect: Effect
    points: tuple[Point, ...]
    of: tuple[str, ...] = ()  # Assets for worth and volatility, else instruments; none: all.

    def fault(self) -> str | None:
        if not self.points:
            return "points: at least one is needed"
        if self.points[0].at < 0 or any(one.at >= other.at for one, other in pairwise(self.points)):
            return "points: their times begin at 0 or later and rise"
        least = 1 - PPB if self.effect is Effect.PREMIUM else int(self.effect is Effect.WORTH)
        return None if all(point.value >= least for point in self.points) else f"points: a {self.effect} cannot be so low"

    def curves(self) -> list[Curve]:
        return [Curve(self.effect, tuple(self.of), tuple((point.at, point.value) for point in self.points))]
