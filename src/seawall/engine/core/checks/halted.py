"""What may leave in which mode: while halted nothing, while liquidating or stopping only the engine's own closing orders."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.supervision import TradingMode
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal

RUNNING = TradingMode.RUNNING
_OPEN = (TradingMode.DEGRADED, TradingMode.REDUCE_ONLY)
_CLOSING = (TradingMode.LIQUIDATING, TradingMode.STOPPING)


def halted(desk: Desk, instrument: Instrument) -> Check:
    state = desk.state

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        mode = state.mode
        if mode is RUNNING or mode in _OPEN or (intent.closing and mode in _CLOSING):
            return None
        return Refusal("halted", BreachType.CIRCUIT_BREAKER, 0, 1, "halts")

    return check
