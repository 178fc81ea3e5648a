"""Defining a spot instrument: price x quantity is exact money, or the definition is refused with a reason."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seawall.api.instruments import Instrument, InstrumentKind, define_spot, instrument_id
from seawall.api.units import PPB


def decimal_text(places: int, units: int) -> str:
    return format(Decimal(units).scaleb(-places), "f")


UNITS = st.tuples(st.integers(0, 9), st.integers(1, 500)).map(lambda pair: decimal_text(*pair))


@given(UNITS, UNITS, st.integers(0, 12), st.integers(0, 12), st.integers(1, 10**9), st.integers(1, 10**9))
def test_price_times_quantity_is_exact_money(
    tick: str, lot: str, base_decimals: int, quote_decimals: int, price: int, quantity: int
) -> None:
    """Whatever is accepted is exact; whatever would not be is refused, and says which decimals to raise."""
    exact_quote = Fraction(tick) * Fraction(lot) * 10**quote_decimals
    exact_base = Fraction(lot) * 10**base_decimals
    if exact_quote.denominator != 1 or exact_base.denominator != 1:
        with pytest.raises(ValueError, match=r"raise (quote|base)_decimals"):
            define_spot("alpha", "BTC-USDT", tick=tick, lot=lot, base_decimals=base_decimals, quote_decimals=quote_decimals)
        return
    it = define_spot("alpha", "BTC-USDT", tick=tick, lot=lot, base_decimals=base_decimals, quote_decimals=quote_decimals)
    price_text = Fraction(price * it.tick, it.price_scale)
    quantity_text = Fraction(quantity * it.lot, it.quantity_scale)
    assert Fraction(it.tick, it.price_scale) == Fraction(tick)
    assert Fraction(it.lot, it.quantity_scale) == Fraction(lot)
    assert price * quantity * it.tick_value == price_text * quantity_text * 10**quote_decimals
    assert quantity * it.lot_value == quantity_text * 10**base_decimals


def spot(**other: Any) -> Instrument:
    return define_spot("alpha", "BTC-USDT", **{"tick": "0.05", "lot": "0.001", **other})


def test_fields() -> None:
    """Texts as venues publish them become counts of ticks, lots and minor units."""
    it = spot(
        maker_fee="-0.0001", taker_fee="0.00075", min_price="0.10", max_price="1000000.00",
        min_quantity="0.002", max_quantity="9000", min_notional="5",
    )  # fmt: skip
    assert (it.id, it.venue, it.symbol, it.base, it.quote) == (instrument_id("alpha", "BTC-USDT"), "alpha", "BTC-USDT", "BTC", "USDT")
    assert it.kind is InstrumentKind.SPOT
    assert (it.tick, it.price_scale, it.lot, it.quantity_scale) == (5, 100, 1, 1000)
    assert (it.tick_value, it.lot_value) == (5_000, 100_000)
    assert (it.maker_fee_ppb, it.taker_fee_ppb) == (-PPB // 10_000, 750_000)
    assert (it.min_price, it.max_price, it.min_quantity, it.max_quantity) == (2, 20_000_000, 2, 9_000_000)
    assert it.min_notional == 5 * 10**8


def test_a_zero_filter_means_no_limit() -> None:
    """Venues publish 0.00000000 for filters that are off; a price or quantity of 0 never becomes legal by that."""
    it = spot(min_price="0.00", max_price="0", min_quantity="0.000", max_quantity="0", min_notional="0.0")
    assert (it.min_price, it.max_price, it.min_quantity, it.max_quantity, it.min_notional) == (1, 0, 1, 0, 0)


@pytest.mark.parametrize("symbol", ["", "BTC", "BTC-", "-USDT", "btc-usdt", "BTC-USDT-PERP", "BTC:X-USDT", "B TC-USDT"])
def test_a_symbol_that_is_none_is_refused(symbol: str) -> None:
    """BASE-QUOTE in upper case."""
    with pytest.raises(ValueError, match="BASE-QUOTE"):
        define_spot("alpha", symbol, tick="1", lot="1")


@pytest.mark.parametrize("venue", ["", "al:pha"])
def test_a_venue_that_would_make_ids_ambiguous_is_refused(venue: str) -> None:
    """An InstrumentId is venue:symbol and nothing else."""
    with pytest.raises(ValueError, match="named venue"):
        define_spot(venue, "BTC-USDT", tick="1", lot="1")


@pytest.mark.parametrize("text", ["0", "0.0", "-1", "1e-8", "abc", "", ".", "1.2.3", "\u00b2", "nan"])
@pytest.mark.parametrize("field", ["tick", "lot"])
def test_tick_and_lot_must_be_positive_decimals(field: str, text: str) -> None:
    """The error names the field and shows an example."""
    with pytest.raises(ValueError, match=f"{field} must be a positive decimal like 0.01"):
        spot(**{field: text})


@pytest.mark.parametrize("field", ["min_price", "max_price", "min_quantity", "max_quantity", "min_notional", "maker_fee", "taker_fee"])
@pytest.mark.parametrize("text", ["0.00000000000001", "x", "nan"])
def test_an_error_names_instrument_and_field(field: str, text: str) -> None:
    """Who reads it has a file of forty instruments before him."""
    with pytest.raises(ValueError, match=rf"alpha:BTC-USDT: {field}: "):
        spot(**{field: text})


@pytest.mark.parametrize("field", ["min_price", "max_price", "min_quantity", "max_quantity", "min_notional"])
def test_a_negative_filter_is_refused(field: str) -> None:
    """It would let everything or nothing pass."""
    with pytest.raises(ValueError, match=f"{field}: .*negative"):
        spot(**{field: "-1"})


@pytest.mark.parametrize("field", ["base_decimals", "quote_decimals"])
def test_decimals_are_not_negative(field: str) -> None:
    """10**-1 is a float."""
    with pytest.raises(ValueError, match=field):
        spot(**{field: -1})


@given(st.text(max_size=12))
def test_any_symbol_is_defined_or_refused(symbol: str) -> None:
    """Nothing but a ValueError comes out, and what is defined says its symbol."""
    try:
        it = define_spot("alpha", symbol, tick="1", lot="1")
    except ValueError:
        return
    assert it.id == f"alpha:{symbol}"
    assume(it.base)
    assert f"{it.base}-{it.quote}" == symbol
