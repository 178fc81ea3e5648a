"""The market that every side of the comparison gets: a random walk of trades, ten a second. Needs numpy and nothing of ours."""

import numpy as np

START = 1_700_000_000_000_000_000
STEP = 100_000_000


def prices(count: int) -> np.ndarray:
    """In cents."""
    rng = np.random.default_rng(7)
    return np.maximum(3_000_000 + np.cumsum(rng.integers(-50, 51, count)), 100_000)


def bar_times(count: int) -> np.ndarray:
    """Of the same prices as bars: minutes."""
    return START + np.arange(count, dtype=np.int64) * 60_000_000_000


def times(count: int) -> np.ndarray:
    return START + np.arange(count, dtype=np.int64) * STEP
