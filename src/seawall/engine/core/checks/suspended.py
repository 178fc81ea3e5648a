"""A strategy that a breaker has stopped orders nothing until somebody re-arms it by name, or its pause is over."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def suspended(desk: Desk, instrument: Instrument) -> Check:
    return _check


def _check(intent: Intent, now: Nanos) -> Refusal | None:
    suspension = intent.account.suspended
    if suspension is None or intent.closing or 0 < suspension.until <= now:
        return None
    return Refusal("suspended", BreachType.CIRCUIT_BREAKER, 0, 1, f"suspensions, by {suspension.breaker}")
