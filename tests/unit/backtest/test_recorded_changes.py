"""Amend, cancel-replace and OCO against a recording: as at an exchange, and in a bar the worse of two."""

import pytest

from seawall.api.message import Message, Tick
from seawall.api.orders import OrderAmended, OrderListType, OrderRejected, OrderType, PlaceOrderList, Side, TimeInForce
from seawall.api.units import Nanos
from seawall.backtest.fill_models import fill_model
from tests.unit.backtest.desk import ACCOUNT, BTC, USD, Desk, brief

BUY, SELL = Side.BUY, Side.SELL


def desk(last: int = 100, **how: object) -> Desk:
    made = Desk(**how)  # type: ignore[arg-type]
    if how.get("bars"):
        made.bar(last, last, last, last)
    else:
        made.trade(last)
    return made


def checked(one: Desk) -> None:
    assert (one.total(USD), one.total(BTC)) == (0, 0)
    assert min(one.balances()) >= 0


def detail(messages: list[Message]) -> str:
    return next(message.detail for message in messages if isinstance(message, OrderRejected))


def test_an_amended_order_locks_less_and_fills_less() -> None:
    one = desk()
    one.buy(10, 90)
    (amended,) = one.amend(1, 4)
    assert isinstance(amended, OrderAmended)
    assert (amended.quantity, amended.leaves_quantity) == (4, 4)
    assert one.balances() == (9_640, 360, 100, 0)
    assert brief(one.trade(89)) == ["filled 4 at 90 maker"]
    checked(one)


def test_it_keeps_its_place_in_the_queue() -> None:
    """Six of the ten shown before it have traded when it shrinks: four more, and it is its turn."""
    one = Desk(fill_model("queue_trades"))
    one.quote(99, 101, 10, 10)
    one.buy(5, 99)
    assert brief(one.trade(99, 6, SELL)) == []
    one.amend(1, 2)
    assert brief(one.trade(99, 5, SELL)) == ["filled 1 at 99 maker"]
    checked(one)


@pytest.mark.parametrize(("quantity", "reason"), [(10, "invalid_order"), (11, "invalid_order"), (3, "invalid_order"), (4, "notional")])
def test_an_amend_only_makes_smaller_and_not_to_less_than_is_filled(quantity: int, reason: str) -> None:
    one = desk(limited=True, min_notional="400")
    one.buy(10, 90)
    one.trade(89, 3)
    assert brief(one.amend(1, quantity)) == [f"rejected {reason}"]
    assert brief(one.amend(2, 5)) == ["rejected unknown_order"]


def test_a_replaced_order_gives_way_and_its_money_pays_for_the_new_one() -> None:
    one = desk(usd=1_000)
    one.buy(10, 99)
    assert brief(one.replace(1, BUY, 11, 90)) == ["canceled", "accepted"]
    assert one.balances() == (10, 990, 100, 0)
    checked(one)


def test_what_cannot_be_replaces_nothing() -> None:
    one = desk()
    one.buy(10, 90)
    assert brief(one.replace(1, BUY, 0, 90)) == ["rejected not_replaced", "rejected invalid_order"]
    assert brief(one.replace(1, BUY, 5, 0, order_type=OrderType.STOP_LOSS)) == ["rejected not_replaced", "rejected invalid_order"]
    assert brief(one.replace(7, BUY, 5, 90)) == ["rejected unknown_order", "rejected not_replaced"]
    assert one.balances() == (9_100, 900, 100, 0)


def test_what_traded_more_than_its_sender_knew_is_not_replaced() -> None:
    one = desk(limited=True)
    one.buy(10, 90)
    one.trade(89, 3)
    assert brief(one.replace(1, BUY, 10, 91, known=2)) == ["rejected not_replaced", "rejected filled_meanwhile"]
    assert brief(one.replace(1, BUY, 10, 88, known=3)) == ["canceled", "accepted"]
    checked(one)


@pytest.mark.parametrize(("side", "limit", "stop", "balances"), [(SELL, 110, 90, (10_000, 0, 95, 5)), (BUY, 90, 110, (9_450, 550, 100, 0))])
def test_two_of_an_oco_lock_the_larger_of_what_they_need(side: Side, limit: int, stop: int, balances: tuple[int, ...]) -> None:
    one = desk()
    assert brief(one.oco(side, 5, limit, stop)) == ["accepted", "accepted"]
    assert one.balances() == balances
    assert brief(one.amend(2, 4)) == ["amended", "amended"]
    assert one.balances() == ((10_000, 0, 96, 4) if side is SELL else (9_560, 440, 100, 0))
    assert brief(one.cancel(1)) == ["canceled", "canceled"]
    assert one.balances() == (10_000, 0, 100, 0)


def test_when_one_trades_the_other_is_over() -> None:
    one = desk()
    one.oco(SELL, 5, 110, 90)
    assert brief(one.trade(111)) == ["filled 5 at 110 maker", "expired"]
    assert one.balances() == (10_550, 0, 95, 0)
    checked(one)


def test_when_a_part_of_one_trades_the_rest_goes_on_alone() -> None:
    one = desk(limited=True)
    one.oco(BUY, 5, 90, 110)
    assert brief(one.trade(89, 2)) == ["filled 2 at 90 maker", "expired"]
    assert one.balances() == (9_550, 270, 102, 0)
    assert brief(one.trade(89, 9)) == ["filled 3 at 90 maker"]
    checked(one)


def test_when_one_triggers_the_other_is_over() -> None:
    one = desk()
    one.oco(SELL, 5, 110, 90)
    assert brief(one.trade(89)) == ["triggered", "expired", "filled 5 at 89 taker"]
    checked(one)


def test_when_one_expires_so_does_the_other() -> None:
    one = desk()
    one.oco(SELL, 5, 110, 90, time_in_force=TimeInForce.GTD, expire_time=Nanos(50))
    one.now = Nanos(50)
    assert brief(one.tell(Tick())) == ["expired", "expired"]
    assert one.balances() == (10_000, 0, 100, 0)


def test_in_a_bar_that_reaches_both_the_loss_is_taken() -> None:
    """Of the two the worse: nobody knows which of them came first."""
    for side, limit, stop, paid in ((SELL, 110, 90, 90), (BUY, 90, 110, 110)):
        one = desk(bars=True)
        one.oco(side, 5, limit, stop)
        assert brief(one.bar(100, 115, 85, 100)) == ["triggered", "expired", f"filled 5 at {paid} taker"]
        checked(one)
    one = desk(bars=True)
    one.oco(SELL, 5, 110, 90)
    assert brief(one.bar(100, 115, 95, 100)) == ["filled 5 at 110 maker", "expired"]
    checked(one)


def test_two_conditional_orders_make_an_oco_too() -> None:
    """Take profit and stop loss; in a bar that reaches both, the loss."""
    for bars in (False, True):
        one = desk(bars=bars)
        profit = one.request(SELL, OrderType.TAKE_PROFIT, 5, stop_price=110)
        loss = one.request(SELL, OrderType.STOP_LOSS, 5, stop_price=90)
        assert brief(one.tell(PlaceOrderList(ACCOUNT, one.id, OrderListType.OCO, (profit, loss)))) == ["accepted", "accepted"]
        said = brief(one.bar(100, 115, 85, 100) if bars else one.trade(111))
        assert said == ["triggered", "expired", f"filled 5 at {90 if bars else 111} taker"]
        checked(one)


@pytest.mark.parametrize(
    ("side", "quantity", "limit", "stop", "reason", "says"),
    [
        (SELL, 5, 100, 90, "would_take", "a limit_maker order must not trade at once"),
        (SELL, 5, 110, 100, "would_trigger", "has reached a stop price of 100"),
        (SELL, 200, 110, 90, "insufficient_balance", "the order needs 200 BTC"),
        (BUY, 95, 90, 110, "insufficient_balance", "the order needs 10450 USD"),
        (SELL, 0, 110, 90, "invalid_order", "needs a quantity"),
    ],
)
def test_all_are_accepted_or_none(side: Side, quantity: int, limit: int, stop: int, reason: str, says: str) -> None:
    one = desk()
    said = one.oco(side, quantity, limit, stop)
    assert brief(said) == [f"rejected {reason}"] * 2
    assert says in detail(said)
    assert one.balances() == (10_000, 0, 100, 0)


def test_lists_that_release_orders_are_refused_by_name() -> None:
    one = desk()
    pair = (one.request(BUY, OrderType.LIMIT, 5, 90), one.request(SELL, OrderType.LIMIT, 5, 110))
    assert detail(one.tell(PlaceOrderList(ACCOUNT, one.id, OrderListType.OTO, pair))) == "an oto is not built at recorded venues: only oco"
