"""The simplest book that could be right: no index, every question answered by looking at all orders."""

from collections.abc import Iterator

from seawall.api.orders import OrderId, Side
from seawall.api.units import Price, Quantity
from seawall.exchange.core.order_book import Match, Order


class NaiveBook:
    def __init__(self, orders: dict[OrderId, Order]) -> None:
        self.orders = orders  # In the order of acceptance.

    def add(self, order: Order) -> Quantity:
        self.orders[order.order_id] = order
        return self.quantity_at(order.price)

    def cancel(self, order: Order) -> Quantity:
        del self.orders[order.order_id]
        return self.quantity_at(order.price)

    def take(self, side: Side, limit: Price, quantity: Quantity) -> list[Match]:
        matches: list[Match] = []
        left: int = quantity
        offers = [order for order in self.orders.values() if order.side is not side]
        offers.sort(key=lambda order: order.price if side is Side.BUY else -order.price)  # Stable: time decides among equal prices.
        for order in offers:
            traded = Quantity(min(left, order.leaves_quantity))
            if not traded or (order.price > limit if side is Side.BUY else order.price < limit):
                break
            order.leaves_quantity = Quantity(order.leaves_quantity - traded)
            if not order.leaves_quantity:
                del self.orders[order.order_id]
            left -= traded
            matches.append((order, traded))
        return matches

    @property
    def best_bid(self) -> Price:
        return max((order.price for order in self.orders.values() if order.side is Side.BUY), default=Price(0))

    @property
    def best_ask(self) -> Price:
        return min((order.price for order in self.orders.values() if order.side is Side.SELL), default=Price(0))

    def quantity_at(self, price: Price) -> Quantity:
        return Quantity(sum(order.leaves_quantity for order in self.orders.values() if order.price == price))

    def depth(self, side: Side) -> Iterator[tuple[Price, Quantity]]:
        prices = {order.price: None for order in self.orders.values() if order.side is side}
        for price in sorted(prices, reverse=side is Side.BUY):
            yield price, self.quantity_at(price)
