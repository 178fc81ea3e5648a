"""The gate for market data, beyond bare figures: order, clocks, jumps, depth; and ages that are kept apart."""

from typing import Any

import msgspec
import pytest

from seawall.api.market_data import BarClosed, DepthChanged, DepthReported, Level, QuoteChanged, Traded
from seawall.api.orders import Side, TradeId
from seawall.api.risk import Limits
from seawall.api.units import SECOND, Nanos, Price, Quantity
from seawall.engine.core.feed import FeedSettings
from seawall.engine.core.market import Market
from tests.unit.engine.rig import ALPHA_BTC, Rig

KEY = ALPHA_BTC.id
NOW = Nanos(1_000 * SECOND)
ORDER = FeedSettings(in_order=True)
CLOCK = FeedSettings(max_lag=Nanos(30 * SECOND), max_lead=Nanos(5 * SECOND))
JUMP = FeedSettings(max_jump_bps=1_000)


def trade(price: int = 100, number: int = 0, at: int = NOW, **changes: Any) -> Traded:
    made = Traded(KEY, TradeId(number), Price(price), Quantity(1), Side.BUY, Nanos(at))
    return msgspec.structs.replace(made, **changes)


def quote(bid: int = 99, ask: int = 101, number: int = 0, at: int = NOW) -> QuoteChanged:
    return QuoteChanged(KEY, number, Price(bid), Quantity(1), Price(ask), Quantity(1), Nanos(at))


def test_prints_and_quotes_grow_old_apart() -> None:
    market = Market()
    market.on_quote(quote(), NOW)
    market.on_trade(trade(), Nanos(NOW + 5))
    assert (market.quote_time, market.trade_time, market.time) == (NOW, NOW + 5, NOW + 5)
    assert market.time_of_touch(Side.BUY) == NOW
    market.on_quote(quote(bid=99, ask=0), Nanos(NOW + 7))
    assert (market.time_of_touch(Side.SELL), market.time_of_touch(Side.BUY)) == (NOW + 7, NOW + 5), "nobody offers: the print stands in"


def test_a_quote_that_died_is_stale_however_many_prints_come() -> None:
    rig = Rig(Limits(price_collar_bps=None, max_price_age=Nanos(60 * SECOND)))
    rig.now = Nanos(rig.now + 61 * SECOND)
    rig.tell(trade(10_000, at=rig.now))
    assert rig.want() == []
    rig.quote(100, 101)
    assert rig.want()


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (trade(quantity=Quantity(-1)), "not_positive"),
        (trade(1 << 60), "too_large"),
        (trade(quantity=Quantity(1 << 60)), "too_large"),
        (trade(outside_market=True), "outside_market"),
        (msgspec.structs.replace(quote(), bid_quantity=Quantity(-1)), "not_positive"),
        (quote(ask=1 << 60), "too_large"),
        (BarClosed(KEY, NOW, NOW, Price(120), Price(110), Price(90), Price(100), Quantity(1)), "absurd_bar"),
        (BarClosed(KEY, NOW, NOW, Price(100), Price(110), Price(90), Price(100), Quantity(-1)), "absurd_bar"),
    ],
)
def test_corrupt_figures_leave_no_trace(item: Any, reason: str) -> None:
    rig = Rig(quoted=False)
    rig.tell(item)
    market = rig.engine.state.markets[KEY]
    assert (market.last, market.bid, market.ask, market.time) == (0, 0, 0, 0)
    assert market.refused == {reason: 1}


def test_what_comes_late_does_not_replace_what_is_newer() -> None:
    market = Market()
    for number, price in ((1, 100), (3, 103), (2, 102), (3, 103)):
        market.on_trade(trade(price, number, at=NOW + number), NOW, ORDER)
    assert (market.last, market.refused, market.trades.missed) == (103, {"old": 1}, 1)
    for number, bid in ((5, 95), (9, 99), (7, 97)):
        market.on_quote(quote(bid, number=number, at=NOW + number), NOW, ORDER)
    assert (market.bid, market.refused, market.quotes.missed) == (99, {"old": 2}, 0), "not every update moves the quote"
    market.on_bar(BarClosed(KEY, NOW, NOW, Price(90), Price(90), Price(90), Price(90), Quantity(1)), NOW, ORDER)
    assert (market.last, market.refused) == (103, {"old": 3})


def test_a_venue_may_begin_to_count_anew() -> None:
    market = Market()
    market.on_trade(trade(100, 1_000_000), NOW, ORDER)
    market.on_trade(trade(101, 1, at=NOW + 1), NOW, ORDER)
    assert (market.last, market.refused, market.trades.missed) == (101, {}, 0)


@pytest.mark.parametrize(("age", "reason"), [(30, None), (31, "stale"), (-5, None), (-6, "wrong_clock")])
def test_the_venues_clock_is_held_against_ours(age: int, reason: str | None) -> None:
    market = Market()
    market.on_trade(trade(at=NOW - age * SECOND), NOW, CLOCK)
    market.on_quote(quote(at=NOW - age * SECOND), NOW, CLOCK)
    assert market.refused == ({} if reason is None else {reason: 2})
    assert market.last == (100 if reason is None else 0)


def test_a_clock_that_is_known_to_be_wrong_is_allowed_for() -> None:
    """The venue's runs an hour ahead, and its session has measured that."""
    ahead = 3_600 * SECOND
    rig = Rig(quoted=False, feed=CLOCK, skew=ahead)
    market = rig.engine.state.markets[KEY]
    rig.tell(trade(at=rig.now + ahead))
    assert (market.last, market.refused) == (100, {})
    rig.tell(trade(at=rig.now))
    assert market.refused == {"stale": 1}


def test_one_absurd_price_is_never_believed_and_a_new_level_soon() -> None:
    market = Market()
    for price in (100, 110, 500, 111, 500, 20, 500, 112):
        market.on_trade(trade(price), NOW, JUMP)
    assert (market.last, market.refused) == (112, {"absurd_price": 4})
    for price in (300, 305, 299):
        market.on_trade(trade(price), NOW, JUMP)
    assert (market.last, market.refused) == (299, {"absurd_price": 6})


def test_quotes_jump_by_their_middle() -> None:
    market = Market()
    for bid, ask in ((99, 101), (198, 202), (98, 102)):
        market.on_quote(quote(bid, ask), NOW, JUMP)
    assert (market.bid, market.ask, market.refused) == (98, 102, {"absurd_price": 1})


def test_gaps_in_depth_are_counted_where_that_is_asked_for() -> None:
    level = (Level(Price(99), Quantity(1)),)
    rig = Rig(feed=FeedSettings(watch_depth=True))
    market = rig.engine.state.markets[KEY]

    def changed(first: int, final: int, previous: int | None = None) -> None:
        rig.tell(DepthChanged(KEY, first, final, level, (), rig.now, previous))

    rig.tell(DepthReported(KEY, 10, level, (), rig.now))
    changed(11, 12)
    changed(11, 12)
    assert (market.depth_live, market.depth_gaps, market.refused) == (True, 0, {"old": 1})
    changed(14, 15)
    assert (market.depth_live, market.depth_gaps) == (False, 1)
    rig.tell(DepthReported(KEY, 15, level, (), rig.now))
    changed(30, 31, previous=15)
    assert market.depth_live
    changed(40, 41, previous=30)
    assert (market.depth_live, market.depth_gaps) == (False, 2)
    assert DepthChanged not in Rig().engine.handlers
