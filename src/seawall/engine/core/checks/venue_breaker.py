"""A venue that leaves order requests unanswered, or whose private stream is mute, gets no new orders, though its session lives: at most one
at a time, as a probe.

Cancels and questions go on. Any word of the venue about an order ends it, or any word of a stream that was mute.
"""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.engine.core.venues.state import SessionStatus

DEGRADED = SessionStatus.DEGRADED


def venue_breaker(desk: Desk) -> Check:
    sessions = {venue: (session.state, session) for venue, session in desk.session_of.items()}

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        found = sessions.get(intent.instrument.venue)
        if found is None or found[0].status is not DEGRADED or found[1].may_order(now):
            return None
        state, session = found
        allowed = session.settings.session.failures_allowed
        if state.failures >= allowed:
            return Refusal(
                "venue_breaker", BreachType.CIRCUIT_BREAKER, allowed, state.failures, "order requests in a row without an answer"
            )
        return Refusal("venue_breaker", BreachType.CIRCUIT_BREAKER, 0, 1, "private streams that are mute")

    return check
