"""An instrument that its venue has halted gets no orders: they would only be refused there. Made only while one is."""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def market_halted(desk: Desk) -> Check | None:
    return _check if any(market.halted for market in desk.state.markets.values()) else None


def _check(intent: Intent, now: Nanos) -> Refusal | None:
    why = intent.market.halted
    return Refusal("market_halted", BreachType.CIRCUIT_BREAKER, 0, 1, f"halts of {intent.instrument.id}: {why}") if why else None
