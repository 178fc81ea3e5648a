"""A venue allows so many requests; orders leave a part of them to cancels and questions, which never wait for orders."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def venue_budget(desk: Desk, instrument: Instrument) -> Check | None:
    session = desk.session_of.get(instrument.venue)
    if session is None or session.settings.session.requests is None:
        return None
    allowed = session.settings.session.requests

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        if session.requests_left(now) > 0:
            return None
        return Refusal(
            "venue_budget", BreachType.ORDER_RATE, allowed, session.state.requests, "requests the venue allows, a reserve kept back"
        )

    return check
