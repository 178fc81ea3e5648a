"""The generator: the published sequence, bounds, one int of state, and the same bits everywhere."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.runtime.rng import Rng

SEEDS = st.integers(0, 2**64 - 1)


def test_it_is_splitmix64() -> None:
    """The reference outputs of the authors' C code for seed 1234567."""
    rng = Rng(1234567)
    assert [rng.next_u64() for _ in range(5)] == [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ]  # fmt: skip


@given(SEEDS, st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_draws_stay_in_their_bounds(seed: int, low: int, width: int) -> None:
    """`below` excludes its bound, `between` includes both."""
    rng = Rng(seed)
    for _ in range(20):
        assert 0 <= rng.below(width + 1) <= width
        assert low <= rng.between(low, low + width) <= low + width
        assert 0.0 <= rng.uniform() < 1.0
        assert -6.0 <= rng.normal() <= 6.0
        assert 0 <= rng.state < 2**64


def test_every_value_comes_up() -> None:
    """A die has six sides."""
    rng = Rng(1)
    assert sorted(dict.fromkeys(rng.between(1, 6) for _ in range(200))) == [1, 2, 3, 4, 5, 6]


@given(SEEDS, st.integers(0, 30))
def test_a_snapshot_goes_on_as_the_original(seed: int, drawn: int) -> None:
    """Its state is one int, whatever was drawn before."""
    rng = Rng(seed)
    for _ in range(drawn):
        rng.normal()
        rng.uniform()
    copy = msgspec.msgpack.decode(msgspec.msgpack.encode(rng), type=Rng)
    assert [rng.next_u64() for _ in range(5)] == [copy.next_u64() for _ in range(5)]


def test_normal_is_roughly_normal() -> None:
    """Mean 0, variance 1, within what 20,000 draws allow."""
    rng = Rng(7)
    draws = [rng.normal() for _ in range(20_000)]
    mean = sum(draws) / len(draws)
    variance = sum((x - mean) ** 2 for x in draws) / len(draws)
    assert abs(mean) < 0.03
    assert abs(variance - 1) < 0.05


def test_a_part_is_independent_of_its_owner() -> None:
    """What the part draws changes nothing for the owner."""
    one, two = Rng(5), Rng(5)
    part = one.split()
    two.split()
    part.next_u64()
    assert one == two
    assert part.next_u64() != one.next_u64()


@pytest.mark.parametrize("bound", [0, -1])
def test_an_empty_range_is_a_bug(bound: int) -> None:
    """There is nothing to draw from."""
    with pytest.raises(AssertionError):
        Rng(1).below(bound)
