"""Depth in a backtest: it comes with everything else in order of time, builds the venue's book, and is the quote where nothing else is."""

from typing import Any

import pytest

from seawall.api.units import Nanos
from seawall.backtest import Setup, run_backtest
from seawall.backtest.latency import Latency
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy
from tests.unit.market_data.recorded import tables
from tests.unit.market_data.recorded.tables import SECOND, depth, quotes, trades

MESSAGES = [
    (None, 100, tables.SNAPSHOT),
    (101, 101, [("b", 99.0, 4)]),  # Not at the top.
    (102, 102, [("b", 100.01, 3), ("a", 100.02, 0)]),
    (104, 104, [("b", 100.02, 1)]),  # 103 is missing.
    (105, 105, [("b", 100.02, 0)]),
    (None, 105, [("b", 99.5, 1), ("a", 100.5, 1)]),
]
TOPS = [(100.00, 1.0, 100.02, 1.0), (100.01, 3.0, 100.03, 2.0), (99.5, 1.0, 100.5, 1.0)]


class Watcher(TradingStrategy):
    seen: list[PriceUpdate]

    def on_start(self) -> None:
        type(self).seen = []

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        self.seen.append(price_update)
        return None


class Reader(Watcher):
    """Notes the two best levels with every price."""

    DEPTH = True
    books: list[tuple[list[Any], list[Any]]] = []

    def on_start(self) -> None:
        type(self).books = []
        super().on_start()

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        book = self.book(price_update.symbol, levels=2)
        self.books.append((book.bids, book.asks))
        return super().on_market_data(price_update)


class Buyer(Watcher):
    """Rests a bid at 99.6 with the first price."""

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        if not self.seen:
            self.buy("BTC-USDT", 1.0, limit_price=100.01)
        return super().on_market_data(price_update)


def run(strategy: type[Watcher], data: Any, **setup: Any) -> Any:
    return run_backtest(strategy, data, setup=Setup(**setup))


def test_the_top_of_the_book_is_the_quote_where_no_other_is_recorded() -> None:
    """Only when it moves; and while there is a gap nobody is told a price that may be wrong."""
    result = run(Watcher, depth(MESSAGES))
    assert [(u.source, u.bid, u.bid_size, u.ask, u.ask_size) for u in Watcher.seen] == [("depth", *top) for top in TOPS]
    assert Watcher.seen[0].price == pytest.approx(100.01)
    assert result.summary.counters["rows"] == 11


def test_recorded_quotes_are_the_quotes() -> None:
    run(Watcher, [depth(MESSAGES), quotes([100.0, 100.0]), trades([100.0])])
    assert [u.source for u in Watcher.seen] == ["quote", "trade", "quote"]


def test_resting_orders_meet_the_book() -> None:
    """A bid at 100.01, and later the ask comes down through it."""
    falls = [*MESSAGES[:3], (103, 103, [("b", 100.01, 0), ("b", 100.0, 0), ("b", 99.99, 0), ("a", 100.0, 2)])]
    assert run(Buyer, depth(falls)).summary.counters["fills"] == 1
    assert run(Buyer, depth(MESSAGES[:3])).summary.counters["fills"] == 0


def test_with_a_feed_latency_strategies_hear_later_what_the_venue_has_already() -> None:
    run(Watcher, depth(MESSAGES), latency=Latency(feed=SECOND // 2))
    assert [(u.bid, u.bid_size, u.ask, u.ask_size) for u in Watcher.seen] == TOPS
    assert [u.timestamp_ns % SECOND for u in Watcher.seen] == [SECOND // 2] * 3


def test_a_run_that_begins_midway_knows_the_book() -> None:
    run(Watcher, depth(MESSAGES), start=tables.START + SECOND)
    assert [(u.bid, u.bid_size, u.ask, u.ask_size) for u in Watcher.seen] == TOPS


BOOKS = [
    ([(100.00, 1.0), (99.99, 2.0)], [(100.02, 1.0), (100.03, 2.0)]),
    ([(100.01, 3.0), (100.00, 1.0)], [(100.03, 2.0)]),
    ([(99.5, 1.0)], [(100.5, 1.0)]),
]


@pytest.mark.parametrize("feed", [0, SECOND // 2])
def test_a_strategy_reads_the_levels_as_far_as_it_has_heard(feed: int) -> None:
    run(Reader, depth(MESSAGES), latency=Latency(feed=Nanos(feed)))
    assert Reader.books == BOOKS


def test_books_beside_quotes_and_none_where_no_depth_is() -> None:
    result = run(Reader, [depth(MESSAGES[:1]), quotes([100.0])])
    assert Reader.books == BOOKS[:1]
    assert not [warning for warning in result.summary.warnings if "order books" in warning]
    result = run(Reader, quotes([100.0]))
    assert Reader.books == [([], [])]
    assert [w for w in result.summary.warnings if "order books" in w] == [
        "Reader follows order books, and no depth is recorded of binance_spot:BTC-USDT: there its books are empty"
    ]


def test_the_levels_of_a_gap_are_not_shown() -> None:
    run(Reader, [depth(MESSAGES[:4]), trades([100.0] * 5)])
    assert Reader.books[-1] == ([], [])
