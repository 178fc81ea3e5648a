"""New risk goes only to a venue whose session is live: synchronised, and heard of lately. For a degraded one see `venue_breaker`."""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.engine.core.venues.state import SessionStatus

LIVE, DEGRADED = SessionStatus.LIVE, SessionStatus.DEGRADED


def venue_live(desk: Desk) -> Check:
    sessions = {venue: session.state for venue, session in desk.session_of.items()}

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        session = sessions.get(intent.instrument.venue)  # None: we only watch prices there.
        if session is not None and (session.status is LIVE or session.status is DEGRADED):
            return None
        return Refusal("venue_live", BreachType.STALE_DATA, 1, 0, "live sessions")

    return check
