"""The gate: the only way from an intent to an order that may leave. `ApprovedOrder` can be made nowhere else, and only it can be sent."""

import msgspec

from seawall.api.units import Nanos
from seawall.engine.core.checks import CHECKS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Intent, Refusal

_SEAL = object()


class ApprovedOrder(msgspec.Struct, frozen=True, gc=False):
    """An intent that passed every check at `now`. Only the gate has the seal that lets it leave."""

    intent: Intent
    now: Nanos
    seal: object

    def may_leave(self) -> bool:
        return self.seal is _SEAL


class Gate:
    def __init__(self, desk: Desk) -> None:
        self._checks = [check for make in CHECKS if (check := make(desk)) is not None]

    def review(self, intent: Intent, now: Nanos) -> ApprovedOrder | list[Refusal]:
        """Runs every check; all refusals, or the approval."""
        refusals = []
        for check in self._checks:
            refusal = check(intent, now)
            if refusal is not None:
                refusals.append(refusal)
        return refusals or ApprovedOrder(intent, now, _SEAL)
