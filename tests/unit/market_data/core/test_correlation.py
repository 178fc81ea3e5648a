"""Correlations are checked, and the weights made of them give them back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.units import PPB, Currency
from seawall.market_data.core.correlation import Correlated, matrix, weights

A, B, C = ASSETS = tuple(map(Currency, "ABC"))
shares = st.integers(-PPB, PPB)


def three(ab: int, ac: int, bc: int) -> list[Correlated]:
    return [Correlated(A, B, ab), Correlated(A, C, ac), Correlated(B, C, bc)]


@given(shares, shares, shares)
def test_weights_give_the_matrix_back_or_it_is_refused(ab: int, ac: int, bc: int) -> None:
    """The determinant says which: positive (beyond rounding) means that it can be."""
    x, y, z = ab / PPB, ac / PPB, bc / PPB
    determinant = 1 + 2 * x * y * z - x * x - y * y - z * z
    possible = determinant > 1e-4 and 1 - x * x > 1e-4
    try:
        found = weights(ASSETS, three(ab, ac, bc))
    except ValueError as error:
        assert not possible
        assert "not positive definite" in str(error)
        return
    assert determinant > -1e-6
    wanted = matrix(ASSETS, three(ab, ac, bc))
    for i in range(3):
        for j in range(i + 1):
            product = sum(a * b for a, b in zip(found[i], found[j], strict=False)) / PPB / PPB
            assert abs(product - wanted[i][j] / PPB) < 1e-4


def test_a_contradiction_is_explained_with_a_way_out() -> None:
    """A with B and with C by 0.9, but B against C: impossible."""
    with pytest.raises(ValueError, match=r"C cannot be correlated as given with A, B at once; all of them multiplied by 0\.5") as caught:
        weights(ASSETS, three(PPB * 9 // 10, PPB * 9 // 10, -PPB * 9 // 10))
    scale = float(str(caught.value).split("multiplied by ")[1].split()[0])
    part = int(PPB * 0.9 * scale)
    assert weights(ASSETS, three(part, part, -part))


@pytest.mark.parametrize(
    ("pairs", "complaint"),
    [
        ([Correlated(A, Currency("X"), 0)], "there is no asset X; there are A, B, C"),
        ([Correlated(A, A, PPB)], "with itself"),
        ([Correlated(A, B, 1), Correlated(B, A, 1)], "B A: given twice"),
        ([Correlated(A, B, PPB * 3 // 2)], "1.5 is no correlation; it lies between -1 and 1"),
        ([Correlated(A, B, PPB)], "B cannot be correlated"),
    ],
)
def test_nonsense_is_refused(pairs: list[Correlated], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        weights(ASSETS, pairs)
