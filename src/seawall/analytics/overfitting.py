"""How far the best of many backtests can be trusted: probabilistic and deflated Sharpe ratio, probability of backtest overfitting.

Returns are those of equal periods; Sharpe ratios here are per period, not annualised. What cannot be said is None.
"""

from collections.abc import Sequence
from itertools import combinations
from math import e, fsum, isfinite, sqrt
from statistics import NormalDist

import msgspec
import numpy as np
import numpy.typing as npt

from seawall.analytics.figures import deviation, mean

EULER = 0.5772156649015329
BLOCKS = 16  # Of time, for CSCV: 12,870 ways to choose half of them.
LEAST_IN_BLOCK = 4  # Periods; with fewer, fewer blocks.
LEAST_BLOCKS = 4
_AT_ONCE = 1 << 21  # Cells of a matrix.

Floats = npt.NDArray[np.float64]


class Overfitting(msgspec.Struct, frozen=True):
    """Of all runs of a sweep together. None: too few runs or periods, or runs without a Sharpe ratio."""

    runs: int  # That have returns.
    periods: int  # Of every run.
    period: str  # day, hour or minute.
    expected_sharpe: float | None  # The best Sharpe ratio, annualised, that as many runs without any skill would be expected to show.
    probability: float | None  # That the best run in one half of the time is below the median in the other half.
    probability_of_loss: float | None  # That it loses money there.
    splits: int
    logits: list[float] = []  # One a split (thinned): log(w / (1 - w)), w the rank of the chosen run out of sample. Under 0: overfitted.


def sharpe_of(returns: Sequence[float]) -> float | None:
    """Per period. None: fewer than two, or all equal."""
    if len(returns) < 2:
        return None
    spread = deviation(returns)
    return mean(returns) / spread if spread else None


def probabilistic_sharpe(returns: Sequence[float], benchmark: float) -> float | None:
    """The probability that the true Sharpe ratio is above `benchmark`, given length, skewness and kurtosis of the returns.

    Phi((SR - benchmark) * sqrt(T - 1) / sqrt(1 - skewness * SR + (kurtosis - 1) / 4 * SR ** 2)).
    Source: D. Bailey, M. Lopez de Prado, The Sharpe Ratio Efficient Frontier, Journal of Risk 15 (2012).
    """
    sharpe = sharpe_of(returns)
    if sharpe is None:
        return None
    middle, count = mean(returns), len(returns)
    second = fsum((r - middle) ** 2 for r in returns) / count
    skewness = fsum((r - middle) ** 3 for r in returns) / count / second**1.5
    kurtosis = fsum((r - middle) ** 4 for r in returns) / count / second**2
    variance = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe**2
    if not (isfinite(variance) and variance > 0):
        return None
    return NormalDist().cdf((sharpe - benchmark) * sqrt(count - 1) / sqrt(variance))


def expected_best_sharpe(sharpes: Sequence[float]) -> float | None:
    """What the best of as many runs with no skill at all would show: sd * ((1 - g) * Z(1 - 1/N) + g * Z(1 - 1/(N e))), g Euler's constant.

    N counts every run as independent, which those of a grid are not: a severe reading.
    Source: D. Bailey, M. Lopez de Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management 40 (2014).
    """
    count = len(sharpes)
    if count < 2:
        return None
    quantile = NormalDist().inv_cdf
    return deviation(sharpes) * ((1 - EULER) * quantile(1 - 1 / count) + EULER * quantile(1 - 1 / (count * e)))


def deflated_sharpes(runs: Sequence[Sequence[float]]) -> list[float | None]:
    """For each run the probability that its true Sharpe ratio is above what the best of so many would show by chance."""
    sharpes = [sharpe for returns in runs if (sharpe := sharpe_of(returns)) is not None]
    benchmark = expected_best_sharpe(sharpes)
    return [None if benchmark is None else probabilistic_sharpe(returns, benchmark) for returns in runs]


def overfitting(runs: Sequence[Sequence[float]], period: str, periods_per_year: float) -> Overfitting:
    """Combinatorially symmetric cross-validation: time is cut into blocks; for every choice of half of them the run with the best Sharpe
    ratio there is ranked among all in the other half.

    Source: D. Bailey, J. Borwein, M. Lopez de Prado, Q. Zhu, The Probability of Backtest Overfitting, Journal of Computational
    Finance 20 (2017). Runs that never traded are left out: they would tie with each other.
    """
    kept = [list(returns) for returns in runs if sharpe_of(returns) is not None]
    length = min((len(returns) for returns in kept), default=0)
    benchmark = expected_best_sharpe([sharpe for returns in kept if (sharpe := sharpe_of(returns)) is not None])
    expected = None if benchmark is None else benchmark * sqrt(periods_per_year)
    blocks = min(BLOCKS, length // LEAST_IN_BLOCK // 2 * 2)
    if len(kept) < 2 or blocks < LEAST_BLOCKS:
        return Overfitting(len(kept), length, period, expected, None, None, 0)
    matrix = np.array([returns[:length] for returns in kept]).T
    logits, losses = _cross_validated(matrix, blocks)
    thin = logits[:: max(1, len(logits) // 2_000)]
    return Overfitting(
        len(kept), length, period, expected, float((logits <= 0).mean()), float(losses.mean()), len(logits), np.round(thin, 6).tolist()
    )


def _cross_validated(matrix: Floats, blocks: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Logits of the chosen runs' ranks, and whether they lost money, one for each split. `matrix`: periods x runs."""
    parts = np.array_split(matrix, blocks)
    counts = np.array([float(len(part)) for part in parts])
    sums, squares = np.array([part.sum(axis=0) for part in parts]), np.array([(part**2).sum(axis=0) for part in parts])
    chosen = list(combinations(range(blocks), blocks // 2))
    at_once = max(1, _AT_ONCE // matrix.shape[1])
    logits, losses = [], []
    for first in range(0, len(chosen), at_once):
        inside = np.zeros((len(chosen[first : first + at_once]), blocks))
        for row, members in enumerate(chosen[first : first + at_once]):
            inside[row, list(members)] = 1.0
        best = _sharpes(inside, counts, sums, squares)[0].argmax(axis=1)
        outside, means = _sharpes(1.0 - inside, counts, sums, squares)
        rows = np.arange(len(best))
        own = outside[rows, best][:, None]
        rank = (outside < own).sum(axis=1) + ((outside == own).sum(axis=1) + 1) / 2  # The mean rank among equals, from 1.
        share = rank / (matrix.shape[1] + 1)
        logits.append(np.log(share / (1 - share)))
        losses.append(means[rows, best] < 0)
    return np.concatenate(logits), np.concatenate(losses)


def _sharpes(inside: Floats, counts: Floats, sums: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Sharpe ratios and means over the blocks that are inside, splits x runs; 0 for a run that stood still there."""
    count = (inside @ counts)[:, None]
    means = inside @ sums / count
    variances = np.maximum(inside @ squares / count - means**2, 0.0)
    spread = np.sqrt(variances)
    return np.divide(means, spread, out=np.zeros_like(means), where=spread > 1e-15), means
