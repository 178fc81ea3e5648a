"""Tick and lot are read off the figures, as fine as they are and never absurdly coarse."""

import numpy as np
import pytest

from seawall.market_data.recorded.grid import Grid


def learned(prices: list[float], quantities: tuple[float, ...] = ()) -> Grid:
    grid = Grid()
    for price in prices:  # One at a time: what is learned does not depend on how it is cut into pieces.
        grid.learn_prices(np.array([price]))
    grid.learn_quantities(np.array(quantities))
    return grid


@pytest.mark.parametrize(
    ("prices", "tick"),
    [
        ([61837.63, 61837.64, 61840.0], (1, 2)),
        ([100.5, 101.0, 102.25], (25, 2)),
        ([0.00001234, 0.00001237], (1, 8)),
        ([19565.4, 19570.0, 23140.5], (1, 1)),
        ([10.0, 20.0, 30.0], (1, 2)),  # Nobody's tick is ten.
        ([0.1 + 0.2, 0.3, 100.0], (1, 3)),  # What binary fractions leave behind is no price.
    ],
)
def test_ticks(prices: list[float], tick: tuple[int, int]) -> None:
    assert learned(prices).tick() == tick


def test_prices_of_full_float_precision_have_no_grid() -> None:
    assert learned([100.12, 101.23456789012345]).off_grid == 101.23456789012345


@pytest.mark.parametrize(
    ("price", "quantities", "decimals"),
    [
        (61837.63, (0.02, 0.048, 0.00009), 6),
        (0.00001, (5.0, 1000.0), 0),
        (2.0, (0.123456789123, 5.0), 8),  # Sums of floats show no lot.
        (0.05, (0.0001, 1.0), 4),
    ],
)
def test_lots(price: float, quantities: tuple[float, ...], decimals: int) -> None:
    grid = learned([price], quantities)
    assert grid.lot_decimals(tick_decimals=2) == decimals


def test_lot_and_tick_together_stay_countable() -> None:
    """A tick of 1e-5 and a lot of 1e-8 would need 13 decimals of the quote currency."""
    assert learned([1.00001], (0.12345678,)).lot_decimals(tick_decimals=5) == 5
