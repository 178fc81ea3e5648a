"""No order leaves an engine that is worth more than an order may be, or with which all it could come to hold is worth more than the total.

Judged at the moment the order leaves, by the prices and reports that the engine had been handed until then: what moves later is no fault.
Only markets quoted in the valuation currency are judged and counted, so that the total is a lower bound: by which markets another
currency is converted is the engine's choice, and nothing outside it says so. Quantities are `within_limits`' business.
"""

from collections.abc import Mapping

import msgspec

from seawall.api.accounts import FillsReported, OpenOrdersReported, OrderReported
from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.message import Address, Message, Restarted
from seawall.api.orders import (
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
    TradeId,
)
from seawall.api.projections import OrderClosed
from seawall.api.risk import Limits, WriteOffOrder
from seawall.api.supervision import SetLimits
from seawall.api.units import MINUTE, Currency, Nanos
from seawall.audit.core.invariants.invariant import Watcher

BUY = Side.BUY
_OPEN = (OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED)
_SETTLING = 2 * MINUTE  # After a restart: so long an engine may count orders that never left, of which nobody else knows.

_End = OrderRejected | OrderCanceled | OrderExpired | OrderReported


class Bounds(msgspec.Struct, frozen=True):
    """What an engine may do, and the currency its limits in money are in."""

    limits: Limits
    valuation_currency: Currency


class _Order(msgspec.Struct):
    side: Side
    leaves: int  # In base minor units, as everything here but prices.
    filled: int = 0
    group: ClientOrderId = ClientOrderId("")  # The first of those that exclude each other: of them the largest counts. Empty: it is alone.


class _Market:
    """One instrument, as an engine has been told of it."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.last = self.bid = self.ask = 0
        self.position = 0
        self.orders: dict[ClientOrderId, _Order] = {}
        self.groups: dict[ClientOrderId, dict[ClientOrderId, int]] = {}  # Leaves of the members of each group.
        self.working = {Side.BUY: 0, Side.SELL: 0}  # The sum of their largest.
        self.doubtful: dict[ClientOrderId, _Order] = {}  # Told to have ended; the engine may not believe it yet.
        self.confirmed = TradeId(0)  # Every fill up to it was listed.
        self.booked: dict[tuple[TradeId, Side], bool] = {}  # Above it.

    def mark(self) -> int:
        return self.last or ((self.bid + self.ask) // 2 if self.bid and self.ask else 0)

    def worth(self) -> int:
        """Of the largest position that working orders could lead to: at least."""
        reach = max(self.position + self.working[Side.BUY], self.working[Side.SELL] - self.position)
        return reach * self.mark() * self.instrument.tick_value // self.instrument.lot_value

    def widest(self) -> int:
        """The largest position the engine may think it could come to hold."""
        doubted = {side: sum(o.leaves for o in self.doubtful.values() if o.side is side) for side in Side}
        buying, selling = self.working[Side.BUY], self.working[Side.SELL]
        return max(
            self.position + buying + doubted[Side.BUY], -self.position - buying,
            selling + doubted[Side.SELL] - self.position, self.position - selling,
        )  # fmt: skip

    def set_leaves(self, key: ClientOrderId, order: _Order, leaves: int) -> None:
        members = self.groups.setdefault(order.group or key, {})
        before = max(members.values(), default=0)
        members[key] = order.leaves = leaves
        if leaves <= 0:
            del members[key]
            self.orders.pop(key, None)
        if not members:
            del self.groups[order.group or key]
        self.working[order.side] += max(members.values(), default=0) - before

    def shrink(self, key: ClientOrderId, quantity: int) -> None:
        """It is for so much altogether now, or was once: it never grows."""
        order = self.orders.get(key)
        if order is not None and quantity - order.filled < order.leaves:
            self.set_leaves(key, order, quantity - order.filled)

    def end(self, key: ClientOrderId, cumulative: int) -> None:
        """It may have ended with so much filled. What it reports beyond the fills told of so far still counts."""
        order = self.orders.get(key)
        if order is not None:
            self.doubtful.setdefault(key, _Order(order.side, order.leaves))
            self.set_leaves(key, order, cumulative - order.filled)

    def fill(self, fill: OrderFilled) -> None:
        known = (fill.trade_id, fill.side)
        if fill.trade_id <= self.confirmed or known in self.booked:
            return
        self.booked[known] = True
        amount = fill.quantity * self.instrument.lot_value
        self.position += amount if fill.side is BUY else -amount
        if fill.fee_currency == self.instrument.base:
            self.position -= fill.fee
        order = self.orders.get(fill.client_order_id)
        if order is not None:
            order.filled += amount
            self.set_leaves(fill.client_order_id, order, order.leaves - amount)

    def confirm(self, trade_id: TradeId) -> None:
        if trade_id > self.confirmed:
            self.confirmed = trade_id
            self.booked = {known: True for known in self.booked if known[0] > trade_id}


class WithinMoneyLimits:
    name = "within_money_limits"

    def __init__(self, instruments: Mapping[InstrumentId, Instrument], bounds: Mapping[Address, Bounds]) -> None:
        self._limits: dict[Address, Limits] = {}
        self._markets: dict[Address, dict[InstrumentId, _Market]] = {}
        for engine, each in bounds.items():
            if each.limits.max_order_value is not None or each.limits.max_total_notional is not None:
                self._limits[engine] = each.limits
                listed = [i for i in instruments.values() if i.quote == each.valuation_currency]
                self._markets[engine] = {i.id: _Market(i) for i in listed}
        self._settled: dict[Address, int] = {}  # When the total is judged again, after a restart.
        self.sent: dict[type[Message], Watcher] = {}
        self.delivered: dict[type[Message], Watcher] = {}
        if self._limits:  # Prices are many: where there is no limit in money, nobody looks at them.
            self.sent = {
                PlaceOrder: self._placed,
                ReplaceOrder: self._replaced,
                PlaceOrderList: self._listed,
                OrderClosed: self._closed,
            }
            self.delivered = {
                Traded: self._traded,
                QuoteChanged: self._quoted,
                BarClosed: self._bar_closed,
                OrderFilled: self._filled,
                FillsReported: self._fills_reported,
                OrderAmended: self._amended,
                OrderRejected: self._rejected,
                OrderCanceled: self._ended,
                OrderExpired: self._ended,
                OrderReported: self._reported,
                OpenOrdersReported: self._open_orders_reported,
                WriteOffOrder: self._written_off,
                Restarted: self._restarted,
                SetLimits: self._set,
            }

    def _market(self, machine: Address, instrument: InstrumentId) -> _Market | None:
        markets = self._markets.get(machine)
        return None if markets is None else markets.get(instrument)

    def _replaced(self, engine: Address, request: ReplaceOrder, now: Nanos) -> str | None:
        return self._placed(engine, request.order, now, request.client_order_id)

    def _listed(self, engine: Address, request: PlaceOrderList, now: Nanos) -> str | None:
        said = [self._placed(engine, order, now, request.orders[0].client_order_id) for order in request.orders]
        return next((problem for problem in said if problem is not None), None)

    def _placed(self, engine: Address, order: PlaceOrder, now: Nanos, beside: ClientOrderId | None = None) -> str | None:
        """`beside`: another order that excludes this one."""
        market = self._market(engine, order.instrument)
        if market is None:
            return None
        limits, instrument, key = self._limits[engine], market.instrument, order.client_order_id
        widest = market.widest()
        other = market.orders.get(beside) if beside is not None else None
        placed = market.orders[key] = _Order(order.side, 0, group=key if other is None else other.group or beside or key)
        market.set_leaves(key, placed, order.quantity * instrument.lot_value)
        price = order.price or order.stop_price or (market.ask if order.side is BUY else market.bid) or market.mark()
        value = price * order.quantity * instrument.tick_value
        if limits.max_order_value is not None and value > limits.max_order_value:
            return f"{key} of {engine} is worth {value}, an order may be worth {limits.max_order_value}"
        reached = market.position + market.working[BUY] if order.side is BUY else market.working[order.side] - market.position
        if limits.max_total_notional is None or reached <= widest or now < self._settled.get(engine, 0):
            return None
        total = sum(each.worth() for each in self._markets[engine].values())
        if total <= limits.max_total_notional:
            return None
        return f"with {key} what {engine} could come to hold is worth {total}, the limit is {limits.max_total_notional}"

    # Prices, as good as an engine takes them

    def _traded(self, machine: Address, trade: Traded, now: Nanos) -> None:
        market = self._market(machine, trade.instrument)
        if market is not None and trade.price > 0 and trade.quantity > 0:
            market.last = trade.price

    def _quoted(self, machine: Address, quote: QuoteChanged, now: Nanos) -> None:
        market = self._market(machine, quote.instrument)
        bid, ask = quote.bid, quote.ask
        if market is not None and bid >= 0 and ask >= 0 and not (bid and ask and bid >= ask):
            market.bid, market.ask = bid, ask

    def _bar_closed(self, machine: Address, bar: BarClosed, now: Nanos) -> None:
        market = self._market(machine, bar.instrument)
        if market is not None and 0 < bar.low <= bar.close <= bar.high:
            market.last = bar.close

    # Fills and ends

    def _filled(self, engine: Address, fill: OrderFilled, now: Nanos) -> None:
        market = self._market(engine, fill.instrument)
        if market is not None:
            market.fill(fill)

    def _fills_reported(self, engine: Address, report: FillsReported, now: Nanos) -> None:
        market = self._market(engine, report.instrument)
        if market is not None and report.fills:
            for fill in report.fills:
                market.fill(fill)
            market.confirm(report.fills[-1].trade_id)

    def _amended(self, engine: Address, report: OrderAmended, now: Nanos) -> None:
        market = self._market(engine, report.instrument)
        if market is not None:
            market.shrink(report.client_order_id, report.quantity * market.instrument.lot_value)

    def _rejected(self, engine: Address, report: OrderRejected, now: Nanos) -> None:
        if report.reason is not RejectReason.DUPLICATE_CLIENT_ORDER_ID:
            self._end(engine, report, 0)

    def _ended(self, engine: Address, report: OrderCanceled | OrderExpired, now: Nanos) -> None:
        self._end(engine, report, report.cumulative_quantity)

    def _reported(self, engine: Address, report: OrderReported, now: Nanos) -> None:
        if report.order is None or report.order.status not in _OPEN:
            self._end(engine, report, 0 if report.order is None else report.order.cumulative_quantity)
        elif (market := self._market(engine, report.instrument)) is not None:
            market.shrink(report.client_order_id, report.order.quantity * market.instrument.lot_value)

    def _open_orders_reported(self, engine: Address, report: OpenOrdersReported, now: Nanos) -> None:
        for state in report.orders:
            market = self._market(engine, state.instrument)
            if market is not None and state.status not in _OPEN:
                market.end(state.client_order_id, state.cumulative_quantity * market.instrument.lot_value)
            elif market is not None:
                market.shrink(state.client_order_id, state.quantity * market.instrument.lot_value)

    def _end(self, engine: Address, report: _End, lots: int) -> None:
        market = self._market(engine, report.instrument)
        if market is not None:
            market.end(report.client_order_id, lots * market.instrument.lot_value)

    def _written_off(self, engine: Address, command: WriteOffOrder, now: Nanos) -> None:
        for market in self._markets.get(engine, {}).values():
            market.end(command.client_order_id, 0)

    def _closed(self, engine: Address, order: OrderClosed, now: Nanos) -> None:
        market = self._market(engine, order.instrument)
        if market is not None:
            market.doubtful.pop(order.client_order_id, None)

    def _set(self, engine: Address, command: SetLimits, now: Nanos) -> None:
        if engine in self._limits and command.operator.strip():
            self._limits[engine] = command.limits

    def _restarted(self, machine: Address, restarted: Restarted, now: Nanos) -> None:
        self._settled[machine] = now + _SETTLING
