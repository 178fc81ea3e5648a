"""Crashes round the moment in which an order leaves, restarts on top of each other, and restarts that find less than there was: an empty
disk, a venue whose lists do not reach back."""

import pytest

from seawall.api.accounts import QueryFills
from seawall.api.control import CrashMachine
from seawall.api.orders import OrderStatus as S
from seawall.api.orders import TimeInForce
from seawall.api.projections import BreakFound, OrderClosed
from seawall.api.signals import StrategyStarted
from seawall.api.supervision import EVERYTHING, Rearm, TradingMode
from seawall.api.units import MILLISECOND, Nanos
from seawall.exchange.core.floor import KEPT, SURPLUS
from tests.simulation.incidents.stage import BUY, SELL, Stage
from tests.simulation.toys import Spy
from tests.unit.engine.rig import ENGINE, LOT, STRATEGY

FSYNC = 2 * MILLISECOND
WHOLE = 100_000  # Bytes: all that was being written survives.


@pytest.mark.parametrize("torn_bytes", [0, 40, WHOLE])
@pytest.mark.parametrize("at", [0, 1, 2.5, 6, 7.5, 9.5, 14])
def test_crash_round_the_moment_an_order_leaves(at: float, torn_bytes: int) -> None:
    """Milliseconds after the wish: before it is on disk, while it is written, after it was sent, while the venue has it, while the answer
    travels. Whatever survives, the venue is given the order at most once, and the books say what the venue says."""
    stage = Stage(fsync_ns=FSYNC)
    stage.want(BUY, 0.5, 100, tag="t")
    stage.seconds(at / 1000)
    stage.crash(torn_bytes=torn_bytes, for_seconds=0.5)
    stage.seconds(20)
    assert len(stage.left()) == len(stage.open_at()) == (at > 2)
    assert stage.exposed() == 500 * LOT * len(stage.open_at())
    stage.check()


def test_order_that_was_written_and_never_sent() -> None:
    """The crash comes between the two. The order is in the journal, so for all the engine knows it has left; the venue has to say
    that it never arrived."""
    stage = Stage(fsync_ns=FSYNC)
    stage.want(BUY, 0.5, 100, tag="t")
    stage.seconds(0.001)
    stage.crash(torn_bytes=WHOLE, for_seconds=0.5)
    assert stage.order().status in (S.PENDING_NEW, S.UNKNOWN)
    assert stage.exposed() == 500 * LOT
    stage.seconds(20)
    assert [(order.status, order.reason) for order in stage.heard(OrderClosed)] == [(S.REJECTED, "never reached the venue")]
    assert stage.left() == []
    stage.check()


def test_order_that_was_never_written_was_never_sent() -> None:
    """The other way round cannot be: nothing leaves before it is durable. The wish is forgotten, and so is its exposure."""
    stage = Stage(fsync_ns=FSYNC)
    stage.want(BUY, 0.5, 100, tag="t")
    stage.seconds(0.001)
    stage.crash(torn_bytes=0, for_seconds=0.5)
    stage.seconds(20)
    assert (stage.left(), stage.open_at(), stage.exposed()) == ([], [], 0)
    assert stage.engine.state.orders == stage.engine.state.closed_orders == {}
    stage.check()


def in_the_middle_of_everything(restarts: int, between: float) -> Stage:
    """One order rests, one is half filled, one fills while the engine is down; then it restarts, perhaps again before it is back."""
    stage = Stage()
    for tag, price in (("rests", 99), ("half", 100), ("fills", 99.5)):
        stage.want(BUY, 0.5, price, tag=tag)
    stage.seconds(1)
    stage.other(SELL, 0.2, 100)
    stage.seconds(1)
    stage.world.crash(ENGINE)
    stage.other(SELL, 0.8, 99.5)
    for _ in range(restarts):
        stage.crash(for_seconds=between)
        stage.seconds(between)
    stage.seconds(60)
    stage.check()
    return stage


@pytest.mark.parametrize(("restarts", "between"), [(2, 0.004), (2, 0.012), (3, 0.02), (2, 3.0)])
def test_restarting_twice_is_restarting_once(restarts: int, between: float) -> None:
    """In the middle of a recovery, of logging on, of asking. The books are the same afterwards, to the last field that is not a time."""
    once, again = in_the_middle_of_everything(1, between), in_the_middle_of_everything(restarts, between)
    for stage in (once, again):
        for order in (*stage.engine.state.closed_orders.values(), *stage.engine.state.orders.values()):
            order.closed = order.created  # The only times among them.
    assert once.engine.state.orders == again.engine.state.orders
    assert once.engine.state.closed_orders == again.engine.state.closed_orders
    assert once.engine.state.positions == again.engine.state.positions
    assert once.position() == 1000 * LOT * 999 // 1000


def fill_many(stage: Stage, times: int) -> None:
    for number in range(times):
        stage.world.send(*stage.hand(SELL, 0.05, 100, tif=TimeInForce.IOC), Nanos(stage.world.now + number * MILLISECOND))
    stage.seconds(times / 1000 + 1)


def test_position_older_than_the_venue_s_history() -> None:
    """Built by more fills than the venue still lists. After a restart it is what it was: what is not reported is not flat."""
    stage = Stage()
    stage.want(BUY, 80.0, 100, tag="t")
    stage.seconds(1)
    fill_many(stage, KEPT + SURPLUS + 50)
    held = stage.position(owner=STRATEGY)
    assert held == stage.filled_at() > 0
    stage.crash(for_seconds=5)
    stage.seconds(61)
    assert stage.position(owner=STRATEGY) == held
    assert (stage.heard(BreakFound), stage.engine.state.mode) == ([], TradingMode.RUNNING)
    stage.check()


def test_fills_that_the_venue_no_longer_lists() -> None:
    """More fills happened while the engine was down than the venue remembers: the position cannot be known. That is said, what may still
    fill stays exposed, and only what makes positions smaller may leave until somebody lets trading go on by name."""
    asked = Spy(QueryFills)
    stage = Stage(observers=(asked,))
    stage.want(BUY, 80.0, 100, tag="t")
    stage.seconds(1)
    stage.world.crash(ENGINE)
    fill_many(stage, KEPT + SURPLUS + 50)
    stage.restart()
    stage.seconds(61)
    assert 0 < stage.position() < stage.filled_at()
    assert any(found.theirs == "older fills are no longer listed" for found in stage.heard(BreakFound))
    assert stage.engine.state.mode is TradingMode.REDUCE_ONLY
    assert stage.position() + stage.exposed() >= stage.filled_at()
    assert len(asked.was_sent[ENGINE]) < 20, "what is not listed is not asked for again with every fill behind it"
    sent = len(stage.left())
    stage.want(BUY, 0.1, 99, tag="more")
    stage.seconds(1)
    assert len(stage.left()) == sent
    stage.give(Rearm(EVERYTHING, "olga", "counted by hand"))
    stage.want(BUY, 0.1, 99, tag="again")
    stage.seconds(31)
    assert len(stage.left()) == sent + 1
    assert stage.engine.state.mode is TradingMode.RUNNING


def test_cold_start_beside_a_life_before() -> None:
    """The disk is gone; the account holds a position, and an order of the former life rests. What the account holds is the truth to begin
    with; the order is reported and left to a person; what it fills is booked as nobody's; new ids never meet the old ones."""
    stage = Stage()
    stage.other(SELL, 0.5, 100.5)
    stage.want(BUY, 0.5, 100.5, tag="held")
    stage.want(BUY, 0.3, 99, tag="rests")
    stage.seconds(1)
    before = stage.filled_at()
    stage.world.schedule(stage.world.now, CrashMachine(ENGINE))
    stage.seconds(1)
    stage.lose_disk()
    stage.restart()
    stage.seconds(5)
    assert stage.status() == "live"
    assert [found.ours for found in stage.heard(BreakFound)] == ["not ours"]
    stage.other(SELL, 0.3, 99)
    stage.seconds(31)
    assert stage.position() == stage.filled_at() - before > 0
    stage.give(StrategyStarted(STRATEGY, "S", "1", 1.0, 0.1))
    stage.want(BUY, 0.1, 98.5, tag="new")
    stage.seconds(1)
    assert stage.order("new").status is S.NEW
    stage.check_sent_once()
