"""The largest single order in money. Without a rate to value it by, an order is refused: unknown is not small."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def order_value(desk: Desk, instrument: Instrument) -> Check | None:
    limit, rates = desk.limits.max_order_value, desk.rates
    if limit is None:
        return None
    quote = None if instrument.quote == rates.currency else instrument.quote

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        value = intent.notional if quote is None else rates.upper_value(quote, intent.notional)
        if value is not None and value <= limit:
            return None
        shown = float("inf") if value is None else rates.as_float(value)
        return Refusal("order_value", BreachType.NOTIONAL_LIMIT, rates.as_float(limit), shown, rates.currency)

    return check
