"""A venue that counts what its accounts send: requests by weight, orders until they trade. Which limits there are is state; see
api/rate_limits.py for what they mean. A venue without limits counts nothing."""

from typing import Any

from seawall.api.accounts import (
    Heartbeat,
    Logon,
    LogonRefused,
    QueryBalances,
    QueryFills,
    QueryOpenOrders,
    QueryOrder,
)
from seawall.api.margin import QueryCash, QueryPositions
from seawall.api.message import PUBLIC, Envelope, Message
from seawall.api.orders import (
    AccountId,
    AmendOrder,
    CancelOrder,
    OrderAccepted,
    OrderFilled,
    PlaceOrder,
    PlaceOrderList,
    RejectReason,
    ReplaceOrder,
)
from seawall.api.rate_limits import (
    QueryRateLimits,
    RateLimitKind,
    RateLimitsReported,
    RequestRefused,
    Usage,
    rate_limits_fault,
)
from seawall.api.units import Nanos
from seawall.api.venue_operations import ChangeRateLimits, QueryTradingStatus, RateLimitsChanged
from seawall.exchange.core.answers import reject, reject_amend, reject_cancel
from seawall.exchange.core.floor import Floor, Member, Meter
from seawall.runtime.machine import Handler

ORDERS = RateLimitKind.ORDERS
# As Binance weighs the like.
WEIGHTS: dict[type[Message], int] = {
    PlaceOrder: 1, CancelOrder: 1, AmendOrder: 4, ReplaceOrder: 1, PlaceOrderList: 1, QueryOrder: 4, QueryOpenOrders: 80, QueryFills: 20,
    QueryBalances: 20, QueryPositions: 20, QueryCash: 20, QueryTradingStatus: 20, Logon: 2, Heartbeat: 1,
}  # fmt: skip


def count(floor: Floor, handler: Handler, weight: int, request: Any, now: Nanos) -> list[Envelope]:
    """Any handler of what an account may send."""
    member = floor.members.get(request.account)
    if member is None or not floor.state.rate_limits.limits:
        return handler(request, now)
    meter = _meter(floor, request.account, now)
    refused = _refusal(floor, meter, weight, request, now)
    if refused is not None:
        return [Envelope(member.owner, refused), *_answers(member, request, refused)]
    for number, limit in enumerate(floor.state.rate_limits.limits):
        if limit.kind is not ORDERS:
            meter.used[number] += weight
    out = handler(request, now)
    for envelope in out:
        said = envelope.message
        if type(said) is OrderAccepted and said.account == request.account:
            _count_order(floor, meter, 1)
        elif type(said) is OrderFilled and said.cumulative_quantity == said.quantity:
            _count_order(floor, _meter(floor, said.account, now), -1)
    return out


def _meter(floor: Floor, name: AccountId, now: Nanos) -> Meter:
    limits = floor.state.rate_limits.limits
    meter = floor.state.meters.get(name)
    if meter is None:
        meter = floor.state.meters[name] = Meter([0] * len(limits), [0] * len(limits))
    for number, limit in enumerate(limits):
        interval = now // limit.interval
        if interval != meter.intervals[number]:
            meter.intervals[number], meter.used[number] = interval, 0
    return meter


def _count_order(floor: Floor, meter: Meter, by: int) -> None:
    for number, limit in enumerate(floor.state.rate_limits.limits):
        if limit.kind is ORDERS:
            meter.used[number] = max(0, meter.used[number] + by)


def _refusal(floor: Floor, meter: Meter, weight: int, request: Any, now: Nanos) -> RequestRefused | None:
    rate_limits = floor.state.rate_limits
    name, request_id = request.account, getattr(request, "request_id", 0)
    if now < meter.banned_until:
        return RequestRefused(name, request_id, None, meter.banned_until, now)
    if now >= meter.retry_at:
        meter.refusals = 0
    orders = _orders_in(request)
    usage: Usage | None = None
    retry_at = 0
    for limit, interval, used in zip(rate_limits.limits, meter.intervals, meter.used, strict=True):
        cost, end = orders if limit.kind is ORDERS else weight, (interval + 1) * limit.interval
        if cost and used + cost > limit.limit and end > retry_at:
            usage, retry_at = Usage(limit, used), end
    if usage is None:
        return None
    meter.refusals += 1
    meter.retry_at = Nanos(retry_at)
    if meter.refusals <= rate_limits.patience:
        return RequestRefused(name, request_id, usage, meter.retry_at, now)
    if now > meter.banned_until + rate_limits.longest_ban:
        meter.bans = 0
    meter.banned_until = Nanos(now + min(rate_limits.ban << min(meter.bans, 64), rate_limits.longest_ban))
    meter.bans, meter.refusals = meter.bans + 1, 0
    return RequestRefused(name, request_id, None, meter.banned_until, now)


def _orders_in(request: Any) -> int:
    if type(request) is PlaceOrderList:
        return len(request.orders)
    return 1 if type(request) is PlaceOrder or type(request) is ReplaceOrder else 0


def _answers(member: Member, request: Any, refused: RequestRefused) -> list[Envelope]:
    """What such a request is answered when it has no effect."""
    now, reason = refused.event_time, RejectReason.BANNED if refused.usage is None else RejectReason.RATE_LIMITED
    detail = f"too many requests; not before {refused.retry_at}, it is {now} here"
    match request:
        case PlaceOrder():
            return reject(member, request, now, reason, detail)
        case PlaceOrderList():
            return [said for order in request.orders for said in _rejected(member, request, order, reason, now, detail)]
        case ReplaceOrder():
            return [*reject_cancel(member, request, reason, now), *_rejected(member, request, request.order, reason, now, detail)]
        case CancelOrder():
            return reject_cancel(member, request, reason, now)
        case AmendOrder():
            return reject_amend(member, request, reason, now, detail)
        case Logon():
            return [Envelope(member.owner, LogonRefused(request.account, request.request_id, detail, now))]
    return []


def _rejected(
    member: Member, request: PlaceOrderList | ReplaceOrder, order: PlaceOrder, reason: RejectReason, now: Nanos, detail: str
) -> list[Envelope]:
    """An answer goes to whoever asked, whatever account the order names."""
    named = PlaceOrder(request.account, order.client_order_id, request.instrument, order.side, order.order_type)
    return reject(member, named, now, reason, detail)


def report_rate_limits(floor: Floor, query: QueryRateLimits, now: Nanos) -> list[Envelope]:
    member = floor.members.get(query.account)
    if member is None:
        return floor.drop()
    meter, limits = _meter(floor, query.account, now), floor.state.rate_limits.limits
    usage = tuple(Usage(limit, used) for limit, used in zip(limits, meter.used, strict=True))
    banned = meter.banned_until if now < meter.banned_until else Nanos(0)
    return [Envelope(member.owner, RateLimitsReported(query.account, query.request_id, usage, banned, now))]


def change_rate_limits(floor: Floor, command: ChangeRateLimits, now: Nanos) -> list[Envelope]:
    if not command.operator.strip() or not command.reason.strip() or rate_limits_fault(command.rate_limits):
        return floor.drop()
    floor.state.rate_limits = command.rate_limits
    size = len(command.rate_limits.limits)
    for meter in floor.state.meters.values():
        meter.intervals, meter.used = [0] * size, [0] * size
    return [Envelope(PUBLIC, RateLimitsChanged(command.rate_limits, command.reason, now))]
