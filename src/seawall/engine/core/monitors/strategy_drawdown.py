"""How far each strategy's profit has come down from its highest, as a part of the capital."""

from seawall.api.units import BASIS_POINTS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor


def strategy_drawdown(desk: Desk) -> Monitor | None:
    limit, unit = desk.limits.max_strategy_drawdown_bps, "basis points of the capital below the strategy's highest"
    if limit is None:
        return None

    def measure(look: Look) -> list[Measure]:
        tracks = look.risk.strategies.items()
        return [Measure((track.peak - track.profit) * BASIS_POINTS // look.opening, limit, unit, scope) for scope, track in tracks]

    return measure
