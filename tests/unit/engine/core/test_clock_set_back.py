"""The engine's own clock is set back by an hour: nothing waits that hour, old prices do not look new, and counted conduct still counts."""

from typing import Any

from seawall.api.message import Tick
from seawall.api.orders import OrderStatus, Side
from seawall.api.supervision import KillTrading, LiquidationEnded
from seawall.api.units import HOUR, MINUTE, SECOND, Money, Nanos
from tests.unit.engine.core.test_checks import lax, refusals
from tests.unit.engine.core.test_controls import filled
from tests.unit.engine.rig import COIN, Rig, only


def set_back(rig: Rig) -> None:
    rig.now = Nanos(rig.now - HOUR)
    rig.skew += HOUR  # The venues' clocks go on.
    rig.tell(Tick())


def trading(**limits: Any) -> Rig:
    rig = Rig(lax(**limits), capital=Money(10_000 * COIN))
    rig.seconds(1)
    return rig


def test_sessions_begin_anew_and_orders_of_unknown_fate_are_settled() -> None:
    """Within seconds on the clock as it is now; the venue's clock is measured again."""
    rig = trading()
    rig.want(tag="lost")
    rig.out["alpha"].clear()  # type: ignore[index]
    set_back(rig)
    assert rig.status() == "connecting"
    rig.seconds(10)
    assert rig.status() == "live"
    assert rig.closed().status is OrderStatus.REJECTED, "it never reached the venue"
    rig.check_agreement()
    assert rig.want()
    rig.hands_off()
    assert rig.only().status is OrderStatus.NEW, "its validity is on the venue's clock"


def test_old_prices_grow_old() -> None:
    """A price of the hour that is yet to come would be new for an hour."""
    rig = trading(max_price_age=Nanos(MINUTE))
    set_back(rig)
    rig.seconds(61)
    assert rig.want() == []
    assert list(refusals(rig)) == ["stale_data"]


def test_what_was_sent_counts_as_sent_just_now() -> None:
    """For as long as the window is, and no longer."""
    rig = trading(max_orders=2, order_window=Nanos(10 * SECOND), max_repeats=None)
    for price in (90.0, 91.0):
        assert rig.want(price=price)
    rig.hands_off()
    set_back(rig)
    rig.seconds(5)
    assert rig.want(price=92.0) == []
    assert list(refusals(rig)) == ["order_rate"]
    rig.seconds(6)
    assert rig.want(price=93.0)


def test_positions_that_are_being_closed_go_on_being_closed() -> None:
    rig = trading()
    filled(rig, Side.BUY, 1.0)
    rig.tell(KillTrading("ann", "enough"))
    set_back(rig)
    rig.other(Side.BUY, 10_000, 100)
    rig.seconds(60)
    assert only(rig.heard(LiquidationEnded)).orders > 0
    assert rig.position() < 10**5
