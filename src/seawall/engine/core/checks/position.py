"""The position of a symbol over all venues and strategies, counting all that working and unknown orders may still fill.

An order that leads back towards zero passes even while the limit is broken.
"""

from seawall.api.instruments import Instrument
from seawall.api.orders import Side
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.runtime.floats import base_as_float

BUY = Side.BUY


def position(desk: Desk, instrument: Instrument) -> Check | None:
    own, exposure = desk.limits.position.get(instrument.symbol), desk.exposures.by_symbol[instrument.symbol]
    if own is None:
        return None
    max_long, max_short = own.max_long, own.max_short

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        if intent.side is BUY:
            limit, reached = max_long, exposure.position + exposure.buying + intent.amount
        else:
            limit, reached = max_short, exposure.selling + intent.amount - exposure.position
        if limit is None or reached <= limit or reached <= 0:
            return None
        value = base_as_float(instrument, reached)
        return Refusal("position", BreachType.POSITION_LIMIT, base_as_float(instrument, limit), value, instrument.base)

    return check
