"""What each strategy has lost, since its first trade or since losses were last counted anew."""

from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor


def strategy_loss(desk: Desk) -> Monitor | None:
    limit, unit = desk.limits.max_strategy_loss, f"{desk.rates.currency} lost by the strategy"
    if limit is None:
        return None

    def measure(look: Look) -> list[Measure]:
        return [Measure(track.base - track.profit, limit, unit, scope, money=True) for scope, track in look.risk.strategies.items()]

    return measure
