"""Trailing stops of one side of one instrument, by the best price each has seen. An index over `stops`, whose peaks it writes on demand.

A SELL's peak is the highest trade since it began to follow, a BUY's the lowest. A stop that begins later cannot have seen a better price
than one that began earlier, so orders of one peak form a group, groups form a stack with the worst peak on top, and a new best price melts
the groups on top into one (the smaller heap into the larger). Of each group only the tightest stop can be next; a heap over the groups
finds it. Amortised O(log n) per trade and order, however many peaks a trade moves.
"""

from heapq import heapify, heappop, heappush

from seawall.api.orders import OrderId, Side
from seawall.api.units import BASIS_POINTS, Price
from seawall.exchange.core.order_book import Order

SELL = Side.SELL


def trigger_price(side: Side, peak: int, delta_bps: int) -> int:
    """The first price, seen from the peak, that is `delta_bps` away from it."""
    if side is SELL:
        return peak * (BASIS_POINTS - delta_bps) // BASIS_POINTS
    return -(-peak * (BASIS_POINTS + delta_bps) // BASIS_POINTS)


class _Group:
    __slots__ = ("edge", "peak", "waiting")

    def __init__(self, peak: int, waiting: list[tuple[int, int]]) -> None:
        self.peak = peak
        self.waiting = waiting  # A heap of (delta, order id). Holds ids that are gone, until they come up.
        self.edge: tuple[int, int] | None = None  # Its valid entry in the heap over the groups.


class TrailingStops:
    __slots__ = ("_edges", "_groups", "_serial", "_side", "_sign", "_stack", "_stops")

    def __init__(self, side: Side, stops: dict[OrderId, Order]) -> None:
        """Takes those of `stops` that follow the market already."""
        self._side = side
        self._sign = 1 if side is SELL else -1  # Times a price: larger is better for the owner.
        self._stops = stops
        self._stack: list[_Group] = []
        self._edges: list[tuple[int, int]] = []  # A heap of (-sign x trigger price, serial).
        self._groups: dict[int, _Group] = {}  # By the serial of its entry.
        self._serial = 0
        following = [
            (o.terms.peak, o) for o in stops.values() if o.terms is not None and o.terms.peak and not o.terms.triggered and o.side is side
        ]
        for peak, order in sorted(following, key=lambda pair: (-self._sign * pair[0], pair[1].order_id)):
            self.add(order, peak)

    def __bool__(self) -> bool:
        return bool(self._edges)

    def add(self, order: Order, peak: int) -> None:
        """Begins to follow. No order here may have seen a worse peak."""
        assert order.terms is not None
        entry = (order.terms.trailing_delta_bps, order.order_id)
        while self._stack and not self._stack[-1].waiting:
            self._stack.pop()
        if self._stack and self._stack[-1].peak == peak:
            group = self._stack[-1]
            heappush(group.waiting, entry)
        else:
            group = _Group(peak, [entry])
            self._stack.append(group)
        self._note(group)

    def reached(self, price: int) -> list[Order]:
        """A trade at `price`. Returns the orders it triggers, in no order, and forgets them."""
        self._melt(price)
        triggered: list[Order] = []
        edges, sign = self._edges, self._sign
        while edges and -edges[0][0] >= sign * price:
            edge = heappop(edges)
            group = self._groups.pop(edge[1], None)
            if group is None or group.edge != edge:
                continue
            waiting, stops = group.waiting, self._stops
            while waiting and sign * trigger_price(self._side, group.peak, waiting[0][0]) >= sign * price:
                order = stops.get(OrderId(heappop(waiting)[1]))
                if order is not None:
                    triggered.append(order)
            self._note(group)
        return triggered

    def write_peaks(self) -> None:
        for group in self._stack:
            for _, order_id in group.waiting:
                order = self._stops.get(OrderId(order_id))
                if order is not None and order.terms is not None:
                    order.terms.peak = Price(group.peak)

    def _melt(self, price: int) -> None:
        stack, sign = self._stack, self._sign
        best: _Group | None = None
        while stack and sign * stack[-1].peak <= sign * price:
            group = stack.pop()
            if best is None:
                best = group
                continue
            if len(group.waiting) > len(best.waiting):
                best, group = group, best
            for entry in group.waiting:
                heappush(best.waiting, entry)
            self._forget(group)
        if best is not None:
            best.peak = price
            stack.append(best)
            self._note(best)

    def _note(self, group: _Group) -> None:
        """Enters the group's next trigger price in place of the one before."""
        self._forget(group)
        while group.waiting and OrderId(group.waiting[0][1]) not in self._stops:
            heappop(group.waiting)
        if not group.waiting:
            if self._stack and self._stack[-1] is group:
                self._stack.pop()
            return
        self._serial += 1
        group.edge = (-self._sign * trigger_price(self._side, group.peak, group.waiting[0][0]), self._serial)
        self._groups[self._serial] = group
        heappush(self._edges, group.edge)
        if len(self._edges) > 2 * len(self._groups) + 64:
            self._edges = [other.edge for other in self._groups.values() if other.edge is not None]
            heapify(self._edges)

    def _forget(self, group: _Group) -> None:
        if group.edge is not None:
            self._groups.pop(group.edge[1], None)
            group.edge = None
