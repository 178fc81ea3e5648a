"""One position of one strategy in money, with all that its working orders could lead to."""

from seawall.api.signals import BreachType
from seawall.api.units import Nanos, ceil_div
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def position_notional(desk: Desk) -> Check | None:
    limit, rates, mine = desk.limits.max_position_notional, desk.rates, desk.exposures.of_strategy
    if limit is None:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        own = mine.get(intent.account.address, {}).get(intent.instrument.id)
        reach = intent.amount if own is None else own.reach_with(intent.side, intent.amount)
        if own is not None and reach <= own.reach:
            return None
        instrument, mark = intent.instrument, intent.market.last or intent.market.mark()
        worth = rates.upper_value(instrument.quote, ceil_div(reach * mark * instrument.tick_value, instrument.lot_value)) if mark else None
        if worth is not None and worth <= limit:
            return None
        shown = float("inf") if worth is None else rates.as_float(worth)
        return Refusal("position_notional", BreachType.NOTIONAL_LIMIT, rates.as_float(limit), shown, rates.currency)

    return check
