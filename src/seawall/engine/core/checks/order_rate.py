"""At most so many orders of one strategy within a sliding window."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def order_rate(desk: Desk, instrument: Instrument) -> Check | None:
    limit, window = desk.limits.max_orders, desk.limits.order_window
    if limit is None:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        times = intent.account.sent_times
        if len(times) < limit or intent.closing or (limit and now - times[-limit] >= window):
            return None
        return Refusal("order_rate", BreachType.ORDER_RATE, limit, limit + 1, f"orders in {window / 1_000_000_000:g} s")

    return check
