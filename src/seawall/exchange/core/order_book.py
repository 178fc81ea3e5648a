"""Price-time priority for one instrument: what rests, and what an incoming order trades with. Knows no money and no messages.

Theory of operation: `orders` is the only truth and lives in the machine's state; it maps order id to order in the order of time priority.
The rest is an index: a sorted list of prices per side, the best last, where inserting and popping are cheapest; and a queue of order ids
per price (a book never crosses, so a price belongs to one side). A cancel only takes the order out of `orders`: queues skip ids that are
no longer there, and are compacted when three in four are dead. Every operation is amortised O(1) in the number of orders.

An iceberg counts in its level with what it shows. When that has traded it shows the next part, at the end of the queue and of `orders`;
`take` then stops short (`refilled`) and is called again, so that it returns every order once. Only levels that hide something pay for it.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.orders import AccountId, ClientOrderId, OrderId, OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce
from seawall.api.units import Money, Nanos, Price, Quantity

BUY = Side.BUY
ANY_PRICE = {Side.BUY: Price(2**64), Side.SELL: Price(0)}  # The limit of an order without one.
_DEAD_TOLERATED = 16  # In a queue, before compacting it is worth a thought.

Match = tuple["Order", Quantity]  # A resting order, and how much of it traded.


class Terms(msgspec.Struct, gc=False):
    """What makes an order other than plain. 0, here: does not apply."""

    stop_price: Price = Price(0)
    trailing_delta_bps: int = 0
    display_quantity: Quantity = Quantity(0)
    expire_time: Nanos = Nanos(0)
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.NONE
    triggered: bool = False
    peak: Price = Price(0)  # Trailing: the best price for its owner since it began to follow the market.
    locked: Money = Money(0)  # A conditional BUY without a limit price: what it has set aside until it triggers.
    hidden: Quantity = Quantity(0)  # An iceberg in the book: how much of `leaves_quantity` is not shown.
    list_id: OrderId = OrderId(0)  # The order list it belongs to, while that holds.
    reduce_only: bool = False


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
    terms: Terms | None = None  # None: a plain order.


class PriceLevel:
    __slots__ = ("dead", "head", "hidden", "quantity", "queue")

    def __init__(self, order: Order) -> None:
        self.quantity = order.leaves_quantity  # Of the living, as far as they show it. Never 0: the level would be gone.
        self.hidden = 0
        self.queue = [order.order_id]  # Oldest first.
        self.head = 0  # Everything before it is dead.
        self.dead = 0


class OrderBook:
    __slots__ = ("_bids", "_levels", "_negated_asks", "before", "best_ask", "best_bid", "orders", "refilled")

    def __init__(self, orders: dict[OrderId, Order]) -> None:
        """Takes `orders` as its truth and indexes what is in it."""
        self.orders = orders
        self.best_bid = Price(0)  # 0: there is none, here and below.
        self.best_ask = Price(0)
        self._levels: dict[int, PriceLevel] = {}  # By price.
        self._bids: list[int] = []  # Sorted, the best last.
        self._negated_asks: list[int] = []  # So that here, too, the best is the largest.
        self.refilled = False  # The last `take` stopped because an iceberg shows its next part.
        self.before: dict[int, int] = {}  # Levels with icebergs that were taken from, and what they showed before. Cleared by the caller.
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
            return order.leaves_quantity if order.terms is None else self._hide(order)
        level.queue.append(order.order_id)
        level.quantity += order.leaves_quantity  # type: ignore[assignment]
        return level.quantity if order.terms is None else self._hide(order)

    def _hide(self, order: Order) -> Quantity:
        """Of an order that was just added, shows only what it wants to show. Returns the level's quantity."""
        level, hidden = self._levels[order.price], order.terms.hidden if order.terms is not None else Quantity(0)
        level.hidden += hidden
        level.quantity -= hidden  # type: ignore[assignment]
        return level.quantity

    def cancel(self, order: Order) -> Quantity:
        """Takes out an order that rests here. Returns what remains at its price."""
        del self.orders[order.order_id]
        level = self._levels[order.price]
        level.quantity -= order.leaves_quantity  # type: ignore[assignment]
        if order.terms is not None and order.terms.hidden:
            level.quantity += order.terms.hidden  # type: ignore[assignment]
            level.hidden -= order.terms.hidden
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

    def reduce(self, order: Order, by: Quantity) -> Quantity:
        """Makes an order that rests here smaller, in its place; an iceberg first where it hides. Returns the level's new quantity."""
        level, shown = self._levels[order.price], by
        order.leaves_quantity = Quantity(order.leaves_quantity - by)
        if order.terms is not None and order.terms.hidden:
            unseen = min(order.terms.hidden, by)
            order.terms.hidden = Quantity(order.terms.hidden - unseen)
            level.hidden -= unseen
            shown = Quantity(by - unseen)
        level.quantity = Quantity(level.quantity - shown)
        return level.quantity

    def take(self, side: Side, limit: Price, quantity: Quantity) -> list[Match]:
        """Trades an incoming order with the other side: best price first, oldest first within it."""
        sign, keys = (-1, self._negated_asks) if side is BUY else (1, self._bids)
        matches: list[Match] = []
        left: int = quantity
        while left and keys and keys[-1] >= sign * limit:
            price = sign * keys[-1]
            level = self._levels[price]
            if level.hidden:
                left = self._take_hiding(price, level, left, matches)
                if self.refilled:
                    break
            else:
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

    def _take_hiding(self, price: int, level: PriceLevel, left: int, matches: list[Match]) -> int:
        """The same where icebergs hide something: until one of them has to show its next part, which it does at once."""
        self.before.setdefault(price, level.quantity)
        while left and level.quantity and not self.refilled:
            maker = self.orders.get(level.queue[level.head])
            if maker is None:
                level.head += 1
                continue
            hidden: int = maker.terms.hidden if maker.terms is not None else 0
            shown = maker.leaves_quantity - hidden
            traded = Quantity(min(shown, left))
            if traded == shown:
                del self.orders[maker.order_id]
                level.head += 1
                level.dead += 1
            maker.leaves_quantity = Quantity(maker.leaves_quantity - traded)
            level.quantity = Quantity(level.quantity - traded)
            left -= traded
            matches.append((maker, traded))
            if traded == shown and hidden and maker.terms is not None:
                part = min(maker.terms.display_quantity, hidden)
                maker.terms.hidden = Quantity(hidden - part)
                level.hidden -= part
                level.quantity = Quantity(level.quantity + part)
                self.orders[maker.order_id] = maker
                level.queue.append(maker.order_id)
                self.refilled = True
        return left

    def front(self, side: Side) -> Order | None:
        """The order of `side` that would trade next."""
        price = self.best_bid if side is BUY else self.best_ask
        level = self._levels.get(price)
        if level is None:
            return None
        while level.queue[level.head] not in self.orders:
            level.head += 1
        return self.orders[level.queue[level.head]]

    def _compact(self, level: PriceLevel) -> None:
        if 4 * level.dead > 3 * len(level.queue):
            level.queue = list(filter(self.orders.__contains__, level.queue[level.head :]))
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

    def supply(self, side: Side) -> Iterator[tuple[Price, Quantity]]:
        """What can be taken from the side, hidden or not, best price first."""
        keys, sign = (self._bids, 1) if side is BUY else (self._negated_asks, -1)
        for key in reversed(keys):
            level = self._levels[sign * key]
            yield Price(sign * key), Quantity(level.quantity + level.hidden)

    def queue_at(self, side: Side) -> Iterator[Order]:
        """The side's orders in the order in which they trade; an iceberg where it stands now. Walks all of them."""
        keys, sign = (self._bids, 1) if side is BUY else (self._negated_asks, -1)
        for key in reversed(keys):
            level = self._levels[sign * key]
            yield from [self.orders[order_id] for order_id in level.queue[level.head :] if order_id in self.orders]
