"""The largest single order of a symbol, in base currency."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.runtime.floats import base_as_float


def order_quantity(desk: Desk, instrument: Instrument) -> Check | None:
    limit = desk.limits.max_order_quantity.get(instrument.symbol)
    if limit is None:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        amount = intent.amount
        if amount <= limit:
            return None
        value = base_as_float(instrument, amount)
        return Refusal("order_quantity", BreachType.POSITION_LIMIT, base_as_float(instrument, limit), value, instrument.base)

    return check
