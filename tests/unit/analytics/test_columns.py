"""Packed columns: exact whatever the size, bounded whatever the number."""

from itertools import pairwise

from seawall.analytics.columns import CHUNK, Ints, Samples, Texts, extremes
from seawall.api.units import DAY, MINUTE

LIMIT = 2 * CHUNK


def equity(n: int) -> int:
    """A zigzag whose extremes stand at places no grid would hit."""
    return {70_001: -5, 33_333: 2_000_000}.get(n, 1_000 + n * 7919 % 1_009)


def thinned(count: int) -> Samples:
    samples = Samples(2, LIMIT)
    for n in range(count):
        samples.append((n * MINUTE, equity(n)))
    samples.pack()
    return samples


def test_an_int_beyond_eight_bytes_is_kept_exactly() -> None:
    column = Ints([1, 2])
    column.extend([2**63, -(2**70)])
    column.extend([3])
    assert list(column.values) == [1, 2, 2**63, -(2**70), 3]


def test_texts_come_back_in_order_and_are_stored_once() -> None:
    column = Texts(["buy", "sell"])
    column.extend(["sell", "sell"])
    column.extend(["buy", "other", "buy"])
    assert [column.texts[code] for code in column.codes] == ["sell", "sell", "buy", "other", "buy"]
    assert column.texts == ["buy", "sell", "other"]


def test_few_samples_are_all_kept() -> None:
    samples = thinned(LIMIT)
    assert list(samples.columns[1].values) == [equity(n) for n in range(LIMIT)]


def test_many_samples_stay_under_the_limit_and_keep_the_extremes() -> None:
    samples = thinned(100_000)
    times, values = (list(column.values) for column in samples.columns)
    assert len(times) <= LIMIT + CHUNK
    assert (min(values), max(values)) == (-5, 2_000_000)
    assert times[values.index(-5)] == 70_001 * MINUTE
    assert (times[0], times[-1]) == (0, 99_999 * MINUTE)


def test_every_daily_close_survives_thinning() -> None:
    kept = dict(zip(*(column.values for column in thinned(100_000).columns), strict=True))
    closes = range(DAY // MINUTE - 1, 100_000, DAY // MINUTE)
    assert all(kept.get(n * MINUTE) == equity(n) for n in closes)


def test_samples_are_equally_dense_all_along() -> None:
    times = list(thinned(100_000).columns[0].values)
    half = sum(time < 50_000 * MINUTE for time in times)
    assert 0.4 < half / len(times) < 0.6
    assert max(b - a for a, b in pairwise(times)) < 64 * MINUTE


def test_extremes_keep_the_lowest_and_the_highest_of_each_group() -> None:
    assert extremes(list(range(9)), [5, 1, 9, 4, 4, 3, 8, 6, 2], 4) == [0, 1, 2, 5, 6, 8]
