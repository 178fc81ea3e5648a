"""Deflated Sharpe ratio and probability of overfitting, against published numbers, a slow second implementation, and plain sense."""

from itertools import combinations
from math import log, sqrt
from statistics import NormalDist, fmean, pstdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.analytics.overfitting import (
    deflated_sharpes,
    expected_best_sharpe,
    overfitting,
    probabilistic_sharpe,
    sharpe_of,
)


def noise(runs: int, periods: int, seed: int, drift: float = 0.0) -> list[list[float]]:
    return (np.random.default_rng(seed).normal(drift, 0.01, (runs, periods))).tolist()


def test_the_example_of_the_paper() -> None:
    """Bailey and Lopez de Prado (2014), page 10: 100 trials whose annual Sharpe ratios vary by 1/2 are expected to show 0.1132 a day."""
    rng = np.random.default_rng(1)
    sharpes = rng.normal(0, 1, 100)
    sharpes = sharpes / np.std(sharpes, ddof=1) * sqrt(0.5 / 250)
    assert expected_best_sharpe(sharpes.tolist()) == pytest.approx(0.1132, abs=2e-4)


def test_for_normal_returns_it_is_the_t_statistic_of_the_mean() -> None:
    """Skewness 0 and kurtosis 3 leave sqrt(1 + SR^2 / 2), whose effect on a small Sharpe ratio vanishes."""
    returns = noise(1, 5_000, 2, drift=0.0002)[0]
    sharpe = sharpe_of(returns)
    assert sharpe is not None
    assert probabilistic_sharpe(returns, 0.0) == pytest.approx(NormalDist().cdf(sharpe * sqrt(4_999)), abs=0.01)


def test_fat_tails_to_the_left_count_against_it() -> None:
    good = [0.01, -0.008] * 200
    crash = [*good[:-1], -0.2]
    assert (probabilistic_sharpe(crash, 0.0) or 0) < (probabilistic_sharpe(good, 0.0) or 0)


def test_luck_is_deflated_and_skill_is_not() -> None:
    lucky = deflated_sharpes(noise(50, 500, 3))
    skilled = deflated_sharpes([*noise(49, 500, 3), noise(1, 500, 9, drift=0.003)[0]])
    assert max(each or 0 for each in lucky) < 0.95 < (skilled[-1] or 0)


def slow_probability(runs: list[list[float]], blocks: int) -> tuple[float, float]:
    """The definition, literally."""
    parts = [np.array_split(np.array(run), blocks) for run in runs]

    def sharpe(run: int, chosen: tuple[int, ...]) -> float:
        values = [value for block in chosen for value in parts[run][block]]
        spread = pstdev(values)
        return fmean(values) / spread if spread > 1e-15 else 0.0

    under = lost = count = 0
    for inside in combinations(range(blocks), blocks // 2):
        outside = tuple(block for block in range(blocks) if block not in inside)
        best = max(range(len(runs)), key=lambda run: sharpe(run, inside))
        ranking = [sharpe(run, outside) for run in range(len(runs))]
        share = sum(each <= ranking[best] for each in ranking) / (len(runs) + 1)
        under += log(share / (1 - share)) <= 0
        lost += fmean(value for block in outside for value in parts[best][block]) < 0
        count += 1
    return under / count, lost / count


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 5), st.sampled_from([16, 25, 33]), st.integers(0, 10_000))
def test_it_is_what_the_definition_says(runs: int, periods: int, seed: int) -> None:
    returns = noise(runs, periods, seed)
    found = overfitting(returns, "day", 365)
    blocks = min(16, periods // 4 // 2 * 2)
    assert (found.probability, found.probability_of_loss) == pytest.approx(slow_probability(returns, blocks))


def test_noise_is_overfitted_half_the_time_and_skill_hardly_ever() -> None:
    chances = [overfitting(noise(20, 400, seed), "day", 365).probability or 0 for seed in range(12)]
    assert 0.3 < fmean(chances) < 0.75
    skilled = [*noise(19, 400, 1), noise(1, 400, 2, drift=0.004)[0]]
    assert (overfitting(skilled, "day", 365).probability or 0) < 0.02


def test_what_cannot_be_said_is_none() -> None:
    assert overfitting([], "day", 365).probability is None
    assert overfitting(noise(1, 400, 1), "day", 365).probability is None
    assert overfitting(noise(5, 12, 1), "day", 365).probability is None
    assert overfitting([[0.0] * 100, [0.0] * 100], "day", 365).runs == 0
    assert probabilistic_sharpe([0.0, 0.0], 0.0) is None and probabilistic_sharpe([], 0.0) is None
    assert expected_best_sharpe([1.0]) is None
    assert deflated_sharpes([[0.01, 0.02]]) == [None]
