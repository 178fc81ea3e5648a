"""Orders that are replaced or amended while the market does something else: what was wished for trades once."""

import pytest

from seawall.api.control import Drop
from seawall.api.orders import OrderStatus as S
from seawall.api.orders import OrderType, TimeInForce
from seawall.api.projections import BreakFound
from seawall.api.signals import AmendRequested, ReplaceRequested
from tests.simulation.incidents.stage import BUY, PRIVATE, SELL, Stage
from tests.unit.engine.rig import COIN, LOT, STRATEGY


def replace(stage: Stage, price: float = 99.5) -> None:
    """A resting purchase of one coin at a hundred shall stand at another price."""
    request = ReplaceRequested(
        STRATEGY, "old", "new", 1.0, stage.world.now, order_type=OrderType.LIMIT, time_in_force=TimeInForce.GTC, limit_price=price
    )
    stage.give(request)


def resting() -> Stage:
    stage = Stage()
    stage.want(BUY, 1.0, 100, tag="old")
    stage.seconds(1)
    return stage


@pytest.mark.parametrize("filled", [0.4, 1.0])
def test_replaced_order_fills_first(filled: float) -> None:
    """The old order trades while the request travels: "already filled", says the venue, and places nothing. What was wished for once is
    bought once, never as the old and the new one together."""
    stage = resting()
    replace(stage)
    stage.other(SELL, filled, 100)
    stage.seconds(5)
    assert stage.order("new").status is S.REJECTED
    assert (stage.order("old").status is S.FILLED) == (filled == 1.0)
    stage.other(SELL, 5.0, 99)
    stage.seconds(5)
    assert stage.filled_at() == stage.position() == COIN * 999 // 1000
    assert stage.heard(BreakFound) == []
    stage.check()


@pytest.mark.parametrize("lost", ["request", "answers"])
def test_replacement_of_unknown_outcome(lost: str) -> None:
    """The request, or every answer to it, is lost. Both orders count as one, as the larger of the two; afterwards one of them lives,
    and what it buys is what was wished for."""
    stage = resting()
    name = stage.outward(Drop(), "ReplaceOrder") if lost == "request" else stage.fault(Drop(), *PRIVATE)
    replace(stage)
    stage.seconds(1.9)
    assert stage.exposed() == 1000 * LOT
    assert stage.heal(name) >= 1
    stage.seconds(40)
    assert len(stage.open_at()) == len(stage.engine.state.orders) == 1
    assert stage.order("new").status is (S.REJECTED if lost == "request" else S.NEW)
    stage.other(SELL, 5.0, 99)
    stage.seconds(5)
    assert stage.filled_at() == stage.position() == COIN * 999 // 1000
    stage.seconds(31)
    stage.check()


@pytest.mark.parametrize("lost", [False, True])
def test_amended_below_what_has_filled(lost: bool) -> None:
    """The order is made smaller than what has traded meanwhile. The venue refuses; the books keep the size that holds there, whether its
    answer is heard or not."""
    stage = resting()
    mute = stage.fault(Drop(), *PRIVATE, "OrderAmended", "AmendRejected") if lost else ""
    stage.give(AmendRequested(STRATEGY, "old", 0.5))
    stage.other(SELL, 0.7, 100)
    stage.seconds(1)
    if mute:
        assert stage.heal(mute) >= 1
    stage.seconds(40)
    order = stage.order("old")
    assert (order.quantity, order.cumulative_quantity, order.leaves_quantity) == (1000, 700, 300)
    assert stage.exposed() == stage.position() + 300 * LOT
    stage.check()
