"""Stops, trailing stops and orders good till a date against a recording: prints, quotes, and the worst path through a bar."""

import pytest

from seawall.api.message import Tick
from seawall.api.orders import OrderType, TimeInForce
from seawall.api.units import Nanos
from tests.unit.backtest.desk import BTC, USD, Desk, brief

STOP, STOP_LIMIT, PROFIT = OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT, OrderType.TAKE_PROFIT


def desk(last: int = 100, **how: object) -> Desk:
    made = Desk(**how)  # type: ignore[arg-type]
    if how.get("bars"):
        made.bar(last, last, last, last)
    else:
        made.trade(last)
    return made


def checked(one: Desk) -> None:
    assert (one.total(USD), one.total(BTC)) == (0, 0)


def test_a_print_triggers_and_the_quote_is_taken() -> None:
    one = desk()
    one.quote(94, 96)
    assert brief(one.sell(2, order_type=STOP, stop_price=95)) == ["accepted"]
    assert one.balances() == (10_000, 0, 98, 2)
    assert brief(one.trade(96)) == []
    assert brief(one.trade(95)) == ["triggered", "filled 2 at 94 taker"]
    assert one.balances() == (10_188, 0, 98, 0)
    checked(one)


def test_without_any_print_the_middle_of_the_quote_counts() -> None:
    one = Desk()
    one.quote(99, 101)
    one.sell(1, order_type=STOP, stop_price=95)
    assert brief(one.quote(95, 97)) == []
    assert brief(one.quote(94, 96)) == ["triggered", "filled 1 at 94 taker"]


def test_a_stop_limit_rests_where_the_market_is_past_it() -> None:
    """And fills later as maker, at its price."""
    one = desk()
    one.sell(1, 97, order_type=STOP_LIMIT, stop_price=98)
    assert brief(one.trade(96)) == ["triggered"]
    assert brief(one.trade(98)) == ["filled 1 at 97 maker"]
    checked(one)


def test_a_buy_that_triggers_above_its_stop_buys_what_the_balance_pays_for() -> None:
    one = desk(usd=1_010)
    one.buy(10, order_type=STOP, stop_price=101)
    assert one.balances() == (0, 1_010, 100, 0)
    assert brief(one.trade(110)) == ["triggered", "filled 9 at 110 taker", "expired"]
    checked(one)


def test_what_is_reached_already_is_refused() -> None:
    assert brief(desk().buy(1, order_type=STOP, stop_price=100)) == ["rejected would_trigger"]


def test_a_trailing_stop_follows_the_prints() -> None:
    one = desk()
    one.sell(1, order_type=STOP, trailing_delta_bps=1_000)
    for price in (110, 120, 109):
        assert brief(one.trade(price)) == []
    assert brief(one.trade(108)) == ["triggered", "filled 1 at 108 taker"]


def test_a_cancel_gives_back_what_it_had_locked() -> None:
    one = desk()
    one.buy(3, order_type=STOP, stop_price=105)
    assert brief(one.cancel(1)) == ["canceled"]
    assert one.balances() == (10_000, 0, 100, 0)
    assert brief(one.trade(106)) == []


def test_good_till_date_expires_by_the_clock() -> None:
    one = desk()
    one.now = Nanos(10)
    assert brief(one.buy(1, 90, time_in_force=TimeInForce.GTD, expire_time=50)) == ["accepted"]
    assert one.venue.deadline() == 50
    one.now = Nanos(50)
    assert brief(one.tell(Tick())) == ["expired"]
    assert (one.venue.deadline(), one.balances()) == (None, (10_000, 0, 100, 0))


@pytest.mark.parametrize(
    ("side", "order_type", "stop", "bar", "price"),
    [
        ("sell", STOP, 95, (100, 101, 94, 99), 95),  # Reached inside: at the stop.
        ("sell", STOP, 95, (90, 101, 89, 99), 90),  # Opened beyond: at the open.
        ("buy", STOP, 105, (100, 106, 94, 99), 105),
        ("buy", STOP, 105, (110, 111, 94, 99), 110),
        ("sell", PROFIT, 105, (100, 120, 99, 118), 105),  # No more than the stop, whatever the high was.
        ("buy", PROFIT, 95, (100, 101, 80, 99), 95),
        ("sell", STOP, 95, (100, 101, 96, 99), 0),
    ],
)
def test_a_stop_inside_a_bar(side: str, order_type: OrderType, stop: int, bar: tuple[int, int, int, int], price: int) -> None:
    one = desk(bars=True)
    place = one.sell if side == "sell" else one.buy
    place(1, order_type=order_type, stop_price=stop)
    assert brief(one.bar(*bar)) == (["triggered", f"filled 1 at {price} taker"] if price else [])
    checked(one)


@pytest.mark.parametrize(
    ("side", "bar", "price"),
    [
        ("sell", (100, 120, 112, 118), 0),  # Ten percent under the high is 108.
        ("sell", (100, 120, 108, 118), 108),  # High first, then low.
        ("sell", (100, 120, 99, 118), 99),  # Up to 110, then down, then to the high.
        ("sell", (100, 120, 90, 118), 90),  # Low first triggers, too, and at the worse price.
        ("sell", (85, 120, 80, 118), 85),  # Opened beyond.
        ("buy", (100, 101, 80, 85), 101),  # Down to 91, then up to the high, then to the low.
        ("buy", (100, 110, 80, 85), 110),  # High first triggers, too, and at the worse price.
    ],
)
def test_a_trailing_stop_takes_the_worst_of_all_paths_through_a_bar(side: str, bar: tuple[int, int, int, int], price: int) -> None:
    """Ten percent, from a last price of 100."""
    one = desk(bars=True)
    (one.sell if side == "sell" else one.buy)(1, order_type=STOP, trailing_delta_bps=1_000)
    assert brief(one.bar(*bar)) == (["triggered", f"filled 1 at {price} taker"] if price else [])


def test_a_bar_that_was_open_already_triggers_nothing() -> None:
    one = desk(bars=True)
    one.now = Nanos(one.now + 30)
    one.sell(1, order_type=STOP, stop_price=95)
    one.now = Nanos(one.now - 30)
    assert brief(one.bar(100, 100, 90, 95)) == []
    assert brief(one.bar(100, 100, 95, 99)) == ["triggered", "filled 1 at 95 taker"]


def test_a_good_till_date_order_meets_the_open_like_any_other_and_rests() -> None:
    one = desk(bars=True)
    one.buy(1, 90, time_in_force=TimeInForce.GTD, expire_time=10_000)
    assert brief(one.bar(100, 100, 95, 99)) == []
    assert brief(one.bar(100, 100, 80, 99)) == ["filled 1 at 90 maker"]
