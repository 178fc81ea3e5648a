"""What each strategy has lost within the rapid window, as a part of the capital, from the highest point in it."""

from seawall.api.units import BASIS_POINTS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor


def rapid_drawdown(desk: Desk) -> Monitor | None:
    limit = desk.limits.rapid_drawdown_bps
    if limit is None:
        return None
    unit = f"basis points of the capital lost in {desk.limits.rapid_window // 1_000_000_000} s"

    def measure(look: Look) -> list[Measure]:
        found = []
        for scope, track in look.risk.strategies.items():
            highest = max((profit for _, profit in track.samples), default=track.profit)
            found.append(Measure((highest - track.profit) * BASIS_POINTS // look.opening, limit, unit, scope))
        return found

    return measure
