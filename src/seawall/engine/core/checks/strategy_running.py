"""Only a strategy that has started, and neither stopped nor failed, may order. What closes its positions leaves all the same."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def strategy_running(desk: Desk, instrument: Instrument) -> Check:
    return _check


def _check(intent: Intent, now: Nanos) -> Refusal | None:
    if intent.account.running or intent.closing:
        return None
    return Refusal("strategy_running", BreachType.CIRCUIT_BREAKER, 1, 0, "running strategies")
