"""Halt: nothing that adds risk leaves any more, whatever comes in, and everything that works is cancelled, wherever it is."""

from typing import Any

import pytest

from seawall.api.message import Tick
from seawall.api.orders import OrderStatus, PlaceOrder, Side
from seawall.api.risk import HaltTrading, ResumeTrading, TradingHalted, TradingResumed
from seawall.api.signals import StrategyFailed, StrategyStarted, StrategyStopped
from tests.unit.engine.rig import STRATEGY, Address, Rig, kinds, only

HALT = HaltTrading("ann", "something smells")
OTHER = Address("strategy:other")


def test_working_orders_are_cancelled_everywhere() -> None:
    """Resting, partly filled and unacknowledged ones, on every venue."""
    rig = Rig()
    rig.want(tag="resting", price=90)
    rig.want(tag="partly")
    rig.want(tag="elsewhere", venue="beta")
    rig.hands_off()
    rig.other(Side.SELL, 300, 100)
    rig.hands_off()
    rig.want(tag="unheard", price=80)
    sent = rig.tell(HALT)
    assert kinds(sent) == ["CancelOrder"] * 4
    assert only(rig.latest, TradingHalted) == TradingHalted("ann", "something smells")
    rig.hands_off()
    assert rig.open == {}
    rig.seconds(60)
    rig.check_agreement()


def test_orders_of_unknown_fate_are_cancelled_too() -> None:
    """As soon as somebody knows them."""
    rig = Rig()
    rig.want(tag="lost", price=80)
    rig.out["alpha"].clear()
    rig.want(tag="deaf", price=90)
    rig.deliver_out()
    rig.back["alpha"].clear()
    rig.seconds(2.1, hands_off=False)
    rig.out["alpha"].clear()
    assert kinds(rig.tell(HALT)) == ["CancelOrder", "CancelOrder"]
    rig.seconds(20)
    assert rig.open == {}
    assert {o.tag: o.status for o in rig.engine.state.closed_orders.values()} == {
        "lost": OrderStatus.REJECTED,
        "deaf": OrderStatus.CANCELED,
    }
    rig.check_agreement()


def test_a_venue_that_is_down_is_cleared_when_it_is_back() -> None:
    """However late, and though the engine was restarted in between."""
    rig = Rig()
    rig.want(tag="here")
    rig.want(tag="there", venue="beta")
    rig.hands_off()
    rig.cut("beta")
    rig.tell(HALT)
    for _ in range(30):
        rig.seconds(2, hands_off=False)
        for venue in ("alpha", "beta"):
            while rig.out[venue] and venue == "alpha":
                rig.deliver_out(venue)
            while rig.back[venue]:
                rig.deliver_back(venue)
        rig.out["beta"].clear()
    assert rig.open_at("alpha") == []
    assert rig.open_at("beta") == ["1-2"]
    assert rig.status("beta") != "live"
    rig.restart()
    rig.seconds(40)
    assert rig.open_at("beta") == []
    assert rig.open == {}
    assert rig.engine.halted


def test_nothing_leaves_while_halted() -> None:
    """From no message: signals, explicit orders, new strategies, reports, restarts, Ticks."""
    rig = Rig()
    rig.want(tag="t")
    rig.hands_off()
    rig.tell(HALT)
    before = dict(rig.placed)
    rig.signal(venue="alpha")
    rig.want(Side.SELL, price=150)
    rig.tell(StrategyStarted(OTHER, "O", "1", 1.0, 0.1))
    rig.want(strategy=OTHER)
    rig.other(Side.SELL, 100, 100)
    rig.seconds(31)
    rig.restart()
    rig.seconds(31)
    rig.want(venue="beta")
    rig.tell(Tick())
    rig.hands_off()
    assert rig.placed == before
    assert rig.open == {}


def test_an_order_that_reaches_the_venue_after_the_halt_is_cancelled() -> None:
    """It had left before; the cancel overtakes nothing."""
    rig = Rig()
    rig.want(tag="t")
    rig.tell(HALT)
    rig.out["alpha"].reverse()
    rig.seconds(20)
    assert rig.open_at("alpha") == []
    assert rig.closed().status is OrderStatus.CANCELED


def test_a_second_halt_says_nothing_new() -> None:
    """The first reason stands."""
    rig = Rig()
    rig.tell(HALT)
    assert rig.tell(HaltTrading("bob", "me too")) == []
    assert len(rig.heard(TradingHalted)) == 1
    assert (rig.engine.state.mode_by, rig.engine.state.mode_reason) == ("ann", "something smells")


@pytest.mark.parametrize("operator", ["", " ", "\t"])
def test_resuming_takes_a_name(operator: str) -> None:
    """Somebody answers for it."""
    rig = Rig()
    rig.tell(HALT)
    rig.tell(ResumeTrading(operator, "all clear"))
    assert rig.heard(TradingResumed) == []
    assert rig.want() == []
    rig.tell(ResumeTrading("ann", "all clear"))
    assert rig.heard(TradingResumed) == [TradingResumed("ann", "all clear")]
    assert only(rig.want(), PlaceOrder)


def test_resuming_what_runs_is_nothing() -> None:
    """No news."""
    rig = Rig()
    rig.tell(ResumeTrading("ann", "all clear"))
    assert rig.heard(TradingResumed) == []


def test_a_halt_outlives_a_restart() -> None:
    """It is state."""
    rig = Rig()
    rig.tell(HALT)
    rig.restart()
    rig.seconds(10)
    assert rig.want() == []
    assert rig.engine.halted


@pytest.mark.parametrize("end", [StrategyStopped(STRATEGY), StrategyFailed(STRATEGY, "ZeroDivisionError")])
def test_a_strategy_that_ends_takes_its_own_orders_with_it(end: Any) -> None:
    """And only those; it may be started again."""
    rig = Rig()
    rig.tell(StrategyStarted(OTHER, "O", "1", 1.0, 0.1))
    rig.want(tag="mine")
    rig.want(tag="theirs", strategy=OTHER, price=90)
    rig.hands_off()
    assert kinds(rig.tell(end)) == ["CancelOrder"]
    rig.hands_off()
    assert [order.tag for order in rig.open.values()] == ["theirs"]
    assert rig.want() == []
    rig.tell(StrategyStarted(STRATEGY, "S", "1", 1.0, 0.1))
    assert rig.want()
