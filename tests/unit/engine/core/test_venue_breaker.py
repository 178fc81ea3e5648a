"""A venue that answers heartbeats and no orders is degraded: orders are kept back, one probe at a time. And the budget of its requests."""

from seawall.api.orders import CancelOrder, PlaceOrder
from seawall.api.projections import IntentRefused, SessionChanged
from seawall.api.signals import CancelRequested
from seawall.api.supervision import TradingMode
from seawall.api.units import SECOND, Nanos
from seawall.engine.core.venues.settings import SessionSettings
from tests.unit.engine.core.test_checks import refusals
from tests.unit.engine.rig import BETA_BTC, LAX, STRATEGY, Rig

CALM = SessionSettings(heartbeat_interval=None, reconcile_interval=None, failures_allowed=2)


def mute(rig: Rig, seconds: float) -> None:
    """Time passes, and what we send vanishes."""
    for _ in range(round(seconds)):
        rig.out["alpha"].clear()  # type: ignore[index]
        rig.seconds(1, hands_off=False)
    rig.out["alpha"].clear()  # type: ignore[index]


def orders(rig: Rig) -> int:
    return sum(isinstance(message, PlaceOrder) for message in rig.out["alpha"])  # type: ignore[index]


def test_orders_without_an_answer_degrade_the_session() -> None:
    """It stays open to cancels and questions; other venues trade on."""
    rig = Rig(LAX, CALM)
    rig.want(price=90.0, tag="resting")
    rig.hands_off()
    for price in (91.0, 92.0):
        assert rig.want(price=price)
    mute(rig, 3)
    assert [(c.venue, c.status) for c in rig.heard(SessionChanged)][-1] == ("venue:alpha", "degraded")
    assert rig.want(price=93.0) == []
    assert refusals(rig)["venue_breaker"][:2] == (2, 2)
    assert rig.status() == "degraded"
    assert rig.engine.state.mode is TradingMode.DEGRADED
    assert isinstance(rig.tell(CancelRequested(STRATEGY, "resting"))[0], CancelOrder)
    assert rig.want(price=93.0, venue="beta")


def test_any_word_about_an_order_ends_it() -> None:
    """The questions that go out meanwhile are enough, when they are answered."""
    rig = Rig(LAX, CALM)
    for price in (91.0, 92.0):
        rig.want(price=price)
    mute(rig, 3)
    assert rig.want(price=93.0) == []
    rig.seconds(60)
    assert [change.status for change in rig.heard(SessionChanged)][-2:] == ["degraded", "live"]
    assert rig.engine.state.mode is TradingMode.RUNNING
    assert rig.want(price=93.0)
    rig.hands_off()
    rig.check_agreement()


def test_an_order_without_a_venue_goes_where_orders_are_answered() -> None:
    """Even if the price is better where they are not."""
    rig = Rig(LAX, CALM)
    rig.quote(100, 102, BETA_BTC)
    for price in (91.0, 92.0):
        rig.want(price=price)
    mute(rig, 3)
    (order,) = rig.want(price=0, venue="")
    assert isinstance(order, PlaceOrder) and order.instrument == BETA_BTC.id


def test_the_session_survives_a_restart_degraded() -> None:
    """What was counted is state."""
    rig = Rig(LAX, CALM)
    for price in (91.0, 92.0):
        rig.want(price=price)
    mute(rig, 3)
    failures = rig.engine.state.sessions["alpha-main"].failures  # type: ignore[index]
    assert failures >= 2
    rig.restart()
    assert rig.engine.state.sessions["alpha-main"].failures == failures  # type: ignore[index]


def test_orders_leave_a_reserve_of_requests() -> None:
    """Cancels go out beyond the budget of orders; a new window is a new budget."""
    rig = Rig(LAX, SessionSettings(heartbeat_interval=None, reconcile_interval=None, requests=10, request_window=Nanos(10 * SECOND)))
    rig.now = Nanos(rig.now + 10 * SECOND - rig.now % (10 * SECOND))
    for number in range(8):
        assert rig.want(price=90.0, tag=f"n{number}")
        rig.hands_off()
    assert rig.want(price=90.0) == []
    assert refusals(rig) == {"venue_budget": (10, 8, "requests the venue allows, a reserve kept back")}
    for number in range(4):
        assert rig.tell(CancelRequested(STRATEGY, f"n{number}"))
        rig.hands_off()
    assert rig.want(price=90.0) == []
    rig.seconds(10)
    assert rig.want(price=90.0)
    assert len(rig.heard(IntentRefused)) == 2
