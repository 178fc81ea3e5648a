"""Bursts and long runs: ids that must not collide, queues that overflow, books that must not grow."""

from seawall.api.control import Bandwidth
from seawall.api.message import Address
from seawall.api.orders import PlaceOrder
from seawall.api.projections import BreakFound
from seawall.api.signals import StrategyStarted
from seawall.api.supervision import SetLimits
from seawall.api.units import MILLISECOND, Nanos
from seawall.engine.core.orders import CLOSED_WINDOW
from seawall.engine.core.venues.settings import SessionSettings
from seawall.runtime.machine import snapshot
from tests.simulation.incidents.stage import ALPHA, BUY, SELL, Stage
from tests.unit.engine.rig import ENGINE, LAX

BURST = 400


def test_ids_in_a_burst() -> None:
    """Four strategies want a hundred orders each at one instant, and again after a restart: as many orders as wishes, each under an id
    of its own, each taken once."""
    stage = Stage()
    strategies = [Address(f"strategy:{number}") for number in range(4)]
    for times in (1, 2):
        for strategy in strategies:
            stage.give(StrategyStarted(strategy, "S", "1", 1.0, 0.1))
        for number in range(BURST):
            stage.want(BUY, 0.1, 99, tag=f"t{times}-{number}", strategy=strategies[number % 4])
        stage.seconds(1)
        assert len(stage.open_at()) == len(stage.left()) == BURST * times
        stage.crash()
        stage.seconds(10)
        stage.give(SetLimits(LAX, "olga", "the same again"))  # Which makes every part of the engine anew.
    arrived = [order.client_order_id for order in stage.spy.was_delivered[ALPHA] if isinstance(order, PlaceOrder)]
    ours = [key for key in arrived if not key.startswith("hand-")]
    assert len(dict.fromkeys(ours)) == len(ours) == 2 * BURST
    stage.check()


def test_slow_consumer() -> None:
    """The engine takes a hundred messages a second and lets fifty wait; a burst brings thousands. What overflows is lost and nobody says
    so: the gap is found by asking, and everything that the venue did is in the books."""
    stage = Stage()
    for number in range(60):
        stage.want(BUY, 0.1, 99 + number / 100, tag=f"t{number}")
    stage.seconds(1)
    slow = stage.fault(Bandwidth(100, 50))
    for number in range(300):
        stage.world.send(*stage.hand(SELL, 0.06, 99), Nanos(stage.world.now + number * MILLISECOND))
    stage.seconds(2)
    assert stage.position() < stage.filled_at()
    assert stage.heal(slow) > 300
    assert stage.until(lambda: stage.position() == stage.filled_at(), 40) < 40
    stage.seconds(61)
    assert stage.heard(BreakFound) == []
    stage.check()


def test_books_do_not_grow() -> None:
    """Thousands of orders that fill and end leave what a fixed window of them leaves, however many there were."""
    stage = Stage(session=SessionSettings(trade_window=100))

    def trade(orders: int) -> int:
        for _ in range(orders):
            stage.world.send(*stage.hand(SELL, 0.1, 100.5))
            stage.want(BUY, 0.1, 100.5, tag=f"{stage.world.now}")
            stage.seconds(0.02)
        stage.seconds(40)
        return len(snapshot(stage.engine))

    trade(CLOSED_WINDOW + 300)
    sizes = [trade(300), trade(300)]
    assert max(sizes) < 1.2 * min(sizes)
    state = stage.engine.state
    assert CLOSED_WINDOW <= len(state.closed_orders) <= CLOSED_WINDOW + 250
    assert max(len(applied) for applied in stage.session().applied.values()) <= 100
    assert (state.orders, stage.session().in_flight, stage.session().awaited) == ({}, {}, {})
    assert len(stage.world.nodes[ENGINE].held) == 0
    stage.check()
