"""The connection to a venue: log on, ask what is true, go live, notice silence, start again; and the venue's clock."""

from itertools import pairwise

import msgspec
import pytest

from seawall.api.accounts import (
    BalancesReported,
    Heartbeat,
    HeartbeatAnswered,
    LoggedOn,
    Logon,
    LogonRefused,
    OpenOrdersReported,
    QueryBalances,
    SessionLost,
)
from seawall.api.message import Tick
from seawall.api.orders import AccountId, OrderStatus, PlaceOrder, Side
from seawall.api.projections import OrderClosed, SessionChanged
from seawall.api.signals import CancelRequested
from seawall.api.units import HOUR, MILLISECOND, SECOND, Nanos
from seawall.engine.core.venues.settings import SessionSettings
from seawall.engine.core.venues.state import SessionState
from tests.unit.engine.rig import ALPHA_BTC, STRATEGY, Rig, kinds, only

ACCOUNT = AccountId("alpha-main")
ALONE = (ALPHA_BTC,)


def alone(live: bool = False, **settings: object) -> Rig:
    return Rig(session=SessionSettings(**settings), instruments=ALONE, live=live)  # type: ignore[arg-type]


def changes(rig: Rig) -> list[tuple[str, str]]:
    return [(change.status, change.reason) for change in rig.heard(SessionChanged)]


def session(rig: Rig) -> SessionState:
    return rig.engine.state.sessions[ACCOUNT]


def test_it_asks_what_is_true_before_it_goes_live() -> None:
    """Balances last: they can only be compared when every fill is known."""
    rig = alone()
    assert rig.engine.deadline() == 0
    assert kinds(rig.tell(Tick())) == ["Logon"]
    rig.deliver_out()
    assert kinds(rig.deliver_back()) == ["QueryOpenOrders", "QueryTradingStatus"]
    assert rig.status() == "synchronising"
    rig.deliver_out()
    assert rig.deliver_back() == []
    rig.deliver_out()
    assert kinds(rig.deliver_back()) == ["QueryBalances"]
    assert rig.status() == "synchronising"
    rig.deliver_out()
    assert rig.deliver_back() == []
    assert changes(rig) == [("connecting", "logging on"), ("synchronising", "logged on"), ("live", "synchronised")]


def test_after_a_restart_it_asks_for_fills_of_what_it_traded() -> None:
    """From the watermark on, before anything else."""
    rig = Rig(instruments=ALONE)
    rig.want()
    rig.hands_off()
    rig.restart()
    rig.wait(0, hands_off=False)
    rig.deliver_out()
    assert kinds(rig.deliver_back()) == ["QueryFills", "QueryOpenOrders", "QueryTradingStatus"]


def test_answers_keep_a_slow_synchronisation_alive() -> None:
    """Patience is for one question: five answers of 1.5 s each are no silence of 7 s."""
    rig = alone()
    rig.tell(Tick())
    for _ in range(4):
        rig.seconds(1.5, hands_off=False)
        rig.deliver_out()
        rig.deliver_back()
    assert rig.status() == "live"


def test_a_venue_that_does_not_answer_is_tried_again_and_again() -> None:
    """At growing intervals, with jitter, and at least every five seconds plus patience."""
    rig = alone()
    attempts: list[int] = []
    for _ in range(400):
        rig.seconds(0.25, hands_off=False)
        attempts += [rig.now for message in rig.out["alpha"] if isinstance(message, Logon)]
        rig.out["alpha"].clear()
    gaps = [b - a for a, b in pairwise(attempts)]
    assert gaps[0] <= 2.5 * SECOND
    assert max(gaps) <= 7.25 * SECOND
    assert sum(gaps[-5:]) / 5 >= 4 * SECOND
    assert all(status != "live" for status, _ in changes(rig))


def test_a_session_that_goes_live_starts_counting_afresh() -> None:
    """The next loss is followed by a quick attempt."""
    rig = alone()
    rig.seconds(60, hands_off=False)
    rig.out["alpha"].clear()
    rig.seconds(20)
    assert rig.status() == "live"
    assert session(rig).attempts == 0
    rig.cut()
    rig.seconds(0.11)
    assert rig.status() == "live"


def test_half_a_synchronisation_is_none() -> None:
    """When an answer is lost, it starts over."""
    rig = alone()
    rig.tell(Tick())
    rig.deliver_out()
    rig.deliver_back()
    rig.out["alpha"].clear()
    rig.seconds(1.9, hands_off=False)
    assert rig.status() == "synchronising"
    rig.seconds(0.2, hands_off=False)
    assert ("down", "no answer in time") in changes(rig)
    rig.seconds(10)
    assert rig.status() == "live"


def test_late_and_doubled_answers_complete_nothing() -> None:
    """Only what is awaited counts."""
    rig = alone()
    rig.tell(Tick())
    rig.deliver_out()
    rig.deliver_back()
    old = OpenOrdersReported(ACCOUNT, 1, (), rig.now), BalancesReported(ACCOUNT, 1, (), rig.now), LoggedOn(ACCOUNT, 99, rig.now)
    for answer in old:
        assert rig.tell(answer) == []
    assert rig.status() == "synchronising"


def test_a_refused_logon_is_tried_later() -> None:
    """With the venue's reason."""
    rig = alone()
    rig.tell(Tick())
    rig.out["alpha"].clear()
    rig.tell(LogonRefused(ACCOUNT, 2, "maintenance", rig.now))
    assert changes(rig)[-1] == ("down", "maintenance")
    rig.seconds(1)
    assert rig.status() == "live"


def test_silence_ends_a_session() -> None:
    """Heartbeats go out every five seconds; 15 s without any word, and it is down, unannounced."""
    rig = alone(live=True)
    heard = rig.now
    rig.seconds(14, hands_off=False)
    assert rig.status() == "live"
    assert kinds(rig.out["alpha"]).count("Heartbeat") >= 2
    while rig.status() == "live":
        rig.seconds(0.5, hands_off=False)
    assert changes(rig)[-1] == ("down", "silence")
    assert rig.now - heard <= 20 * SECOND
    rig.seconds(20)
    assert rig.status() == "live"


def test_any_word_is_a_sign_of_life() -> None:
    """Not only heartbeats."""
    rig = alone(live=True, reconcile_interval=None)
    for _ in range(10):
        rig.seconds(4, hands_off=False)
        rig.out["alpha"].clear()
        rig.tell(HeartbeatAnswered(ACCOUNT, 12345, rig.now))
    assert rig.status() == "live"


def test_a_loss_is_told_once() -> None:
    """The shell may repeat itself; that does not push the next attempt away."""
    rig = alone(live=True)
    for _ in range(5):
        rig.tell(SessionLost(ACCOUNT, "reset"))
    assert changes(rig).count(("down", "reset")) == 1
    assert session(rig).attempts == 1
    assert rig.tell(SessionLost(AccountId("nobody"), "reset")) == []


def test_in_one_process_nothing_ticks() -> None:
    """Without heartbeats and reconciliation a live session wants no Tick at all."""
    rig = alone(live=True, heartbeat_interval=None, reconcile_interval=None)
    assert rig.engine.deadline() is None
    rig.want()
    assert rig.engine.deadline() == rig.now + 2 * SECOND
    rig.hands_off()
    assert rig.engine.deadline() is None


def test_ticks_are_wanted_for_what_is_due() -> None:
    """And after each one the next is later: an engine never asks for a Tick that does nothing."""
    rig = alone(live=True)
    last = rig.now
    for _ in range(50):
        wanted = rig.engine.deadline()
        assert wanted is not None
        assert wanted > last
        last = rig.now = wanted
        rig.tell(Tick())
        rig.hands_off()


def test_a_restarted_engine_logs_on_at_once() -> None:
    """Whatever it was waiting for."""
    rig = alone(live=True)
    rig.cut()
    rig.restart()
    assert rig.engine.deadline() == rig.now
    rig.wait(0)
    assert rig.status() == "live"


# The venue's clock


@pytest.mark.parametrize("skew", [0, 5 * SECOND, -5 * SECOND, HOUR, -HOUR])
def test_orders_are_valid_on_the_venue_s_clock(skew: int) -> None:
    """However far it is off: an order that takes a second arrives in time, one that takes ten does not."""
    rig = Rig(instruments=ALONE, skew=skew)
    rig.want(tag="quick")
    rig.seconds(1, hands_off=False)
    rig.hands_off()
    assert rig.only().status is OrderStatus.NEW
    order = only(rig.want(tag="slow"), PlaceOrder)
    assert order.valid_until == rig.now + skew + 5 * SECOND
    rig.now = Nanos(rig.now + 10 * SECOND)
    rig.deliver_out()
    rig.deliver_back()
    assert rig.closed().status is OrderStatus.REJECTED
    assert only(rig.latest, OrderClosed).reason.startswith("request_expired: valid until")


def test_the_clock_is_measured_half_way_through_the_round_trip() -> None:
    """An answer that took long says the time of long ago."""
    rig = alone(live=True)
    rig.seconds(5, hands_off=False)
    (beat,) = [message for message in rig.out["alpha"] if isinstance(message, Heartbeat)]
    sent = session(rig).clock_asked
    rig.now = Nanos(sent + 2 * SECOND)
    rig.tell(HeartbeatAnswered(ACCOUNT, beat.request_id, Nanos(sent + 7 * SECOND)))
    assert session(rig).clock_offset == 6 * SECOND


def test_late_and_doubled_answers_do_not_move_the_clock() -> None:
    """An answer is measured once, only if it is to the latest question, and only if it came within an order's validity."""
    rig = alone(live=True)
    rig.seconds(5, hands_off=False)
    first = only(rig.out["alpha"], Heartbeat)
    rig.tell(HeartbeatAnswered(ACCOUNT, first.request_id, rig.now))
    assert session(rig).clock_offset == 0
    rig.tell(HeartbeatAnswered(ACCOUNT, first.request_id, Nanos(rig.now - HOUR)))
    assert session(rig).clock_offset == 0
    rig.seconds(5, hands_off=False)
    second = [message for message in rig.out["alpha"] if isinstance(message, Heartbeat)][-1]
    rig.now = Nanos(rig.now + 6 * SECOND)
    rig.tell(HeartbeatAnswered(ACCOUNT, second.request_id, Nanos(rig.now - 6 * SECOND)))
    assert session(rig).clock_offset == 0


def test_a_clock_that_steps_is_noticed_by_the_first_refusal() -> None:
    """Not only by the next heartbeat; and cancels are not repeated in a frenzy meanwhile."""
    rig = Rig(instruments=ALONE, session=SessionSettings(heartbeat_interval=None, reconcile_interval=None))
    rig.want(tag="resting")
    rig.hands_off()
    rig.skew = HOUR
    rig.want(Side.SELL, price=200, tag="expires")
    rig.hands_off()
    assert rig.closed().status is OrderStatus.REJECTED
    assert session(rig).clock_offset == HOUR
    rig.skew = 2 * HOUR
    before = len(rig.journal)
    rig.tell(CancelRequested(STRATEGY, "resting"))
    rig.hands_off()
    assert rig.closed().status is OrderStatus.CANCELED
    assert len(rig.journal) - before < 10
    assert session(rig).clock_offset == 2 * HOUR


def test_a_venue_that_is_down_is_probed_every_five_seconds_at_least() -> None:
    """Counted from one attempt to the next, whatever it is that keeps them from succeeding."""
    rig = alone()
    asked = []
    for _ in range(1_200):
        rig.seconds(0.1, hands_off=False)
        if "Logon" in kinds(rig.out["alpha"]):
            asked.append(rig.now)
        rig.out["alpha"].clear()
    gaps = [b - a for a, b in pairwise(asked)]
    assert max(gaps) <= 5.1 * SECOND
    assert len(asked) < 60


def test_balances_wait_for_the_answers_about_fills() -> None:
    """In a reconciliation as well."""
    rig = alone(live=True, heartbeat_interval=None)
    rig.want()
    rig.hands_off()
    rig.seconds(30, hands_off=False)
    assert kinds(rig.out["alpha"]) == ["QueryFills", "QueryOpenOrders", "QueryTradingStatus"]
    for _ in range(2):
        rig.deliver_out(index=1)
        assert rig.deliver_back() == []
    rig.deliver_out()
    assert kinds(rig.deliver_back()) == ["QueryBalances"]
    assert isinstance(rig.out["alpha"][0], QueryBalances)


def test_patience_is_counted_from_each_request() -> None:
    """An order whose answer is out for two seconds is asked about; the question has a patience of its own, which grows."""
    rig = alone(live=True, heartbeat_interval=None, reconcile_interval=None)
    rig.want()
    asked = []
    for _ in range(800):
        rig.seconds(0.1, hands_off=False)
        if "QueryOrder" in kinds(rig.out["alpha"]):
            asked.append((rig.now - rig.journal[0][0]) // (100 * MILLISECOND))
        rig.out["alpha"].clear()
    assert asked[0] == 20
    gaps = [b - a for a, b in pairwise(asked)]
    assert gaps[0] <= 22
    assert gaps == sorted(gaps) or max(gaps) > 2 * gaps[0]
    assert max(gaps) <= 320
    assert list(rig.placed.values()) == [1]


def test_it_asks_the_venue_to_end_our_orders_when_we_are_gone() -> None:
    """Not where it sends no heartbeats: there a countdown would run out."""
    rig = alone()
    (logon,) = rig.tell(Tick())
    assert isinstance(logon, Logon) and logon.cancel_after == 15 * SECOND
    (logon,) = alone(heartbeat_interval=None).tell(Tick())
    assert isinstance(logon, Logon) and logon.cancel_after == 0


@pytest.mark.parametrize(("away", "granted", "cancels"), [(20, False, 1), (10, False, 0), (20, True, 0)])
def test_where_the_venue_cannot_orders_are_cancelled_by_us_when_we_are_back(away: int, granted: bool, cancels: int) -> None:
    """Before anything is asked; if we were away for as long as the venue would have waited."""
    rig = alone(live=True)
    rig.want()
    rig.hands_off()
    rig.cut()
    rig.now = Nanos(rig.now + away * SECOND)
    rig.tell(Tick())
    rig.deliver_out()
    told = rig.back["alpha"].pop(0)
    assert isinstance(told, LoggedOn) and told.cancel_after
    sent = kinds(rig.tell(told if granted else msgspec.structs.replace(told, cancel_after=Nanos(0))))
    assert sent.count("CancelOrder") == cancels
    rig.hands_off()
    assert rig.status() == "live"
    assert len(rig.open) == 1 - cancels
    rig.check_agreement()
