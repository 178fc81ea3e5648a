"""Fat finger: a limit price may stand at most so far on the wrong side of the market (a buy above, a sell below)."""

from seawall.api.instruments import Instrument
from seawall.api.orders import Side
from seawall.api.signals import BreachType
from seawall.api.units import BASIS_POINTS, Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal

BUY = Side.BUY


def price_collar(desk: Desk, instrument: Instrument) -> Check | None:
    limit = desk.limits.price_collar_bps
    if limit is None:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        price, reference = intent.price, intent.reference_price
        if not price or not reference:
            return None  # A market order has no price of its own; a missing reference is `stale_data`'s to refuse.
        beyond = price - reference if intent.side is BUY else reference - price
        if beyond <= 0 or beyond * BASIS_POINTS <= limit * reference:
            return None
        return Refusal("price_collar", BreachType.NOTIONAL_LIMIT, limit, beyond * BASIS_POINTS / reference, "basis points from the market")

    return check
