"""Queue position by volume ahead: what moves an order forward, and by how much, in each estimator."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.orders import Side
from seawall.api.units import Nanos
from seawall.backtest.fill_models import FILL_MODELS, FillModel, fill_model
from seawall.backtest.fill_models.queue import LAG, VolumeAhead
from seawall.backtest.fill_models.queue_log import log2
from seawall.backtest.recorded_orders import UNKNOWN, Waiting
from tests.unit.backtest.desk import Desk, brief

SELL = Side.SELL
QUEUES = [model for model in FILL_MODELS if isinstance(model, VolumeAhead)]
everywhere = pytest.mark.parametrize("model", QUEUES, ids=lambda model: model.name)


def queued(name: str, ahead: int = 10, lots: int = 4) -> Desk:
    """A BUY at 99 behind `ahead` lots."""
    desk = Desk(fill_model(name))
    desk.quote(99, 101, ahead, 5)
    assert brief(desk.buy(lots, 99)) == ["accepted"]
    return desk


def waiting(desk: Desk) -> Waiting:
    return next(iter(desk.venue.resting(desk.id).values()))


@everywhere
def test_prints_serve_those_before_us_and_then_us(model: FillModel) -> None:
    desk = queued(model.name)
    assert brief(desk.trade(99, 7, SELL)) == []
    assert waiting(desk).queue.ahead == 3
    assert brief(desk.trade(99, 5, SELL)) == ["filled 2 at 99 maker"]
    assert brief(desk.trade(99, 1, SELL)) == ["filled 1 at 99 maker"]
    assert brief(desk.trade(99, 9, SELL)) == ["filled 1 at 99 maker"]
    assert desk.balances() == (10_000 - 4 * 99, 0, 104, 0)


@everywhere
def test_a_print_of_our_own_side_or_above_us_moves_nothing(model: FillModel) -> None:
    desk = queued(model.name)
    assert brief(desk.trade(99, 50, Side.BUY)) + brief(desk.trade(100, 50, SELL)) == []
    assert waiting(desk).queue.ahead == 10


@everywhere
def test_a_print_below_us_proves_that_the_queue_is_gone(model: FillModel) -> None:
    desk = queued(model.name)
    assert brief(desk.trade(98, 3, SELL)) == ["filled 3 at 99 maker"]
    assert brief(desk.trade(99, 3, SELL)) == ["filled 1 at 99 maker"]


@everywhere
def test_an_offer_below_us_proves_it_too_and_is_taken_once(model: FillModel) -> None:
    desk = queued(model.name)
    assert brief(desk.quote(97, 99, 5, 3)) == []
    assert brief(desk.quote(97, 98, 5, 3)) == ["filled 3 at 99 maker"]
    assert brief(desk.quote(96, 98, 5, 3)) == []
    assert brief(desk.quote(96, 98, 5, 2)) == ["filled 1 at 99 maker"]


@everywhere
def test_two_of_ours_share_a_print_in_the_order_of_time(model: FillModel) -> None:
    desk = queued(model.name)
    desk.buy(4, 99)
    assert brief(desk.trade(99, 16, SELL)) == ["filled 4 at 99 maker", "filled 2 at 99 maker"]


@everywhere
def test_nobody_stands_before_an_order_that_improves_the_price(model: FillModel) -> None:
    desk = Desk(model)
    desk.quote(98, 101, 10, 10)
    desk.buy(2, 99)
    assert brief(desk.trade(99, 1, SELL)) == ["filled 1 at 99 maker"]


@everywhere
def test_deeper_levels_are_unknown_until_the_quote_comes_down(model: FillModel) -> None:
    desk = Desk(model)
    desk.quote(99, 101, 10, 10)
    desk.buy(2, 95)
    assert waiting(desk).queue.ahead == UNKNOWN
    assert brief(desk.trade(95, 100, SELL)) == []
    desk.quote(95, 101, 30, 10)
    assert waiting(desk).queue.ahead == 30


@pytest.mark.parametrize(
    ("name", "before_us"),
    [("queue_trades", 100), ("queue_proportional", 80), ("queue_square", 88), ("queue_power", 94), ("queue_log", 72), ("queue_front", 40)],
)
def test_a_cancellation_is_shared_out(name: str, before_us: int) -> None:
    """100 ahead, 200 behind, 60 leave."""
    desk = queued(name, ahead=100)
    desk.quote(99, 101, 300, 5)
    desk.quote(99, 101, 240, 5)
    assert waiting(desk).queue.ahead == before_us


@pytest.mark.parametrize("name", [model.name for model in QUEUES])
def test_what_cannot_have_been_behind_us_was_before(name: str) -> None:
    desk = queued(name)
    desk.quote(99, 101, 12, 5)
    desk.quote(99, 101, 3, 5)
    assert waiting(desk).queue.ahead <= 3
    desk.quote(98, 101, 50, 5)
    assert waiting(desk).queue.ahead == 0


@everywhere
def test_a_level_that_shrinks_after_its_print_was_not_canceled(model: FillModel) -> None:
    desk = queued(model.name)
    desk.quote(99, 101, 20, 5)
    desk.trade(99, 6, SELL)
    desk.quote(99, 101, 17, 5)
    desk.quote(99, 101, 14, 5)
    assert waiting(desk).queue.ahead == 4


@everywhere
def test_a_level_that_shrinks_before_its_print_was_not_canceled_either(model: FillModel) -> None:
    desk = queued(model.name)
    desk.quote(99, 101, 14, 5)
    assert brief(desk.trade(99, 6, SELL)) == []
    assert waiting(desk).queue.ahead == 4


@everywhere
def test_a_print_long_after_is_another_one(model: FillModel) -> None:
    desk = queued(model.name)
    desk.quote(99, 101, 4, 5)
    assert waiting(desk).queue.ahead == 4
    desk.now = Nanos(desk.now + LAG + 1)
    desk.trade(99, 3, SELL)
    assert waiting(desk).queue.ahead == 1


@given(value=st.integers(1, 10**15))
def test_the_logarithm_of_integers(value: int) -> None:
    assert abs(log2(value) / 65536 - math.log2(value)) < 1e-4
