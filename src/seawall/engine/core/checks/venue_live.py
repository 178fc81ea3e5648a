"""New risk goes only to a venue whose session is live: synchronised, and heard of lately. For a degraded one see `venue_breaker`."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.engine.core.venues.state import SessionStatus

LIVE, DEGRADED = SessionStatus.LIVE, SessionStatus.DEGRADED


def venue_live(desk: Desk, instrument: Instrument) -> Check:
    session = desk.session_of.get(instrument.venue)
    if session is None:  # We only watch prices there.
        return _refuse
    state = session.state

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        return None if state.status is LIVE or state.status is DEGRADED else _refuse(intent, now)

    return check


def _refuse(intent: Intent, now: Nanos) -> Refusal | None:
    return Refusal("venue_live", BreachType.STALE_DATA, 1, 0, "live sessions")
