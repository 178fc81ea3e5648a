"""Price-time priority for one instrument: what rests, and what an incoming order trades with. Knows no money and no messages.

Theory of operation: `orders` is the only truth and lives in the machine's state; it maps order id to order in the order of acceptance,
which is time priority. The rest is an index: a sorted list of prices per side, the best last, where inserting and popping are cheapest;
and a queue of order ids per price (a book never crosses, so a price belongs to one side). A cancel only takes the order out of `orders`:
queues skip ids that are no longer there, and are compacted when three in four are dead. Every operation is amortised O(1) in the
number of orders.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.orders import AccountId, ClientOrderId, OrderId, OrderStatus, OrderType, Side, TimeInForce
from seawall.api.units import Price, Quantity

BUY = Side.BUY
ANY_PRICE = {Side.BUY: Price(2**64), Side.SELL: Price(0)}  # The limit of an order without one.
_DEAD_TOLERATED = 16  # In a queue, before compacting it is worth a thought.

Match = tuple["Order", Quantity]  # A resting order, and how much of it traded.


class Order(msgspec.Struct, gc=False):
    """An accepted order, open or done, as the venue keeps it."""

    order_id: OrderId
    account: AccountId
    client_order_id: ClientOrderId
    instrument: InstrumentId
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    price: Price  # 0 for MARKET.
    quantity: Quantity
    leaves_quantity: Quantity  # What was never filled; a cancel or expiry leaves it standing.
    status: OrderStatus


class PriceLevel:
    __slots__ = ("dead", "head", "quantity", "queue")

    def __init__(self, order: Order) -> None:
        self.quantity = order.leaves_quantity  # Of the living. Never 0: the level would be gone.
        self.queue = [order.order_id]  # Oldest first.
        self.head = 0  # Everything before it is dead.
        self.dead = 0


class OrderBook:
    __slots__ = ("_bids", "_levels", "_negated_asks", "best_ask", "best_bid", "orders")

    def __init__(self, orders: dict[OrderId, Order]) -> None:
        """Takes `orders` as its truth and indexes what is in it."""
        self.orders = orders
        self.best_bid = Price(0)  # 0: there is none, here and below.
        self.best_ask = Price(0)
        self._levels: dict[int, PriceLevel] = {}  # By price.
        self._bids: list[int] = []  # Sorted, the best last.
        self._negated_asks: list[int] = []  # So that here, too, the best is the largest.
        for order in list(orders.values()):
            self.add(order)

    def add(self, order: Order) -> Quantity:
        """Rests an order, last at its price. It must not cross. Returns the level's new quantity."""
        self.orders[order.order_id] = order
        level = self._levels.get(order.price)
        if level is None:
            self._levels[order.price] = PriceLevel(order)
            keys, key = (self._bids, order.price) if order.side is BUY else (self._negated_asks, -order.price)
            insort(keys, key)
            self._refresh_best()
            return order.leaves_quantity
        level.queue.append(order.order_id)
        level.quantity += order.leaves_quantity  # type: ignore[assignment]
        return level.quantity

    def cancel(self, order: Order) -> Quantity:
        """Takes out an order that rests here. Returns what remains at its price."""
        del self.orders[order.order_id]
        level = self._levels[order.price]
        level.quantity -= order.leaves_quantity  # type: ignore[assignment]
        if not level.quantity:
            del self._levels[order.price]
            keys, key = (self._bids, order.price) if order.side is BUY else (self._negated_asks, -order.price)
            del keys[bisect_left(keys, key)]
            self._refresh_best()
            return level.quantity
        level.dead += 1
        if level.dead > _DEAD_TOLERATED:
            self._compact(level)
        return level.quantity

    def take(self, side: Side, limit: Price, quantity: Quantity) -> list[Match]:
        """Trades an incoming order with the other side: best price first, oldest first within it."""
        sign, keys = (-1, self._negated_asks) if side is BUY else (1, self._bids)
        matches: list[Match] = []
        left: int = quantity
        while left and keys and keys[-1] >= sign * limit:
            price = sign * keys[-1]
            level = self._levels[price]
            left = self._take_level(level, left, matches)
            if not level.quantity:
                keys.pop()
                del self._levels[price]
            elif level.dead > _DEAD_TOLERATED:
                self._compact(level)
        self._refresh_best()
        return matches

    def _take_level(self, level: PriceLevel, left: int, matches: list[Match]) -> int:
        """Returns what is left to trade. Runs once per trade, so it does without the calls that NewTypes are."""
        orders, queue, head = self.orders, level.queue, level.head
        offered: int = level.quantity
        while left and offered:
            maker = orders.get(queue[head])
            if maker is None:
                head += 1
                continue
            traded = maker.leaves_quantity
            if traded <= left:
                del orders[maker.order_id]
                head += 1
                level.dead += 1
            else:
                traded = left  # type: ignore[assignment]
            maker.leaves_quantity -= traded  # type: ignore[assignment]
            offered -= traded
            left -= traded
            matches.append((maker, traded))
        level.head, level.quantity = head, Quantity(offered)
        return left

    def _compact(self, level: PriceLevel) -> None:
        if 4 * level.dead > 3 * len(level.queue):
            level.queue = list(filter(self.orders.__contains__, level.queue))
            level.head = level.dead = 0

    def _refresh_best(self) -> None:
        self.best_bid = Price(self._bids[-1] if self._bids else 0)
        self.best_ask = Price(-self._negated_asks[-1] if self._negated_asks else 0)

    def quantity_at(self, price: Price) -> Quantity:
        level = self._levels.get(price)
        return level.quantity if level is not None else Quantity(0)

    def depth(self, side: Side) -> Iterator[tuple[Price, Quantity]]:
        """The side's levels, best first. Not to be used across a change of the book."""
        keys, sign = (self._bids, 1) if side is BUY else (self._negated_asks, -1)
        for key in reversed(keys):
            yield Price(sign * key), self._levels[sign * key].quantity
