"""No order is filled beyond its size, every fill continues its order's count, and only accepted orders are filled."""

from collections.abc import Mapping

import msgspec

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.margin import made_by_venue
from seawall.api.message import Address, Message, Restarted
from seawall.api.orders import (
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderId,
    PlaceOrder,
    PlaceOrderList,
    ReplaceOrder,
)
from seawall.api.units import Nanos
from seawall.audit.core.invariants.invariant import Watcher


class _Order(msgspec.Struct):
    placed: PlaceOrder
    quantity: int  # 0: it was for an amount of quote currency.
    filled: int = 0
    notional: int = 0


class FilledWithinOrder:
    name = "filled_within_order"

    def __init__(self, instruments: Mapping[InstrumentId, Instrument]) -> None:
        self.sent: dict[type[Message], Watcher] = {
            OrderAccepted: self._accepted,
            OrderFilled: self._filled,
            OrderCanceled: self._ended,
            OrderExpired: self._ended,
            OrderAmended: self._amended,
        }
        self.delivered: dict[type[Message], Watcher] = {
            PlaceOrder: self._placed,
            ReplaceOrder: self._replaced,
            PlaceOrderList: self._listed,
            Restarted: self._restarted,
        }
        self._instruments = instruments
        self._placing: dict[Address, tuple[PlaceOrder, ...]] = {}  # The last request of each venue: its answer follows before the next one.
        self._orders: dict[Address, dict[OrderId, _Order]] = {}
        self._restarts: dict[Address, int] = {}

    def _placed(self, venue: Address, request: PlaceOrder, now: Nanos) -> None:
        self._placing[venue] = (request,)

    def _replaced(self, venue: Address, request: ReplaceOrder, now: Nanos) -> None:
        self._placing[venue] = (request.order,)

    def _listed(self, venue: Address, request: PlaceOrderList, now: Nanos) -> None:
        self._placing[venue] = request.orders

    def _accepted(self, venue: Address, report: OrderAccepted, now: Nanos) -> str | None:
        if made_by_venue(report.client_order_id):
            return None  # A liquidation: nobody placed it.
        placed, *rest = self._placing.pop(venue, ()) or (None,)
        if placed is None or placed.client_order_id != report.client_order_id or placed.account != report.account:
            return f"{venue} accepted {report.client_order_id} of {report.account}, which is not what it was given last"
        self._placing[venue] = tuple([order for order in rest if order is not None])
        self._orders.setdefault(venue, {})[report.order_id] = _Order(placed, placed.quantity)
        return None

    def _filled(self, venue: Address, fill: OrderFilled, now: Nanos) -> str | None:
        orders = self._orders.get(venue, {})
        order = orders.get(fill.order_id)
        if order is None:
            if venue in self._restarts or made_by_venue(fill.client_order_id):
                return None  # What a venue handled just before it crashed may have survived although its reports never left.
            return f"{venue} filled order {fill.order_id} of {fill.account}, which is not open"
        placed = order.placed
        order.filled += fill.quantity
        if fill.cumulative_quantity != order.filled:
            return f"{_name(fill)}: {fill.cumulative_quantity} filled, says the report, but its fills add up to {order.filled}"
        if order.quantity and order.filled + fill.leaves_quantity != order.quantity:
            return f"{_name(fill)}: filled {order.filled} and {fill.leaves_quantity} left of {order.quantity} ordered"
        if placed.quote_quantity:
            order.notional += fill.price * fill.quantity * self._instruments[fill.instrument].tick_value
            if order.notional > placed.quote_quantity:
                return f"{_name(fill)}: traded for {order.notional} of {placed.quote_quantity} quote minor units"
        if not fill.leaves_quantity:
            del orders[fill.order_id]
        return None

    def _amended(self, venue: Address, report: OrderAmended, now: Nanos) -> str | None:
        order = self._orders.get(venue, {}).get(report.order_id)
        if order is None:
            return None
        if not order.filled < report.quantity < order.quantity:
            return (
                f"order {report.order_id} of {report.account} was amended from {order.quantity} to {report.quantity}, {order.filled} filled"
            )
        order.quantity = report.quantity
        return None

    def _ended(self, venue: Address, report: OrderCanceled | OrderExpired, now: Nanos) -> str | None:
        order = self._orders.get(venue, {}).pop(report.order_id, None)
        if order is not None and order.filled != report.cumulative_quantity:
            return (
                f"order {report.order_id} of {report.account} ended with {report.cumulative_quantity}, its fills add up to {order.filled}"
            )
        return None

    def _restarted(self, venue: Address, message: Restarted, now: Nanos) -> None:
        self._restarts[venue] = message.epoch
        self._placing.pop(venue, None)
        self._orders.pop(venue, None)


def _name(fill: OrderFilled) -> str:
    return f"order {fill.order_id} ({fill.client_order_id} of {fill.account}) on {fill.instrument}"
