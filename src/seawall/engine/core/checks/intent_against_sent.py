"""Orders against wishes: a strategy's orders may never outnumber what it asked for. What sent four million orders for 212 was not asked."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def intent_against_sent(desk: Desk, instrument: Instrument) -> Check:
    return _check


def _check(intent: Intent, now: Nanos) -> Refusal | None:
    account = intent.account
    asked = account.signals + account.closings
    if account.orders < asked:
        return None
    return Refusal("intent_against_sent", BreachType.ORDER_RATE, asked, account.orders + 1, "orders against wishes")
