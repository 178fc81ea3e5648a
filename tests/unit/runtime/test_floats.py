"""Where floats become integers: what a strategy read comes back as what it was, everything else rounds down (quantity) or to the tick."""

from fractions import Fraction
from math import inf, nan

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seawall.api.instruments import Instrument, define_spot
from seawall.runtime.floats import (
    base_as_float,
    is_finite,
    lots_below,
    money_as_float,
    nearest_tick,
    price_as_float,
    quantity_as_float,
)

COUNTS = st.integers(0, 10**15)
INSTRUMENTS = st.sampled_from(
    [
        define_spot("v", "BTC-USDT", tick=tick, lot=lot, base_decimals=8, quote_decimals=12)
        for tick in ("0.01", "0.05", "1", "0.0001")
        for lot in ("0.00000001", "0.00003", "0.001", "1", "25")
    ]
)


@settings(max_examples=400)
@given(INSTRUMENTS, COUNTS)
@example(define_spot("v", "BTC-USDT", tick="1", lot="0.00000001"), 536_870_921)
def test_a_quantity_read_as_a_float_orders_the_same_lots(instrument: Instrument, lots: int) -> None:
    """A strategy that sells what it holds leaves no lot behind."""
    assert lots_below(instrument, quantity_as_float(instrument, lots)) == lots


@given(INSTRUMENTS, COUNTS)
def test_a_price_read_as_a_float_is_the_same_tick(instrument: Instrument, ticks: int) -> None:
    """A limit at a price that was read stands exactly there."""
    assert nearest_tick(instrument, price_as_float(instrument, ticks)) == ticks


@given(INSTRUMENTS, st.floats(0, 1e6))
def test_lots_round_down(instrument: Instrument, quantity: float) -> None:
    """Never a lot more than was asked for, but for what binary fractions cannot say."""
    exact = Fraction(quantity) * instrument.quantity_scale / instrument.lot
    lots = lots_below(instrument, quantity)
    assert lots <= exact + Fraction(1, 10**8) + exact / 10**14
    assert lots > exact - 1


@given(INSTRUMENTS, st.floats(0, 1e6))
def test_prices_round_to_the_nearest_tick(instrument: Instrument, price: float) -> None:
    """Half a tick away at most."""
    exact = Fraction(price) * instrument.price_scale / instrument.tick
    assert abs(nearest_tick(instrument, price) - exact) <= Fraction(1, 2) + exact / 10**14


def test_noise_of_binary_fractions_costs_no_lot() -> None:
    """0.3 / 0.1 is 2.9999999999999996 in binary, and three lots to everybody else."""
    instrument = define_spot("v", "BTC-USDT", tick="0.01", lot="0.1")
    assert lots_below(instrument, 0.3) == 3
    assert lots_below(instrument, 0.1 + 0.2) == 3
    assert lots_below(instrument, 0.2999) == 2


def test_figures_for_people() -> None:
    """Minor units become whole ones in the decimals of their currency."""
    instrument = define_spot("v", "BTC-USDT", tick="0.01", lot="0.001", base_decimals=8, quote_decimals=6)
    assert base_as_float(instrument, -150_000_000) == -1.5
    assert money_as_float(instrument, "BTC", 150_000_000) == 1.5
    assert money_as_float(instrument, "USDT", 1_500_000) == 1.5
    assert price_as_float(instrument, 12_345) == 123.45
    assert quantity_as_float(instrument, 1) == 0.001


@pytest.mark.parametrize("value", [inf, -inf, nan])
def test_what_is_not_finite(value: float) -> None:
    """Callers ask before they round."""
    assert not is_finite(value)
