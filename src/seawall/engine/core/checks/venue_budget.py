"""A venue allows so many requests; orders leave a part of them to cancels and questions, which never wait for orders."""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def venue_budget(desk: Desk) -> Check | None:
    limited = {venue: session for venue, session in desk.session_of.items() if session.settings.session.requests is not None}
    if not limited:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        session = limited.get(intent.instrument.venue)
        if session is None or session.requests_left(now) > 0:
            return None
        allowed = session.settings.session.requests or 0
        return Refusal(
            "venue_budget", BreachType.ORDER_RATE, allowed, session.state.requests, "requests the venue allows, a reserve kept back"
        )

    return check
