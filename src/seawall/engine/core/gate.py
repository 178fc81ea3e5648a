"""The gate: the only way from an intent to an order that may leave. `ApprovedOrder` can be made nowhere else, and only it can be sent."""

import msgspec

from seawall.api.projections import RiskCheckResult
from seawall.api.units import Nanos
from seawall.engine.core.checks import CHECKS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Intent, Refusal
from seawall.engine.core.risk_score import broken, used

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
        self._desk = desk
        self.refresh()

    def refresh(self) -> None:
        """Which checks there are may have changed: some are made only while they have something to look at."""
        desk = self._desk
        self._checks = [check for make in CHECKS if (check := make(desk)) is not None]

    def review(self, intent: Intent, now: Nanos) -> ApprovedOrder | list[Refusal]:
        """Runs every check; all refusals, or the approval."""
        refusals = []
        for check in self._checks:
            refusal = check(intent, now)
            if refusal is not None:
                refusals.append(refusal)
        return refusals or ApprovedOrder(intent, now, _SEAL)

    def assess(self, intent: Intent, now: Nanos) -> RiskCheckResult:
        """What `review` would say, in full and with a score. For people who ask; orders go through `review`."""
        verdict = self.review(intent, now)
        refusals = [] if isinstance(verdict, ApprovedOrder) else verdict
        score = max(broken(refusals), used(self._desk, intent))
        return RiskCheckResult(intent.account.address, intent.tag, not refusals, tuple(r.check for r in refusals), score)
