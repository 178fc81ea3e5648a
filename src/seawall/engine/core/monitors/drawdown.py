"""How far the portfolio has come down from its highest."""

from seawall.api.units import BASIS_POINTS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor


def drawdown(desk: Desk) -> Monitor | None:
    limit = desk.limits.max_drawdown_bps
    if limit is None:
        return None

    def measure(look: Look) -> list[Measure]:
        peak = look.risk.peak
        if peak is None or peak <= 0:
            return []
        return [Measure((peak - look.equity) * BASIS_POINTS // peak, limit, "basis points below the highest")]

    return measure
