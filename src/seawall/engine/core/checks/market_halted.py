"""An instrument that its venue has halted gets no orders: they would only be refused there. Made only while it is."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Refusal


def market_halted(desk: Desk, instrument: Instrument) -> Check | None:
    why = desk.state.markets[instrument.id].halted
    if not why:
        return None
    refusal = Refusal("market_halted", BreachType.CIRCUIT_BREAKER, 0, 1, f"halts of {instrument.id}: {why}")
    return lambda intent, now: refusal
