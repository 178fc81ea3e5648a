"""How much of all that is at stake is in one symbol. For orders that make their symbol's part larger, once more than one symbol is held.

Two symbols cannot both stay under half: who trades a pair lifts the limit, or sets it for the symbol.
"""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import BASIS_POINTS, Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def concentration(desk: Desk, instrument: Instrument) -> Check | None:
    symbol, stake = instrument.symbol, desk.portfolio.stake_in(instrument)
    allowed = desk.limits.concentration_bps.get(symbol, desk.limits.max_concentration_bps)
    if allowed is None:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        own, others, more = stake(intent, now)
        if more <= 0:
            return None
        if others == 0:
            return None  # Nothing else is held.
        share, unit = BASIS_POINTS, f"basis points in {symbol}"
        if own is None or others is None:
            unit += ": not all has a price"
        elif own * BASIS_POINTS <= allowed * (own + others):
            return None
        else:
            share = own * BASIS_POINTS // (own + others)
        return Refusal("concentration", BreachType.CONCENTRATION_LIMIT, allowed, share, unit)

    return check
