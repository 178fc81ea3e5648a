"""At most so many orders of one strategy within a sliding window."""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Intent, Refusal


def order_rate(intent: Intent, desk: Desk, now: Nanos) -> Refusal | None:
    limits, account = desk.limits, intent.account
    limit = limits.max_orders
    if limit is None or len(account.sent_times) < limit:
        return None
    if limit and now - account.sent_times[account.sent_position] >= limits.order_window:
        return None
    return Refusal("order_rate", BreachType.ORDER_RATE, limit, limit + 1, f"orders in {limits.order_window / 1_000_000_000:g} s")
