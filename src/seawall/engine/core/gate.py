"""The gate: the only way from an intent to an order that may leave. `ApprovedOrder` can be made nowhere else, and only it can be sent."""

import msgspec

from seawall.api.units import Nanos
from seawall.engine.core.checks import CHECKS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Intent, Refusal

_SEAL = object()


class ApprovedOrder(msgspec.Struct, frozen=True, gc=False):
    """An intent that passed every check at `now`. Only `review` has the seal that lets it leave."""

    intent: Intent
    now: Nanos
    seal: object

    def may_leave(self) -> bool:
        return self.seal is _SEAL


def review(intent: Intent, desk: Desk, now: Nanos) -> ApprovedOrder | list[Refusal]:
    """Runs every check; all refusals, or the approval."""
    refusals = [refusal for check in CHECKS if (refusal := check(intent, desk, now)) is not None]
    return refusals or ApprovedOrder(intent, now, _SEAL)
