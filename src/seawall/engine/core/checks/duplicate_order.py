"""The same order twice within a moment is a mistake: same strategy, instrument, side, quantity and price."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.runtime.floats import seconds


def duplicate_order(desk: Desk, instrument: Instrument) -> Check | None:
    window = desk.limits.duplicate_window
    if window is None:
        return None
    key = instrument.id

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        last = intent.account.sent_at.get((key, intent.side, intent.quantity, intent.price))
        if last is None or intent.closing or now - last >= window:
            return None
        return Refusal("duplicate_order", BreachType.ORDER_RATE, seconds(window), seconds(now - last), "seconds since the same order")

    return check
