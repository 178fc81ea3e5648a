"""Depth ids and halts: what passes, and each way to fail. And the registry."""

from seawall.api.instruments import InstrumentId
from seawall.api.market_data import DepthChanged
from seawall.api.message import Restarted
from seawall.api.risk import HaltTrading, Limits, TradingHalted, TradingResumed
from seawall.api.units import Currency, Money
from seawall.audit.core.invariants import INVARIANTS, Bounds, every_invariant
from seawall.audit.core.invariants.depth_contiguous import DepthContiguous
from seawall.audit.core.invariants.halt_respected import HaltRespected
from tests.unit.audit.facts import ANN, BUY, ENGINE, INSTRUMENT, INSTRUMENTS, NOW, VENUE, Watched, order


def change(first: int, final: int, instrument: InstrumentId = INSTRUMENT.id) -> DepthChanged:
    return DepthChanged(instrument, first, final, (), (), NOW)


def test_contiguous_updates_pass_each_instrument_for_itself() -> None:
    watched = Watched(DepthContiguous())
    updates = change(7, 7), change(8, 10), change(1, 1, InstrumentId("v:C-D")), change(11, 11), change(2, 2, InstrumentId("v:C-D"))
    assert [watched.sent(update) for update in updates] == [None] * 5


def test_gaps_repetitions_and_reversals_fail() -> None:
    for first, final, what in (
        (9, 9, "v:A-B continues with update 9 after 7"),
        (7, 7, "v:A-B continues with update 7 after 7"),
        (8, 7, "v:A-B ends with update 7 before it begins with 8"),
    ):
        watched = Watched(DepthContiguous())
        watched.sent(change(7, 7))
        assert watched.sent(change(first, final)) == what


def test_a_venue_may_continue_further_on_after_a_restart() -> None:
    watched = Watched(DepthContiguous())
    watched.sent(change(7, 7))
    watched.delivered(Restarted(2), VENUE)
    assert watched.sent(change(12, 12)) is None
    assert watched.sent(change(14, 14)) is not None


def test_no_order_leaves_a_halted_engine_until_it_has_resumed() -> None:
    watched = Watched(HaltRespected())
    assert watched.sent(order(ANN, BUY, 1), ENGINE) is None
    watched.delivered(HaltTrading("eve", "too hot"), ENGINE)
    assert watched.sent(order(ANN, BUY, 1), ENGINE) == "o1 (buy v:A-B) left engine, halted because: too hot (eve)"
    watched.sent(TradingResumed("eve", "cooled"), ENGINE)
    assert watched.sent(order(ANN, BUY, 1), ENGINE) is None


def test_an_engine_that_halts_itself_is_held_to_it_and_others_are_free() -> None:
    watched = Watched(HaltRespected())
    watched.sent(TradingHalted("breaker", "loss"), ENGINE)
    assert watched.sent(order(ANN, BUY, 1), ENGINE) is not None
    assert watched.sent(order(ANN, BUY, 1), VENUE) is None


def test_every_invariant_is_registered_under_a_name_of_its_own_and_watches_something() -> None:
    made = every_invariant(INSTRUMENTS, {ENGINE: Bounds(Limits(max_order_value=Money(1)), Currency("B"))})
    assert len(made) == len(INVARIANTS) == len(dict.fromkeys(invariant.name for invariant in made))
    assert all(invariant.sent or invariant.delivered for invariant in made)
