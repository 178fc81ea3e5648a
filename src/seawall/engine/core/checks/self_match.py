"""No order trades with our own: wherever two of ours would meet, the newer one stays at home. A market order counts at the price it would
meet first; an order that only rests meets nobody.
"""

from seawall.api.instruments import Instrument
from seawall.api.orders import OrderType, Side
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.runtime.floats import price_as_float

BUY, LIMIT_MAKER = Side.BUY, OrderType.LIMIT_MAKER


def self_match(desk: Desk, instrument: Instrument) -> Check | None:
    if not desk.limits.prevent_self_match:
        return None
    bids, asks = desk.orders.bids[instrument.id], desk.orders.asks[instrument.id]

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        side = intent.side
        opposite = asks if side is BUY else bids
        if not opposite or intent.order_type is LIMIT_MAKER:
            return None
        price = intent.price or intent.reference_price
        for order in opposite.values():
            if order.price <= price if side is BUY else order.price >= price:
                limit, value = price_as_float(instrument, order.price), price_as_float(instrument, price)
                return Refusal("self_match", BreachType.POSITION_LIMIT, limit, value, f"{instrument.quote}, where order {order.tag} rests")
        return None

    return check
