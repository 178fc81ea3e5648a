"""What assets are worth: reproducible, positive, and as volatile and as correlated as it was asked to be."""

from itertools import pairwise
from math import sqrt
from statistics import correlation, pstdev

from hypothesis import given
from hypothesis import strategies as st

from seawall.api.instruments import Symbol, define_spot
from seawall.api.units import HOUR, PPB, SECOND, Nanos
from seawall.market_data.core.price_process import Disagreement, PriceProcess, Walk
from seawall.runtime.rng import Rng

BTC, ETH = Symbol("BTC-USDT"), Symbol("ETH-USDT")
INSTRUMENTS = (
    define_spot("alpha", BTC, tick="0.1", lot="0.001"),
    define_spot("beta", BTC, tick="0.01", lot="0.001"),
    define_spot("alpha", ETH, tick="0.01", lot="0.01"),
)
STEP = Nanos(SECOND)
AGREED = Disagreement(deviation_bps=0, reversion_ns=STEP)


def process(volatility_bps: int = 60, disagreement: Disagreement = AGREED, **more: int) -> PriceProcess:
    walks = [Walk(BTC, 60_000 * PPB, volatility_bps, **more), Walk(ETH, 3_000 * PPB, volatility_bps, **more)]
    return PriceProcess(walks, INSTRUMENTS, disagreement, STEP)


def returns(walk: PriceProcess, symbol: Symbol, steps: int, seed: int = 1) -> list[float]:
    state = walk.begin(Rng(seed))
    worth = [state.worth[symbol]]
    for _ in range(steps):
        walk.step(state)
        worth.append(state.worth[symbol])
    return [after / before - 1 for before, after in pairwise(worth)]


def test_a_seed_fixes_every_price() -> None:
    """The numbers themselves: they must be the same on every machine and every Python."""
    walk = process(disagreement=Disagreement(5, Nanos(60 * SECOND)), jump_ppm=100_000, jump_bps=20)
    state = walk.begin(Rng(42))
    for _ in range(100):
        walk.step(state)
    assert [walk.price(state, instrument.id) for instrument in INSTRUMENTS] == [598_296, 5_988_094, 300_051]


def test_the_first_price_is_the_opening() -> None:
    walk = process()
    state = walk.begin(Rng(1))
    assert [walk.price(state, instrument.id) for instrument in INSTRUMENTS] == [600_000, 6_000_000, 300_000]


def test_an_hour_is_as_volatile_as_asked() -> None:
    deviation = pstdev(returns(process(volatility_bps=60), BTC, 7_200)) * sqrt(HOUR / STEP)
    assert abs(deviation - 0.0060) < 0.0002


def test_assets_share_a_factor() -> None:
    """Two assets with 90 % of the common factor are correlated by 0.81, with none of it not at all."""
    for common, expected in ((900_000, 0.81), (0, 0.0)):
        walk = process(common_ppm=common)
        assert abs(correlation(returns(walk, BTC, 5_000), returns(walk, ETH, 5_000)) - expected) < 0.05


def test_jumps_come_as_often_as_asked() -> None:
    """One step in a hundred moves by far more than the others can."""
    jumps = [change for change in returns(process(volatility_bps=1, jump_ppm=10_000, jump_bps=100), BTC, 10_000) if abs(change) > 0.0005]
    assert 60 < len(jumps) < 140


def test_venues_disagree_a_little_and_come_back() -> None:
    """Two venues' prices of one thing differ, by about the deviation of two, and never run away from each other."""
    walk = process(volatility_bps=0, disagreement=Disagreement(10, Nanos(30 * SECOND)))
    state = walk.begin(Rng(3))
    premiums = []
    for _ in range(20_000):
        walk.step(state)
        premiums.append(state.premium[INSTRUMENTS[0].id] / PPB)
    assert abs(pstdev(premiums) - 0.0010) < 0.0002
    assert max(map(abs, premiums)) < 0.0060


@given(st.integers(0, 2**64 - 1), st.integers(0, 5_000_000))
def test_prices_stay_positive(seed: int, volatility_bps: int) -> None:
    walk = process(volatility_bps, Disagreement(100, Nanos(5 * SECOND)))
    state = walk.begin(Rng(seed))
    for _ in range(20):
        walk.step(state)
        assert all(walk.price(state, instrument.id) >= 1 for instrument in INSTRUMENTS)
