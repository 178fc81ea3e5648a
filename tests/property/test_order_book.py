"""The real book against the naive one: equal trades, equal answers, equal depth, whatever happens in whatever order."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.instruments import InstrumentId
from seawall.api.orders import AccountId, ClientOrderId, OrderId, OrderStatus, OrderType, Side, TimeInForce
from seawall.api.units import Price, Quantity
from seawall.exchange.core import order_book
from seawall.exchange.core.order_book import ANY_PRICE, Match, Order, OrderBook
from tests.unit.exchange.core.naive_book import NaiveBook

SIDES = st.sampled_from(Side)
PRICES = st.integers(98, 102).map(Price)  # Few, so that levels fill, empty and come back.
QUANTITIES = st.integers(1, 20).map(Quantity)

PLACE = st.tuples(st.just("place"), SIDES, PRICES, QUANTITIES)
QUEUE = st.sampled_from([("place", Side.BUY, Price(98), Quantity(1)), ("place", Side.SELL, Price(102), Quantity(1))])
TAKE = st.tuples(st.just("take"), SIDES, PRICES | st.none(), QUANTITIES)
CANCEL = st.tuples(st.just("cancel"), st.integers(0, 99))  # Which one of those that rest, by percentage.
REBUILD = st.just(("rebuild",))
OPERATIONS = st.lists(st.one_of(PLACE, QUEUE, CANCEL, TAKE, REBUILD), min_size=30, max_size=90)


@pytest.fixture(scope="module", autouse=True)
def eager_compaction() -> Iterator[None]:
    """Queues are compacted as soon as they may be: books this small would never get there otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order_book, "_DEAD_TOLERATED", 0)
        yield


def order(number: int, side: Side, price: Price, quantity: Quantity) -> Order:
    return Order(
        OrderId(number),
        AccountId("account"),
        ClientOrderId("id"),
        InstrumentId("test:BTC-USDT"),
        side,
        OrderType.LIMIT,
        TimeInForce.GTC,
        price,
        quantity,
        quantity,
        OrderStatus.NEW,
    )


def apply(book: OrderBook | NaiveBook, number: int, operation: tuple) -> object:  # type: ignore[type-arg]
    """Returns what the operation tells its caller. An order is taken first, and its rest rests, as an exchange does it."""
    match operation:
        case ("place", side, price, quantity):
            trades = told(book.take(side, price, quantity))
            left = Quantity(quantity - sum(traded for _, traded in trades))
            return trades, book.add(order(number, side, price, left)) if left else 0
        case ("take", side, limit, quantity):
            return told(book.take(side, ANY_PRICE[side] if limit is None else limit, quantity))
        case ("cancel", percentage):
            resting = list(book.orders.values())
            return book.cancel(resting[percentage * len(resting) // 100]) if resting else None
    return None


def told(matches: list[Match]) -> list[tuple[int, int]]:
    return [(maker.order_id, traded) for maker, traded in matches]


@given(OPERATIONS)
def test_the_book_does_what_the_naive_book_does(operations: list[tuple]) -> None:  # type: ignore[type-arg]
    """Trades, return values, best prices, depth and the orders left, after every single operation."""
    real, naive = OrderBook({}), NaiveBook({})
    for number, operation in enumerate(operations, start=1):
        if operation[0] == "rebuild":
            real = OrderBook(real.orders)
        assert apply(real, number, operation) == apply(naive, number, operation)
        assert list(real.orders.values()) == list(naive.orders.values())
        assert (real.best_bid, real.best_ask) == (naive.best_bid, naive.best_ask)
        for side in Side:
            assert list(real.depth(side)) == list(naive.depth(side))
        assert [real.quantity_at(Price(price)) for price in range(97, 104)] == [naive.quantity_at(Price(price)) for price in range(97, 104)]
        assert not real.best_ask or real.best_bid < real.best_ask
