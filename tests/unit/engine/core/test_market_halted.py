"""Halts of instruments by their venue: no order is sent to be refused there, and a word that was lost is asked for."""

import pytest

from seawall.api.accounts import SessionLost
from seawall.api.message import Message
from seawall.api.orders import AccountId, CancelOrder, OrderCanceled, OrderRejected, PlaceOrder, Side
from seawall.api.projections import IntentRefused
from seawall.api.signals import CancelRequested
from seawall.api.supervision import ClosePosition
from seawall.api.units import Nanos, Price, Quantity
from seawall.api.venue_operations import HaltInstrument, ResumeInstrument, TradingStatus, TradingStatusChanged
from seawall.runtime.machine import handle
from tests.unit.engine.rig import ALPHA_BTC, ALPHA_ETH, STRATEGY, Rig

HALT = HaltInstrument(ALPHA_BTC.id, "ann", "a rumour")
RESUME = ResumeInstrument(ALPHA_BTC.id, "ann", "it was none")


def unheard(rig: Rig, command: Message) -> None:
    """The venue acts, and what it says in public is lost."""
    handle(rig.exchanges[ALPHA_BTC.venue], command, rig.now)


def refused(rig: Rig) -> list[str]:
    return [refusal.check for refusal in rig.heard(IntentRefused)]


def test_a_halted_instrument_gets_no_orders_until_it_trades_again() -> None:
    rig = Rig()
    rig._at_venue(ALPHA_BTC.venue, HALT)
    assert rig.want() == []
    (refusal,) = rig.heard(IntentRefused)
    assert (refusal.check, refusal.unit) == ("market_halted", "halts of alpha:BTC-USDT: a rumour")
    assert [type(sent) for sent in rig.want(symbol="ETH-USDT")] == [PlaceOrder], "another instrument of the venue"
    assert [type(sent) for sent in rig.want(venue="beta")] == [PlaceOrder], "the same symbol elsewhere"
    rig._at_venue(ALPHA_BTC.venue, RESUME)
    assert [type(sent) for sent in rig.want()] == [PlaceOrder]


def test_what_rests_can_be_cancelled_meanwhile() -> None:
    rig = Rig()
    rig.want(tag="resting")
    rig.hands_off()
    rig._at_venue(ALPHA_BTC.venue, HALT)
    (cancel,) = rig.tell(CancelRequested(STRATEGY, "resting"))
    assert isinstance(cancel, CancelOrder)
    rig.deliver_out()
    assert isinstance(rig.back[ALPHA_BTC.venue][0], OrderCanceled)


@pytest.mark.parametrize("how", ["reconnect", "restart", "reconcile"])
def test_a_halt_or_a_resumption_that_nobody_heard_of_is_asked_for(how: str) -> None:
    rig = Rig()

    def ask() -> None:
        if how == "reconnect":
            rig.tell(SessionLost(AccountId("alpha-main"), "cut"))
        elif how == "restart":
            rig.restart()
        rig.seconds(40)
        rig.quote(100, 101)

    unheard(rig, HALT)
    (order,) = rig.want()
    assert isinstance(order, PlaceOrder)
    rig.hands_off()
    assert [type(r) for _, r in rig.journal if isinstance(r, OrderRejected)] == [OrderRejected], "what the check is there to spare"
    ask()
    assert rig.want() == []
    assert refused(rig) == ["market_halted"]
    unheard(rig, RESUME)
    ask()
    assert [type(sent) for sent in rig.want()] == [PlaceOrder]


def test_an_old_word_does_not_undo_a_newer_one() -> None:
    rig = Rig()
    later, earlier = Nanos(rig.now + 2), Nanos(rig.now + 1)
    rig.tell(TradingStatusChanged(ALPHA_BTC.id, TradingStatus.TRADING, "all is well", later))
    rig.tell(TradingStatusChanged(ALPHA_BTC.id, TradingStatus.HALTED, "a rumour", earlier))
    assert len(rig.want()) == 1


def test_a_halt_survives_a_restart() -> None:
    """Known before the venue is asked again."""
    rig = Rig()
    rig._at_venue(ALPHA_BTC.venue, HALT)
    rig.save()
    rig.restart()
    assert rig.engine.state.markets[ALPHA_BTC.id].halted == "a rumour"
    assert rig.engine.state.markets[ALPHA_ETH.id].halted == ""
    assert rig.want() == []
    assert "market_halted" in refused(rig)


def test_positions_wait_to_be_closed_until_the_instrument_trades() -> None:
    rig = Rig()
    rig.other(Side.SELL, Quantity(1_000), Price(100))
    rig.want(Side.BUY, 1.0, 0)
    rig.hands_off()
    assert rig.position()
    rig.quote(100, 101)
    rig._at_venue(ALPHA_BTC.venue, HALT)
    rig.tell(ClosePosition(STRATEGY, "ann", "enough"))
    rig.seconds(5)
    rig.other(Side.BUY, Quantity(10_000), Price(100))
    assert refused(rig) == [], "no order is even tried"
    rig._at_venue(ALPHA_BTC.venue, RESUME)
    rig.other(Side.BUY, Quantity(10_000), Price(100))
    rig.seconds(60)
    assert rig.position() < ALPHA_BTC.lot_value
