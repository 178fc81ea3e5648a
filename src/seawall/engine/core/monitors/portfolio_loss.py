"""What the portfolio has lost of its capital, since the start or since losses were last counted anew."""

from seawall.api.units import BASIS_POINTS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor


def portfolio_loss(desk: Desk) -> Monitor | None:
    limit = desk.limits.max_portfolio_loss_bps
    if limit is None:
        return None

    def measure(look: Look) -> list[Measure]:
        base = look.risk.base
        lost = 0 if base is None else base - look.equity
        return [Measure(lost * BASIS_POINTS // look.opening, limit, "basis points of the capital lost")]

    return measure
