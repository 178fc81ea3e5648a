"""Two open orders of one strategy never share a tag: a cancel could mean either."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def unique_tag(desk: Desk, instrument: Instrument) -> Check:
    tagged = desk.orders.tagged

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        if (intent.account.address, intent.tag) not in tagged:
            return None
        return Refusal("unique_tag", BreachType.MALFORMED_SIGNAL, 1, 2, f"open orders tagged {intent.tag}")

    return check
