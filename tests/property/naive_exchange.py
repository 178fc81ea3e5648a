"""One instrument of an exchange, written to be obviously right and not to be fast: lists, loops, no index, no money, no levels.

It tells facts: what happened to which order. `facts_of` turns what the real exchange says into the same words.
"""

from copy import deepcopy
from dataclasses import dataclass, field

from seawall.api.market_data import Traded
from seawall.api.message import Envelope, Message
from seawall.api.orders import (
    CONDITIONAL,
    AmendOrder,
    AmendRejected,
    CancelOrder,
    CancelRejected,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderTriggered,
    OrderType,
    PlaceOrder,
    PlaceOrderList,
    SelfTradePrevention,
    Side,
    TimeInForce,
)

BUY = Side.BUY
Name = tuple[str, str]  # Account and client order id.
Fact = tuple[Name | None, str]  # None: a print.


@dataclass
class Naive:
    request: PlaceOrder
    number: int  # By acceptance.
    quantity: int
    leaves: int
    shown: int = 0
    place: int = 0  # In the queue at its price.
    peak: int = 0  # A trailing one follows the market.
    queued: bool = False  # Its condition has come true.
    partner: Name | None = None

    @property
    def name(self) -> Name:
        return self.request.account, self.request.client_order_id

    @property
    def rank(self) -> tuple[int, int]:
        """The smallest trades first."""
        return (-self.request.price if self.request.side is BUY else self.request.price), self.place


@dataclass
class NaiveExchange:
    last: int = 0
    counter: int = 0
    book: list[Naive] = field(default_factory=list)
    stops: list[Naive] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    prints: list[int] = field(default_factory=list)  # Prices, not followed yet.

    def handle(self, command: Message) -> list[Fact]:
        self.facts = []
        match command:
            case PlaceOrder():
                self.place([command])
            case PlaceOrderList():
                self.place(list(command.orders))
            case CancelOrder():
                order = self.open((command.account, command.client_order_id))
                if order is None:
                    self.facts.append(((command.account, command.client_order_id), "not canceled"))
                else:
                    self.end(order, "canceled", "canceled")
            case AmendOrder():
                self.amend(command)
        return self.facts

    def open(self, name: Name | None) -> Naive | None:
        return next((order for order in [*self.book, *self.stops] if order.name == name), None)

    def place(self, requests: list[PlaceOrder]) -> None:
        if any(self.refuses(request) for request in requests):
            self.facts += [((request.account, request.client_order_id), "rejected") for request in requests]
            return
        orders = []
        for request in requests:
            self.counter += 1
            orders.append(Naive(request, self.counter, request.quantity, request.quantity))
            self.facts.append((orders[-1].name, "accepted"))
        if len(orders) == 2:
            orders[0].partner, orders[1].partner = orders[1].name, orders[0].name
        for order in orders:
            if order.request.order_type in CONDITIONAL:
                if not order.request.stop_price:
                    order.peak = self.last
                self.stops.append(order)
            else:
                self.work(order)
        self.follow()

    def refuses(self, request: PlaceOrder) -> bool:
        stop, kind = request.stop_price, request.order_type
        if self.open((request.account, request.client_order_id)) is not None:
            return True
        if kind in CONDITIONAL:
            return bool(stop and self.last and reaches(request, self.last))
        others = [order for order in self.book if order.request.side is not request.side]
        if kind is OrderType.MARKET:
            return not others
        if kind is not OrderType.LIMIT_MAKER:
            return False
        return request.time_in_force is not TimeInForce.GTC or any(crosses(request, order) for order in others)

    def work(self, order: Naive) -> None:
        request = order.request
        alive = True
        if request.time_in_force is not TimeInForce.FOK or self.would_fill(order):
            alive = self.trade(order)
        if not alive or not order.leaves:
            return
        if request.price and request.time_in_force is TimeInForce.GTC:
            order.shown = min(request.display_quantity or order.leaves, order.leaves)
            self.enqueue(order)
        else:
            self.facts.append((order.name, f"expired time_in_force after {order.quantity - order.leaves}"))

    def enqueue(self, order: Naive) -> None:
        """Last at its price."""
        self.counter += 1
        order.place = self.counter
        if order not in self.book:
            self.book.append(order)

    def would_fill(self, order: Naive) -> bool:
        """Tried out in a copy of the world."""
        world, copy = deepcopy(self), deepcopy(order)
        return world.trade(copy) and not copy.leaves

    def trade(self, taker: Naive) -> bool:
        """False: it met an order of its own account and is over."""
        mode = taker.request.self_trade_prevention
        while taker.leaves:
            makers = [order for order in self.book if order.request.side is not taker.request.side and crosses(taker.request, order)]
            if not makers:
                return True
            maker = min(makers, key=lambda order: order.rank)
            if maker.request.account == taker.request.account and mode is not SelfTradePrevention.NONE:
                if mode is not SelfTradePrevention.EXPIRE_TAKER:
                    self.end(maker, "expired self_trade", "expired order_list")
                if mode is not SelfTradePrevention.EXPIRE_MAKER:
                    self.facts.append((taker.name, f"expired self_trade after {taker.quantity - taker.leaves}"))
                    return False
                continue
            lots, price = min(taker.leaves, maker.shown), maker.request.price
            for order in (maker, taker):
                order.leaves -= lots
                self.facts.append((order.name, f"filled {lots} at {price} leaves {order.leaves}"))
            self.facts.append((None, f"traded {lots} at {price}"))
            self.last = price
            self.prints.append(price)
            maker.shown -= lots
            self.part(maker, "expired order_list")
            if not maker.leaves:
                self.book.remove(maker)
            elif not maker.shown:
                maker.shown = min(maker.request.display_quantity, maker.leaves)
                self.enqueue(maker)
        return True

    def end(self, order: Naive, how: str, partner: str) -> None:
        self.part(order, partner)
        (self.book if order in self.book else self.stops).remove(order)
        self.facts.append((order.name, f"{how} after {order.quantity - order.leaves}"))

    def part(self, order: Naive, how: str) -> None:
        """Something happened to it: the other one of its pair is over."""
        other = self.open(order.partner)
        order.partner = None
        if other is not None:
            other.partner = None
            self.end(other, how, "")

    def follow(self) -> None:
        queue: list[Naive] = []
        while self.prints or queue:
            for price in self.prints:
                queue += [stop for stop in self.stops if self.heard(stop, price)]
            self.prints = []
            if queue:
                stop = queue.pop(0)
                if stop in self.stops:
                    self.facts.append((stop.name, "triggered"))
                    self.part(stop, "expired order_list")
                    self.stops.remove(stop)
                    self.work(stop)

    def heard(self, stop: Naive, price: int) -> bool:
        """A waiting order hears of a trade. Returns whether its condition has come true just now."""
        request, delta = stop.request, stop.request.trailing_delta_bps
        if stop.queued:
            return False
        if stop.peak:
            if request.side is BUY:
                stop.peak = min(stop.peak, price)
                stop.queued = price * 10_000 >= stop.peak * (10_000 + delta)
            else:
                stop.peak = max(stop.peak, price)
                stop.queued = price <= stop.peak * (10_000 - delta) // 10_000
        elif not request.stop_price or reaches(request, price):
            if delta:
                stop.peak = price
            else:
                stop.queued = True
        return stop.queued

    def amend(self, command: AmendOrder) -> None:
        name = (command.account, command.client_order_id)
        order = self.open(name)
        if order is None or not order.quantity - order.leaves < command.quantity < order.quantity:
            self.facts.append((name, "not amended"))
            return
        partner = self.open(order.partner)
        for each in [order] if partner is None else sorted([order, partner], key=lambda order: order.number):
            by = each.quantity - command.quantity
            unseen = min(by, each.leaves - each.shown)
            each.quantity, each.leaves = command.quantity, each.leaves - by
            if each in self.book:
                each.shown -= by - unseen
            self.facts.append((each.name, f"amended to {each.quantity} leaves {each.leaves}"))

    def queue(self, side: Side) -> list[tuple[Name, int, int, int]]:
        """Who stands there, in the order in which they trade: price, what is left, what is seen of it."""
        orders = sorted([order for order in self.book if order.request.side is side], key=lambda order: order.rank)
        return [(order.name, order.request.price, order.leaves, order.shown) for order in orders]


def crosses(request: PlaceOrder, maker: Naive) -> bool:
    price = maker.request.price
    return not request.price or (price <= request.price if request.side is BUY else price >= request.price)


def reaches(request: PlaceOrder, price: int) -> bool:
    stops = request.order_type in (OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT)
    return price >= request.stop_price if (request.side is BUY) == stops else price <= request.stop_price


def facts_of(envelopes: list[Envelope]) -> list[Fact]:
    return [fact for envelope in envelopes if (fact := _fact(envelope.message)) is not None]


def _fact(said: Message) -> Fact | None:
    match said:
        case Traded():
            return None, f"traded {said.quantity} at {said.price}"
        case OrderAccepted():
            told = "accepted"
        case OrderRejected():
            told = "rejected"
        case OrderFilled():
            told = f"filled {said.quantity} at {said.price} leaves {said.leaves_quantity}"
        case OrderCanceled():
            told = f"canceled after {said.cumulative_quantity}"
        case OrderExpired():
            told = f"expired {said.reason} after {said.cumulative_quantity}"
        case OrderTriggered():
            told = "triggered"
        case OrderAmended():
            told = f"amended to {said.quantity} leaves {said.leaves_quantity}"
        case AmendRejected():
            told = "not amended"
        case CancelRejected():
            told = "not canceled"
        case _:
            return None
    return (said.account, said.client_order_id), told
