"""A value over time, piecewise straight: what every shock comes down to, and what the price process reads."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

import msgspec

from seawall.api.units import PPB, Nanos


class Effect(StrEnum):
    """What a curve changes. All but `premium` are factors that multiply, in parts per billion; `premium` is added."""

    WORTH = "worth"  # Of assets.
    VOLATILITY = "volatility"  # Of assets.
    PREMIUM = "premium"  # Of instruments, over the worth: one venue, or a future, alone.
    DEPTH = "depth"  # Of instruments: how much of their usual size market makers show.
    FLOW = "flow"  # Of instruments: how much more often others trade.

    @property
    def of_assets(self) -> bool:
        return self in (Effect.WORTH, Effect.VOLATILITY)

    @property
    def neutral(self) -> int:
        return 0 if self is Effect.PREMIUM else PPB


class Curve(msgspec.Struct, frozen=True):
    """Neutral up to the first point, at the last point's value after it: a crash that does not recover stays."""

    effect: Effect
    of: tuple[str, ...]  # Assets or instruments; none: all.
    points: tuple[tuple[Nanos, int], ...]  # Since the market opened; times rise.

    def value(self, since: Nanos) -> int:
        points = self.points
        if since < points[0][0]:
            return self.effect.neutral
        for (begin, low), (end, high) in pairwise(points):
            if since < end:
                return low + (high - low) * (since - begin) // (end - begin)
        return points[-1][1]


def ramp(at: Nanos, over: Nanos, holds: Nanos, recovers_over: Nanos, start: int, peak: int, end: int) -> tuple[tuple[Nanos, int], ...]:
    """From `start` to `peak`, a while there, then to `end`. A stretch that takes no time is a step."""
    points = [(at, start)] if over else []
    points.append((Nanos(at + over), peak))
    if end != peak:
        if holds or not recovers_over:
            points.append((Nanos(at + over + holds), peak))
        points.append((Nanos(at + over + holds + recovers_over), end))
    return tuple(points)


def timing_fault(at: Nanos, *stretches: Nanos) -> str | None:
    return "a time is negative" if min(at, *stretches) < 0 else None


def factor_fault(name: str, factor: int) -> str | None:
    return f"{name} is negative" if factor < 0 else None


def first(faults: Sequence[str | None]) -> str | None:
    return next((fault for fault in faults if fault is not None), None)
