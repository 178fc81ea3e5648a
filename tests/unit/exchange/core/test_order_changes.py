"""Amending, replacing, and orders of which one cancels the other."""

from typing import Any

import pytest

from seawall.api.orders import (
    AccountId,
    AmendOrder,
    ClientOrderId,
    OrderListType,
    PlaceOrder,
    PlaceOrderList,
    ReplaceMode,
    ReplaceOrder,
)
from seawall.api.units import Quantity
from tests.unit.exchange.core.test_stops import traded_at
from tests.unit.exchange.core.venue import BTC_USDT, Venue

ALICE = AccountId("alice")


def amend(venue: Venue, name: str, quantity: int) -> list[str]:
    return venue.say(AmendOrder(ALICE, ClientOrderId(name), BTC_USDT.id, Quantity(quantity)))


def replace(venue: Venue, name: str, new: PlaceOrder, mode: ReplaceMode = ReplaceMode.STOP_ON_FAILURE) -> list[str]:
    return venue.say(ReplaceOrder(ALICE, ClientOrderId(name), BTC_USDT.id, new, mode))


def oco(venue: Venue, side: str = "sell", stop: int = 90, limit: int = 110, quantity: int = 5, **terms: Any) -> list[str]:
    profit = venue.request("alice", side, limit, quantity, "limit_maker", name="profit")
    loss = venue.request("alice", side, 0, quantity, "stop_loss", name="loss", stop_price=stop, **terms)
    return venue.say(PlaceOrderList(ALICE, BTC_USDT.id, OrderListType.OCO, (profit, loss)))


def test_an_amended_order_keeps_its_place() -> None:
    """Before Bob's, which came later; what it no longer needs is free."""
    venue = Venue()
    venue.order("alice", "sell", 100, 9, name="a")
    venue.order("bob", "sell", 100, 5, name="b")
    assert amend(venue, "a", 4) == ["alice a amended to 4 leaves 4"]
    assert (venue.book(), venue.balances("alice")) == (" | 100x9", "BTC 999996+4, USDT 1000000+0")
    assert venue.order("bob", "buy", 100, 4)[1] == "alice a filled 4 at 100 leaves 0 maker"


def test_an_amend_only_makes_smaller_and_not_to_less_than_is_filled() -> None:
    venue = Venue()
    venue.order("alice", "sell", 100, 9, name="a")
    venue.order("bob", "buy", 100, 3)
    for quantity in (9, 10, 3, 0):
        assert amend(venue, "a", quantity)[0].startswith("alice a not amended: invalid_order")
    assert amend(venue, "a", 4) == ["alice a amended to 4 leaves 1"]
    assert amend(venue, "x", 4)[0].startswith("alice x not amended: unknown_order")


def test_an_iceberg_shrinks_first_where_it_hides() -> None:
    venue = Venue()
    venue.order("alice", "sell", 100, 10, name="a", display_quantity=4)
    amend(venue, "a", 5)
    assert venue.book() == " | 100x4"
    amend(venue, "a", 3)
    assert venue.book() == " | 100x3"


def test_a_replaced_order_gives_way_and_its_money_pays_for_the_new_one() -> None:
    venue = Venue()
    venue.order("alice", "buy", 100, 10_000, name="old")
    said = replace(venue, "old", venue.request("alice", "buy", 50, 20_000, name="new"))
    assert said == ["alice old canceled after 0", "alice new accepted"]
    assert venue.book() == "50x20000 | "


def test_what_is_not_there_is_not_replaced_unless_that_is_allowed() -> None:
    venue = Venue()
    new = venue.request("alice", "buy", 50, 1, name="new")
    assert replace(venue, "old", new) == [
        "alice old not canceled: unknown_order",
        "alice new rejected not_replaced: there was nothing to cancel under the other id",
    ]
    assert replace(venue, "old", new, ReplaceMode.ALLOW_FAILURE) == ["alice old not canceled: unknown_order", "alice new accepted"]


def test_what_traded_more_than_its_sender_knew_is_not_replaced() -> None:
    """So that never both trade, whatever was on its way."""
    venue = Venue()
    venue.order("alice", "buy", 100, 5, name="old")
    venue.order("bob", "sell", 100, 2)
    new = venue.request("alice", "buy", 90, 5, name="new")

    def replace_knowing(known: int) -> list[str]:
        request = ReplaceOrder(ALICE, ClientOrderId("old"), BTC_USDT.id, new, cumulative_quantity=Quantity(known))
        return venue.say(request)

    assert replace_knowing(1) == [
        "alice old not canceled: not_replaced",
        "alice new rejected filled_meanwhile: of the order to be replaced 2 lots are filled",
    ]
    assert venue.book() == "100x3 | "
    assert replace_knowing(2) == ["alice old canceled after 2", "alice new accepted"]


def test_an_order_that_cannot_be_cancels_nothing() -> None:
    venue = Venue()
    venue.order("alice", "buy", 100, 5, name="old")
    said = replace(venue, "old", venue.request("alice", "buy", 0, 5, name="new"))
    assert said == ["alice old not canceled: not_replaced", "alice new rejected invalid_order: a limit order needs a price"]
    stranger = venue.request("bob", "buy", 50, 5, name="new")
    assert replace(venue, "old", stranger)[0] == "alice old not canceled: not_replaced"
    assert venue.book() == "100x5 | "


def test_two_that_cancel_each_other_lock_the_larger_of_what_they_need() -> None:
    venue = traded_at(100)
    assert oco(venue) == ["alice profit accepted", "alice loss accepted"]
    assert (venue.book(), venue.balances("alice")) == (" | 110x5", "BTC 999995+5, USDT 1000000+0")


def test_when_one_trades_the_other_is_over() -> None:
    venue = traded_at(100)
    oco(venue)
    said = venue.order("bob", "buy", 110, 2)
    assert said[-1] == "alice loss expired after 0: order_list"
    assert (venue.book(), venue.balances("alice")) == (" | 110x3", "BTC 999995+3, USDT 1000220+0")
    assert venue.cancel("alice", "profit") == ["alice profit canceled after 2"]


def test_when_one_triggers_the_other_is_over() -> None:
    venue = traded_at(100)
    oco(venue)
    venue.order("bob", "buy", 85, 9)
    venue.order("bob", "sell", 90, 1)
    said = venue.order("bob", "buy", 90, 1)
    assert said[-4:-2] == ["alice loss triggered", "alice profit expired after 0: order_list"]
    assert said[-1] == "alice loss filled 5 at 85 leaves 0 taker"
    assert venue.balances("alice") == "BTC 999995+0, USDT 1000425+0"


def test_who_cancels_one_cancels_both() -> None:
    venue = traded_at(100)
    oco(venue, "buy", stop=110, limit=90)
    assert venue.balances("alice") == "BTC 1000000+0, USDT 999450+550"
    assert venue.cancel("alice", "profit") == ["alice loss canceled after 0", "alice profit canceled after 0"]
    assert (venue.book(), venue.balances("alice")) == (" | ", "BTC 1000000+0, USDT 1000000+0")


def test_an_amend_of_one_amends_both() -> None:
    venue = traded_at(100)
    oco(venue, "buy", stop=110, limit=90)
    assert amend(venue, "loss", 2) == ["alice profit amended to 2 leaves 2", "alice loss amended to 2 leaves 2"]
    assert venue.balances("alice") == "BTC 1000000+0, USDT 999780+220"


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"limit": 110, "stop": 120}, "would_trigger: the last price is 100 ticks, which has reached a stop price of 120"),
        ({"limit": 110, "quantity": 2_000_000}, "insufficient_balance: the order needs 2000000 BTC minor units, 1000000 are free"),
    ],
)
def test_all_are_accepted_or_none(change: dict[str, int], detail: str) -> None:
    venue = traded_at(100)
    assert oco(venue, **change) == [f"alice profit rejected {detail}", f"alice loss rejected {detail}"]
    assert (venue.book(), venue.balances("alice")) == (" | ", "BTC 1000000+0, USDT 1000000+0")


def test_what_does_not_belong_together_is_named() -> None:
    venue = traded_at(100)
    plain = venue.request("alice", "sell", 110, 5, "limit", name="a")
    maker = venue.request("alice", "sell", 110, 5, "limit_maker", name="b")
    other = venue.request("alice", "sell", 0, 5, "take_profit", name="c", stop_price=120)
    for orders, detail in (
        ((maker,), "an oco has two orders, this one has 1"),
        ((maker, plain), "orders that cancel each other are limit_maker and conditional orders: a limit order does not wait"),
        ((maker, other), "of two orders that cancel each other one waits above the market and one below it"),
    ):
        said = venue.say(PlaceOrderList(ALICE, BTC_USDT.id, OrderListType.OCO, orders))
        assert said[0].endswith(f"rejected invalid_order: {detail}")
