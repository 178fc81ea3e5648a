"""Tilt: what is a sign of it, and what signs lead to: a warning, halved sizes, a pause; then all is forgotten."""

from typing import Any

import pytest

from seawall.api.orders import PlaceOrder, Side
from seawall.api.signals import BreachReported, CancelRequested
from seawall.api.supervision import AlertCleared, AlertRaised, BreakerTripped, Rearm
from seawall.api.units import HOUR, MINUTE, Money, Nanos
from seawall.engine.core.settings import Switches
from tests.unit.engine.core.test_checks import lax, refusals
from tests.unit.engine.core.test_controls import filled
from tests.unit.engine.rig import ALPHA_BTC, COIN, STRATEGY, Rig, only


def rig_with(**limits: Any) -> Rig:
    return Rig(lax(**limits), capital=Money(1_000_000 * COIN))


def lose(rig: Rig, times: int, quantity: float = 1.0) -> None:
    """Buys at 100 and sells what it got at 99, so often."""
    for _ in range(times):
        filled(rig, Side.BUY, quantity)
        rig.other(Side.BUY, round(quantity * 1_000), 99)
        assert rig.want(Side.SELL, rig.position() / COIN, 99.0)
        rig.hands_off()


def revenge(rig: Rig) -> None:
    """A sign: three losses and a larger order, which is taken back."""
    lose(rig, 3)
    assert rig.want(quantity=2.0, price=90.0, tag=f"larger-{rig.now}")
    rig.tell(CancelRequested(STRATEGY, f"larger-{rig.now}"))
    rig.hands_off()
    rig.seconds(1)


def alerts(rig: Rig) -> list[tuple[str, str, float]]:
    return [(a.monitor, a.severity, a.value) for a in rig.heard(AlertRaised)]


def bought(rig: Rig, quantity: float, side: Side = Side.BUY, price: float = 90.0) -> int:
    """How many lots leave of an order of so much."""
    (order,) = rig.want(side, quantity, price)
    rig.hands_off()
    assert isinstance(order, PlaceOrder)
    return order.quantity


def test_the_first_sign_warns_the_second_halves_the_third_pauses() -> None:
    """For a quarter of an hour; after it nothing is held against the strategy."""
    rig = rig_with(tilt_losses=3)
    revenge(rig)
    assert alerts(rig) == [("tilt", "warning", 1)]
    assert bought(rig, 1.0) == 1_000
    revenge(rig)
    assert alerts(rig)[1:] == [("tilt", "critical", 2)]
    trip = only(rig.heard(BreakerTripped))
    assert (trip.breaker, trip.scope, trip.action) == ("tilt", STRATEGY, "halve")
    assert trip.unit == "signs of tilt: a larger order after 3 losses in a row"
    assert only(rig.heard(BreachReported)).check == "tilt"
    assert bought(rig, 1.0) == 500
    revenge(rig)
    assert [(b.breaker, b.action) for b in rig.heard(BreakerTripped)][1:] == [("deep_tilt", "pause")]
    assert rig.open == {}, "what it has working goes"
    assert rig.want() == []
    assert "suspended" in refusals(rig)
    rig.seconds(15 * 60 - 2)
    assert rig.want() == []
    rig.seconds(3)
    assert [c.monitor for c in rig.heard(AlertCleared)] == ["tilt", "deep_tilt"]
    assert bought(rig, 1.0) == 1_000
    revenge(rig)
    assert alerts(rig)[-1] == ("tilt", "warning", 1)


def test_an_hour_of_calm_ends_it() -> None:
    rig = rig_with(tilt_losses=3)
    revenge(rig)
    revenge(rig)
    assert bought(rig, 1.0) == 500
    rig.seconds(3_590)
    assert bought(rig, 1.0) == 500
    rig.seconds(20)
    assert bought(rig, 1.0) == 1_000


def test_what_reduces_a_position_stays_whole() -> None:
    """Of an order that turns it round, only what is beyond nothing is halved."""
    rig = rig_with(tilt_losses=3)
    revenge(rig)
    revenge(rig)
    filled(rig, Side.BUY, 4.0)
    lots = rig.position() // 100_000
    assert 1_990 <= lots <= 2_000
    assert bought(rig, 1.0, Side.SELL, 120.0) == 1_000
    assert bought(rig, 3.0, Side.SELL, 121.0) == lots + (3_000 - lots) // 2


def test_an_operator_may_forgive_at_once() -> None:
    rig = rig_with(tilt_losses=3, tilt_pause=Nanos(HOUR))
    for _ in range(3):
        revenge(rig)
    assert rig.want() == []
    rig.tell(Rearm(STRATEGY, "ann", "talked to it"))
    assert bought(rig, 1.0) == 1_000


def test_halved_sizes_are_forgiven_too() -> None:
    rig = rig_with(tilt_losses=3)
    revenge(rig)
    revenge(rig)
    assert bought(rig, 1.0) == 500
    rig.tell(Rearm(STRATEGY, "ann", "talked to it"))
    assert bought(rig, 1.0) == 1_000


def test_with_breakers_switched_off_it_is_only_told() -> None:
    rig = Rig(lax(tilt_losses=3), capital=Money(1_000_000 * COIN), switches=Switches(circuit_breakers=False))
    for _ in range(3):
        revenge(rig)
    assert [a[:2] for a in alerts(rig)] == [("tilt", "warning"), ("tilt", "critical"), ("deep_tilt", "critical")]
    assert rig.heard(BreakerTripped) == []
    assert bought(rig, 1.0) == 1_000


def test_what_is_no_sign() -> None:
    """Two losses; an order no larger; one after a gain; one that reduces."""
    rig = rig_with(tilt_losses=3)
    lose(rig, 2)
    bought(rig, 5.0)
    rig.tell(CancelRequested(STRATEGY, only(rig.open.values()).tag))
    lose(rig, 1)
    bought(rig, 0.9)
    filled(rig, Side.BUY, 0.9)
    rig.other(Side.BUY, 900, 103)
    assert rig.want(Side.SELL, rig.position() / COIN, 103.0)
    rig.hands_off()
    bought(rig, 5.0)
    rig.seconds(1)
    assert alerts(rig) == []


def test_a_fee_taken_in_coins_is_no_loss() -> None:
    """Bought higher and then lower, each fee sells a few coins under their cost."""
    rig = rig_with(tilt_losses=1)
    filled(rig, Side.BUY, 1.0)
    rig.other(Side.SELL, 1_000, 99)
    rig.want(quantity=1.0, price=99.0)
    rig.hands_off()
    assert sum(held[ALPHA_BTC.id].realised for held in rig.engine.state.positions.values()) < 0
    bought(rig, 5.0)
    rig.seconds(1)
    assert alerts(rig) == []


def test_far_more_orders_than_usual() -> None:
    """Than three times the mean of the past hour, and no fewer than ten in the minute; a minute is one sign."""
    rig = rig_with(tilt_rate=3)
    rig.now = Nanos(rig.now - rig.now % MINUTE)
    rig.seconds(0)
    for _ in range(70):
        for _ in range(4):
            bought(rig, 0.1)
        rig.seconds(60)
    assert alerts(rig) == []
    for _ in range(12):
        bought(rig, 0.1)
    rig.seconds(1)
    assert alerts(rig) == []
    for _ in range(20):
        bought(rig, 0.1)
    rig.seconds(1)
    assert alerts(rig) == [("tilt", "warning", 1)]
    assert rig.heard(AlertRaised)[0].unit == "signs of tilt: 13 orders in a minute"


def test_orders_that_are_mostly_taken_back() -> None:
    """More than nine in ten of fifty. What the engine cancels is not the strategy's doing."""
    rig = rig_with(tilt_cancel_bps=9_000)
    for number, taken_back in ((0, 45), (50, 46)):
        for each in range(number, number + 50):
            rig.want(quantity=0.1, price=50.0, tag=f"n{each}")
            if each < number + taken_back:
                rig.tell(CancelRequested(STRATEGY, f"n{each}"))
                rig.tell(CancelRequested(STRATEGY, f"n{each}"))
            rig.hands_off()
        rig.seconds(1)
        assert bool(alerts(rig)) is (taken_back == 46)
    assert rig.heard(AlertRaised)[0].unit == "signs of tilt: 46 of 50 orders taken back"


@pytest.mark.parametrize("signs", [1, 2, 3])
def test_it_survives_a_restart(signs: int) -> None:
    rig = rig_with(tilt_losses=3, tilt_pause=Nanos(HOUR))
    for _ in range(signs):
        revenge(rig)
    rig.save()
    rig.restart()
    rig.seconds(20)
    assert len(rig.want(quantity=1.0, price=90.0)) == (signs < 3)
    if signs < 3:
        assert rig.only().quantity == (1_000 if signs == 1 else 500)
