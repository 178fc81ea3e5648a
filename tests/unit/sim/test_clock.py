"""A machine's clock against true time."""

from hypothesis import given
from hypothesis import strategies as st
from pytest import raises

from seawall.api.units import PPB, SECOND, Nanos
from seawall.sim.clock import Clock


def test_an_exact_clock_reads_true_time() -> None:
    clock = Clock(Nanos(5))
    assert clock.exact
    assert clock.reading(Nanos(123)) == 123
    assert clock.true_time(Nanos(123)) == 123


def test_offset_and_drift_add_up() -> None:
    """A tenth of a second ahead at the start, and a millionth fast: after ten seconds 10 us more."""
    clock = Clock(Nanos(SECOND), 100_000_000, drift_ppb=1_000)
    assert not clock.exact
    assert clock.reading(Nanos(SECOND)) == 1_100_000_000
    assert clock.reading(Nanos(11 * SECOND)) == 11_100_010_000


@given(
    st.integers(0, 10**18),
    st.integers(-(10**12), 10**12),
    st.integers(-PPB // 2, PPB),
    st.integers(0, 10**18 + 10**13),
)
def test_true_time_is_the_first_at_which_the_clock_reads_enough(start: int, offset: int, drift: int, reading: int) -> None:
    clock = Clock(Nanos(start), offset, drift)
    first = clock.true_time(Nanos(reading))
    assert clock.reading(first) >= reading
    assert clock.reading(Nanos(first - 1)) < reading


def test_a_clock_that_runs_backwards_is_refused() -> None:
    with raises(ValueError, match="must be above"):
        Clock(Nanos(0), drift_ppb=-PPB)
