"""Indicators against libraries that compute them another way: TA-Lib, and polars' rolling functions. And what holds for all of them."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pytest
import talib
from hypothesis import example, given
from hypothesis import strategies as st

from seawall.strategy.indicators import (
    ATR,
    EMA,
    INDICATORS,
    RSI,
    SMA,
    VWAP,
    Bands,
    Bollinger,
    Indicator,
    OrderFlowImbalance,
    RealisedVolatility,
    ZScore,
)

RNG = np.random.default_rng(11)
PRICES = 30_000 + np.cumsum(RNG.normal(0, 8, 3_000))
HIGHS, LOWS = PRICES + RNG.uniform(0, 30, 3_000), PRICES - RNG.uniform(0, 30, 3_000)
VOLUMES = RNG.uniform(0.001, 5, 3_000)
SIZES = RNG.integers(1, 9, (2, 3_000)).astype(float)
BIDS = np.round(PRICES / 10) * 10
ASKS = BIDS + 10 * RNG.integers(1, 3, 3_000)
ROWS: dict[type[Indicator], list[tuple[float, ...]]] = {
    ATR: list(zip(HIGHS.tolist(), LOWS.tolist(), PRICES.tolist(), strict=True)),
    VWAP: list(zip(PRICES.tolist(), VOLUMES.tolist(), strict=True)),
    OrderFlowImbalance: list(zip(BIDS.tolist(), SIZES[0].tolist(), ASKS.tolist(), SIZES[1].tolist(), strict=True)),
}


def rows_of(kind: type[Indicator]) -> list[tuple[float, ...]]:
    return ROWS.get(kind, [(price,) for price in PRICES.tolist()])


def fed(indicator: Any) -> list[Any]:
    return [indicator.update(*row) for row in rows_of(type(indicator))]


def polars_deviation(values: Any, period: int) -> Any:
    return pl.Series(values).rolling_std(period, ddof=0).fill_null(float("nan")).to_numpy()


def returns() -> Any:
    return np.concatenate(([np.nan], PRICES[1:] / PRICES[:-1] - 1))


def flow(period: int) -> Any:
    gained = np.where(BIDS[1:] >= BIDS[:-1], SIZES[0][1:], 0) - np.where(BIDS[1:] <= BIDS[:-1], SIZES[0][:-1], 0)
    lost = np.where(ASKS[1:] <= ASKS[:-1], SIZES[1][1:], 0) - np.where(ASKS[1:] >= ASKS[:-1], SIZES[1][:-1], 0)
    sums = pl.Series(gained - lost).rolling_sum(period).fill_null(float("nan")).to_numpy()
    return np.concatenate(([np.nan], sums))


REFERENCES: list[tuple[Indicator, Callable[[], Any]]] = [
    (SMA(20), lambda: talib.SMA(PRICES, 20)),
    (SMA(1), lambda: PRICES),
    (EMA(20), lambda: talib.EMA(PRICES, 20)),
    (EMA(1), lambda: PRICES),
    (RSI(14), lambda: talib.RSI(PRICES, 14)),
    (RSI(2), lambda: talib.RSI(PRICES, 2)),
    (ATR(14), lambda: talib.ATR(HIGHS, LOWS, PRICES, 14)),
    (ATR(3), lambda: talib.ATR(HIGHS, LOWS, PRICES, 3)),
    (VWAP(), lambda: np.cumsum(PRICES * VOLUMES) / np.cumsum(VOLUMES)),
    (VWAP(30), lambda: talib.SUM(PRICES * VOLUMES, 30) / talib.SUM(VOLUMES, 30)),
    (ZScore(25), lambda: (PRICES - talib.SMA(PRICES, 25)) / polars_deviation(PRICES, 25)),
    (RealisedVolatility(40), lambda: np.sqrt(pl.Series(returns()[1:] ** 2).rolling_mean(40).fill_null(float("nan"))).to_numpy()),
    (OrderFlowImbalance(15), lambda: flow(15)),
]


@pytest.mark.parametrize(("indicator", "reference"), REFERENCES, ids=[f"{type(i).__name__}-{i.period}" for i, _ in REFERENCES])  # type: ignore[attr-defined]
def test_it_agrees_with_a_library(indicator: Any, reference: Callable[[], Any]) -> None:
    """Value by value, and None exactly where the library has none."""
    ours, theirs = fed(indicator), np.asarray(reference(), dtype=float)
    if len(theirs) < len(ours):
        theirs = np.concatenate((np.full(len(ours) - len(theirs), np.nan), theirs))
    assert [value is None for value in ours] == np.isnan(theirs).tolist()
    warm = ~np.isnan(theirs)
    np.testing.assert_allclose([value for value in ours if value is not None], theirs[warm], rtol=1e-9, atol=1e-9)


def test_bands_agree_with_a_library() -> None:
    upper, middle, lower = talib.BBANDS(PRICES, timeperiod=20, nbdevup=2.5, nbdevdn=2.5)
    ours = fed(Bollinger(20, 2.5))
    assert ours[:19] == [None] * 19
    np.testing.assert_allclose(ours[19:], np.array([lower, middle, upper]).T[19:], rtol=1e-7)


def test_a_year_of_updates() -> None:
    """Realised volatility by the year is that of one update times the root of their number."""
    one, year = fed(RealisedVolatility(10))[-1], fed(RealisedVolatility(10, updates_per_year=365 * 24))[-1]
    assert year == pytest.approx(one * (365 * 24) ** 0.5)


@pytest.mark.parametrize("kind", INDICATORS)
@given(cut=st.integers(0, 200))
def test_what_was_saved_goes_on_as_if_nothing_had_happened(kind: Any, cut: int) -> None:
    """Through msgpack, as a strategy's `save_state` does; down to the last bit."""
    rows = rows_of(kind)[:200]
    straight, first, second = kind(7), kind(7), kind(7)
    expected = [straight.update(*row) for row in rows]
    for row in rows[:cut]:
        first.update(*row)
    second.load_state(msgspec.msgpack.decode(msgspec.msgpack.encode(first.save_state())))
    assert second.value == first.value
    assert [second.update(*row) for row in rows[cut:]] == expected[cut:]
    assert second.save_state() == straight.save_state()


@pytest.mark.parametrize("kind", INDICATORS)
def test_a_state_of_something_else_is_refused(kind: Any) -> None:
    other = kind(9)
    with pytest.raises(ValueError, match="over 9 cannot go on as one over 7"):
        kind(7).load_state(other.save_state())
    with pytest.raises(ValueError, match=f"not the state of a {kind.__name__}"):
        kind(7).load_state({"nothing": 1})


@pytest.mark.parametrize("kind", INDICATORS)
@pytest.mark.parametrize("period", [0, -1, 2.5, "10", True])
def test_a_period_that_makes_no_sense_is_refused(kind: Any, period: Any) -> None:
    with pytest.raises(ValueError, match="period must be a whole number from 1"):
        kind(period)


@pytest.mark.parametrize("kind", [SMA, EMA, RSI, Bollinger, ZScore, RealisedVolatility])
@given(price=st.floats(1e-6, 1e9), count=st.integers(8, 60))
def test_a_price_that_never_moves(kind: Any, price: float, count: int) -> None:
    indicator = kind(7)
    for _ in range(count):
        indicator.update(price)
    expected = {RSI: 50.0, ZScore: 0.0, RealisedVolatility: 0.0, Bollinger: Bands(price, price, price)}.get(kind, price)
    assert indicator.value == pytest.approx(expected, rel=1e-12, abs=1e-12)


@example([1.0, 1.0, 1.0, 1.0, 146_542.0, 1.0, 1.0, 1.0, 2.0, 2.0])
@given(st.lists(st.floats(1, 1e6), min_size=10, max_size=200))
def test_windows_do_not_drift(prices: Sequence[float]) -> None:
    """After a shock a thousand million times the size, the window over calm prices is what it would have been without it."""
    shocked, calm = ZScore(5), ZScore(5)
    for price in [1e15, *prices]:
        shocked.update(price)
    for price in prices[-9:]:
        calm.update(price)
    window = prices[-5:]
    mean = sum(window) / 5
    deviation = (sum((price - mean) ** 2 for price in window) / 5) ** 0.5
    if deviation > 1e-3 * mean:
        assert calm.value == pytest.approx((prices[-1] - mean) / deviation, rel=1e-8, abs=1e-8)
        assert shocked.value == pytest.approx(calm.value, rel=1e-8, abs=1e-8)


def test_an_average_without_volume_and_one_begun_anew() -> None:
    vwap = VWAP()
    assert vwap.update(10.0, None) is None
    assert vwap.update(10.0, 0.0) is None
    assert vwap.update(10.0, 2.0) == 10.0
    assert vwap.update(99.0, None) == 10.0
    vwap.reset()
    assert vwap.value is None
    assert vwap.update(30.0, 1.0) == 30.0


def test_an_empty_side_is_passed_over() -> None:
    imbalance = OrderFlowImbalance(1)
    assert imbalance.update(10.0, 5.0, 11.0, 5.0) is None
    assert imbalance.update(None, None, 11.0, 5.0) is None
    assert imbalance.update(10.0, 8.0, 11.0, 5.0) == 3.0


@pytest.mark.parametrize(("make", "what"), [(lambda: Bollinger(5, 0), "width"), (lambda: RealisedVolatility(5, 0), "updates_per_year")])
def test_other_figures_that_make_no_sense(make: Callable[[], Indicator], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        make()
