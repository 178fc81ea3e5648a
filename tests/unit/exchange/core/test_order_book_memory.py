"""The book forgets: what it holds depends on what rests, not on what ever rested."""

from seawall.api.units import Price
from seawall.exchange.core.order_book import OrderBook
from tests.unit.exchange.core.test_order_book import cancel, order, take


def test_a_queue_does_not_grow_with_cancels() -> None:
    """One order stays for ever, ten thousand come and go behind it."""
    book = OrderBook({})
    book.add(order(1, "sell", 101, 1))
    for number in range(2, 10_000):
        book.add(order(number, "sell", 101, 1))
        cancel(book, number)
    assert len(book._levels[Price(101)].queue) < 100


def test_a_queue_does_not_grow_with_trades() -> None:
    """The level never empties, while ten thousand orders pass through it."""
    book = OrderBook({})
    book.add(order(1, "sell", 101, 1))
    for number in range(2, 10_000):
        book.add(order(number, "sell", 101, 1))
        take(book, "buy 101 1")
    assert len(book._levels[Price(101)].queue) < 100


def test_levels_go_with_their_last_order() -> None:
    """A thousand prices are visited once each, and none is remembered."""
    book = OrderBook({})
    for number in range(1, 1_000):
        book.add(order(number, "buy", number, 1))
        cancel(book, number)
    assert not book._levels and not book._bids
