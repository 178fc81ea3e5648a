"""How much the two largest positions are one: the correlation of their prices' moves over the last hour, minute by minute. Positions on the
same side of markets that move together, or on opposite sides of markets that move apart, count as positive.
"""

from itertools import pairwise
from math import isqrt

from seawall.api.units import BASIS_POINTS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor

FEWEST = 20  # Moves, before anything is said.


def correlation(desk: Desk) -> Monitor | None:
    limit, portfolio = desk.limits.max_correlation_bps, desk.portfolio
    if limit is None:
        return None

    def measure(look: Look) -> list[Measure]:
        held: dict[str, tuple[int, str, int]] = {}  # Symbol -> worth, the instrument it is measured by, position.
        for key, exposure in portfolio.exposures.by_instrument.items():
            worth = portfolio.worth_of(key, abs(exposure.position)) if exposure.position else 0
            symbol = portfolio.instruments[key].symbol
            if worth and worth > held.get(symbol, (0, "", 0))[0]:
                held[symbol] = worth, key, exposure.position
        largest = sorted(held.values(), key=lambda each: -each[0])[:2]
        if len(largest) < 2:
            return []
        (_, one, first), (_, other, second) = largest
        found = coefficient_bps(moves(look.risk.minutes.get(one, [])), moves(look.risk.minutes.get(other, [])))  # type: ignore[call-overload]
        if found is None:
            return []
        return [Measure(found if (first > 0) == (second > 0) else -found, limit, f"basis points of correlation between {one} and {other}")]

    return measure


def moves(marks: list[int]) -> list[int]:
    """From each mark to the next, in millionths."""
    return [(after - before) * 1_000_000 // before for before, after in pairwise(marks)]


def coefficient_bps(xs: list[int], ys: list[int]) -> int | None:
    """Pearson's, in basis points, towards zero; None: too little is known, or one of them never moved."""
    n = min(len(xs), len(ys))
    if n < FEWEST:
        return None
    xs, ys = xs[-n:], ys[-n:]
    sx, sy = sum(xs), sum(ys)
    covariance = n * sum(x * y for x, y in zip(xs, ys, strict=True)) - sx * sy
    spread = (n * sum(x * x for x in xs) - sx * sx) * (n * sum(y * y for y in ys) - sy * sy)
    if not spread:
        return None
    found = isqrt(covariance * covariance * BASIS_POINTS * BASIS_POINTS // spread)
    return found if covariance > 0 else -found
