"""Recorded floats become ticks and lots exactly, or the row is refused for a reason."""

from typing import Any

import numpy as np
import pytest

from seawall.market_data.recorded import Kind, Refusal
from seawall.market_data.recorded.convert import REFUSALS, Scale, convert

CENTS = Scale(price_scale=100, tick=1, quantity_scale=1000, lot=1)


def converted(kind: Kind, scale: Scale = CENTS, **columns: Any) -> tuple[list[list[int]], list[Refusal | None]]:
    raw = {name: np.array(values) for name, values in columns.items()}
    raw["time"] = np.arange(len(next(iter(raw.values()))))
    integers, codes = convert(kind, raw, scale)
    return [column.tolist() for column in integers], [REFUSALS[code - 1] if code else None for code in codes.tolist()]


def trade(price: float, quantity: float = 1.0, scale: Scale = CENTS) -> tuple[int, int, Refusal | None]:
    (prices, quantities, _, _), (refusal,) = converted(Kind.TRADE, scale, price=[price], quantity=[quantity], aggressor=[1], trade_id=[7])
    return prices[0], quantities[0], refusal


@pytest.mark.parametrize("price", [0.01, 0.07, 61837.63, 99999.99, 0.1 + 0.2])
def test_a_price_on_the_grid_is_exact(price: float) -> None:
    assert trade(price) == (round(price * 100), 1000, None)


def test_large_prices_on_fine_grids_are_no_false_alarm() -> None:
    """70,000 in units of 1e-8 is beyond a millionth of a tick of float precision."""
    assert trade(69999.99, scale=Scale(10**8, 1, 1000, 1))[0] == 6_999_999_000_000


def test_a_tick_that_is_no_power_of_ten() -> None:
    quarter = Scale(price_scale=100, tick=25, quantity_scale=1, lot=1)
    assert trade(100.75, scale=quarter)[0] == 403
    assert trade(100.8, scale=quarter)[2] is Refusal.OFF_GRID


@pytest.mark.parametrize(
    ("price", "quantity", "refusal"),
    [
        (100.005, 1.0, Refusal.OFF_GRID),
        (0.0, 1.0, Refusal.NOT_POSITIVE),
        (-1.0, 1.0, Refusal.NOT_POSITIVE),
        (float("nan"), 1.0, Refusal.NOT_A_NUMBER),
        (float("inf"), 1.0, Refusal.NOT_A_NUMBER),
        (1e300, 1.0, Refusal.OFF_GRID),
        (1.0, float("nan"), Refusal.NOT_A_NUMBER),
        (1.0, float("inf"), Refusal.NOT_A_NUMBER),
        (1.0, 0.0, Refusal.NOT_POSITIVE),
        (1.0, -2.0, Refusal.NOT_POSITIVE),
        (1.0, 0.0009, Refusal.UNDER_ONE_LOT),
    ],
)
def test_what_cannot_have_traded_is_refused(price: float, quantity: float, refusal: Refusal) -> None:
    assert trade(price, quantity)[2] is refusal


@pytest.mark.parametrize(("quantity", "lots"), [(0.3, 300), (0.1 + 0.2, 300), (0.0019, 1), (1.9999, 1999), (2.0, 2000)])
def test_quantities_are_rounded_down_to_the_lot(quantity: float, lots: int) -> None:
    assert trade(1.0, quantity)[1:] == (lots, None)


def test_quotes_may_have_an_empty_side_and_may_not_cross() -> None:
    columns, refusals = converted(
        Kind.QUOTE,
        bid=[1.00, 0.0, 1.00, 1.02, 1.00, -1.0],
        bid_quantity=[1.0, 0.0, 1.0, 1.0, 1.0, 1.0],
        ask=[1.01, 1.01, 0.0, 1.01, 1.00, 1.01],
        ask_quantity=[1.0, 1.0, 0.0, 1.0, 1.0, 1.0],
    )
    assert refusals == [None, None, None, Refusal.CROSSED, None, Refusal.NOT_POSITIVE]
    assert [column[:3] for column in columns] == [[100, 0, 100], [1000, 0, 1000], [101, 101, 0], [1000, 1000, 0]]


def test_a_bar_contains_its_open_and_close() -> None:
    _, refusals = converted(
        Kind.BAR,
        open=[1.0, 1.0, 1.0, 1.0, 1.0],
        high=[2.0, 1.5, 2.0, 2.0, 1.0],
        low=[0.5, 0.5, 1.1, 0.5, 1.0],
        close=[1.5, 1.6, 1.5, float("nan"), 1.0],
        volume=[1.0, 1.0, 1.0, 1.0, 0.0],
    )
    assert refusals == [None, Refusal.BROKEN_BAR, Refusal.BROKEN_BAR, Refusal.NOT_A_NUMBER, None]


def test_each_row_may_have_its_own_scale() -> None:
    scale = Scale(np.array([100, 10]), np.array([1, 5]), np.array([1, 10]), np.array([1, 1]))
    columns, refusals = converted(Kind.TRADE, scale, price=[1.25, 1.5], quantity=[2.0, 2.0], aggressor=[0, 0], trade_id=[1, 2])
    assert columns[:2] == [[125, 3], [2, 20]]
    assert refusals == [None, None]
