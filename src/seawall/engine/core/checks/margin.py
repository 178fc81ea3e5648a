"""No order for a perpetual leaves that the account's free margin does not cover: the venue would refuse it.

Counted are the margins of the largest positions that working orders could lead to, with this one; what it would lose at once against the
mark; its fee. What only brings a position towards zero passes. While the account's money or a mark is unknown, the venue decides. So it
does where working orders would lose against the mark: here only the new one's loss counts.
"""

from seawall.api.instruments import Instrument
from seawall.api.orders import Side
from seawall.api.signals import BreachType
from seawall.api.units import PPB, Nanos, ceil_div
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.runtime.floats import money_as_float

BUY = Side.BUY


def margin(desk: Desk, instrument: Instrument) -> Check | None:
    if instrument.margin is None:
        return None
    margins, own, venue, quote = desk.margins, desk.exposures.by_instrument[instrument.id], instrument.venue, instrument.quote

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        side = intent.side
        reach = own.reach_with(side, intent.amount)
        if intent.reduce_only or (reach <= own.reach and (own.position < 0 if side is BUY else own.position > 0)):
            return None
        view = margins.view(venue, quote, widened=instrument.id, reach=reach)
        if view is None:
            return None
        at_mark = intent.quantity * margins.mark(instrument.id) * instrument.tick_value
        loss = max(0, intent.notional - at_mark if side is BUY else at_mark - intent.notional)
        needed = view.initial + loss + ceil_div(intent.notional * instrument.taker_fee_ppb, PPB)
        if needed <= view.equity:
            return None
        limit, value = (money_as_float(instrument, quote, amount) for amount in (max(0, view.equity), needed))
        return Refusal("margin", BreachType.NOTIONAL_LIMIT, limit, value, f"{quote} of margin at {venue}")

    return check
