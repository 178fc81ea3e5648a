"""A signal that waited too long is refused: the market it was made for is gone."""

from seawall.api.signals import BreachType
from seawall.api.units import SECOND, Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Intent, Refusal


def signal_age(intent: Intent, desk: Desk, now: Nanos) -> Refusal | None:
    limit = desk.limits.max_signal_age
    if limit is None or now - intent.signal_time <= limit:
        return None
    return Refusal("signal_age", BreachType.STALE_DATA, limit / SECOND, (now - intent.signal_time) / SECOND, "seconds")
