"""Units against an oracle of Decimal and Fraction: nothing is rounded silently, fees round up, valuation rounds half to even."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.units import ceil_div, format_decimal, half_even_div, parse_decimal

INTS = st.integers(-(10**30), 10**30)
POSITIVE = st.integers(1, 10**20)
SCALES = st.integers(0, 18).map(lambda places: 10**places)


@given(INTS, POSITIVE)
def test_ceil_div_is_the_ceiling(numerator: int, denominator: int) -> None:
    """Rounds towards plus infinity, for negative numbers too."""
    assert ceil_div(numerator, denominator) == -((-Fraction(numerator, denominator)) // 1)


@given(INTS, POSITIVE)
def test_half_even_div_is_what_fraction_rounds_to(numerator: int, denominator: int) -> None:
    """Python rounds a Fraction half to even."""
    assert half_even_div(numerator, denominator) == round(Fraction(numerator, denominator))


@given(st.integers(-(10**6), 10**6), st.integers(1, 12))
def test_half_even_div_agrees_with_decimal_near_the_half(quotient: int, denominator: int) -> None:
    """Just under, on and just over every half."""
    for offset in (-1, 0, 1):
        numerator = quotient * denominator * 2 + denominator + offset
        exact = (Decimal(numerator) / (2 * denominator)).quantize(Decimal(1), ROUND_HALF_EVEN)
        if offset == 0 or denominator > 2:  # Decimal division is exact or far enough from the half.
            assert half_even_div(numerator, 2 * denominator) == int(exact)


def test_half_even_div_refuses_what_is_no_denominator() -> None:
    """A caller's bug, not an input."""
    for denominator in (0, -2):
        with pytest.raises(AssertionError):
            half_even_div(1, denominator)


@given(INTS, POSITIVE, SCALES)
def test_what_is_formatted_parses_back(count: int, unit: int, scale: int) -> None:
    """The text is the exact decimal, and has no exponent."""
    text = format_decimal(count, unit, scale)
    assert Fraction(text) == Fraction(count * unit, scale)
    assert "e" not in text.lower()
    assert parse_decimal(text, unit, scale) == count
    assert parse_decimal(Decimal(text), unit, scale) == count


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6), POSITIVE, SCALES)
def test_parsing_is_exact_or_refused(value: Decimal, unit: int, scale: int) -> None:
    """A whole multiple is counted, anything else is an error that names the unit."""
    exact = Fraction(value) * scale / unit
    if exact.denominator == 1:
        assert parse_decimal(value, unit, scale) == exact
    else:
        with pytest.raises(ValueError, match="is not a multiple of"):
            parse_decimal(value, unit, scale)


@pytest.mark.parametrize("text", ["", "abc", "1,5", "0x10", "1.2.3", "--1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    """As a ValueError that quotes it."""
    with pytest.raises(ValueError, match="not a number"):
        parse_decimal(text, 1, 100)


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "sNaN"])
def test_what_is_not_finite_is_refused(text: str) -> None:
    """NaN and infinity are numbers to Decimal, not to us."""
    with pytest.raises(ValueError, match="finite"):
        parse_decimal(text, 1, 100)


@pytest.mark.parametrize("text", ["1e999999999", "-1e999999999", "1e-999999999", "3E+400000"])
def test_an_absurd_exponent_is_refused_at_once(text: str) -> None:
    """A few characters of input must not make us compute a billion digits."""
    with pytest.raises(ValueError):
        parse_decimal(text, 1, 100)


def test_zero_parses_whatever_its_exponent() -> None:
    """Venues write 0E-8."""
    assert [parse_decimal(text, 5, 100) for text in ("0", "-0", "0E-8", "0.00000000", "0e999999999")] == [0] * 5


def test_examples() -> None:
    """As the docstrings say."""
    assert parse_decimal("0.35", 5, 100) == 7
    assert format_decimal(7, 5, 100) == "0.35"
    assert format_decimal(-7, 5, 1000) == "-0.035"
    assert format_decimal(0, 1, 10**8) == "0.00000000"
    assert format_decimal(3, 1, 1) == "3"
