"""Which conditional orders of one instrument a trade triggers. An index over `stops`, the market's conditional orders that still wait.

A stop waits for the last trade price to rise or to fall to its price: two heaps, their entries skipped when the order is gone. A trailing
one that reaches its stop price, or has none, begins to follow the market (trailing.py). A trade costs O(log n) for each order it reaches,
and nothing while nobody waits.
"""

from heapq import heappop, heappush

from seawall.api.orders import OrderId, OrderType, Side
from seawall.api.units import Price
from seawall.exchange.core.order_book import Order, Terms
from seawall.exchange.core.trailing import TrailingStops, trigger_price

BUY, SELL = Side.BUY, Side.SELL
STOPS = (OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT)
_STALE_TOLERATED = 64  # Entries of orders that are gone, before the index is built anew.


def waits_for_rise(side: Side, order_type: OrderType) -> bool:
    """Whether the stop price is reached from below: of a stop loss BUY and a take profit SELL."""
    return (side is BUY) == (order_type in STOPS)


def estimate(side: Side, terms: Terms, last_price: int) -> int:
    """The price at which a conditional order would trigger, as far as one can tell before it does. 0: not at all."""
    if terms.stop_price or not last_price:
        return terms.stop_price
    return trigger_price(side, last_price, terms.trailing_delta_bps)


class TriggerBook:
    __slots__ = ("_buys", "_entries", "_falling", "_fresh", "_rising", "_sells", "stops")

    def __init__(self, stops: dict[OrderId, Order]) -> None:
        self.stops = stops
        self._index()

    def _index(self) -> None:
        self._rising: list[tuple[int, int]] = []
        self._falling: list[tuple[int, int]] = []  # Prices negated.
        self._fresh: list[int] = []  # Trailing, no stop price, and no trade yet to follow.
        self._entries = 0
        self._sells = TrailingStops(SELL, self.stops)
        self._buys = TrailingStops(BUY, self.stops)
        for order in self.stops.values():
            terms = order.terms
            assert terms is not None, "a plain order does not wait for a price"
            if terms.peak:
                self._entries += 1
            elif not terms.triggered:
                self._wait(order, terms)

    def add(self, order: Order, last_price: int) -> None:
        """A new conditional order, not reached by `last_price` (0: no trade yet)."""
        terms = order.terms
        assert terms is not None
        if self._entries > 2 * len(self.stops) + _STALE_TOLERATED:
            self.write_peaks()
            self._index()
        self.stops[order.order_id] = order
        if terms.stop_price or not last_price:
            self._wait(order, terms)
        else:
            self._follow(order, terms, last_price)

    def reached(self, price: Price) -> list[Order]:
        """A trade at `price`: the orders that it triggers, in the order of acceptance. The caller takes them out of `stops`."""
        triggered: list[Order] = []
        rising, falling = self._rising, self._falling
        while rising and rising[0][0] <= price:
            self._arrive(heappop(rising)[1], price, triggered)
        while falling and -falling[0][0] >= price:
            self._arrive(heappop(falling)[1], price, triggered)
        if self._sells:
            triggered += self._sells.reached(price)
        if self._buys:
            triggered += self._buys.reached(price)
        for order_id in self._fresh:
            self._arrive(order_id, price, triggered)
        self._fresh.clear()
        triggered.sort(key=_acceptance)
        for order in triggered:
            assert order.terms is not None
            order.terms.triggered = True
        return triggered

    def write_peaks(self) -> None:
        """Brings the trailing orders themselves up to date."""
        self._sells.write_peaks()
        self._buys.write_peaks()

    def _arrive(self, order_id: int, price: Price, triggered: list[Order]) -> None:
        order = self.stops.get(OrderId(order_id))
        if order is None or order.terms is None:
            return
        if order.terms.trailing_delta_bps:
            self._follow(order, order.terms, price)
        else:
            triggered.append(order)

    def _wait(self, order: Order, terms: Terms) -> None:
        self._entries += 1
        if not terms.stop_price:
            self._fresh.append(order.order_id)
        elif waits_for_rise(order.side, order.order_type):
            heappush(self._rising, (terms.stop_price, order.order_id))
        else:
            heappush(self._falling, (-terms.stop_price, order.order_id))

    def _follow(self, order: Order, terms: Terms, price: int) -> None:
        self._entries += 1
        terms.peak = Price(price)
        (self._sells if order.side is SELL else self._buys).add(order, price)


def _acceptance(order: Order) -> OrderId:
    return order.order_id
