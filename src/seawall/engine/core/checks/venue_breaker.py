"""A venue that leaves order requests unanswered, or whose private stream is mute, gets no new orders, though its session lives: at most one
at a time, as a probe.

Cancels and questions go on. Any word of the venue about an order ends it, or any word of a stream that was mute.
"""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.engine.core.venues.state import SessionStatus

DEGRADED = SessionStatus.DEGRADED


def venue_breaker(desk: Desk, instrument: Instrument) -> Check | None:
    session = desk.session_of.get(instrument.venue)
    if session is None:
        return None
    state, allowed = session.state, session.settings.session.failures_allowed

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        if state.status is not DEGRADED or session.may_order(now):
            return None
        if state.failures >= allowed:
            return Refusal(
                "venue_breaker", BreachType.CIRCUIT_BREAKER, allowed, state.failures, "order requests in a row without an answer"
            )
        return Refusal("venue_breaker", BreachType.CIRCUIT_BREAKER, 0, 1, "private streams that are mute")

    return check
