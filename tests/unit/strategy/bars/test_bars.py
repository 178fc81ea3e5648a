"""Bars built from ticks: what every kind conserves, and where each of them ends."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.units import SECOND
from seawall.strategy import Bar, PriceUpdate
from seawall.strategy.bars import BarBuilder, DollarBars, TimeBars, VolumeBars

START = 1_700_000_000 * SECOND  # 22:13:20 UTC.


def tick(seconds: float, price: float, volume: float | None = 1.0, symbol: str = "BTC-USD") -> PriceUpdate:
    return PriceUpdate(symbol, "north", START + int(seconds * SECOND), price, volume)


TICKS = st.lists(
    st.tuples(st.integers(0, 90), st.integers(1, 500), st.integers(0, 8)), min_size=1, max_size=80
)  # Seconds since the one before, price, volume (0: a quote).


def walk(steps: list[tuple[int, int, int]]) -> list[PriceUpdate]:
    now, ticks = 0, []
    for seconds, price, volume in steps:
        now += seconds
        ticks.append(tick(now, float(price), float(volume) if volume else None))
    return ticks


def made(kind: str) -> BarBuilder:
    return {"time": TimeBars(60), "volume": VolumeBars(20), "dollar": DollarBars(3_000)}[kind]


@pytest.mark.parametrize("kind", ["time", "volume", "dollar"])
@given(TICKS)
def test_bars_hold_every_tick_once(kind: str, steps: list[tuple[int, int, int]]) -> None:
    """The bars and the one at hand partition the ticks they are made of: opens, extremes, closes and volumes follow."""
    builder, groups, bars = made(kind), [[]], []
    for one in walk(steps):
        if kind != "time" and not one.volume:
            assert builder.update(one) is None
            continue
        bar = builder.update(one)
        if kind == "time" and bar is not None:
            groups.append([])
        groups[-1].append(one)
        if bar is not None:
            bars.append(bar)
            if kind != "time":
                groups.append([])
    for bar, group in zip(bars, groups, strict=False):
        prices = [each.price for each in group]
        assert (bar.open, bar.high, bar.low, bar.close) == (prices[0], max(prices), min(prices), prices[-1])
        assert bar.volume == sum(each.volume or 0 for each in group)
        assert (bar.symbol, bar.venue) == ("BTC-USD", "north")
        assert bar.open_time_ns <= group[0].timestamp_ns <= group[-1].timestamp_ns <= bar.close_time_ns
    assert len(groups) == len(bars) + 1


@given(TICKS)
def test_bars_of_time_stand_on_its_grid(steps: list[tuple[int, int, int]]) -> None:
    builder, before = TimeBars(60), 0
    for bar in (bar for one in walk(steps) if (bar := builder.update(one))):
        assert bar.open_time_ns % (60 * SECOND) == 0
        assert bar.close_time_ns == bar.open_time_ns + 60 * SECOND
        assert bar.open_time_ns >= before
        before = bar.close_time_ns


@given(TICKS)
def test_a_bar_of_volume_ends_with_the_trade_that_fills_it(steps: list[tuple[int, int, int]]) -> None:
    builder, last = VolumeBars(20), 0.0
    for one in walk(steps):
        bar = builder.update(one)
        if bar is not None:
            assert bar.volume >= 20 > bar.volume - (one.volume or 0)
            assert bar.close_time_ns == one.timestamp_ns
        last = builder.volume
    assert last >= 0


def test_a_bar_of_traded_value() -> None:
    builder = DollarBars(1_000)
    assert builder.update(tick(0, 100.0, 4.0)) is None
    assert builder.update(tick(1, 150.0, None)) is None
    assert builder.update(tick(2, 120.0, 5.0)) == Bar("BTC-USD", "north", START, START + 2 * SECOND, 100.0, 120.0, 100.0, 120.0, 9.0)
    assert builder.update(tick(3, 90.0, 20.0)) == Bar("BTC-USD", "north", START + 3 * SECOND, START + 3 * SECOND, *[90.0] * 4, 20.0)


def test_a_timer_need_not_wait_for_the_next_price() -> None:
    builder = TimeBars(10)
    assert builder.finish(START) is None
    builder.update(tick(0, 100.0))
    assert builder.finish(START + 9 * SECOND) is None
    bar = builder.finish(START + 10 * SECOND)
    assert bar is not None and bar.close == 100.0
    assert builder.finish(START + 60 * SECOND) is None


@pytest.mark.parametrize("kind", ["time", "volume", "dollar"])
@given(steps=TICKS, cut=st.integers(0, 80))
def test_what_was_saved_goes_on_as_if_nothing_had_happened(kind: str, steps: list[tuple[int, int, int]], cut: int) -> None:
    ticks, straight, first, second = walk(steps), made(kind), made(kind), made(kind)
    expected = [straight.update(one) for one in ticks]
    for one in ticks[:cut]:
        first.update(one)
    second.load_state(msgspec.msgpack.decode(msgspec.msgpack.encode(first.save_state())))
    assert [second.update(one) for one in ticks[cut:]] == expected[cut:]


def test_two_markets_do_not_share_a_bar() -> None:
    builder = TimeBars(60)
    builder.update(tick(0, 1.0))
    with pytest.raises(ValueError, match="bars of north:BTC-USD were fed north:ETH-USD"):
        builder.update(tick(1, 1.0, symbol="ETH-USD"))


@pytest.mark.parametrize("kind", [TimeBars, VolumeBars, DollarBars])
@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "5", True])
def test_a_size_that_makes_no_sense_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(ValueError, match="must be a number above 0"):
        kind(value)
