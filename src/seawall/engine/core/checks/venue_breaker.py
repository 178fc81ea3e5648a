"""A venue that leaves order requests unanswered gets no new ones, though its session lives: at most one at a time, as a probe.

Cancels and questions go on. Any word of the venue about an order ends it.
"""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def venue_breaker(desk: Desk) -> Check:
    sessions = {venue: (session.state, session) for venue, session in desk.session_of.items()}

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        found = sessions.get(intent.instrument.venue)
        if found is None or not found[0].failures or found[1].may_order(now):
            return None
        allowed = found[1].settings.session.failures_allowed
        return Refusal("venue_breaker", BreachType.CIRCUIT_BREAKER, allowed, found[0].failures, "order requests in a row without an answer")

    return check
