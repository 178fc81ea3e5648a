"""Clocks that drift, and clocks that are set: the venue's, and our own. Requests are never sent out of their window for long, nothing that
waits for a time waits for ever, and what happened first is not decided by a clock."""

import msgspec
import pytest

from seawall.api.control import Drop
from seawall.api.orders import OrderStatus as S
from seawall.api.orders import RejectReason
from seawall.api.projections import BreakFound, OrderClosed
from seawall.api.supervision import BreakerTripped
from seawall.api.units import HOUR, SECOND, Nanos
from seawall.engine.core.venues.settings import SessionSettings
from tests.simulation.incidents.stage import ALPHA, BUY, PRIVATE, SELL, Stage
from tests.unit.engine.rig import ENGINE, LAX, LOT


def test_venue_clock_that_drifts() -> None:
    """A venue's clock gains a second in a quarter of an hour, for two hours: more than a request is valid for. Its offset is measured with
    every heartbeat, so that no request is ever refused for its time."""
    stage = Stage()
    stage.clock(ALPHA, drift_ppb=1_111_111)
    for number in range(24):
        stage.want(BUY, 0.1, 100, tag=f"t{number}")
        stage.seconds(1)
        stage.cancel(f"t{number}")
        stage.seconds(299)
    closed = stage.heard(OrderClosed)
    assert [order.status for order in closed] == [S.CANCELED] * 24
    assert 7 * SECOND < stage.session().clock_offset < 9 * SECOND
    stage.check()


@pytest.mark.parametrize("seconds", [30, -30, 3600, -3600])
def test_venue_clock_that_is_set(seconds: int) -> None:
    """Half a minute or an hour, either way. At most one request is refused for its time, which is an answer and no doubt; the offset is
    measured at once, and the next one is in time. (To the venue itself, clients that spoke a moment ago have been silent for that long:
    what it would do to their orders is switched off.)"""
    stage = Stage(session=SessionSettings(cancel_after=None))
    stage.want(BUY, 0.5, 100, tag="before")
    stage.seconds(1)
    stage.clock(ALPHA, seconds)
    stage.want(BUY, 0.5, 99.5, tag="during")
    stage.seconds(6)
    stage.want(BUY, 0.5, 99, tag="after")
    stage.other(SELL, 0.2, 100)
    stage.seconds(1)
    early = [order.reason for order in stage.heard(OrderClosed)]
    assert [reason.partition(":")[0] for reason in early] == ([RejectReason.REQUEST_EXPIRED] if seconds > 0 else [])
    assert stage.order("after").status is S.NEW
    assert stage.order("before").cumulative_quantity == 200
    assert abs(stage.session().clock_offset - seconds * SECOND) < SECOND
    stage.seconds(61)
    assert stage.heard(BreakFound) == []
    stage.check()


BREAKER = msgspec.structs.replace(LAX, stop_loss_bps=300, max_price_age=Nanos(120 * SECOND), max_signal_age=None)


@pytest.mark.parametrize("hours", [1, -1])
def test_own_clock_that_is_set(hours: int) -> None:
    """By an hour, with an order of unknown fate, a position and a breaker that watches it. Within seconds the order's fate is known and the
    venues' clocks are measured anew; the breaker sees a loss as soon as before."""
    stage = Stage(BREAKER)
    stage.other(SELL, 1.0, 100.5)
    stage.want(BUY, 1.0, 100.5, tag="held")
    stage.seconds(1)
    mute = stage.fault(Drop(), *PRIVATE)
    stage.want(BUY, 0.5, 99, tag="doubtful")
    stage.seconds(0.5)
    stage.clock(ENGINE, hours * HOUR // SECOND)
    stage.seconds(0.5)
    stage.heal(mute)
    assert stage.until(lambda: stage.order("doubtful").status is S.NEW, 10) < 5
    stage.seconds(10)
    assert abs(stage.session().clock_offset + hours * HOUR) < SECOND
    stage.fall(95)
    stage.until(lambda: bool(stage.heard(BreakerTripped)), 5)
    stage.seconds(20)
    assert 0 <= stage.position() < LOT
    stage.seconds(31)
    stage.check()


def test_old_prices_do_not_look_new_after_the_clock_is_set_back() -> None:
    """A feed that is dead stays dead: a price is as old as it was when the clock was set, and grows older."""
    stage = Stage(BREAKER)
    dead = stage.fault(Drop(), "Traded", "QuoteChanged")
    stage.other(BUY, 0.1, 99)
    stage.seconds(1)
    stage.clock(ENGINE, -3600)
    stage.seconds(121)
    stage.want(BUY, 0.5, 99, tag="t")
    stage.seconds(1)
    assert stage.left() == []
    stage.heal(dead)


def test_restart_with_a_clock_behind_the_journal() -> None:
    """The machine comes back and its clock stands an hour before the last entry of its own journal."""
    stage = Stage(BREAKER)
    stage.want(BUY, 0.5, 99, tag="t")
    stage.seconds(1)
    stage.clock(ENGINE, -3600)
    stage.crash(for_seconds=5)
    assert stage.until(lambda: stage.status() == "live", 10) < 5
    stage.other(SELL, 0.5, 99)
    stage.want(BUY, 0.1, 99, tag="new")
    stage.seconds(2)
    assert stage.order("t").status is S.FILLED
    assert stage.order("new").status is S.NEW
    stage.seconds(31)
    stage.check()
