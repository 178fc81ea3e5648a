"""How many requests of one account a venue takes: limits, what they have counted, refusals and bans.

Intervals begin at their multiples since 1970. A request that is too much has no effect. Who goes on sending before its interval is over is
banned for a while: nothing of his is taken. Every further ban takes twice as long.
"""

from enum import StrEnum

import msgspec

from seawall.api.message import Message
from seawall.api.orders import AccountId
from seawall.api.units import DAY, MINUTE, Nanos


class RateLimitKind(StrEnum):
    REQUEST_WEIGHT = "request_weight"  # Every request weighs something.
    ORDERS = "orders"  # That were accepted and have not traded yet: the first fill of an order gives its place back.


class RateLimit(msgspec.Struct, frozen=True):
    kind: RateLimitKind
    interval: Nanos
    limit: int


class RateLimits(msgspec.Struct, frozen=True):
    limits: tuple[RateLimit, ...] = ()  # None: nothing is counted.
    patience: int = 10  # Refusals in a row, before a ban.
    ban: Nanos = Nanos(2 * MINUTE)
    longest_ban: Nanos = Nanos(3 * DAY)  # A ban this long ago is forgotten.


class Usage(msgspec.Struct, frozen=True, array_like=True):
    limit: RateLimit
    used: int  # In the present interval.


class RequestRefused(Message, frozen=True):
    """A request came too early. Orders, changes, cancels and logons are told so by their own refusals too."""

    account: AccountId
    request_id: int  # 0: what was refused has none.
    usage: Usage | None  # The limit it would have broken; None: a ban.
    retry_at: Nanos  # On the venue's clock: not before.
    event_time: Nanos


class QueryRateLimits(Message, frozen=True):
    """Weighs nothing, and is answered during a ban."""

    account: AccountId
    request_id: int


class RateLimitsReported(Message, frozen=True):
    account: AccountId
    request_id: int
    usage: tuple[Usage, ...]  # Of every limit.
    banned_until: Nanos  # 0: it is not.
    event_time: Nanos


def rate_limits_fault(rate_limits: RateLimits) -> str:
    """What cannot be, in a sentence; empty: nothing."""
    if any(each.interval <= 0 or each.limit <= 0 for each in rate_limits.limits):
        return "a limit has an interval and a number of requests, both above 0"
    if rate_limits.patience < 0 or not 0 < rate_limits.ban <= rate_limits.longest_ban:
        return "patience is 0 or more, and a ban lasts for a while: not longer than longest_ban"
    return ""
