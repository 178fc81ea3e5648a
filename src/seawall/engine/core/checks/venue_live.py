"""New risk goes only to a venue whose session is live: synchronised, and heard of lately."""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Intent, Refusal


def venue_live(intent: Intent, desk: Desk, now: Nanos) -> Refusal | None:
    if desk.is_live(intent.instrument.venue):
        return None
    return Refusal("venue_live", BreachType.STALE_DATA, 1, 0, "live sessions")
