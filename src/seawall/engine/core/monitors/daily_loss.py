"""What was lost since the day began, UTC, or since losses were last counted anew."""

from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor


def daily_loss(desk: Desk) -> Monitor | None:
    limit, unit = desk.limits.max_daily_loss, f"{desk.rates.currency} lost today"
    if limit is None:
        return None

    def measure(look: Look) -> list[Measure]:
        opened = look.risk.day_open
        return [Measure(0 if opened is None else opened - look.equity, limit, unit, money=True)]

    return measure
