"""A leveraged trader: what it takes, how it protects itself, what it does when the venue has closed it."""

from typing import Any

import pytest

from seawall.api.margin import PositionsReported, PositionState
from seawall.api.message import Address, Message, Tick
from seawall.api.orders import AccountId, CancelOrder, OrderType, PlaceOrder, Side
from seawall.api.perpetuals import define_perpetual
from seawall.api.units import MINUTE, PPB, SECOND, Money, Nanos, Price
from seawall.market_data.core.figures import WORTH
from seawall.market_data.core.traders.hire import Stage
from seawall.market_data.core.traders.leveraged_trader import SLICES, LeveragedTrader, LeveragedTraders
from seawall.runtime.machine import handle

PERPETUAL = define_perpetual("gamma", "BTC-USDT-PERP", tick="1", lot="0.001")
STAGE = Stage((PERPETUAL,), {PERPETUAL.base: 60_000 * WORTH}, Address("prices"), 8)
START = Nanos(1_700_000_000 * SECOND)


def hired(**settings: Any) -> list[LeveragedTrader]:
    kind = LeveragedTraders(**{"count": 4, "least": 5, "most": 20, **settings})
    assert kind.fault() is None
    return [hire.build() for hire in kind.hire(STAGE, lambda: 7)]


def ticked(trader: LeveragedTrader, minutes: int) -> list[PlaceOrder]:
    placed: list[PlaceOrder] = []
    for second in range(minutes * 60):
        now = Nanos(START + second * SECOND)
        due = trader.deadline()
        if due is not None and due <= now:
            placed += [each.message for each in handle(trader, Tick(), now) if isinstance(each.message, PlaceOrder)]
    return placed


def told(trader: LeveragedTrader, lots: int, cost: int, mark: int) -> list[Message]:
    held = (PositionState(PERPETUAL.id, lots, Money(cost), Price(mark), Money(0), Money(0), Price(0)),) if lots else ()
    report = PositionsReported(AccountId(trader.address), trader.state.pad.request, held, START)
    return [envelope.message for envelope in handle(trader, report, Nanos(START + 10 * MINUTE))]


def test_it_takes_its_leverage_times_its_wealth_in_slices_and_no_more() -> None:
    for trader, leverage in zip(hired(wealth=1_000 * WORTH), (5, 10, 15, 20), strict=True):
        placed = ticked(trader, 15)
        assert len(placed) == SLICES and {order.side for order in placed} == {Side.BUY}
        assert sum(order.quote_quantity for order in placed) == 1_000 * leverage * 10**8


def test_shares_are_spread_over_all() -> None:
    traders = hired(long=PPB // 2, stopped=PPB // 4)
    assert [trader.plan.side for trader in traders].count(Side.BUY) == 2
    assert [bool(trader.plan.stop) for trader in traders].count(True) == 1


def test_one_stop_covers_what_is_held_and_is_renewed_when_that_changes() -> None:
    (trader,) = hired(count=1, stopped=PPB, stop=PPB // 50)
    cost = 100 * 60_000 * PERPETUAL.tick_value
    (stop,) = told(trader, 100, cost, 60_000)
    assert isinstance(stop, PlaceOrder) and stop.order_type is OrderType.STOP_LOSS and stop.reduce_only
    assert (stop.side, stop.quantity, stop.stop_price) == (Side.SELL, 100, 58_800)
    assert told(trader, 100, cost, 60_000) == []
    cancel, renewed = told(trader, 150, cost * 3 // 2, 60_000)
    assert isinstance(cancel, CancelOrder) and isinstance(renewed, PlaceOrder) and renewed.quantity == 150
    assert told(trader, 0, 0, 0) == [], "closed: nothing to protect"


def test_what_has_passed_its_stop_already_is_closed_at_once() -> None:
    (trader,) = hired(count=1, long=0, stopped=PPB, stop=PPB // 50)
    (closing,) = told(trader, -100, -100 * 60_000 * PERPETUAL.tick_value, 61_500)
    assert isinstance(closing, PlaceOrder) and (closing.side, closing.order_type) == (Side.BUY, OrderType.MARKET) and closing.reduce_only


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"count": 0}, "count is"), ({"least": 9, "most": 3}, "least"), ({"enters_over": 0}, "enters_over"), ({"long": 2 * PPB}, "long"),
        ({"stop": 0}, "stop"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said(wrong: dict[str, Any], said: str) -> None:
    assert said in str(LeveragedTraders(**wrong).fault())
