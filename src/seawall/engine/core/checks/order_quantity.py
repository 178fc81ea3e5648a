"""The largest single order of a symbol, in base currency."""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Intent, Refusal
from seawall.runtime.floats import base_as_float


def order_quantity(intent: Intent, desk: Desk, now: Nanos) -> Refusal | None:
    instrument = intent.instrument
    limit = desk.limits.max_order_quantity.get(instrument.symbol)
    amount = intent.amount
    if limit is None or amount <= limit:
        return None
    value = base_as_float(instrument, amount)
    return Refusal("order_quantity", BreachType.POSITION_LIMIT, base_as_float(instrument, limit), value, instrument.base)
