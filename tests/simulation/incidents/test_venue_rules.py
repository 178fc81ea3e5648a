"""What a venue demands of its users, and changes while they trade: so many requests and no more, other steps, other minimums."""

import msgspec

from seawall.api.accounts import Heartbeat, Logon, QueryBalances, QueryFills, QueryOpenOrders, QueryOrder
from seawall.api.instruments import filters_of
from seawall.api.orders import CancelOrder, PlaceOrder
from seawall.api.orders import OrderStatus as S
from seawall.api.projections import BreakFound, IntentRefused, OrderClosed, SessionChanged
from seawall.api.rate_limits import RateLimit, RateLimitKind, RateLimits, RequestRefused
from seawall.api.signals import SignalGenerated
from seawall.api.supervision import ClosePosition
from seawall.api.units import MINUTE, SECOND, Money, Nanos, Quantity
from seawall.api.venue_operations import ChangeFilters, ChangeRateLimits
from tests.simulation.incidents.stage import ALPHA, BUY, SELL, Stage
from tests.simulation.toys import Spy
from tests.unit.engine.rig import ALPHA_BTC, COIN, ENGINE, LOT, STRATEGY

REQUESTS = (PlaceOrder, CancelOrder, QueryOrder, QueryOpenOrders, QueryFills, QueryBalances, Heartbeat, Logon)


def limited(limit: int, patience: int = 10) -> tuple[Stage, Spy]:
    """So much weight in every ten seconds, from now on; a position and a resting order are there."""
    spy = Spy(*REQUESTS, RequestRefused)
    stage = Stage(observers=(spy,))
    stage.other(SELL, 1.0, 100.5)
    stage.want(BUY, 1.0, 100.5, tag="held")
    stage.want(BUY, 0.5, 99, tag="rests")
    stage.seconds(1)
    rules = RateLimits((RateLimit(RateLimitKind.REQUEST_WEIGHT, Nanos(10 * SECOND), limit),), patience, ban=Nanos(2 * MINUTE))
    stage.give(ChangeRateLimits(rules, "olga", "a test"), ALPHA)
    stage.seconds(1)
    return stage, spy


def refusals(spy: Spy) -> list[RequestRefused]:
    return [message for message in spy.was_sent.get(ALPHA, []) if isinstance(message, RequestRefused)]


def to_alpha(spy: Spy) -> int:
    """Requests that alpha was given by the engine."""
    return len([m for m in spy.was_delivered.get(ALPHA, []) if m.account == "alpha-main"])  # type: ignore[attr-defined]


def test_rate_limit_is_obeyed() -> None:
    """A strategy floods the venue, which refuses. What was under way is refused too; from then on nothing is sent before the venue's
    time has come, however much the strategy wants; orders stay counted; then the wish to cancel goes out, and all agrees."""
    stage, spy = limited(200, patience=60)
    for number in range(250):
        stage.want(BUY, 0.1, 98.5, tag=f"flood {number}")
    stage.seconds(0.1)
    seen, given = refusals(spy), to_alpha(spy)
    assert 40 < len(seen) < 60
    wait = (seen[-1].retry_at - stage.world.now) / SECOND
    stage.cancel("rests")
    while wait > 0.2:
        stage.want(BUY, 0.1, 98, tag=f"in vain {wait}")
        stage.seconds(0.1)
        wait -= 0.1
    assert (to_alpha(spy), len(refusals(spy))) == (given, len(seen))
    assert stage.exposed() >= 500 * LOT
    stage.until(lambda: stage.order("rests").status is S.CANCELED, 30)
    assert stage.until(lambda: stage.status() == "live", 60) < 60
    stage.seconds(45)
    assert len([each for each in refusals(spy) if each.usage is None]) == 0, "banned"
    assert stage.heard(BreakFound) == []
    stage.check()


def test_ban_with_an_open_position() -> None:
    """No patience at all: the first request too many is a ban of two minutes, with a position and a working order. Not one request is sent
    meanwhile; both stay counted; what filled in the meantime is booked, and the session is live again."""
    stage, spy = limited(400, patience=0)
    for number in range(405):
        stage.want(BUY, 0.1, 98.5, tag=f"flood {number}")
    stage.until(lambda: any(change.reason == "banned" for change in stage.heard(SessionChanged)), 10)
    until = refusals(spy)[0].retry_at
    stage.seconds(1)
    given = to_alpha(spy)
    stage.other(SELL, 0.2, 99)
    while stage.world.now < until - SECOND:
        stage.seconds(1)
        assert stage.exposed() >= stage.filled_at() > 0
    assert to_alpha(spy) == given
    stage.until(lambda: stage.status() == "live", 60)
    stage.seconds(31)
    assert stage.position() == stage.filled_at()
    assert len([each for each in refusals(spy) if each.retry_at > until and each.usage is None]) == 0, "banned again"
    stage.check()


def test_filters_changed_while_trading() -> None:
    """Coarser lots and ticks, a higher least order, while a position is held and an order rests. From the venue's word on nothing
    leaves that it would refuse: what can be rounded is, the rest is refused here by name; the position is closed as far as steps go."""
    stage = Stage()
    stage.other(SELL, 2.0, 100.5)
    stage.want(BUY, 1.337, 100.5, tag="held")
    stage.want(BUY, 0.333, 99, tag="rests")
    stage.seconds(1)
    coarse = msgspec.structs.replace(
        filters_of(ALPHA_BTC), quantity_step=50, price_step=10, min_quantity=Quantity(50), min_notional=Money(20 * COIN)
    )
    stage.give(ChangeFilters(ALPHA_BTC.id, coarse, "olga", "a test"), ALPHA)
    stage.seconds(0.1)
    stage.want(BUY, 0.333, 98.77, tag="rounded")
    stage.want(BUY, 0.1, 99, tag="small")
    stage.give(SignalGenerated(STRATEGY, ALPHA_BTC.symbol, 0.333, 1.0, "signal", stage.world.now, ALPHA_BTC.venue))
    stage.seconds(1)
    rounded = stage.order("rounded")
    assert (rounded.status, rounded.quantity, rounded.price) == (S.NEW, 300, 9870)
    assert [(refusal.tag, refusal.check) for refusal in stage.heard(IntentRefused)] == [("small", "venue_filters")]
    assert stage.order("rests").status is S.NEW
    stage.other(BUY, 50, 99.5)
    stage.crash(for_seconds=2)
    stage.seconds(5)
    stage.give(ClosePosition(STRATEGY, "olga", "a test"))
    stage.seconds(60)
    assert 0 <= stage.position() == stage.filled_at() < 200 * LOT
    assert [order for order in stage.heard(OrderClosed) if order.status is S.REJECTED] == []
    assert all(order.quantity % 50 == 0 for order in stage.left()[2:])
    stage.check()
    assert ENGINE in stage.world.machines
