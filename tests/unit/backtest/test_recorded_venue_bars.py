"""A recorded venue on bars: orders a bar causes fill from the next bar on, and inside a bar the path is the worst for us."""

from typing import Any

import pytest

from seawall.api.orders import OrderType, TimeInForce
from seawall.api.units import Nanos
from seawall.backtest.fill_models import touch, trade_through
from tests.unit.backtest.desk import BTC, USD, Desk, brief

IOC, FOK = TimeInForce.IOC, TimeInForce.FOK
MAKER_ONLY = OrderType.LIMIT_MAKER


def desk_after_one_bar(fill_model: Any = trade_through, **options: Any) -> Desk:
    """The last price is 100."""
    desk = Desk(fill_model, bars=True, **options)
    assert desk.bar(99, 101, 98, 100) == []
    return desk


def test_a_market_order_fills_at_the_open_of_the_next_bar() -> None:
    desk = desk_after_one_bar()
    assert brief(desk.buy(2)) == ["accepted"]
    assert brief(desk.bar(103, 110, 90, 95)) == ["filled 2 at 103 taker"]
    assert brief(desk.bar(95, 96, 94, 95)) == []


def test_a_bar_that_was_open_already_does_not_count() -> None:
    """The order arrives half-way through: what the bar did before is past, and its open is, too."""
    desk = desk_after_one_bar(touch)
    desk.now = Nanos(desk.now + 30)
    desk.buy(1)
    desk.buy(1, 99)
    desk.buy(1, 94, order_type=MAKER_ONLY)
    desk.now = Nanos(desk.now - 30)
    assert brief(desk.bar(100, 110, 90, 95)) == []
    assert brief(desk.bar(97, 98, 93, 97)) == ["filled 1 at 97 taker", "filled 1 at 97 taker", "filled 1 at 94 maker"]


def test_slippage_worsens_the_open() -> None:
    desk = desk_after_one_bar(slippage_bps=100)
    desk.buy(1)
    desk.sell(1)
    assert brief(desk.bar(200, 200, 200, 200)) == ["filled 1 at 202 taker", "filled 1 at 198 taker"]


def test_a_limit_that_the_open_reaches_takes_it() -> None:
    desk = desk_after_one_bar()
    desk.buy(1, 105)
    desk.sell(1, 95)
    assert brief(desk.bar(102, 103, 101, 102)) == ["filled 1 at 102 taker", "filled 1 at 102 taker"]


@pytest.mark.parametrize("tif", [IOC, FOK])
def test_what_may_not_rest_expires_at_the_open(tif: TimeInForce) -> None:
    desk = desk_after_one_bar(touch)
    desk.buy(1, 97, time_in_force=tif)
    assert desk.balances() == (9_903, 97, 100, 0)
    assert brief(desk.bar(98, 99, 90, 95)) == ["expired"]
    assert desk.balances() == (10_000, 0, 100, 0)


@pytest.mark.parametrize(("model", "low_at_price"), [(touch, ["filled 1 at 95 maker"]), (trade_through, [])])
def test_a_resting_order_fills_on_the_low_at_its_own_price(model: Any, low_at_price: list[str]) -> None:
    desk = desk_after_one_bar(model)
    desk.buy(1, 95)
    assert brief(desk.bar(98, 99, 96, 97)) == []
    assert brief(desk.bar(98, 99, 95, 97)) == low_at_price
    assert brief(desk.bar(98, 99, 94, 97)) == ([] if low_at_price else ["filled 1 at 95 maker"])


def test_a_gap_beyond_a_resting_order_fills_it_at_its_own_price() -> None:
    """On a market that never closes somebody sold to the resting order before the price came down to the open."""
    desk = desk_after_one_bar()
    desk.buy(1, 95)
    desk.sell(1, 105)
    assert brief(desk.bar(100, 101, 99, 100)) == []
    assert brief(desk.bar(80, 82, 79, 80)) == ["filled 1 at 95 maker"]
    assert brief(desk.bar(130, 131, 129, 130)) == ["filled 1 at 105 maker"]


def test_both_extremes_of_a_bar_were_reached_whichever_came_first() -> None:
    desk = desk_after_one_bar()
    desk.buy(1, 95)
    desk.sell(1, 105)
    assert brief(desk.bar(100, 106, 94, 100)) == ["filled 1 at 95 maker", "filled 1 at 105 maker"]


def test_nothing_rests_into_a_fill_without_volume() -> None:
    """A quiet minute repeats the last price; nobody traded at it."""
    desk = desk_after_one_bar(touch)
    desk.buy(1, 95)
    assert brief(desk.bar(96, 96, 95, 95, volume=0)) == []
    assert brief(desk.bar(96, 96, 95, 95, volume=1)) == ["filled 1 at 95 maker"]


def test_a_limit_maker_rests_from_the_start() -> None:
    desk = desk_after_one_bar()
    assert brief(desk.buy(1, 100, order_type=MAKER_ONLY)) == ["rejected would_take"]
    assert brief(desk.buy(1, 99, order_type=MAKER_ONLY)) == ["accepted"]
    assert brief(desk.bar(97, 98, 96, 97)) == ["filled 1 at 99 maker"]


def test_a_known_spread_is_paid() -> None:
    """The quote at the last close was 98 to 104: the open, a print at 101, is no better than that for a taker."""
    desk = desk_after_one_bar()
    desk.quote(98, 104)
    desk.buy(1)
    desk.sell(1)
    desk.buy(1, 103)
    assert desk.quote(80, 81) == []  # The quote at the next close comes before its bar, and is not yet known to these orders.
    assert brief(desk.bar(101, 102, 100, 101)) == ["filled 1 at 104 taker", "filled 1 at 98 taker", "filled 1 at 103 taker"]


def test_what_the_balance_no_longer_pays_for_expires() -> None:
    """100 BTC at 100 USD could be paid; at the open of 150 only 66 can."""
    desk = desk_after_one_bar()
    assert brief(desk.buy(100)) == ["accepted"]
    assert brief(desk.bar(150, 151, 149, 150)) == ["filled 66 at 150 taker", "expired"]
    assert desk.balances() == (100, 0, 166, 0)


def test_a_quote_amount_is_not_exceeded_at_a_higher_open() -> None:
    desk = desk_after_one_bar()
    desk.buy(0, quote_quantity=1_000)
    assert brief(desk.bar(120, 121, 119, 120)) == ["filled 8 at 120 taker", "expired"]


def test_what_cannot_pay_for_one_lot_just_expires() -> None:
    desk = desk_after_one_bar(usd=110)
    desk.buy(1)
    assert brief(desk.bar(120, 121, 119, 120)) == ["expired"]
    assert desk.balances() == (110, 0, 100, 0)


def test_orders_that_wait_for_the_open_can_be_canceled() -> None:
    desk = desk_after_one_bar()
    desk.buy(2)
    assert brief(desk.cancel(1)) == ["canceled"]
    assert brief(desk.bar(100, 101, 99, 100)) == []
    assert desk.balances() == (10_000, 0, 100, 0)


def test_the_open_comes_before_what_the_bar_brings_in() -> None:
    """The resting SELL placed first earns its money later in the bar than the BUY at the open wants to spend it."""
    desk = desk_after_one_bar(usd=100)
    desk.sell(1, 105)
    desk.buy(1)
    assert brief(desk.bar(101, 110, 99, 100)) == ["expired", "filled 1 at 105 maker"]


def test_before_the_first_bar_a_market_order_has_no_market() -> None:
    assert brief(Desk(bars=True).buy(1)) == ["rejected no_liquidity"]


def test_money_is_conserved() -> None:
    desk = desk_after_one_bar(touch, maker_fee="0.01", taker_fee="0.02")
    for price in (0, 90, 95, 0, 110):
        desk.buy(1, price)
        desk.sell(2, price)
    for opened in (100, 92, 111, 70):
        desk.bar(opened, opened + 9, opened - 9, opened + 1)
        assert (desk.total(USD), desk.total(BTC)) == (0, 0)


def test_quotes_and_prints_inside_a_bar_fill_nothing() -> None:
    """The bar itself tells what was reached, and only to orders that were there for all of it."""
    desk = desk_after_one_bar(touch)
    desk.buy(1, 95)
    desk.bar(98, 99, 97, 98)
    assert desk.quote(90, 91) + desk.trade(90) == []
