"""What a request that has no effect is answered."""

from seawall.api.message import Envelope
from seawall.api.orders import (
    AmendOrder,
    AmendRejected,
    CancelOrder,
    CancelRejected,
    OrderRejected,
    PlaceOrder,
    RejectReason,
    ReplaceOrder,
)
from seawall.api.units import Nanos
from seawall.exchange.core.floor import Member


def reject(member: Member, request: PlaceOrder, now: Nanos, reason: RejectReason, detail: str) -> list[Envelope]:
    rejected = OrderRejected(request.account, request.client_order_id, request.instrument, reason, now, detail)
    return [Envelope(member.owner, rejected)]


def reject_cancel(member: Member, request: CancelOrder | ReplaceOrder, reason: RejectReason, now: Nanos) -> list[Envelope]:
    return [Envelope(member.owner, CancelRejected(request.account, request.client_order_id, request.instrument, reason, now))]


def reject_amend(member: Member, request: AmendOrder, reason: RejectReason, now: Nanos, detail: str) -> list[Envelope]:
    rejected = AmendRejected(request.account, request.client_order_id, request.instrument, reason, now, detail)
    return [Envelope(member.owner, rejected)]
