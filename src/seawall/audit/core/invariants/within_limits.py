"""No order leaves an engine that, with everything else it has working, could break a limit in coins. Computed from what was really sent and
really filled, never from what the engine believes. An order that leads back towards zero may leave even while a limit is broken.

Where the truth is not known (a venue crashed, an order was lost on the way) this errs on the side of silence.
"""

from collections.abc import Mapping

import msgspec

from seawall.api.accounts import FillsReported, OpenAccount, OrderReported
from seawall.api.instruments import Instrument, InstrumentId, Symbol
from seawall.api.message import Address, Message, Restarted
from seawall.api.orders import (
    AccountId,
    ClientOrderId,
    OrderAmended,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderStatus,
    PlaceOrder,
    PlaceOrderList,
    RejectReason,
    ReplaceOrder,
    Side,
)
from seawall.api.risk import Limits, WriteOffOrder
from seawall.api.supervision import SetLimits
from seawall.api.units import Nanos
from seawall.audit.core.fills_seen import FillsSeen
from seawall.audit.core.invariants.invariant import Watcher

BUY = Side.BUY

_OrderKey = tuple[AccountId, ClientOrderId, InstrumentId]
_OPEN = (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)


class _Order(msgspec.Struct):
    engine: Address
    symbol: Symbol
    side: Side
    leaves: int  # In base minor units, as everything here.
    valid_until: Nanos
    group: _OrderKey  # The first of those that exclude each other: of them the largest counts. Of one alone, its own key.
    venue: Address | None = None  # Once it has arrived.


class WithinLimits:
    name = "within_limits"

    def __init__(self, instruments: Mapping[InstrumentId, Instrument], limits: Mapping[Address, Limits]) -> None:
        self.sent: dict[type[Message], Watcher] = {
            PlaceOrder: self._placed,
            ReplaceOrder: self._replaced,
            PlaceOrderList: self._listed,
            OrderAmended: self._amended,
            OrderFilled: self._filled,
            OrderRejected: self._rejected,
            OrderCanceled: self._ended,
            OrderExpired: self._ended,
            OrderReported: self._order_reported,
            FillsReported: self._fills_reported,
        }
        self.delivered: dict[type[Message], Watcher] = {
            OpenAccount: self._opened,
            PlaceOrder: self._arrived,
            ReplaceOrder: self._replacement_arrived,
            PlaceOrderList: self._list_arrived,
            WriteOffOrder: self._written_off,
            Restarted: self._restarted,
            SetLimits: self._set,
        }
        self._instruments = instruments
        self._limits = dict(limits)
        self._fills = FillsSeen(tuple(limits))
        self._orders: dict[_OrderKey, _Order] = {}
        self._groups: dict[_OrderKey, dict[_OrderKey, int]] = {}  # Leaves of the members of each group.
        self._working: dict[tuple[Address, Symbol, Side], int] = {}  # The sum of their largest.
        self._positions: dict[tuple[Address, Symbol], int] = {}

    def _placed(self, engine: Address, order: PlaceOrder, now: Nanos, beside: _OrderKey | None = None) -> str | None:
        """`beside`: another order that excludes this one."""
        limits = self._limits.get(engine)
        instrument = self._instruments.get(order.instrument)
        if limits is None or instrument is None:
            return None
        amount = order.quantity * instrument.lot_value
        key = (order.account, order.client_order_id, order.instrument)
        self._set_leaves(key, 0)
        other = self._orders.get(beside) if beside is not None else None
        self._orders[key] = _Order(engine, instrument.symbol, order.side, 0, order.valid_until, key if other is None else other.group)
        self._set_leaves(key, amount)
        largest = limits.max_order_quantity.get(instrument.symbol)
        if largest is not None and amount > largest:
            return f"{order.client_order_id} of {engine} is for {amount} of {instrument.symbol}, an order may be for {largest}"
        position = limits.position.get(instrument.symbol)
        if position is None:
            return None
        limit = position.max_long if order.side is BUY else position.max_short
        if limit is None or self._reached(engine, instrument.symbol, order.side) <= max(limit, 0):
            return None
        self._forget_lost(now)
        reached = self._reached(engine, instrument.symbol, order.side)
        if reached <= max(limit, 0):
            return None
        return f"with {order.client_order_id} {engine} can {order.side} its way to {reached} of {instrument.symbol}, the limit is {limit}"

    def _replaced(self, engine: Address, request: ReplaceOrder, now: Nanos) -> str | None:
        return self._placed(engine, request.order, now, (request.account, request.client_order_id, request.instrument))

    def _listed(self, engine: Address, request: PlaceOrderList, now: Nanos) -> str | None:
        first = request.orders[0]
        said = [self._placed(engine, o, now, (first.account, first.client_order_id, first.instrument)) for o in request.orders]
        return next((problem for problem in said if problem is not None), None)

    def _amended(self, venue: Address, report: OrderAmended, now: Nanos) -> None:
        key = (report.account, report.client_order_id, report.instrument)
        order = self._orders.get(key)
        if order is not None:
            self._set_leaves(key, min(order.leaves, report.leaves_quantity * self._instruments[report.instrument].lot_value))

    def _set(self, engine: Address, command: SetLimits, now: Nanos) -> None:
        if engine in self._limits and command.operator.strip():
            self._limits[engine] = command.limits

    def _reached(self, engine: Address, symbol: Symbol, side: Side) -> int:
        """How far out on one side the position can get, when everything fills that still may."""
        position = self._positions.get((engine, symbol), 0)
        return self._working.get((engine, symbol, side), 0) + (position if side is BUY else -position)

    def _forget_lost(self, now: Nanos) -> None:
        for key in [key for key, order in self._orders.items() if order.venue is None and 0 < order.valid_until < now]:
            self._set_leaves(key, 0)

    def _set_leaves(self, key: _OrderKey, leaves: int) -> None:
        order = self._orders.get(key)
        if order is None:
            return
        place, members = (order.engine, order.symbol, order.side), self._groups.setdefault(order.group, {})
        before = max(members.values(), default=0)
        members[key] = order.leaves = leaves
        if not leaves:
            del self._orders[key], members[key]
        if not members:
            del self._groups[order.group]
        self._working[place] = self._working.get(place, 0) + max(members.values(), default=0) - before

    def _filled(self, venue: Address, fill: OrderFilled, now: Nanos) -> None:
        owner = self._fills.filled(venue, fill)
        if owner is not None:
            self._book(owner, fill)

    def _fills_reported(self, venue: Address, report: FillsReported, now: Nanos) -> None:
        for owner, fill in self._fills.reported(venue, report):
            self._book(owner, fill)

    def _book(self, engine: Address, fill: OrderFilled) -> None:
        instrument = self._instruments[fill.instrument]
        amount = fill.quantity * instrument.lot_value
        moved = amount if fill.side is BUY else -amount
        if fill.fee_currency == instrument.base:
            moved -= fill.fee
        place = (engine, instrument.symbol)
        self._positions[place] = self._positions.get(place, 0) + moved
        key = (fill.account, fill.client_order_id, fill.instrument)
        order = self._orders.get(key)
        if order is not None:
            self._set_leaves(key, min(order.leaves, fill.leaves_quantity * instrument.lot_value))

    def _rejected(self, venue: Address, report: OrderRejected, now: Nanos) -> None:
        if report.reason is not RejectReason.DUPLICATE_CLIENT_ORDER_ID:  # Then its first copy is working.
            self._forget(report)

    def _ended(self, venue: Address, report: OrderCanceled | OrderExpired, now: Nanos) -> None:
        self._forget(report)

    def _order_reported(self, venue: Address, report: OrderReported, now: Nanos) -> None:
        order = self._orders.get((report.account, report.client_order_id, report.instrument))
        if order is not None and (order.venue is None if report.order is None else report.order.status not in _OPEN):
            self._forget(report)

    def _forget(self, report: OrderRejected | OrderCanceled | OrderExpired | OrderReported) -> None:
        self._set_leaves((report.account, report.client_order_id, report.instrument), 0)

    def _written_off(self, engine: Address, command: WriteOffOrder, now: Nanos) -> None:
        for key in [key for key, order in self._orders.items() if order.engine == engine and key[1] == command.client_order_id]:
            self._set_leaves(key, 0)

    def _opened(self, venue: Address, command: OpenAccount, now: Nanos) -> None:
        self._fills.opened(venue, command)

    def _arrived(self, venue: Address, request: PlaceOrder, now: Nanos) -> None:
        order = self._orders.get((request.account, request.client_order_id, request.instrument))
        if order is not None:
            order.venue = venue

    def _replacement_arrived(self, venue: Address, request: ReplaceOrder, now: Nanos) -> None:
        self._arrived(venue, request.order, now)

    def _list_arrived(self, venue: Address, request: PlaceOrderList, now: Nanos) -> None:
        for order in request.orders:
            self._arrived(venue, order, now)

    def _restarted(self, venue: Address, message: Restarted, now: Nanos) -> None:
        for key in [key for key, order in self._orders.items() if order.venue == venue]:
            self._set_leaves(key, 0)
