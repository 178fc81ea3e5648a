"""With `ENABLE_PRE_TRADE_RISK=false` the engine only observes: without checks nothing leaves."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def observe_only(desk: Desk, instrument: Instrument) -> Check | None:
    return None if desk.settings.switches.pre_trade_risk else _refuse


def _refuse(intent: Intent, now: Nanos) -> Refusal | None:
    return Refusal("observe_only", BreachType.CIRCUIT_BREAKER, 0, 1, "orders while only observing")
