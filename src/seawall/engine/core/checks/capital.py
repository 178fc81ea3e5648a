"""Gross exposure against the capital as it is now: losses make it smaller. Until it has been valued, nothing is committed on it."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def capital(desk: Desk, instrument: Instrument) -> Check | None:
    leverage, stake, rates = desk.limits.max_leverage_bps, desk.portfolio.stake_in(instrument), desk.rates
    risk = desk.state.risk
    if leverage is None:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        _, _, value, more = stake(intent, now)
        if more <= 0:
            return None
        equity = risk.equity
        limit = 0 if equity is None or equity < 0 else equity * leverage // 10_000
        if value is not None and value <= limit:
            return None
        shown = float("inf") if value is None else rates.as_float(value)
        return Refusal("capital", BreachType.NOTIONAL_LIMIT, rates.as_float(limit), shown, rates.currency)

    return check
