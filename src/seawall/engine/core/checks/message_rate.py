"""At most so many orders, cancels and amends of one strategy within a sliding window. Cancels and amends are counted and never refused:
there is at most one cancel for each order, and amends only make one smaller, so that stopping the orders stops them too.
"""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.runtime.floats import seconds


def message_rate(desk: Desk, instrument: Instrument) -> Check | None:
    limit, window = desk.limits.max_messages, desk.limits.message_window
    if limit is None:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        times = intent.account.message_times
        if len(times) < limit or intent.closing or (limit and now - times[-limit] >= window):
            return None
        return Refusal("message_rate", BreachType.ORDER_RATE, limit, limit + 1, f"orders and cancels in {seconds(window):g} s")

    return check
