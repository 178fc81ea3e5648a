"""Gross exposure in money: every instrument at the largest position its working orders could lead to.

An order that does not make its instrument's exposure larger passes even while the limit is broken.
"""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def total_notional(desk: Desk, instrument: Instrument) -> Check | None:
    limit, stake, rates = desk.limits.max_total_notional, desk.portfolio.stake_in(instrument), desk.rates
    if limit is None:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        _, _, value, more = stake(intent, now)
        if more <= 0 or (value is not None and value <= limit):
            return None
        shown = float("inf") if value is None else rates.as_float(value)
        return Refusal("total_notional", BreachType.NOTIONAL_LIMIT, rates.as_float(limit), shown, rates.currency)

    return check
