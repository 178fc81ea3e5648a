"""Gross exposure in money: every instrument at the largest position its working orders could lead to.

An order that does not make its instrument's exposure larger passes even while the limit is broken.
"""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Intent, Refusal


def total_notional(intent: Intent, desk: Desk, now: Nanos) -> Refusal | None:
    limit = desk.limits.max_total_notional
    if limit is None:
        return None
    exposure = desk.exposures.by_instrument[intent.instrument.id]
    before, after = exposure.reach, exposure.reach_with(intent.side, intent.amount)
    if after <= before:
        return None
    value = desk.portfolio.gross_notional(after - before, intent.instrument)
    if value is not None and value <= limit:
        return None
    rates = desk.rates
    shown = float("inf") if value is None else rates.as_float(value)
    return Refusal("total_notional", BreachType.NOTIONAL_LIMIT, rates.as_float(limit), shown, rates.currency)
