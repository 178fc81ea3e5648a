"""What a venue checks on the terms of an order that is not plain, by looking at it, its instrument and the clock. Pure."""

from seawall.api.instruments import Instrument, InstrumentKind
from seawall.api.orders import AT_MARKET, CONDITIONAL, PlaceOrder, RejectReason, SelfTradePrevention, TimeInForce
from seawall.api.units import BASIS_POINTS, Nanos, Quantity, format_decimal
from seawall.exchange.core.filters import Refusal
from seawall.exchange.core.order_book import Terms

GTC, GTD = TimeInForce.GTC, TimeInForce.GTD
NO_PREVENTION = SelfTradePrevention.NONE


def is_special(order: PlaceOrder) -> bool:
    """Whether an order says more than side, type, quantity and price. The hot paths ask the same in place."""
    return bool(
        order.stop_price
        or order.trailing_delta_bps
        or order.display_quantity
        or order.expire_time
        or order.reduce_only
        or order.self_trade_prevention is not NO_PREVENTION
    )


def terms_of(order: PlaceOrder) -> Terms:
    """What a venue keeps of a request beyond what every order has."""
    return Terms(
        order.stop_price, order.trailing_delta_bps, order.display_quantity, order.expire_time, order.self_trade_prevention,
        reduce_only=order.reduce_only,
    )  # fmt: skip


def terms_refusal(instrument: Instrument, order: PlaceOrder, now: Nanos) -> Refusal | None:
    """The first of its terms that cannot be; None: they fit each other and the instrument."""
    problem = (
        _reduce_only(instrument, order) or _condition(order) or _expiry(order, now) or (_iceberg(order) if order.display_quantity else "")
    )
    if problem:
        return RejectReason.INVALID_ORDER, problem
    stop: int = order.stop_price
    if stop and (stop < instrument.min_price or stop > instrument.max_price > 0):
        shown = format_decimal(stop, instrument.tick, instrument.price_scale)
        return RejectReason.PRICE_FILTER, f"stop_price {shown} is outside the prices this instrument takes"
    if stop % instrument.price_step:
        step = format_decimal(instrument.price_step, instrument.tick, instrument.price_scale)
        return RejectReason.PRICE_FILTER, f"a stop_price here is a multiple of {step}"
    display: int = order.display_quantity
    if display and display < instrument.min_quantity:
        least = format_decimal(instrument.min_quantity, instrument.lot, instrument.quantity_scale)
        return RejectReason.LOT_SIZE, f"display_quantity is under the minimum quantity of {least}"
    parts = instrument.max_iceberg_parts
    if display and 0 < parts < -(-order.quantity // display):
        return RejectReason.ICEBERG_PARTS, f"shown {display} lots at a time, {order.quantity} lots take more than {parts} parts"
    return None


def hidden_part(order_quantity: int, terms: Terms) -> Quantity:
    """How much of an iceberg that comes to rest with so much left is not shown."""
    return Quantity(max(0, order_quantity - terms.display_quantity) if terms.display_quantity else 0)


def _reduce_only(instrument: Instrument, order: PlaceOrder) -> str:
    if order.reduce_only and instrument.kind is not InstrumentKind.PERPETUAL:
        return "reduce_only is for perpetuals: a spot order has no position to reduce, the balance bounds what it can sell"
    return ""


def _condition(order: PlaceOrder) -> str:
    if order.order_type not in CONDITIONAL:
        given = "stop_price" if order.stop_price else "trailing_delta_bps" if order.trailing_delta_bps else ""
        return (
            f"{given} is for stop_loss and take_profit orders, with or without a limit; this is a {order.order_type} order" if given else ""
        )
    if order.stop_price < 0 or not 0 <= order.trailing_delta_bps < BASIS_POINTS:
        return f"a stop_price is not negative, and trailing_delta_bps is between 1 and {BASIS_POINTS - 1}"
    if order.order_type in AT_MARKET and order.time_in_force not in (GTC, GTD):
        return f"a {order.order_type} order waits, which {order.time_in_force} contradicts; use gtc or gtd"
    return ""


def _expiry(order: PlaceOrder, now: Nanos) -> str:
    if order.time_in_force is not GTD:
        return "expire_time goes with time_in_force gtd" if order.expire_time else ""
    if order.expire_time <= now:
        return f"expire_time {order.expire_time} has passed: it is {now} here"
    return ""


def _iceberg(order: PlaceOrder) -> str:
    if order.order_type in AT_MARKET:
        return f"display_quantity is for orders that rest at a price; a {order.order_type} order never does"
    if order.time_in_force not in (GTC, GTD):
        return f"display_quantity is for orders that rest, which {order.time_in_force} contradicts"
    if not 0 < order.display_quantity <= order.quantity:
        return "display_quantity is a part of the quantity"
    return ""
