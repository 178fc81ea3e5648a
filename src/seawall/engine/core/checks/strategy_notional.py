"""Gross exposure of one strategy in money, with all that its working orders could lead to."""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def strategy_notional(desk: Desk) -> Check | None:
    limit, portfolio, rates, mine = desk.limits.max_strategy_notional, desk.portfolio, desk.rates, desk.exposures.of_strategy
    if limit is None:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        held = mine.get(intent.account.address, {})
        own = held.get(intent.instrument.id)
        more = intent.amount if own is None else own.reach_with(intent.side, intent.amount) - own.reach
        if more <= 0:
            return None
        total = portfolio.worth_of_all(held, intent.instrument.id, more)
        if total is not None and total <= limit:
            return None
        shown = float("inf") if total is None else rates.as_float(total)
        return Refusal("strategy_notional", BreachType.NOTIONAL_LIMIT, rates.as_float(limit), shown, rates.currency)

    return check
