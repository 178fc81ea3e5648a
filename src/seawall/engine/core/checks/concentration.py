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
        own, others, total, more = stake(intent, now)
        if more <= 0 or others == 0:
            return None  # It grows by nothing, or nothing else is held.
        if own is None or total is None:
            unit = f"basis points in {symbol}: not all has a price"
            return Refusal("concentration", BreachType.CONCENTRATION_LIMIT, allowed, BASIS_POINTS, unit)
        if own * BASIS_POINTS <= allowed * total:
            return None
        share = own * BASIS_POINTS // total
        return Refusal("concentration", BreachType.CONCENTRATION_LIMIT, allowed, share, f"basis points in {symbol}")

    return check
