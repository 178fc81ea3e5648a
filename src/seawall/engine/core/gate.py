"""The gate: the only way from an intent to an order that may leave. `ApprovedOrder` can be made nowhere else, and only it can be sent."""

from seawall.api.units import Nanos
from seawall.engine.core.checks import CHECKS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Intent, Refusal

_SEAL = object()


class ApprovedOrder:
    """An intent that passed every check at `now`."""

    __slots__ = ("intent", "now")

    def __init__(self, intent: Intent, now: Nanos, seal: object) -> None:
        assert seal is _SEAL, "only the gate approves orders"
        self.intent = intent
        self.now = now


def review(intent: Intent, desk: Desk, now: Nanos) -> ApprovedOrder | list[Refusal]:
    """Runs every check; all refusals, or the approval."""
    refusals = [refusal for check in CHECKS if (refusal := check(intent, desk, now)) is not None]
    return refusals or ApprovedOrder(intent, now, _SEAL)
