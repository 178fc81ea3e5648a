"""What a venue checks on an order by looking at the order and its instrument alone. Pure: a client may ask before sending."""

from seawall.api.instruments import Instrument
from seawall.api.orders import CONDITIONAL, OrderType, PlaceOrder, RejectReason, TimeInForce
from seawall.api.units import format_decimal
from seawall.exchange.core.accounts import MAX_MONEY, MAX_NAME

LIMIT, LIMIT_MAKER, MARKET = OrderType.LIMIT, OrderType.LIMIT_MAKER, OrderType.MARKET
AT_MARKET_LATER = (OrderType.STOP_LOSS, OrderType.TAKE_PROFIT)
FOK, GTD = TimeInForce.FOK, TimeInForce.GTD

Refusal = tuple[RejectReason, str]  # And a sentence for people.


def reject_reason(instrument: Instrument, order: PlaceOrder, reference_price: int = 0) -> Refusal | None:
    """The first filter the order fails, in the order of `RejectReason`; None: it passes. Survives any numbers.

    `reference_price` stands in for the price of an order without one: the best price it would meet, or where it would trigger. 0: unknown,
    and what depends on it passes. What the order says beyond side, type, quantity and price is checked in terms.py.
    """
    price: int = order.price
    lots: int = order.quantity
    value, order_type = order.quote_quantity, order.order_type
    plain = price > 0 if order_type is LIMIT else order_type is MARKET and price == 0 and order.time_in_force is not FOK
    if order.time_in_force is GTD or not plain or lots <= 0 or value or not 1 <= len(order.client_order_id) <= MAX_NAME:
        problem = _contradiction(order)
        if problem:
            return RejectReason.INVALID_ORDER, problem
    if not price:
        price = reference_price
        if value and price:
            lots = value // (price * instrument.tick_value)
    elif price % instrument.price_step:
        step = format_decimal(instrument.price_step, instrument.tick, instrument.price_scale)
        return RejectReason.PRICE_FILTER, f"a price here is a multiple of {step}"
    elif price < instrument.min_price or price > instrument.max_price > 0:
        bounds = instrument.min_price, instrument.max_price
        return RejectReason.PRICE_FILTER, _beyond("price", price, bounds, instrument.tick, instrument.price_scale)
    if (lots or price) and not (
        instrument.min_quantity <= lots <= (instrument.max_quantity or lots) and 0 < lots * instrument.lot_value <= MAX_MONEY
    ):
        limits = instrument.min_quantity or 1, min(instrument.max_quantity or MAX_MONEY, MAX_MONEY // instrument.lot_value)
        return RejectReason.LOT_SIZE, _beyond("quantity", lots, limits, instrument.lot, instrument.quantity_scale)
    if order.quantity % instrument.quantity_step:
        step = format_decimal(instrument.quantity_step, instrument.lot, instrument.quantity_scale)
        return RejectReason.LOT_SIZE, f"a quantity here is a multiple of {step}"
    notional = value or price * lots * instrument.tick_value
    if notional and not instrument.min_notional <= notional <= MAX_MONEY:
        scale = 10**instrument.quote_decimals
        return RejectReason.NOTIONAL, _beyond("order value", notional, (instrument.min_notional, MAX_MONEY), 1, scale)
    return None


def plain_bounds(instrument: Instrument) -> tuple[int, int, int, int, int]:
    """Lowest and highest price, fewest and most lots, least value: a limit order within them passes, as far as they go. Nothing is within
    those of a perpetual, or of an instrument with steps: its orders are looked at one by one."""
    if instrument.margin is not None or instrument.price_step > 1 or instrument.quantity_step > 1:
        return 1, 0, 1, 0, 0
    most = MAX_MONEY // instrument.lot_value
    return (
        max(instrument.min_price, 1),
        instrument.max_price or MAX_MONEY,
        max(instrument.min_quantity, 1),
        min(instrument.max_quantity, most) if instrument.max_quantity else most,
        instrument.min_notional,
    )


def _beyond(name: str, value: int, bounds: tuple[int, int], unit: int, scale: int) -> str:
    bound, limit = ("under the minimum", bounds[0]) if value < bounds[0] else ("over the maximum", bounds[1])
    return f"{name} {format_decimal(value, unit, scale)} is {bound} of {format_decimal(limit, unit, scale)}"


def _contradiction(order: PlaceOrder) -> str:
    """What is wrong with the fields by themselves; empty: nothing."""
    if not 1 <= len(order.client_order_id) <= MAX_NAME:
        return f"client_order_id must have 1 to {MAX_NAME} characters"
    if order.price < 0 or order.quantity < 0 or order.quote_quantity < 0:
        return "price, quantity and quote_quantity cannot be negative; the side says which way"
    if order.time_in_force is GTD and not order.expire_time:
        return "time_in_force gtd needs an expire_time"
    if order.order_type in CONDITIONAL and not (order.stop_price or order.trailing_delta_bps):
        return f"a {order.order_type} order needs a stop_price or a trailing_delta_bps"
    if order.order_type in AT_MARKET_LATER:
        return _bad_stop(order)
    return _bad_market(order) if order.order_type is MARKET else _bad_limit(order)


def _bad_stop(order: PlaceOrder) -> str:
    if order.price:
        return f"a {order.order_type} order has no price; to bound it, use {order.order_type}_limit"
    if order.quote_quantity or not order.quantity:
        return f"a {order.order_type} order needs a quantity; quote_quantity is for market orders only"
    return ""


def _bad_limit(order: PlaceOrder) -> str:
    if not order.price:
        return f"a {order.order_type} order needs a price"
    if order.quote_quantity:
        return f"quote_quantity is for market orders only; give a {order.order_type} order a quantity"
    if not order.quantity:
        return f"a {order.order_type} order needs a quantity"
    if order.order_type is LIMIT_MAKER and order.time_in_force not in (TimeInForce.GTC, GTD):
        return f"a limit_maker order only rests, which {order.time_in_force} contradicts; use gtc or gtd"
    return ""


def _bad_market(order: PlaceOrder) -> str:
    if order.price:
        return "a market order has no price; use a limit order to bound it"
    if order.quantity and order.quote_quantity:
        return "a market order has a quantity or a quote_quantity, not both"
    if not order.quantity and not order.quote_quantity:
        return "a market order needs a quantity or a quote_quantity"
    if order.time_in_force is FOK:
        return "a market order takes what is there; for all or nothing use a limit order with fok"
    if order.time_in_force is GTD:
        return "a market order takes what is there and never waits, which gtd contradicts"
    return ""
