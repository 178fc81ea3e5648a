"""Units and rounding. Everything that is counted or priced is an int; floats never cross a service boundary.

`Decimal` appears only in `parse_decimal` and `format_decimal`, where people, files or venues read and write text.
"""

from decimal import Decimal, InvalidOperation
from typing import NewType

Nanos = NewType("Nanos", int)  # Time: nanoseconds since the Unix epoch, UTC.
Price = NewType("Price", int)  # In ticks of the instrument.
Quantity = NewType("Quantity", int)  # In lots of the instrument. Never negative.
Money = NewType("Money", int)  # In minor units of one currency (10**-decimals). May be negative.
Currency = NewType("Currency", str)  # Upper case: BTC, USDT.

MICROSECOND = 1_000
MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

BASIS_POINTS = 10_000  # Basis points in one.
PPB = 1_000_000_000  # Parts per billion in one: the unit of fee rates.


_MAX_EXPONENT = 64  # "1e999999999" is short to write and very long to compute with.


def ceil_div(numerator: int, denominator: int) -> int:
    """Divides and rounds up (towards plus infinity): what fees do, against us."""
    return -(-numerator // denominator)


def half_even_div(numerator: int, denominator: int) -> int:
    """Divides and rounds half to even: what valuation does, once. `denominator` must be positive."""
    assert denominator > 0, "half_even_div needs a positive denominator"
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient & 1):
        return quotient + 1
    return quotient


def parse_decimal(text: str | Decimal | int, unit: int, scale: int) -> int:
    """Counts how many times `unit / scale` goes into a decimal number: `parse_decimal("0.35", 5, 100)` is 7.

    Raises:
        ValueError: not a finite number, or not a whole multiple (nothing is rounded silently).
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None
    if not value.is_finite():
        raise ValueError(f"not a finite number: {text!r}")
    if not value:
        return 0
    if abs(value.adjusted()) > _MAX_EXPONENT:
        raise ValueError(f"beyond any price or amount: {text!r}")
    numerator, denominator = value.as_integer_ratio()
    count, rest = divmod(numerator * scale, denominator * unit)
    if rest:
        raise ValueError(f"{text} is not a multiple of {format_decimal(unit, 1, scale)}")
    return count


def format_decimal(count: int, unit: int, scale: int) -> str:
    """The inverse of `parse_decimal`, exact and without exponent: `format_decimal(7, 5, 100)` is "0.35"."""
    places = len(str(scale)) - 1
    assert scale == 10**places, "scale must be a power of ten"
    digits = str(abs(count * unit)).rjust(places + 1, "0")
    sign = "-" if count * unit < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
