"""Where floats may become integers, and back. Decisions are taken on the integers.

Allowed on the way: + - * / and sqrt in a fixed order, `math.fsum`. Never builtin `sum`, numpy, or libm's exp, log, pow: their last bits
differ between machines.
"""

from math import ceil, floor, isfinite

from seawall.api.instruments import Instrument
from seawall.api.units import SECOND, Price, Quantity

_NOISE = 1e-9  # Of a lot: what binary fractions leave of "0.3 / 0.1 = 2.9999999999999996",
_RELATIVE_NOISE = 4e-16  # and three roundings of a large number of lots.

is_finite = isfinite


def price_as_float(instrument: Instrument, price: int) -> float:
    """Ticks to quote currency, correctly rounded."""
    return price * instrument.tick / instrument.price_scale


def quantity_as_float(instrument: Instrument, quantity: int) -> float:
    """Lots to base currency, correctly rounded."""
    return quantity * instrument.lot / instrument.quantity_scale


def base_as_float(instrument: Instrument, minor: int) -> float:
    """Base minor units to base currency."""
    return minor / int(10**instrument.base_decimals)


def seconds(nanos: int) -> float:
    """A duration, for people."""
    return nanos / SECOND


def lots_below(instrument: Instrument, quantity: float) -> Quantity:
    """Base currency to whole lots, rounded down. `quantity` must be finite and not negative."""
    lots = quantity * instrument.quantity_scale / instrument.lot
    return floor(lots + (_NOISE + lots * _RELATIVE_NOISE))  # type: ignore[return-value]  # A call of Quantity costs as much again.


def nearest_lots(instrument: Instrument, quantity: float) -> Quantity:
    """The inverse of `quantity_as_float`, exact up to 2**53 lots."""
    return Quantity(floor(quantity * instrument.quantity_scale / instrument.lot + 0.5))


def nearest_tick(instrument: Instrument, price: float) -> Price:
    """Quote currency to the nearest tick. `price` must be finite."""
    return Price(floor(price * instrument.price_scale / instrument.tick + 0.5))


def money_as_float(instrument: Instrument, currency: str, amount: int) -> float:
    """Minor units of one of the instrument's two currencies to whole ones; any other currency counts with the quote's decimals."""
    decimals = instrument.base_decimals if currency == instrument.base else instrument.quote_decimals
    return amount / int(10**decimals)


def per_cent(value: float, limit: float, most: int) -> int:
    """Of the limit, rounded up; `most` where there is none to be a part of, or the value is infinite."""
    if limit <= 0 or not isfinite(value) or not isfinite(limit):
        return most
    return ceil(min(abs(value) / limit * 100, most))
