"""One side of a book: what is near the best is in order, and what is far is not forgotten."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.units import Price, Quantity
from seawall.runtime.books import BookSide
from seawall.runtime.books import side as side_module

NEAR = 3  # Here, so that small books have a far side, too.
CHANGES = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 3)), min_size=20, max_size=300)


@pytest.fixture(autouse=True, scope="module")
def _small() -> Iterator[None]:
    usual, side_module.NEAR = side_module.NEAR, NEAR
    yield
    side_module.NEAR = usual


def side(sign: int, changes: list[tuple[int, int]] | None = None) -> BookSide:
    made = BookSide({}, sign)
    for price, quantity in changes or []:
        made.set(Price(price), Quantity(quantity))
    return made


@pytest.mark.parametrize("sign", [1, -1])
@given(changes=CHANGES, percent=st.integers(0, 100))
def test_it_is_what_a_sorted_dict_would_be(sign: int, changes: list[tuple[int, int]], percent: int) -> None:
    """However the changes arrive: one by one, or many at once."""
    cut = len(changes) * percent // 100
    own = side(sign, changes[:cut])
    own.update([Price(price) for price, _ in changes[cut:]], [Quantity(quantity) for _, quantity in changes[cut:]])
    expected = {price: quantity for price, quantity in dict(changes).items() if quantity}
    in_order = sorted(expected, reverse=sign > 0)
    assert own.levels == expected
    assert own.best() == (in_order[0] if in_order else 0)
    assert list(own.best_first()) == [(price, expected[price]) for price in in_order]
    middle = in_order[len(in_order) // 2] if in_order else 1
    assert own.quantity_until(Price(middle)) == sum(expected[price] for price in in_order if price * sign >= middle * sign)


@pytest.mark.parametrize("sign", [1, -1])
def test_when_all_that_was_near_is_gone_the_next_best_is_found(sign: int) -> None:
    far = 10 * NEAR
    own = side(sign, [(price, 1) for price in range(1, far + 1)])
    for price in range(1, far) if sign < 0 else range(far, 1, -1):
        assert own.best() == price
        own.set(Price(price), Quantity(0))
    assert len(own) == 1
    assert own.best() == (far if sign < 0 else 1)


def test_removing_what_is_not_there_is_normal() -> None:
    own = side(1, [(5, 2)])
    own.set(Price(7), Quantity(0))
    assert list(own.best_first()) == [(5, 2)]
    assert own.quantity(Price(7)) == 0
