"""A signal that waited too long is refused: the market it was made for is gone."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import SECOND, Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def signal_age(desk: Desk, instrument: Instrument) -> Check | None:
    limit = desk.limits.max_signal_age
    if limit is None:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        age = now - intent.signal_time
        if age <= limit:
            return None
        return Refusal("signal_age", BreachType.STALE_DATA, limit / SECOND, age / SECOND, "seconds")

    return check
