"""The venue's reports about our orders, each to the part that books it."""

from typing import TYPE_CHECKING

from seawall.api.message import Envelope
from seawall.api.orders import (
    CancelRejected,
    ExpiryReason,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderStatus,
    OrderTriggered,
    RejectReason,
)
from seawall.api.units import Nanos
from seawall.engine.core.parts.part import Part

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine

TIME_IN_FORCE = ExpiryReason.TIME_IN_FORCE


class Reports(Part):
    def __init__(self) -> None:
        self.handlers = {
            OrderAccepted: self._acknowledged,
            OrderRejected: self._rejected,
            OrderTriggered: self._acknowledged,
            OrderFilled: self._filled,
            OrderCanceled: self._ended,
            OrderExpired: self._ended,
            CancelRejected: self._cancel_rejected,
        }

    def attach(self, engine: "Engine") -> None:
        self.open, self.markets, self.booking = engine.state.orders, engine.state.markets, engine.booking
        self.reported, self.heard = engine.reported, engine.heard  # A refusal answers a request; the rest is the private stream.
        self.reconciliation = engine.reconciliation

    def _acknowledged(self, report: OrderAccepted | OrderTriggered, now: Nanos) -> list[Envelope]:
        session = self.reported(report.account, now)
        order = self.open.get(report.client_order_id)
        if session is None or order is None:
            return []
        if not order.cancel_wanted and not order.amending:
            session.settled(report.client_order_id)
        booked = self.booking.triggered if type(report) is OrderTriggered else self.booking.accepted
        return booked(order, report.order_id)

    def _rejected(self, report: OrderRejected, now: Nanos) -> list[Envelope]:
        session = self.heard(report.account, now)
        order = self.open.get(report.client_order_id)
        if session is None or order is None or order.order_id:
            return []  # What was accepted once cannot be rejected: a copy of our request came late.
        if report.reason is RejectReason.DUPLICATE_CLIENT_ORDER_ID:
            return [session.query(order, now)]  # The venue has it already: our request arrived twice.
        out = [session.ask_time(now)] if report.reason is RejectReason.REQUEST_EXPIRED else []
        reason = f"{report.reason}: {report.detail}" if report.detail else str(report.reason)
        return out + self.booking.ended(session, order, OrderStatus.REJECTED, 0, reason, now)

    def _filled(self, fill: OrderFilled, now: Nanos) -> list[Envelope]:
        session = self.reported(fill.account, now)
        if session is None or fill.instrument not in self.markets:
            return []
        return self.booking.filled(session, fill, now)

    def _ended(self, report: OrderCanceled | OrderExpired, now: Nanos) -> list[Envelope]:
        session = self.reported(report.account, now)
        order = self.open.get(report.client_order_id)
        if session is None or order is None:
            return []
        status = OrderStatus.CANCELED if type(report) is OrderCanceled else OrderStatus.EXPIRED
        order.order_id = order.order_id or report.order_id
        reason = str(report.reason) if type(report) is OrderExpired and report.reason is not TIME_IN_FORCE else ""
        return self.booking.ended(session, order, status, report.cumulative_quantity, reason, now)

    def _cancel_rejected(self, report: CancelRejected, now: Nanos) -> list[Envelope]:
        """There was nothing to cancel, or our idea of the venue's clock is wrong."""
        session = self.heard(report.account, now)
        order = self.open.get(report.client_order_id)
        if session is None or order is None or order.ended is not None:
            return []
        if report.reason is RejectReason.NOT_REPLACED and not order.cancel_wanted:
            session.settled(order.client_order_id)
            return []  # It is as it was.
        out = [session.ask_time(now)] if report.reason is RejectReason.REQUEST_EXPIRED else []
        return [*out, *self.reconciliation.cancel_refused(session, order, report.event_time, now)]
