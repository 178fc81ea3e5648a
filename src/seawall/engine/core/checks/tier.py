"""A strategy that needs a tier which the desk's equity has not unlocked may only make its positions smaller."""

from seawall.api.instruments import Instrument
from seawall.api.risk import Tier
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.checks.reduce_only import room_to_reduce
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.engine.core.tiers import rank, threshold

SNIPER = Tier.SNIPER


def tier(desk: Desk, instrument: Instrument) -> Check | None:
    state, risk, limits, rates = desk.state, desk.state.risk, desk.limits, desk.rates
    if all(account.tier is SNIPER for account in state.strategies.values()):
        return None  # The gate is made anew when one starts that needs more.

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        needed = intent.account.tier
        if needed is SNIPER or (risk.tier is not None and rank(needed) <= rank(risk.tier)):
            return None
        if intent.closing or intent.amount <= room_to_reduce(desk, intent):
            return None
        least, equity = rates.as_float(threshold(limits, needed)), rates.as_float(risk.equity or 0)
        return Refusal("tier", BreachType.CIRCUIT_BREAKER, least, equity, f"{rates.currency} of equity that unlock the tier {needed}")

    return check
