"""What a strategy and the projections hear about a wish that becomes no order. And the counts kept of it."""

from seawall.api.message import Envelope
from seawall.api.orders import OrderStatus
from seawall.api.projections import PROJECTIONS, IntentRefused, RiskCheckResult
from seawall.api.signals import BreachReported, BreachType, OrderChanged, OrderRequested, SignalGenerated
from seawall.engine.core.intent import Intent, Refusal
from seawall.engine.core.risk_score import broken
from seawall.engine.core.sizing import Dropped
from seawall.engine.core.strategies import StrategyAccount


def refuse(intent: Intent, refusals: list[Refusal]) -> list[Envelope]:
    """The gate said no: every refusal with check, limit and value."""
    account, out = intent.account, []
    for refusal in refusals:
        account.refused[refusal.check] = account.refused.get(refusal.check, 0) + 1
        entry = IntentRefused(
            account.address, intent.tag, intent.instrument.id, intent.side, intent.quantity,
            refusal.check, refusal.limit, refusal.value, refusal.unit,
        )  # fmt: skip
        out += [Envelope(PROJECTIONS, entry), breach(intent, refusal)]
    score = broken(refusals)
    result = RiskCheckResult(account.address, intent.tag, False, tuple(refusal.check for refusal in refusals), score)
    out.append(Envelope(PROJECTIONS, result))
    reason = ", ".join(f"{r.check}: {r.value:g} against a limit of {r.limit:g} ({r.unit})" for r in refusals)
    out.append(Envelope(account.address, OrderChanged(account.address, intent.tag, OrderStatus.REJECTED, reason)))
    return out


def clamp(intent: Intent, strength: float) -> Envelope:
    """The strength was beyond 1 and traded at 1."""
    intent.account.clamped += 1
    return breach(intent, Refusal("strength", BreachType.MALFORMED_SIGNAL, 1, abs(strength), "signal strength, clamped"))


def drop(wish: SignalGenerated | OrderRequested, account: StrategyAccount, dropped: Dropped) -> list[Envelope]:
    """Sizing made nothing of it."""
    account.dropped[dropped.reason] = account.dropped.get(dropped.reason, 0) + 1
    strategy, reason = wish.strategy, f"{dropped.reason}: {dropped.about}" if dropped.about else dropped.reason
    out = [Envelope(strategy, OrderChanged(strategy, wish.tag, OrderStatus.REJECTED, reason))]
    if dropped.malformed:
        malformed = BreachType.MALFORMED_SIGNAL
        out.append(
            Envelope(strategy, BreachReported(strategy, malformed, "sizing", 0, dropped.value, reason, wish.symbol, wish.venue, wish.tag))
        )
    return out


def breach(intent: Intent, refusal: Refusal) -> Envelope:
    instrument, strategy = intent.instrument, intent.account.address
    return Envelope(
        strategy,
        BreachReported(
            strategy, refusal.breach_type, refusal.check, refusal.limit, refusal.value, refusal.unit,
            instrument.symbol, instrument.venue, intent.tag,
        ),
    )  # fmt: skip
