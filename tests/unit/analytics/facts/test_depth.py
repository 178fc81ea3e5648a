"""Depth as a fact: what stands within a distance of the middle, on the average of both sides."""

import numpy as np
import pytest

from seawall.analytics.facts.measure import depth_within
from seawall.analytics.facts.tape import BANDS
from seawall.api.instruments import define_spot
from seawall.api.units import Price, Quantity
from seawall.cli.facts_tapes import bands
from seawall.runtime.books import BookBuilder, BookState
from tests.unit.analytics.facts.test_measure import tape

BTC = define_spot("alpha", "BTC-USD", tick="0.1", lot="0.001")


def test_what_stands_within_each_band() -> None:
    """The middle is 10,000: a basis point is 1."""
    bids = {99_999: 1_000, 99_990: 2_000, 99_900: 4_000, 90_000: 9_000}
    asks = {100_001: 1_000, 100_040: 3_000}
    book = BookBuilder(BookState({Price(p): Quantity(q) for p, q in bids.items()}, {Price(p): Quantity(q) for p, q in asks.items()}))
    bid, ask = [9_999.9, 9_999.0 * 2, 9_990.0 * 4], [10_000.1, 10_004.0 * 3]
    near, five, ten = (bid[0] + ask[0]) / 2, (bid[0] + bid[1] + sum(ask)) / 2, (sum(bid) + sum(ask)) / 2
    one = near + bid[1] / 2
    assert bands(BTC, book) == pytest.approx([near, one, one, five, ten, ten])
    assert BANDS == (0.5, 1.0, 2.0, 5.0, 10.0, 25.0)


def test_the_fact_is_the_median_of_all_looks_and_none_without() -> None:
    looks = np.arange(1.0, 42.0)[:, None] * np.array(BANDS)
    assert depth_within(tape()._replace(depth=looks), 5.0) == pytest.approx(21 * 5.0)
    assert depth_within(tape(), 5.0) is None
