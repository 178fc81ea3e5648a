"""While trading is halted, nothing leaves."""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def halted(desk: Desk) -> Check:
    def check(intent: Intent, now: Nanos) -> Refusal | None:
        if not desk.halted:
            return None
        return Refusal("halted", BreachType.CIRCUIT_BREAKER, 0, 1, "halts")

    return check
