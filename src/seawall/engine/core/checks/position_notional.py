"""One position of one strategy in money, with all that its working orders could lead to."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def position_notional(desk: Desk, instrument: Instrument) -> Check | None:
    limit, rates, mine = desk.limits.max_position_notional, desk.rates, desk.exposures.of_strategy
    if limit is None:
        return None
    key, market, tick_value, lot_value = instrument.id, desk.state.markets[instrument.id], instrument.tick_value, instrument.lot_value
    quote = None if instrument.quote == rates.currency else instrument.quote
    most = limit * lot_value if quote is None else 0  # So that what passes needs no division.

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        held = mine.get(intent.account.address)
        own = None if held is None else held.get(key)
        reach = intent.amount if own is None else own.reach_with(intent.side, intent.amount)
        if own is not None and reach <= own.reach:
            return None
        mark = market.last or market.mark()
        if 0 < reach * mark * tick_value <= most:
            return None
        worth = -(-reach * mark * tick_value // lot_value) if mark else None
        if quote is not None and worth is not None:
            worth = rates.upper_value(quote, worth)
        if worth is not None and worth <= limit:
            return None
        shown = float("inf") if worth is None else rates.as_float(worth)
        return Refusal("position_notional", BreachType.NOTIONAL_LIMIT, rates.as_float(limit), shown, rates.currency)

    return check
