"""A recorded venue whose fills are limited to the recorded volume: takers, resters, bars."""

from seawall.api.orders import OrderType, Side, TimeInForce
from seawall.backtest.fill_models import touch, trade_through
from tests.unit.backtest.desk import Desk, brief

SELL = Side.SELL


def limited(**options: object) -> Desk:
    desk = Desk(touch, limited=True, **options)  # type: ignore[arg-type]
    desk.quote(99, 101, 7, 5)
    return desk


def test_a_market_order_takes_what_is_shown_and_the_rest_expires() -> None:
    desk = limited()
    assert brief(desk.buy(8)) == ["accepted", "filled 5 at 101 taker", "expired"]
    assert desk.balances() == (10_000 - 505, 0, 105, 0)


def test_one_that_finds_all_it_wants_says_so_by_its_fill_alone() -> None:
    assert brief(limited().sell(7)) == ["filled 7 at 99 taker"]


def test_what_was_taken_is_gone_until_the_level_changes() -> None:
    desk = limited()
    desk.buy(3)
    assert brief(desk.buy(3)) == ["accepted", "filled 2 at 101 taker", "expired"]
    assert brief(desk.buy(3)) == ["rejected no_liquidity"]
    desk.quote(98, 101, 7, 5)  # The other side's change brings nothing back.
    assert brief(desk.buy(3)) == ["rejected no_liquidity"]
    desk.quote(98, 101, 7, 4)
    assert brief(desk.buy(3)) == ["filled 3 at 101 taker"]


def test_a_limit_order_takes_what_is_there_and_rests_with_the_rest() -> None:
    desk = limited()
    assert brief(desk.buy(8, 102)) == ["accepted", "filled 5 at 101 taker"]
    assert desk.balances() == (10_000 - 505 - 306, 306, 105, 0)
    assert brief(desk.quote(99, 101, 6, 5)) == []
    assert brief(desk.quote(99, 101, 6, 2)) == ["filled 2 at 102 maker"]
    assert brief(desk.cancel(1)) == ["canceled"]
    assert desk.balances() == (10_000 - 505 - 204, 0, 107, 0)


def test_ioc_expires_with_the_rest_and_fok_with_everything() -> None:
    desk = limited()
    assert brief(desk.buy(8, 102, time_in_force=TimeInForce.FOK)) == ["accepted", "expired"]
    assert brief(desk.buy(8, 102, time_in_force=TimeInForce.IOC)) == ["accepted", "filled 5 at 101 taker", "expired"]


def test_a_market_order_by_amount_spends_no_more_than_it() -> None:
    desk = limited()
    assert brief(desk.place(Side.BUY, OrderType.MARKET, quote_quantity=350)) == ["filled 3 at 101 taker"]
    assert brief(desk.place(Side.BUY, OrderType.MARKET, quote_quantity=909)) == ["accepted", "filled 2 at 101 taker", "expired"]


def test_prints_alone_say_nothing_of_what_was_on_offer() -> None:
    desk = Desk(touch, limited=True)
    desk.trade(100, 2)
    assert brief(desk.buy(50)) == ["filled 50 at 100 taker"]


def test_a_print_fills_no_more_than_it_traded_best_price_first_then_oldest() -> None:
    desk = limited()
    for price in (97, 98, 98):
        desk.buy(2, price)
    assert brief(desk.trade(97, 3, SELL)) == ["filled 2 at 98 maker", "filled 1 at 98 maker"]
    assert brief(desk.trade(97, 3, SELL)) == ["filled 1 at 98 maker", "filled 2 at 97 maker"]


def test_unlimited_it_fills_them_all() -> None:
    desk = Desk(trade_through)
    desk.quote(99, 101, 1, 1)
    for price in (97, 98, 98):
        desk.buy(2, price)
    assert brief(desk.trade(96, 1, SELL)) == ["filled 2 at 98 maker", "filled 2 at 98 maker", "filled 2 at 97 maker"]


def test_a_bar_fills_no_more_than_its_volume_the_open_first() -> None:
    desk = Desk(touch, bars=True, limited=True)
    desk.bar(100, 100, 100, 100)
    desk.buy(3, 98)
    desk.bar(100, 101, 99, 100, 10)
    desk.buy(4)
    desk.buy(3, 101)
    assert brief(desk.bar(100, 101, 98, 99, 6)) == ["filled 4 at 100 taker", "filled 2 at 100 taker"]
    assert brief(desk.bar(100, 101, 98, 99, 2)) == ["filled 1 at 101 maker", "filled 1 at 98 maker"]


def test_a_market_order_finds_no_more_than_the_bars_volume() -> None:
    desk = Desk(bars=True, limited=True)
    desk.bar(100, 100, 100, 100)
    desk.buy(4)
    assert brief(desk.bar(100, 100, 100, 100, 3)) == ["filled 3 at 100 taker", "expired"]
