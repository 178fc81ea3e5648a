"""The largest single order of a symbol, in base currency."""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.runtime.floats import base_as_float


def order_quantity(desk: Desk) -> Check | None:
    limits = desk.limits.max_order_quantity
    if not limits:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        instrument, amount = intent.instrument, intent.amount
        limit = limits.get(instrument.symbol)
        if limit is None or amount <= limit:
            return None
        value = base_as_float(instrument, amount)
        return Refusal("order_quantity", BreachType.POSITION_LIMIT, base_as_float(instrument, limit), value, instrument.base)

    return check
