"""The private stream is judged by what it tells, not by heartbeats: what only answers tell is counted, and too much begins it anew."""

from seawall.api.orders import OrderAccepted, OrderCanceled, OrderExpired, OrderFilled, Side, TimeInForce
from seawall.api.projections import SessionChanged
from seawall.api.supervision import AlertCleared, AlertRaised, Severity
from seawall.engine.core.venues.state import SessionState
from tests.unit.engine.core.test_checks import refusals
from tests.unit.engine.rig import Rig

PRIVATE = (OrderAccepted, OrderFilled, OrderCanceled, OrderExpired)


def mute(rig: Rig, seconds: float) -> None:
    """Time passes; requests and answers travel, and what the venue says of its own accord is gone."""
    end = rig.now + round(seconds * 1_000_000_000)
    while rig.now < end or rig.out["alpha"] or rig.back["alpha"]:  # type: ignore[index]
        back = rig.back["alpha"]  # type: ignore[index]
        if rig.out["alpha"]:  # type: ignore[index]
            rig.deliver_out()
        elif back and isinstance(back[0], PRIVATE):
            back.pop(0)
        elif back:
            rig.deliver_back()
        else:
            rig.seconds(0.1, hands_off=False)


def session(rig: Rig) -> SessionState:
    return rig.engine.state.sessions["alpha-main"]  # type: ignore[index]


def changes(rig: Rig) -> list[tuple[str, str]]:
    return [(c.status, c.reason) for c in rig.heard(SessionChanged) if c.venue == "venue:alpha"]


def muted() -> Rig:
    """Three orders rest at the venue, which answers everything and reports nothing."""
    rig = Rig()
    for price in (90.0, 91.0, 92.0):
        assert rig.want(price=price)
        mute(rig, 3)
    return rig


def test_a_stream_that_misses_too_much_is_begun_anew_and_all_is_reconciled() -> None:
    """While heartbeats and answers come as ever. It takes a name in the alerts, and new orders wait."""
    rig = muted()
    alert = rig.heard(AlertRaised)[-1]
    assert (alert.monitor, alert.severity, alert.scope, alert.limit) == ("private_stream", Severity.CRITICAL, "venue:alpha", 3)
    assert ("down", "the private stream is mute") in changes(rig)
    assert changes(rig)[-1] == ("degraded", "the private stream is mute")
    assert [order.status for order in rig.open.values()] == ["new"] * 3
    rig.check_agreement()
    assert rig.want(price=93.0) == []
    assert refusals(rig)["venue_breaker"] == (0, 1, "private streams that are mute")
    assert rig.want(price=93.0, venue="beta")


def test_one_order_at_a_time_finds_out_whether_it_speaks_again() -> None:
    rig = muted()
    mute(rig, 5)
    assert rig.want(price=93.0), "the probe"
    assert rig.want(price=94.0) == []
    mute(rig, 1)
    assert changes(rig)[-1][0] == "degraded"
    mute(rig, 9)
    assert rig.want(price=94.0), "the next probe"
    rig.hands_off()
    rig.seconds(0.1)
    assert changes(rig)[-1] == ("live", "it speaks about orders again")
    assert [cleared.scope for cleared in rig.heard(AlertCleared)] == ["venue:alpha"]
    assert rig.want(price=95.0)
    rig.hands_off()
    rig.check_agreement()


def test_fills_that_only_answers_tell_count_too() -> None:
    """One reconciliation that lists three of them is enough."""
    rig = Rig()
    rig.want(quantity=1.0, price=95.0)
    rig.hands_off()
    for _ in range(3):
        rig.other(Side.SELL, 100, 95, tif=TimeInForce.IOC)
    mute(rig, 40)
    assert ("down", "the private stream is mute") in changes(rig)
    rig.check_agreement()


def test_what_is_lost_now_and_then_is_no_silence() -> None:
    """A word of the stream in between starts the count anew."""
    rig = Rig()
    for price in (90.0, 91.0, 92.0, 93.0, 94.0):
        rig.want(price=price)
        mute(rig, 3)
        rig.want(price=price - 10.0)
        rig.hands_off()
    assert session(rig).missed <= 1
    assert "down" not in [status for status, _ in changes(rig)]
    assert rig.heard(AlertRaised) == []


def test_what_happened_while_we_were_away_was_not_missed() -> None:
    """To be told by answers is what a synchronisation is for."""
    rig = Rig()
    rig.want(quantity=1.0, price=95.0)
    rig.hands_off()
    rig.cut()
    for _ in range(3):
        rig.other(Side.SELL, 100, 95, tif=TimeInForce.IOC)
    rig.back["alpha"].clear()  # type: ignore[index]
    mute(rig, 20)
    assert rig.status() == "live"
    assert session(rig).missed == 0
    rig.check_agreement()


def test_a_mute_stream_stays_known_over_a_restart() -> None:
    rig = muted()
    rig.restart()
    mute(rig, 10)
    assert changes(rig)[-1] == ("degraded", "the private stream is mute")
