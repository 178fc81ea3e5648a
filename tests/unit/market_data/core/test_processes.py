"""Each process moves a worth as its name says: volatility as asked, jumps as often, clusters, regimes, a pull home, another's steps."""

from itertools import pairwise
from math import sqrt
from statistics import fmean, pstdev

import pytest

from seawall.api.instruments import define_spot
from seawall.api.units import HOUR, MINUTE, PPB, SECOND, Currency, Nanos
from seawall.market_data.core.figures import WORTH
from seawall.market_data.core.price_process import Asset, PriceProcess
from seawall.market_data.core.processes import (
    PROCESSES,
    AnyProcess,
    Follows,
    GeometricBrownian,
    Jumps,
    MeanReversion,
    Regime,
    RegimeSwitching,
    SelfExciting,
)
from seawall.runtime.rng import Rng

BPS = PPB // 10_000
STEP = Nanos(SECOND)
BTC, ETH = Currency("BTC"), Currency("ETH")
LISTED = [define_spot("alpha", "BTC-USDT", tick="0.1", lot="0.001")]
KINDS = (
    GeometricBrownian(60 * BPS),
    MeanReversion(20 * BPS, Nanos(MINUTE)),
    RegimeSwitching((Regime(30 * BPS, Nanos(MINUTE)), Regime(200 * BPS, Nanos(MINUTE)))),
    Jumps(60 * PPB, 10 * BPS),
    SelfExciting(600 * PPB, PPB // 2, Nanos(10 * SECOND), 5 * BPS),
    Follows(BTC, PPB),
)


def worths(*processes: AnyProcess, steps: int, seed: int = 1, first: tuple[AnyProcess, ...] = (GeometricBrownian(60 * BPS),)) -> list[int]:
    """Of ETH, step by step. BTC stands before it, for those that follow."""
    assets = [Asset(BTC, 60_000 * WORTH, first), Asset(ETH, 3_000 * WORTH, processes)]
    source = PriceProcess(assets, [], LISTED, {}, [], STEP)
    state = source.begin(Rng(seed))
    found = [state.worth[ETH]]
    for _ in range(steps):
        source.step(state)
        found.append(state.worth[ETH])
    return found


def returns(*processes: AnyProcess, steps: int = 7_200, **more: int) -> list[float]:
    return [after / before - 1 for before, after in pairwise(worths(*processes, steps=steps, **more))]


def kurtosis(values: list[float]) -> float:
    """Three for normal ones."""
    middle, deviation = fmean(values), pstdev(values)
    return fmean(((value - middle) / deviation) ** 4 for value in values)


def clustering(values: list[float], lag: int) -> float:
    """Autocorrelation of absolute values."""
    sizes = [abs(value) for value in values]
    middle = fmean(sizes)
    return fmean((a - middle) * (b - middle) for a, b in zip(sizes, sizes[lag:], strict=False)) / pstdev(sizes) ** 2


def test_every_kind_is_tested_here() -> None:
    assert [type(kind) for kind in KINDS] == list(PROCESSES)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
def test_each_moves_and_is_fixed_by_its_seed(kind: AnyProcess) -> None:
    first, same, other = (worths(kind, steps=300, seed=seed) for seed in (1, 1, 2))
    assert first == same != other
    assert len(dict.fromkeys(first)) > 3


def test_brownian_motion_is_as_volatile_as_asked_and_normal() -> None:
    moves = returns(GeometricBrownian(60 * BPS))
    assert abs(pstdev(moves) * sqrt(HOUR / STEP) - 0.0060) < 0.0002
    assert abs(kurtosis(moves) - 3) < 0.3
    assert abs(clustering(moves, 1)) < 0.05


def test_brownian_motion_drifts_as_asked() -> None:
    found = worths(GeometricBrownian(0, drift=200 * BPS), steps=3_600)
    assert abs(found[-1] / found[0] - 1.0202) < 0.0001


def test_mean_reversion_strays_by_its_deviation_and_comes_home() -> None:
    found = worths(MeanReversion(20 * BPS, Nanos(MINUTE)), steps=20_000)
    strayed = [worth / found[0] - 1 for worth in found]
    assert abs(pstdev(strayed) - 0.0020) < 0.0003
    assert abs(fmean(strayed)) < 0.0005
    assert max(map(abs, strayed)) < 0.012


def test_jumps_come_as_often_as_asked_and_make_tails() -> None:
    moves = returns(Jumps(36 * PPB, 100 * BPS), steps=36_000)
    assert 250 < sum(move != 0 for move in moves) < 470
    assert kurtosis(returns(GeometricBrownian(60 * BPS), Jumps(36 * PPB, 20 * BPS))) > 10


def test_jumps_may_have_a_direction() -> None:
    assert all(move < 0 for move in returns(Jumps(360 * PPB, 0, mean=-50 * BPS)) if move)


def test_regimes_alternate_and_cluster_volatility() -> None:
    calm, stormy = Regime(30 * BPS, Nanos(10 * MINUTE)), Regime(300 * BPS, Nanos(5 * MINUTE))
    moves = returns(RegimeSwitching((calm, stormy)), steps=36_000)
    assert clustering(moves, 1) > 0.2 < clustering(moves, 60)
    assert kurtosis(moves) > 4
    assert abs(sum(abs(move) < 0.0002 for move in moves) / len(moves) - 0.75) < 0.12


def test_self_exciting_moves_come_in_clusters_and_no_more_often_than_asked() -> None:
    """Each causes half another one: twice as many as come of themselves."""
    moves = returns(SelfExciting(180 * PPB, PPB // 2, Nanos(5 * SECOND), 5 * BPS), steps=36_000)
    assert abs(sum(move != 0 for move in moves) / 3_600 - 1) < 0.15
    assert clustering(moves, 1) > 0.05
    independent = returns(SelfExciting(360 * PPB, 0, Nanos(5 * SECOND), 5 * BPS), steps=36_000)
    assert abs(clustering(independent, 1)) < 0.02


def test_a_follower_does_what_the_other_does() -> None:
    leader = GeometricBrownian(60 * BPS)
    alone, followed = (worths(Follows(BTC, factor), steps=500) for factor in (0, 2 * PPB))
    assert len(dict.fromkeys(alone)) == 1
    assert abs(pstdev(b / a - 1 for a, b in pairwise(followed)) * 60 - 0.0120) < 0.001
    assert leader.diffuses


@pytest.mark.parametrize(
    ("process", "complaint"),
    [
        (GeometricBrownian(-1), "volatility is negative"),
        (MeanReversion(-1, Nanos(MINUTE)), "deviation is negative"),
        (MeanReversion(1, Nanos(1)), "shorter than a step"),
        (Jumps(-1, 1), "negative"),
        (RegimeSwitching((Regime(1, Nanos(MINUTE)),)), "two or more"),
        (RegimeSwitching((Regime(1, Nanos(MINUTE)), Regime(1, Nanos(1)))), "less than a step"),
        (SelfExciting(1, PPB, Nanos(MINUTE), 1), "would never end"),
        (SelfExciting(1, 0, Nanos(1), 1), "shorter than a step"),
    ],
)
def test_settings_that_make_no_sense_are_named(process: AnyProcess, complaint: str) -> None:
    assert complaint in (process.fault(STEP) or "")
