"""The same order again and again: same strategy, instrument, side and quantity. After so many in a row the strategy is off until somebody
re-arms it by name (the part that hears the refusal sees to that).
"""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def execution_throttle(desk: Desk, instrument: Instrument) -> Check | None:
    limit = desk.limits.max_repeats
    if limit is None:
        return None
    key = instrument.id

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        account = intent.account
        if account.repeats < limit:
            return None
        latest = account.latest
        same = latest is not None and latest.side is intent.side and latest.quantity == intent.quantity
        repeats = account.repeats if same and latest.instrument == key else 0  # type: ignore[union-attr]
        if repeats < limit or intent.closing:
            return None
        return Refusal("execution_throttle", BreachType.ORDER_RATE, limit, repeats + 1, "times the same order")

    return check
