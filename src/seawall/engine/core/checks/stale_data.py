"""No order on a price that is missing or older than the limit. Absence of news is not calm, and prints do not vouch for a quote."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import SECOND, Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def stale_data(desk: Desk, instrument: Instrument) -> Check:
    limit = desk.limits.max_price_age

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        age = now - intent.market.time_of_touch(intent.side)
        if intent.reference_price and (limit is None or age <= limit):
            return None
        return Refusal("stale_data", BreachType.STALE_DATA, (limit or 0) / SECOND, age / SECOND, "seconds since the last price")

    return check
