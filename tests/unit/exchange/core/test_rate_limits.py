"""What a venue that counts requests takes of an account, and what becomes of one that goes on."""

from seawall.api.accounts import Heartbeat
from seawall.api.message import PUBLIC, Address, Message
from seawall.api.orders import AccountId, CancelOrder, ClientOrderId, OrderRejected, RejectReason
from seawall.api.rate_limits import QueryRateLimits, RateLimit, RateLimitKind, RateLimits, RateLimitsReported, RequestRefused
from seawall.api.units import MINUTE, SECOND, Nanos
from seawall.api.venue_operations import ChangeRateLimits, RateLimitsChanged
from seawall.exchange.core.machine import Exchange
from tests.unit.exchange.core.venue import BTC_USDT, Venue

ALICE = AccountId("alice")
WEIGHT, ORDERS = RateLimitKind.REQUEST_WEIGHT, RateLimitKind.ORDERS
LIMITS = RateLimits((RateLimit(WEIGHT, Nanos(MINUTE), 10), RateLimit(ORDERS, Nanos(10 * SECOND), 3)), patience=2)


class Counting(Venue):
    """A venue with `LIMITS`."""

    def __init__(self, rate_limits: RateLimits = LIMITS) -> None:
        super().__init__()
        self.exchange = Exchange(Address("venue:test"), [BTC_USDT], rate_limits=rate_limits)
        self.reopen()

    def place(self, price: int = 90, now: int = 0, side: str = "buy", account: str = "alice", quantity: int = 1) -> list[Message]:
        return [message for target, message in self.send(self.request(account, side, price, quantity), now) if target != PUBLIC]

    def usage(self, now: int = 0, account: str = "alice") -> tuple[list[int], int]:
        ((_, told),) = self.send(QueryRateLimits(AccountId(account), 1), now)
        assert isinstance(told, RateLimitsReported)
        return [each.used for each in told.usage], told.banned_until


def test_orders_beyond_the_limit_are_refused_until_the_interval_is_over() -> None:
    """The account is told which limit it was and when to come again, and nothing of it has an effect."""
    venue = Counting()
    for _ in range(3):
        venue.place()
    refused, rejected = venue.place(now=SECOND)
    assert isinstance(refused, RequestRefused) and isinstance(rejected, OrderRejected)
    assert refused.usage is not None and (refused.usage.limit, refused.usage.used) == (LIMITS.limits[1], 3)
    assert (refused.retry_at, rejected.reason) == (10 * SECOND, RejectReason.RATE_LIMITED)
    assert venue.usage(SECOND) == ([3, 3], 0)
    assert len(venue.place(now=10 * SECOND)) == 1
    assert venue.usage(10 * SECOND) == ([4, 1], 0)


def test_others_are_counted_apart() -> None:
    venue = Counting()
    for _ in range(4):
        venue.place()
    assert venue.usage(account="bob") == ([0, 0], 0)
    assert len(venue.place(account="bob")) == 1


def test_the_first_fill_of_an_order_gives_its_place_back() -> None:
    """To both sides, once; a cancel and a rejection do not."""
    venue = Counting()
    venue.place(100, quantity=2)
    venue.place(100, side="sell", account="bob")
    assert (venue.usage()[0][1], venue.usage(account="bob")[0][1]) == (0, 0)
    venue.place(90)
    venue.place(100, side="sell", account="bob")
    assert venue.usage()[0][1] == 1
    venue.send(CancelOrder(ALICE, ClientOrderId("3"), BTC_USDT.id), 0)
    venue.place(90, quantity=0)
    assert venue.usage()[0][1] == 1


def test_every_request_weighs() -> None:
    """Those that are no orders are refused with their own number."""
    venue = Counting()
    for _ in range(10):
        venue.send(Heartbeat(ALICE, 7), 0)
    ((_, refused),) = venue.send(Heartbeat(ALICE, 8), 0)
    assert isinstance(refused, RequestRefused) and (refused.request_id, refused.retry_at) == (8, MINUTE)
    assert venue.say(CancelOrder(ALICE, ClientOrderId("x"), BTC_USDT.id), 0)[1] == "alice x not canceled: rate_limited"


def test_who_goes_on_is_banned_for_twice_as_long_each_time() -> None:
    """After as many refusals as there is patience for. Who waits is forgiven."""
    venue, now, bans = Counting(), 0, []
    for _ in range(3):
        for _ in range(3):
            venue.place(now=now)
        told = [venue.place(now=now) for _ in range(3)]
        assert [said[1].reason for said in told] == ["rate_limited", "rate_limited", "banned"]  # type: ignore[attr-defined]
        until = venue.usage(now)[1]
        bans.append((until - now) // MINUTE)
        assert venue.place(now=until - 1)[1].reason == "banned"  # type: ignore[attr-defined]
        now = until
    assert bans == [2, 4, 8]
    for minutes in range(5):
        for _ in range(4):
            said = venue.place(now=now + minutes * MINUTE)
        assert said[-1].reason == "rate_limited"  # type: ignore[attr-defined]


def test_an_operator_changes_limits_and_counts_begin_anew() -> None:
    venue = Counting(RateLimits())
    for _ in range(5):
        assert len(venue.place()) == 1
    assert venue.usage() == ([], 0)
    strict = RateLimits((RateLimit(ORDERS, Nanos(SECOND), 1),))
    assert venue.send(ChangeRateLimits(strict, "olga", "")) == []
    assert venue.send(ChangeRateLimits(RateLimits((RateLimit(ORDERS, Nanos(0), 1),)), "olga", "a storm")) == []
    assert venue.send(ChangeRateLimits(strict, "olga", "a storm"), 5) == [(PUBLIC, RateLimitsChanged(strict, "a storm", Nanos(5)))]
    assert [len(venue.place()) for _ in range(2)] == [1, 2]
