"""What an order says beyond side, type, quantity and limit price: from an author's floats to the venue's integers, and what cannot be."""

import msgspec

from seawall.api.instruments import Instrument
from seawall.api.orders import AT_MARKET, CONDITIONAL, OrderType, SelfTradePrevention, Side, TimeInForce
from seawall.api.signals import OrderTerms
from seawall.api.units import BASIS_POINTS, Nanos, Price, Quantity
from seawall.runtime.floats import lots_below, nearest_tick

BUY = Side.BUY
GTC, GTD = TimeInForce.GTC, TimeInForce.GTD
LARGEST = 1 << 62  # Of lots or minor units: what still fits every message.


class Terms(msgspec.Struct, frozen=True, array_like=True, gc=False):
    stop_price: Price = Price(0)
    trailing_delta_bps: int = 0
    display_quantity: Quantity = Quantity(0)
    expire_time: Nanos = Nanos(0)  # On our clock.
    reduce_only: bool = False
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.NONE


def terms_of(instrument: Instrument, wish: OrderTerms, order_type: OrderType, time_in_force: TimeInForce) -> Terms | str:
    """In the instrument's units, or what every venue would refuse."""
    stop, display = wish.stop_price, wish.display
    if not (0.0 <= stop < LARGEST and 0.0 <= display < LARGEST):
        return "stop_price must be a positive finite number, display one that is not negative"
    conditional = order_type in CONDITIONAL
    if (stop or wish.trailing_bps) and not conditional:
        return f"stop_price and trailing_bps are for stop_loss and take_profit orders, not for a {order_type} order"
    if conditional and not (stop or wish.trailing_bps):
        return f"a {order_type} order needs a stop_price or trailing_bps"
    if not 0 <= wish.trailing_bps < BASIS_POINTS:
        return f"trailing_bps must lie between 1 and {BASIS_POINTS - 1}"
    if (time_in_force is GTD) != bool(wish.expire_time):
        return "time_in_force gtd and an expire_time (or good_for) go together"
    if display and (order_type in AT_MARKET or time_in_force not in (GTC, GTD)):
        return "display is for orders that rest at a price"
    shown = lots_below(instrument, display)
    if display and not shown:
        return "display rounds down to nothing"
    ticks = nearest_tick(instrument, stop) if stop else Price(0)
    if stop and not ticks:
        return "stop_price rounds to nothing"
    return Terms(ticks, wish.trailing_bps, shown, wish.expire_time, wish.reduce_only, wish.self_trade_prevention)


def trigger_estimate(terms: Terms, side: Side, reference: int) -> Price:
    """The price at which a conditional order would begin to work, as far as one can tell now; 0: no idea. Others: the reference itself."""
    if terms.stop_price or not terms.trailing_delta_bps:
        return Price(terms.stop_price or reference)
    if side is BUY:
        return Price(-(-reference * (BASIS_POINTS + terms.trailing_delta_bps) // BASIS_POINTS))
    return Price(reference * (BASIS_POINTS - terms.trailing_delta_bps) // BASIS_POINTS)
