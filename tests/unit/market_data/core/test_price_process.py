"""What assets are worth: reproducible, positive, correlated as asked, and shocked as scheduled."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import correlation, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.instruments import Instrument, Venue, define_spot
from seawall.api.units import MINUTE, PPB, SECOND, Currency, Nanos
from seawall.market_data.core.correlation import Correlated
from seawall.market_data.core.figures import WORTH
from seawall.market_data.core.price_process import Asset, Disagreement, PriceProcess, PriceState
from seawall.market_data.core.processes import AnyProcess, GeometricBrownian, Jumps
from seawall.market_data.core.shocks import AnyShock, Crash, Depeg, Divergence
from seawall.runtime.rng import Rng

BPS = PPB // 10_000
BTC, ETH, USDC = Currency("BTC"), Currency("ETH"), Currency("USDC")
ALPHA = Venue("alpha")
INSTRUMENTS = (
    define_spot("alpha", "BTC-USDT", tick="0.1", lot="0.001"),
    define_spot("beta", "BTC-USDT", tick="0.01", lot="0.001"),
    define_spot("alpha", "ETH-USDT", tick="0.01", lot="0.01"),
    define_spot("alpha", "BTC-USDC", tick="0.01", lot="0.001"),
    define_spot("alpha", "USDC-USDT", tick="0.0001", lot="1"),
)
STEP = Nanos(SECOND)
WALK = GeometricBrownian(60 * BPS)


def process(
    *processes: AnyProcess, by: int = 0, strays: int = 0, shocks: Sequence[AnyShock] = (), instruments: Sequence[Instrument] = INSTRUMENTS
) -> PriceProcess:
    assets = [Asset(BTC, 60_000 * WORTH, processes), Asset(ETH, 3_000 * WORTH, processes), Asset(USDC, WORTH, ())]
    disagreement = {ALPHA: Disagreement(strays, Nanos(30 * SECOND))}
    curves = [curve for shock in shocks for curve in shock.curves()]
    return PriceProcess(assets, [Correlated(BTC, ETH, by)], instruments, disagreement, curves, STEP)


def walked(source: PriceProcess, steps: int, seed: int = 1) -> PriceState:
    state = source.begin(Rng(seed))
    for _ in range(steps):
        source.step(state)
    return state


def returns(source: PriceProcess, currency: Currency, steps: int, seed: int = 1) -> list[float]:
    state = source.begin(Rng(seed))
    worth = [state.worth[currency]]
    for _ in range(steps):
        source.step(state)
        worth.append(state.worth[currency])
    return [after / before - 1 for before, after in pairwise(worth)]


GOLDEN = [600_382, 6_007_721, 302_364, 6_009_096, 9_992]


def test_a_seed_fixes_every_price() -> None:
    """The numbers themselves: they must be the same on every machine and every Python."""
    source = process(WALK, Jumps(3_600 * PPB // 10, 20 * BPS), by=PPB * 7 // 10, strays=5 * BPS)
    state = walked(source, 100, seed=42)
    assert [source.price(state, instrument.id) for instrument in INSTRUMENTS] == GOLDEN


def test_the_first_price_is_the_opening() -> None:
    source = process(WALK)
    state = source.begin(Rng(1))
    assert [source.price(state, instrument.id) for instrument in INSTRUMENTS] == [600_000, 6_000_000, 300_000, 6_000_000, 10_000]


@pytest.mark.parametrize("by", [PPB * 8 // 10, 0, -PPB // 2])
def test_assets_are_correlated_as_asked(by: int) -> None:
    source = process(WALK, by=by)
    assert abs(correlation(returns(source, BTC, 5_000), returns(source, ETH, 5_000)) - by / PPB) < 0.04


def test_venues_disagree_a_little_and_come_back() -> None:
    """A venue's price strays from the worth by about its deviation, and never runs away; another venue's keeps to it."""
    source = process(strays=10 * BPS)
    state = source.begin(Rng(3))
    premiums = []
    for _ in range(20_000):
        source.step(state)
        premiums.append(state.premium[INSTRUMENTS[0].id] / PPB)
    assert abs(pstdev(premiums) - 0.0010) < 0.0002
    assert max(map(abs, premiums)) < 0.0060
    assert state.premium[INSTRUMENTS[1].id] == 0


@given(st.integers(0, 2**64 - 1), st.integers(0, 500 * PPB))
def test_prices_stay_positive(seed: int, volatility: int) -> None:
    source = process(GeometricBrownian(volatility), strays=PPB)
    state = source.begin(Rng(seed))
    for _ in range(20):
        source.step(state)
        assert all(source.price(state, instrument.id) >= 1 for instrument in INSTRUMENTS)


# Shocks.


def test_a_crash_takes_every_asset_down_and_leaves_it_there() -> None:
    crash = Crash(at=Nanos(MINUTE), fall=PPB * 15 // 100, over=Nanos(10 * MINUTE))
    source = process(shocks=[crash])
    for steps, ratio in ((59, 1.0), (60 + 300, 0.925), (60 + 600, 0.85), (60 + 9_000, 0.85)):
        state = walked(source, steps)
        assert source.price(state, INSTRUMENTS[0].id) == round(600_000 * ratio)
        assert source.price(state, INSTRUMENTS[2].id) == round(300_000 * ratio)


def test_while_it_crashes_everything_moves_more() -> None:
    crash = Crash(at=Nanos(MINUTE), fall=PPB // 10, over=Nanos(30 * MINUTE), volatility=4 * PPB)
    quiet, stormy = returns(process(WALK), BTC, 1_200), returns(process(WALK, shocks=[crash]), BTC, 1_200)
    assert stormy[:59] == quiet[:59]
    assert 3.8 < pstdev(stormy[60:]) / pstdev(quiet[60:]) < 4.2


def test_a_depeg_moves_what_is_quoted_in_it_the_other_way() -> None:
    """And is a parabola: after half of its time a quarter of its way."""
    depeg = Depeg(at=Nanos(0), asset=USDC, fall=PPB * 8 // 100, over=Nanos(40 * MINUTE), recovery=PPB, recovers_over=Nanos(MINUTE))
    source = process(shocks=[depeg])
    for steps, worth in ((1_200, 0.98), (2_400, 0.92), (2_460, 1.0)):
        state = walked(source, steps)
        assert source.price(state, INSTRUMENTS[4].id) == round(10_000 * worth)
        assert source.price(state, INSTRUMENTS[3].id) == round(6_000_000 / worth)
        assert source.price(state, INSTRUMENTS[0].id) == 600_000


def test_a_divergence_moves_the_instruments_it_names_alone() -> None:
    split = Divergence(
        at=Nanos(0), instruments=(INSTRUMENTS[1].id,), by=-PPB // 100, over=Nanos(10 * SECOND), holds=Nanos(0), recovers_over=Nanos(MINUTE)
    )
    source = process(shocks=[split])
    for steps, beta in ((5, 5_970_000), (10, 5_940_000), (70, 6_000_000)):
        state = walked(source, steps)
        assert [source.price(state, instrument.id) for instrument in INSTRUMENTS[:2]] == [600_000, beta]
