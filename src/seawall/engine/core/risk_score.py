"""How much risk an order would be: the largest share of a limit that it would use, in per cent, whole numbers. Over 100: broken."""

from seawall.api.orders import Side
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Intent, Refusal
from seawall.runtime.floats import per_cent

MOST = 1_000  # A limit of nothing, or what cannot be valued, is as bad as it gets.


def broken(refusals: list[Refusal]) -> int:
    """At least 101, when there is any."""
    return max((max(101, min(MOST, per_cent(r.value, r.limit, MOST))) for r in refusals), default=0)


def used(desk: Desk, intent: Intent) -> int:
    """Of the limits on size that are set."""
    limits, instrument = desk.limits, intent.instrument
    shares: list[tuple[int | None, int]] = []
    if limits.max_order_value is not None:
        shares.append((desk.rates.upper_value(instrument.quote, intent.notional), limits.max_order_value))
    if (largest := limits.max_order_quantity.get(instrument.symbol)) is not None:
        shares.append((intent.amount, largest))
    if (own := limits.position.get(instrument.symbol)) is not None:
        held = desk.exposures.by_symbol[instrument.symbol]
        if intent.side is Side.BUY:
            limit, reached = own.max_long, held.position + held.buying + intent.amount
        else:
            limit, reached = own.max_short, held.selling + intent.amount - held.position
        if limit is not None and reached > 0:
            shares.append((reached, limit))
    exposure = desk.exposures.by_instrument[instrument.id]
    more = exposure.reach_with(intent.side, intent.amount) - exposure.reach
    if limits.max_total_notional is not None:
        shares.append((desk.portfolio.gross_notional(exposure, more), limits.max_total_notional))
    return max((MOST if value is None or not limit else min(MOST, -(-value * 100 // limit)) for value, limit in shares), default=0)
