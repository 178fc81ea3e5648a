"""A trader's resting orders as it believes them, put right by the venue's own list now and then.

Nothing here depends on an answer: an order that was lost is forgotten when the venue does not list it, one that was believed gone is
cancelled when it does. That is all the care a background trader takes of its orders; the engine takes more.
"""

import msgspec

from seawall.api.accounts import OpenOrdersReported, QueryOpenOrders
from seawall.api.instruments import InstrumentId
from seawall.api.message import Address, Envelope, Message, Restarted
from seawall.api.orders import (
    AccountId,
    CancelOrder,
    CancelRejected,
    ClientOrderId,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderType,
    PlaceOrder,
    Side,
    TimeInForce,
)
from seawall.api.units import SECOND, Money, Nanos, Price, Quantity
from seawall.runtime.machine import Handler

REFRESH_NS = 10 * SECOND
MOST_ORDERS = 200  # Believed open at a time, over all instruments: keeps the state bounded while every answer is lost.


class RestingOrder(msgspec.Struct):
    number: int
    instrument: InstrumentId
    side: Side
    price: Price
    placed: Nanos
    cancelling: bool = False
    quantity: Quantity = Quantity(0)  # What is left of it.


class PadState(msgspec.Struct):
    epoch: int = 1
    next_number: int = 1
    request: int = 0  # The latest QueryOpenOrders.
    asked_before: int = 0  # The first order that was not sent yet when it was.
    refresh_at: Nanos = Nanos(0)
    orders: dict[ClientOrderId, RestingOrder] = {}


class OrderPad:
    def __init__(self, venue: Address, account: AccountId, state: PadState) -> None:
        self.venue = venue
        self.account = account
        self.state = state
        self.handlers: dict[type[Message], Handler] = {
            OrderFilled: self._filled,
            OrderRejected: self._gone,
            OrderCanceled: self._gone,
            OrderExpired: self._gone,
            CancelRejected: self._gone,
            OpenOrdersReported: self._listed,
            Restarted: self._restarted,
        }

    def rest(self, instrument: InstrumentId, side: Side, price: Price, quantity: Quantity, now: Nanos) -> list[Envelope]:
        """Places a limit order that may rest."""
        state = self.state
        if len(state.orders) >= MOST_ORDERS:
            return []
        key = self._next_key()
        state.orders[key] = RestingOrder(state.next_number - 1, instrument, side, price, now, quantity=quantity)
        return [self._send(PlaceOrder(self.account, key, instrument, side, OrderType.LIMIT, quantity=quantity, price=price))]

    def stop(self, instrument: InstrumentId, side: Side, stop_price: Price, quantity: Quantity, now: Nanos) -> list[Envelope]:
        """Closes so much of a position at the market, once it has come to that price."""
        state = self.state
        if len(state.orders) >= MOST_ORDERS:
            return []
        key = self._next_key()
        state.orders[key] = RestingOrder(state.next_number - 1, instrument, side, stop_price, now, quantity=quantity)
        stop = PlaceOrder(
            self.account, key, instrument, side, OrderType.STOP_LOSS, quantity=quantity, stop_price=stop_price, reduce_only=True
        )
        return [self._send(stop)]

    def close(self, instrument: InstrumentId, side: Side, quantity: Quantity) -> Envelope:
        """So much of a position, at the market."""
        key = self._next_key()
        return self._send(
            PlaceOrder(self.account, key, instrument, side, OrderType.MARKET, TimeInForce.IOC, quantity=quantity, reduce_only=True)
        )

    def take(self, instrument: InstrumentId, side: Side, amount: Money) -> Envelope:
        """Buys or sells for `amount` of the quote currency at the market. It ends at once, so it is not remembered."""
        return self._send(
            PlaceOrder(self.account, self._next_key(), instrument, side, OrderType.MARKET, TimeInForce.IOC, quote_quantity=amount)
        )

    def take_at(self, instrument: InstrumentId, side: Side, price: Price, quantity: Quantity) -> Envelope:
        """The same for a quantity, at that price or better."""
        return self._send(
            PlaceOrder(self.account, self._next_key(), instrument, side, OrderType.LIMIT, TimeInForce.IOC, quantity=quantity, price=price)
        )

    def cancel(self, key: ClientOrderId) -> Envelope:
        order = self.state.orders[key]
        order.cancelling = True
        return self._send(CancelOrder(self.account, key, order.instrument))

    def refresh(self, now: Nanos) -> list[Envelope]:
        """Asks for the venue's list, if it is time."""
        state = self.state
        if now < state.refresh_at:
            return []
        state.refresh_at = Nanos(now + REFRESH_NS)
        state.request += 1
        state.asked_before = state.next_number
        return [self._send(QueryOpenOrders(self.account, state.request))]

    def _next_key(self) -> ClientOrderId:
        state = self.state
        key = ClientOrderId(f"{state.epoch:x}-{state.next_number}")
        state.next_number += 1
        return key

    def _send(self, message: Message) -> Envelope:
        return Envelope(self.venue, message)

    def _filled(self, fill: OrderFilled, now: Nanos) -> list[Envelope]:
        if not fill.leaves_quantity:
            return self._gone(fill, now)
        order = self.state.orders.get(fill.client_order_id)
        if order is not None:
            order.quantity = min(order.quantity, fill.leaves_quantity)  # A report may come late, or twice.
        return []

    def _gone(self, report: OrderFilled | OrderRejected | OrderCanceled | OrderExpired | CancelRejected, now: Nanos) -> list[Envelope]:
        self.state.orders.pop(report.client_order_id, None)
        return []

    def _listed(self, report: OpenOrdersReported, now: Nanos) -> list[Envelope]:
        state = self.state
        if report.request_id != state.request:
            return []
        listed = {order.client_order_id: order.instrument for order in report.orders}
        for key in [key for key, order in state.orders.items() if order.number < state.asked_before and key not in listed]:
            del state.orders[key]
        return [
            self._send(CancelOrder(self.account, key, instrument))
            for key, instrument in listed.items()
            if key not in state.orders or state.orders[key].cancelling
        ]

    def _restarted(self, restarted: Restarted, now: Nanos) -> list[Envelope]:
        """Forgets everything: the venue's list will show what is left, and it will be cancelled."""
        state = self.state
        state.epoch, state.next_number, state.refresh_at = restarted.epoch, 1, Nanos(0)
        state.orders.clear()
        return []
