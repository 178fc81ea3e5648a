"""What a book does, told as text, for the real one and the naive one alike.

A line "sell 101 5" rests an order; orders are numbered from 1 as they come. A trade reads "number: quantity".
"""

import pytest

from seawall.api.instruments import InstrumentId
from seawall.api.orders import AccountId, ClientOrderId, OrderId, OrderStatus, OrderType, Side, TimeInForce
from seawall.api.units import Price, Quantity
from seawall.exchange.core.order_book import ANY_PRICE, Order, OrderBook
from tests.unit.exchange.core.naive_book import NaiveBook

Book = OrderBook | NaiveBook

pytestmark = pytest.mark.parametrize("kind", [OrderBook, NaiveBook])


def order(number: int, side: str, price: int, quantity: int) -> Order:
    return Order(
        OrderId(number),
        AccountId("account"),
        ClientOrderId(str(number)),
        InstrumentId("test:BTC-USDT"),
        Side(side),
        OrderType.LIMIT,
        TimeInForce.GTC,
        Price(price),
        Quantity(quantity),
        Quantity(quantity),
        OrderStatus.NEW,
    )


def book_of(kind: type[Book], lines: str) -> Book:
    book = kind({})
    for number, line in enumerate(lines.strip().splitlines(), start=1):
        side, price, quantity = line.split()
        book.add(order(number, side, int(price), int(quantity)))
    return book


def take(book: Book, line: str) -> str:
    side, price, quantity = line.split()
    limit = ANY_PRICE[Side(side)] if price == "any" else Price(int(price))
    return ", ".join(f"{maker.order_id}: {traded}" for maker, traded in book.take(Side(side), limit, Quantity(int(quantity))))


def cancel(book: Book, number: int) -> int:
    return book.cancel(book.orders[OrderId(number)])


def shown(book: Book, side: str) -> str:
    return ", ".join(f"{price}x{quantity}" for price, quantity in book.depth(Side(side)))


def test_an_empty_book_has_nothing(kind: type[Book]) -> None:
    """No best prices, no levels, nothing to take."""
    book = kind({})
    assert (book.best_bid, book.best_ask, book.quantity_at(Price(1))) == (0, 0, 0)
    assert (shown(book, "buy"), shown(book, "sell"), take(book, "buy any 5")) == ("", "", "")


def test_levels_are_listed_best_first(kind: type[Book]) -> None:
    """Highest bid, lowest ask; orders at one price are added up."""
    book = book_of(kind, "buy 99 1\nbuy 97 2\nbuy 98 3\nbuy 99 4\nsell 103 5\nsell 101 6\nsell 102 7\nsell 101 8")
    assert shown(book, "buy") == "99x5, 98x3, 97x2"
    assert shown(book, "sell") == "101x14, 102x7, 103x5"
    assert (book.best_bid, book.best_ask) == (99, 101)


def test_better_prices_trade_first_whenever_they_came(kind: type[Book]) -> None:
    """Price before time, on both sides, down to the limit and no further."""
    book = book_of(kind, "sell 103 1\nsell 101 1\nsell 102 1\nbuy 97 1\nbuy 99 1\nbuy 98 1")
    assert take(book, "buy 102 9") == "2: 1, 3: 1"
    assert take(book, "sell 98 9") == "5: 1, 6: 1"
    assert (shown(book, "buy"), shown(book, "sell")) == ("97x1", "103x1")


def test_at_one_price_the_oldest_trades_first(kind: type[Book]) -> None:
    """And keeps its place while it is filled in parts."""
    book = book_of(kind, "sell 101 5\nsell 101 5\nsell 101 5")
    assert [take(book, "buy 101 3") for _ in range(5)] == ["1: 3", "1: 2, 2: 1", "2: 3", "2: 1, 3: 2", "3: 3"]
    assert shown(book, "sell") == ""


def test_without_a_limit_any_price_will_do(kind: type[Book]) -> None:
    """A market order sweeps the side and stops when it is empty."""
    book = book_of(kind, "sell 101 1\nsell 900000 2\nbuy 99 1\nbuy 1 2")
    assert take(book, "buy any 9") == "1: 1, 2: 2"
    assert take(book, "sell any 9") == "3: 1, 4: 2"
    assert (book.best_bid, book.best_ask) == (0, 0)


def test_a_limit_short_of_the_best_price_takes_nothing(kind: type[Book]) -> None:
    """One tick is enough to stay apart."""
    book = book_of(kind, "sell 101 1\nbuy 99 1")
    assert (take(book, "buy 100 5"), take(book, "sell 100 5")) == ("", "")


def test_cancel_takes_out_one_order_and_tells_what_remains_at_its_price(kind: type[Book]) -> None:
    """Neighbours keep their turn; the last one takes the level with it, and the best price moves on."""
    book = book_of(kind, "sell 101 1\nsell 101 2\nsell 101 4\nsell 102 8")
    assert cancel(book, 2) == 5
    assert take(book, "buy 101 2") == "1: 1, 3: 1"
    assert cancel(book, 3) == 0
    assert (book.best_ask, shown(book, "sell")) == (102, "102x8")


def test_a_level_that_was_empty_starts_anew(kind: type[Book]) -> None:
    """Nothing of what was there before has priority over a later order at the same price."""
    book = book_of(kind, "buy 99 1\nbuy 99 2")
    assert [cancel(book, number) for number in (1, 2)] == [2, 0]
    book.add(order(3, "buy", 99, 4))
    assert (shown(book, "buy"), take(book, "sell 99 9")) == ("99x4", "3: 4")


def test_add_returns_the_levels_new_quantity(kind: type[Book]) -> None:
    """What the public is told of the level."""
    book = kind({})
    assert [book.add(order(number, "buy", 99, 5)) for number in (1, 2, 3)] == [5, 10, 15]


def test_priority_survives_many_cancels_at_one_price(kind: type[Book]) -> None:
    """Also where the dead outnumber the living by far, and the queue is tidied up in between."""
    book = book_of(kind, "\n".join(["sell 101 1"] * 300))
    for number in range(1, 301):
        if number % 50:
            cancel(book, number)
    assert (book.best_ask, shown(book, "sell")) == (101, "101x6")
    book.add(order(301, "sell", 101, 1))
    assert take(book, "buy 101 4") == "50: 1, 100: 1, 150: 1, 200: 1"
    assert take(book, "buy 101 4") == "250: 1, 300: 1, 301: 1"


def test_priority_survives_many_trades_at_one_price(kind: type[Book]) -> None:
    """Those that are filled leave the queue, and those behind them move up."""
    book = book_of(kind, "\n".join(["sell 101 1"] * 300))
    assert take(book, "buy 101 297").endswith("296: 1, 297: 1")
    assert take(book, "buy 101 1") == "298: 1"
    assert cancel(book, 299) == 1
    assert take(book, "buy 101 9") == "300: 1"


def test_a_book_rebuilt_from_its_orders_is_the_same_book(kind: type[Book]) -> None:
    """The orders in the order of acceptance are all there is to know."""
    book = book_of(kind, "sell 101 5\nsell 102 1\nsell 101 2\nbuy 99 3\nbuy 99 4")
    take(book, "buy 101 3")
    cancel(book, 4)
    rebuilt = kind(dict(book.orders))
    assert [shown(rebuilt, side) for side in ("buy", "sell")] == [shown(book, side) for side in ("buy", "sell")]
    assert take(rebuilt, "buy any 9") == "1: 2, 3: 2, 2: 1"
