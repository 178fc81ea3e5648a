"""The engine's orders: what is open or of unknown fate, and a window of what closed lately, so that a late fill still finds its owner.

Which report may lead from which status to which is the table TRANSITIONS; the venue's word always wins, the table only tells surprise.
"""

from collections import defaultdict
from typing import Any

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.message import Address
from seawall.api.orders import ClientOrderId, OrderId, OrderStatus, OrderType, Side, TimeInForce
from seawall.api.units import Nanos, Price, Quantity
from seawall.engine.core.terms import Terms

BUY = Side.BUY
CLOSED_WINDOW = 1_000  # How many closed orders stay known to the engine, at least;
_SURPLUS = 250  # and how many more gather before the oldest go, all at once.

TRANSITIONS: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    OrderStatus.PENDING_NEW: (
        OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED, OrderStatus.PENDING_CANCEL,
        OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED, OrderStatus.UNKNOWN,
    ),
    OrderStatus.NEW: (
        OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED, OrderStatus.PENDING_CANCEL,
        OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED, OrderStatus.UNKNOWN,
    ),
    OrderStatus.PARTIALLY_FILLED: (
        OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED, OrderStatus.PENDING_CANCEL,
        OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED, OrderStatus.UNKNOWN,
    ),
    OrderStatus.PENDING_CANCEL: (
        OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED, OrderStatus.PENDING_CANCEL,
        OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED, OrderStatus.UNKNOWN,
    ),
    OrderStatus.UNKNOWN: (
        OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED, OrderStatus.PENDING_CANCEL,
        OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED, OrderStatus.UNKNOWN,
    ),
    OrderStatus.FILLED: (),
    OrderStatus.CANCELED: (),
    OrderStatus.REJECTED: (),
    OrderStatus.EXPIRED: (),
}  # fmt: skip


class Order(msgspec.Struct, gc=False):
    client_order_id: ClientOrderId
    strategy: Address
    tag: str
    instrument: InstrumentId
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    quantity: Quantity
    price: Price  # 0: a market order.
    decision_price: Price
    created: Nanos
    valid_until: Nanos  # On the venue's clock: until then a request that seems lost may still arrive.
    status: OrderStatus = OrderStatus.PENDING_NEW
    order_id: OrderId = OrderId(0)  # 0: not acknowledged.
    cumulative_quantity: Any = 0  # Quantity. Any, here and below: a call of a NewType costs as much as the sum it would wrap.
    cumulative_notional: Any = 0  # Money.
    ahead: list[tuple[int, int]] | None = None  # What is booked beyond fills that are missing: stretches, from and to.
    cancel_wanted: bool = False
    queries: int = 0  # Sent in a row without an answer that settled it.
    refused_cancels: int = 0  # By a venue that found nothing to cancel.
    ended: OrderStatus | None = None  # The venue ended it, but reported more filled than we have booked: waits for those fills.
    end_quantity: int = 0
    end_reason: str = ""
    closed: Nanos = Nanos(0)  # When it left the open ones. 0: it is one of them.
    terms: Terms | None = None  # None: plain.
    triggered: bool = False  # A conditional order whose condition came true.
    # Orders of one group exclude each other: of an OCO, and of an order and the one that shall replace it, at most one will trade from now
    # on. Named after its first member. Empty: it belongs to none.
    group: str = ""
    amending: int = 0  # The total quantity that an amend asked for, while the venue has not answered. 0: none is out.
    amend_until: Nanos = Nanos(0)  # On the venue's clock: until then that request may still arrive.
    refused_at: Nanos = Nanos(0)  # On the venue's clock: the last of the refused cancels, to tell it from a copy.

    @property
    def leaves_quantity(self) -> int:
        """What may still trade: less than nothing only if the venue filled more than was ordered."""
        leaves: int = (self.quantity if self.ended is None else self.end_quantity) - self.cumulative_quantity
        return leaves

    def has_booked(self, cumulative_quantity: int, lots: int) -> bool:
        """Whether the fill that brought the order there is booked already, under whatever id; if not, it is about to be. One that simply
        follows need not be asked about."""
        ahead = self.ahead or []
        through = self.cumulative_quantity - sum([end - start for start, end in ahead])  # Up to there nothing is missing.
        if cumulative_quantity <= through or any(start < cumulative_quantity <= end for start, end in ahead):
            return True
        stretches: list[tuple[int, int]] = []
        for start, end in sorted([*ahead, (cumulative_quantity - lots, cumulative_quantity)]):
            if start <= through:
                through = end
            elif stretches and start <= stretches[-1][1]:
                stretches[-1] = stretches[-1][0], end
            else:
                stretches.append((start, end))
        self.ahead = stretches or None
        return False


Resting = dict[InstrumentId, dict[ClientOrderId, Order]]


class Orders:
    """Indexes over `open` and `closed`, which belong to the engine's state."""

    def __init__(self, open_orders: dict[ClientOrderId, Order], closed: dict[ClientOrderId, Order]) -> None:
        self.open = open_orders
        self.closed = closed
        self.tagged = {(o.strategy, o.tag): o for o in open_orders.values()}
        self.bids: Resting = defaultdict(dict)  # By instrument, buy orders that may rest.
        self.asks: Resting = defaultdict(dict)
        for order in open_orders.values():
            if order.price:
                (self.bids if order.side is BUY else self.asks)[order.instrument][order.client_order_id] = order

    def add(self, order: Order) -> None:
        self.open[order.client_order_id] = order
        self.tagged[order.strategy, order.tag] = order
        if order.price:
            (self.bids if order.side is BUY else self.asks)[order.instrument][order.client_order_id] = order

    def find(self, client_order_id: ClientOrderId) -> Order | None:
        return self.open.get(client_order_id) or self.closed.get(client_order_id)

    def by_tag(self, strategy: Address, tag: str) -> Order | None:
        """The open one of that name: the check `unique_tag` sees to it that there is only one."""
        return self.tagged.get((strategy, tag))

    def close(self, order: Order, status: OrderStatus) -> None:
        assert status in TRANSITIONS[order.status], f"order {order.client_order_id}: {order.status} to {status}"
        order.status = status
        key, closed = order.client_order_id, self.closed
        del self.open[key]
        self.tagged.pop((order.strategy, order.tag), None)
        if order.price:
            (self.bids if order.side is BUY else self.asks)[order.instrument].pop(key, None)
        closed[key] = order
        if len(closed) > CLOSED_WINDOW + _SURPLUS:
            for oldest in list(closed)[:_SURPLUS]:
                del closed[oldest]
