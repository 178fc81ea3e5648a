"""Fitting an order to a venue that takes only multiples of some lots or ticks, since it made them coarser. Most never do."""

import msgspec

from seawall.api.instruments import Instrument
from seawall.api.orders import Side
from seawall.api.units import Price, Quantity
from seawall.engine.core.intent import Intent


def lots_fitted(instrument: Instrument, lots: int) -> int:
    return lots - lots % instrument.quantity_step


def price_fitted(instrument: Instrument, side: Side, price: int) -> Price:
    """Never a worse price for us than was meant."""
    step = instrument.price_step
    return Price(price - price % step if side is Side.BUY else price + -price % step)


def fitted(intent: Intent) -> Intent | None:
    """None: there is nothing left of it."""
    instrument = intent.instrument
    lots, price = lots_fitted(instrument, intent.quantity), price_fitted(instrument, intent.side, intent.price)
    if lots <= 0 or (intent.price and not price):
        return None
    notional = price * lots * instrument.tick_value if price else intent.notional // intent.quantity * lots
    return msgspec.structs.replace(intent, quantity=Quantity(lots), price=price, amount=lots * instrument.lot_value, notional=notional)
