"""Fills that get lost, come twice, come early, come late, or hide behind the end of their order."""

import pytest

from seawall.api.control import Drop, Duplicate, Latency, LinkFault, Rewrite
from seawall.api.orders import OrderStatus as S
from seawall.api.orders import TimeInForce
from seawall.api.projections import BreakFound
from seawall.api.signals import FillApplied
from seawall.api.supervision import ClosePosition
from seawall.api.units import MILLISECOND, SECOND
from tests.simulation.incidents.stage import BUY, PRIVATE, SELL, Stage
from tests.unit.engine.rig import LOT, STRATEGY


def trade(stage: Stage, times: int = 10) -> None:
    """Orders that rest, fill in parts and are cancelled, two seconds apart."""
    for number in range(times):
        stage.want(BUY, 0.5, 100, tag=f"t{number}")
        stage.seconds(1)
        stage.other(SELL, 0.3, 100)
        stage.seconds(0.5)
        stage.cancel(f"t{number}")
        stage.seconds(0.5)


@pytest.mark.parametrize("toxicity_ppm", [100_000, 300_000, 1_000_000])
def test_private_frames_dropped_on_a_healthy_link(toxicity_ppm: int) -> None:
    """Some or all order frames are lost while heartbeats are answered and prices flow. Within one reconciliation of the end every execution
    of the venue is booked once; nobody has to reconnect for it."""
    stage = Stage()
    lossy = stage.fault(Drop(), *PRIVATE, toxicity_ppm=toxicity_ppm)
    trade(stage)
    stage.heal(lossy)
    assert stage.until(lambda: stage.position() == stage.filled_at() and not stage.engine.state.orders, 31) < 31
    assert stage.position() == stage.filled_at() > 1000 * LOT
    stage.seconds(31)
    stage.check()


def test_stream_gap_over_a_reconnect() -> None:
    """The connection breaks, orders fill and end meanwhile, and the stream replays nothing when it is back: what was missed is asked for
    before the session is live again."""
    stage = Stage()
    stage.want(BUY, 1.0, 100, tag="a")
    stage.want(BUY, 1.0, 99.5, tag="b")
    stage.seconds(1)
    down = [stage.fault(Drop()), stage.outward(Drop())]
    stage.seconds(1)
    stage.other(SELL, 1.4, 99.5)
    stage.seconds(30)
    assert stage.status() != "live"
    for name in down:
        stage.heal(name)
    stage.until(lambda: stage.status() == "live")
    assert stage.position() == stage.filled_at() == 1400 * LOT * 999 // 1000
    assert (stage.order("a").status, stage.order("b").cumulative_quantity) == (S.FILLED, 400)
    stage.check()


def test_fill_before_its_acknowledgement() -> None:
    """The acknowledgement takes half a second longer than the fill, and comes after the order has ended."""
    stage = Stage()
    late = stage.fault(Latency(500 * MILLISECOND), "OrderAccepted", nth=1)
    stage.other(SELL, 0.4, 100.5)
    stage.want(BUY, 0.4, 100.5, tag="t")
    stage.seconds(0.2)
    assert (stage.order().status, stage.order().cumulative_quantity) == (S.FILLED, 400)
    stage.seconds(1)
    assert stage.heal(late) == 1
    assert (stage.order().status, stage.heard(BreakFound)) == (S.FILLED, [])
    stage.check()


SAME_AGAIN = Duplicate(200 * MILLISECOND)
OTHER_ID_LATER = Duplicate(200 * MILLISECOND, {"trade_id": 900_001})


@pytest.mark.parametrize(("doubled", "nth"), [(SAME_AGAIN, 1), (SAME_AGAIN, 2), (OTHER_ID_LATER, 1), (OTHER_ID_LATER, 2)])
def test_fill_reported_twice(doubled: LinkFault, nth: int) -> None:
    """Once under its id and once more, or once more under another id: the lots of an order are booked once, whatever they are called."""
    stage = Stage()
    stage.want(BUY, 1.0, 100, tag="t")
    stage.seconds(0.1)
    twice = stage.fault(doubled, "OrderFilled", nth=nth)
    stage.other(SELL, 0.3, 100)
    stage.seconds(0.1)
    stage.other(SELL, 0.7, 100)
    stage.seconds(1)
    assert stage.heal(twice) == 1
    assert [fill.quantity for fill in stage.heard(FillApplied)] == [300, 700]
    assert stage.position() == stage.filled_at()
    named = [found.subject for found in stage.heard(BreakFound)]
    assert named == (["trade 900001"] if doubled is OTHER_ID_LATER else [])
    stage.seconds(61)
    assert stage.heard(BreakFound)[len(named) :] == []
    stage.check()


def test_fills_in_the_wrong_order() -> None:
    """The first of three fills comes last and twice, once under another id, after its order has closed for all the venue says."""
    stage = Stage()
    stage.want(BUY, 0.9, 100, tag="t")
    stage.seconds(0.1)
    names = [
        stage.fault(Latency(600 * MILLISECOND), "OrderFilled", nth=1),
        stage.fault(Duplicate(300 * MILLISECOND, {"trade_id": 900_001}), "OrderFilled", nth=1),
        stage.fault(Drop(), "FillsReported", first_n=3),  # What is asked for when a fill is missing.
    ]
    for _ in range(3):
        stage.other(SELL, 0.3, 100)
        stage.seconds(0.1)
    stage.seconds(2)
    for name in names:
        stage.heal(name)
    assert [fill.quantity for fill in stage.heard(FillApplied)] == [300, 300, 300]
    assert (stage.order().status, stage.order().cumulative_quantity, stage.position()) == (S.FILLED, 900, stage.filled_at())
    stage.seconds(31)
    stage.check()


def test_fill_after_the_end_of_its_order() -> None:
    """A cancel crosses a partial fill: its acknowledgement comes first and names the fill. The order waits for it, exposed to just that."""
    stage = Stage()
    stage.want(BUY, 1.0, 100, tag="t")
    stage.seconds(0.1)
    late = stage.fault(Latency(1 * SECOND), "OrderFilled", "FillsReported")
    stage.other(SELL, 0.3, 100)
    stage.cancel()
    stage.seconds(0.5)
    assert (stage.order().ended, stage.order().leaves_quantity, stage.exposed()) == (S.CANCELED, 300, 300 * LOT)
    stage.seconds(2)
    stage.heal(late)
    assert (stage.order().status, stage.order().cumulative_quantity) == (S.CANCELED, 300)
    assert stage.position() == stage.filled_at()
    stage.check()


def test_cancel_acknowledgement_that_hides_a_fill() -> None:
    """It says that nothing was filled, and the fill's own frame is late: the order ends, and the fill is still its strategy's."""
    stage = Stage()
    stage.want(BUY, 1.0, 100, tag="t")
    stage.seconds(0.1)
    lying = stage.fault(Rewrite({"cumulative_quantity": 0}), "OrderCanceled")
    late = stage.fault(Latency(1 * SECOND), "OrderFilled")
    stage.other(SELL, 0.3, 100)
    stage.cancel()
    stage.seconds(0.5)
    assert (stage.order().status, stage.position()) == (S.CANCELED, 0)
    stage.seconds(2)
    assert (stage.heal(lying), stage.heal(late)) == (1, 1)
    assert stage.position(owner=STRATEGY) == stage.filled_at() > 0
    stage.seconds(31)
    assert stage.heard(BreakFound) == []
    stage.check()


def test_exit_with_a_cancel_and_a_fill_in_flight() -> None:
    """A position is closed while the frames of its own exit order get lost in part. The engine asks before it sells again: what is sold is
    what is held, less what no order can sell; the position never turns."""
    stage = Stage()
    stage.other(SELL, 2.0, 100.5)
    stage.want(BUY, 2.0, 100.5, tag="in")
    stage.seconds(1)
    bought = stage.filled_at()
    stage.want(SELL, 1.5, 101.5, tag="exit")
    stage.seconds(1)
    lossy = stage.fault(Drop(), *PRIVATE, toxicity_ppm=500_000)
    stage.other(BUY, 0.4, 101.5, tif=TimeInForce.IOC)
    stage.other(BUY, 5.0, 99.5)
    stage.give(ClosePosition(STRATEGY, "olga", "a test"))
    lowest = bought
    for _ in range(400):
        stage.seconds(0.25)
        lowest = min(lowest, stage.filled_at())
    assert stage.heal(lossy) > 2
    stage.seconds(60)
    assert 0 <= lowest == stage.filled_at() < LOT
    assert stage.position() == stage.filled_at()
    stage.check()
