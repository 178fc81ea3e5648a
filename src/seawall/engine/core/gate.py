"""The gate: the only way from an intent to an order that may leave. `ApprovedOrder` can be made nowhere else, and only it can be sent."""

import msgspec

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.projections import RiskCheckResult
from seawall.api.units import Nanos
from seawall.engine.core.checks import CHECKS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
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
        self._checks: dict[InstrumentId, list[Check]] = {}  # Made when an instrument is first asked for.

    def refresh(self) -> None:
        """Which checks there are may have changed: some are made only while they have something to look at."""
        self._checks.clear()

    def review(self, intent: Intent, now: Nanos) -> ApprovedOrder | list[Refusal]:
        """Runs every check; all refusals, or the approval."""
        try:
            checks = self._checks[intent.instrument.id]
        except KeyError:
            checks = self.checks(intent.instrument)
        refusals = [refusal for check in checks if (refusal := check(intent, now)) is not None]
        return refusals or ApprovedOrder(intent, now, _SEAL)

    def assess(self, intent: Intent, now: Nanos) -> RiskCheckResult:
        """What `review` would say, in full and with a score. For people who ask; orders go through `review`."""
        verdict = self.review(intent, now)
        refusals = [] if isinstance(verdict, ApprovedOrder) else verdict
        score = max(broken(refusals), used(self._desk, intent))
        return RiskCheckResult(intent.account.address, intent.tag, not refusals, tuple(r.check for r in refusals), score)

    def checks(self, instrument: Instrument) -> list[Check]:
        """All that its orders go through, in the order of CHECKS; made anew."""
        checks = self._checks[instrument.id] = [check for make in CHECKS if (check := make(self._desk, instrument)) is not None]
        return checks
