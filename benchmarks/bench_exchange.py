"""The order book alone, and the exchange machine around it, on one workload: 60 % add, 35 % cancel, 5 % aggressive.

Sizes are chosen so that the book neither empties nor grows without end.
"""

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
            book.cancel(victim[1])
        elif roll < 40:
            operation = (TAKE, order_id, side, Price(MIDDLE + sign * away), Quantity(1 + size % 500))
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


def book_seconds(operations: list[Operation]) -> float:
    """The orders are made beforehand: their terms arrive with the request, and only the book is on trial."""
    orders = {operation[1]: _order(operation) for operation in operations if operation[0] == ADD}
    book = OrderBook({})
    add, cancel, take = book.add, book.cancel, book.take
    fills: list[tuple[OrderId, Quantity]] = []
    start = perf_counter()
    for kind, order_id, side, price, quantity in operations:
        if kind == ADD:
            add(orders[order_id])
        elif kind == CANCEL:
            cancel(order_id)
        else:
            for maker, traded in take(side, price, quantity):
                fills.append((maker.order_id, traded))
    return perf_counter() - start


def requests(operations: list[Operation]) -> list[Message]:
    """As clients in the same process would send them: every client has one account, and cancels by the id it gave."""
    ids = {operation[1]: ClientOrderId(f"order-{operation[1]}") for operation in operations}
    made: list[Message] = []
    for kind, order_id, side, price, quantity in operations:
        account, client_order_id = ACCOUNTS[order_id % len(ACCOUNTS)], ids[order_id]
        if kind == CANCEL:
            made.append(CancelOrder(account, client_order_id, INSTRUMENT.id))
        else:
            time_in_force = TimeInForce.IOC if kind == TAKE else TimeInForce.GTC
            made.append(PlaceOrder(account, client_order_id, INSTRUMENT.id, side, OrderType.LIMIT, time_in_force, quantity, price))
    return made


def exchange_seconds(messages: list[Message]) -> float:
    exchange = Exchange(Address("venue:bench"), [INSTRUMENT])
    rich = {Currency("BTC"): Money(10**16), Currency("USDT"): Money(10**17)}
    for account in ACCOUNTS:
        exchange.handlers[OpenAccount](OpenAccount(account, Address("trader:bench"), rich), Nanos(0))
    handlers = exchange.handlers
    now = Nanos(1_700_000_000_000_000_000)
    out: list[Envelope] = []
    start = perf_counter()
    for message in messages:
        out = handlers[type(message)](message, now)
    elapsed = perf_counter() - start
    assert out, "every request is answered"
    return elapsed


def run() -> dict[str, float]:
    operations = workload(OPERATIONS)
    messages = requests(operations)
    return {
        "book_ops_per_s": OPERATIONS / min(book_seconds(operations) for _ in range(ROUNDS)),
        "exchange_ops_per_s": OPERATIONS / min(exchange_seconds(messages) for _ in range(ROUNDS)),
    }


if __name__ == "__main__":
    for name, figure in run().items():
        print(f"{name:24} {figure:12,.0f}")
