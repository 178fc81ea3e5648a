"""The order book alone, and the exchange machine around it, on one workload: 60 % add, 35 % cancel, 5 % aggressive.

All sizes are drawn alike and cancels hit any resting order, so the book grows to 200,000 orders, most of them cold in memory.
"""

import gc
from collections.abc import Iterator
from time import perf_counter

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import define_spot
from seawall.api.message import Address, Envelope, Message
from seawall.api.orders import AccountId, CancelOrder, ClientOrderId, OrderId, OrderStatus, OrderType, PlaceOrder, Side, TimeInForce
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.exchange.core.machine import Exchange
from seawall.exchange.core.order_book import Order, OrderBook
from seawall.runtime.rng import Rng

OPERATIONS = 1_000_000
ROUNDS = 3
ACCOUNTS = tuple(AccountId(f"account-{number}") for number in range(16))
CHUNK = 1_000
NOW = Nanos(1_700_000_000_000_000_000)
MIDDLE = 10_000  # Ticks.
WIDTH = 100
ADD, CANCEL, TAKE = 0, 1, 2
INSTRUMENT = define_spot("bench", "BTC-USDT", tick="0.01", lot="0.00001")

Operation = tuple[int, OrderId, Side, Price, Quantity]  # Kind, the order's id (for CANCEL: of the order to cancel), and its terms.


def workload(operations: int, seed: int = 1) -> list[Operation]:
    """A cancel names a random order that rests at that moment, so making the workload means trading along."""
    rng = Rng(seed)
    book = OrderBook({})
    placed: list[Operation] = []
    made: list[Operation] = []
    for number in range(1, operations + 1):
        bits = rng.next_u64()
        order_id, roll = OrderId(number), (bits & 0xFFFF) % 100
        side, sign = (Side.BUY, 1) if bits & 0x10000 else (Side.SELL, -1)
        away = min((bits >> 17 & 0xFFF) % WIDTH, (bits >> 29 & 0xFFF) % WIDTH)
        size = bits >> 41
        if roll < 35 and (victim := _pick(placed, book, rng)) is not None:
            operation: Operation = (CANCEL, *victim[1:])
            book.cancel(book.orders[victim[1]])
        elif roll < 40:
            operation = (TAKE, order_id, side, Price(MIDDLE + sign * away), Quantity(1 + size % 100))
            book.take(side, operation[3], operation[4])
        else:
            operation = (ADD, order_id, side, Price(MIDDLE - sign * (1 + away)), Quantity(1 + size % 100))
            book.add(_order(operation))
            placed.append(operation)
        made.append(operation)
    return made


def _pick(placed: list[Operation], book: OrderBook, rng: Rng) -> Operation | None:
    while placed:
        index = rng.below(len(placed))
        placed[index], placed[-1] = placed[-1], placed[index]
        operation = placed.pop()
        if operation[1] in book.orders:
            return operation
    return None


def _order(operation: Operation) -> Order:
    _, order_id, side, price, quantity = operation
    account, client_order_id = AccountId("a"), ClientOrderId("c")
    return Order(
        order_id,
        account,
        client_order_id,
        INSTRUMENT.id,
        side,
        OrderType.LIMIT,
        TimeInForce.GTC,
        price,
        quantity,
        quantity,
        OrderStatus.NEW,
    )


def chunks(operations: list[Operation]) -> Iterator[list[Operation]]:
    """What arrives has just been made and is forgotten soon. A million messages lying in memory would measure that memory."""
    for start in range(0, len(operations), CHUNK):
        yield operations[start : start + CHUNK]


def book_seconds(operations: list[Operation]) -> float:
    book = OrderBook({})
    resting, add, cancel, take = book.orders, book.add, book.cancel, book.take
    fills: list[tuple[OrderId, Quantity]] = []
    elapsed = 0.0
    for chunk in chunks(operations):
        fills.clear()
        orders = {operation[1]: _order(operation) for operation in chunk if operation[0] == ADD}
        start = perf_counter()
        for kind, order_id, side, price, quantity in chunk:
            if kind == ADD:
                add(orders[order_id])
            elif kind == CANCEL:
                cancel(resting[order_id])
            else:
                for maker, traded in take(side, price, quantity):
                    fills.append((maker.order_id, traded))
        elapsed += perf_counter() - start
    return elapsed


def request(operation: Operation) -> Message:
    kind, order_id, side, price, quantity = operation
    account, client_order_id = ACCOUNTS[order_id % len(ACCOUNTS)], ClientOrderId(f"order-{order_id}")
    if kind == CANCEL:
        return CancelOrder(account, client_order_id, INSTRUMENT.id)
    time_in_force = TimeInForce.IOC if kind == TAKE else TimeInForce.GTC
    return PlaceOrder(account, client_order_id, INSTRUMENT.id, side, OrderType.LIMIT, time_in_force, quantity, price)


def exchange_seconds(operations: list[Operation]) -> float:
    exchange = Exchange(Address("venue:bench"), [INSTRUMENT])
    handlers = exchange.handlers
    rich = {Currency("BTC"): Money(10**16), Currency("USDT"): Money(10**17)}
    for account in ACCOUNTS:
        handlers[OpenAccount](OpenAccount(account, Address("trader:bench"), rich), NOW)
    out: list[Envelope] = []
    elapsed = 0.0
    for chunk in chunks(operations):
        messages = [request(operation) for operation in chunk]
        start = perf_counter()
        for message in messages:
            out = handlers[type(message)](message, NOW)
        elapsed += perf_counter() - start
    assert out, "every request is answered"
    return elapsed


def run() -> dict[str, float]:
    operations = workload(OPERATIONS)
    gc.collect()
    gc.freeze()  # As the live host does after its start: the collector shall not walk the workload.
    figures = {
        "book_ops_per_s": OPERATIONS / min(book_seconds(operations) for _ in range(ROUNDS)),
        "exchange_ops_per_s": OPERATIONS / min(exchange_seconds(operations) for _ in range(ROUNDS)),
    }
    gc.unfreeze()
    return figures


if __name__ == "__main__":
    for name, figure in run().items():
        print(f"{name:24} {figure:12,.0f}")
