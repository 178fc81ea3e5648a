"""What a venue answers to requests that cannot be: each refusal says which rule it was, and nothing of the request has an effect."""

from typing import Any

import msgspec
import pytest

from seawall.api.accounts import Heartbeat, Logon
from seawall.api.instruments import Filters, InstrumentId
from seawall.api.message import Message
from seawall.api.orders import (
    AccountId,
    AmendOrder,
    CancelOrder,
    ClientOrderId,
    OrderListType,
    PlaceOrder,
    PlaceOrderList,
    ReplaceMode,
    ReplaceOrder,
)
from seawall.api.rate_limits import RateLimit, RateLimitKind, RateLimits
from seawall.api.units import MINUTE, SECOND, Money, Nanos, Price, Quantity
from seawall.api.venue_operations import ChangeFilters, ChangeRateLimits
from tests.unit.exchange.core.test_rate_limits import Counting
from tests.unit.exchange.core.test_stops import traded_at
from tests.unit.exchange.core.venue import BTC_USDT, Venue

ALICE, KEY, NOWHERE = AccountId("alice"), BTC_USDT.id, InstrumentId("test:DOGE-USDT")
OCO, OTO = OrderListType.OCO, OrderListType.OTO


def filtered(**filters: Any) -> Venue:
    venue = traded_at(100)
    venue.send(ChangeFilters(KEY, Filters(**filters), "olga", "test"))
    return venue


def untouched(venue: Venue) -> bool:
    return venue.balances("alice") == "BTC 1000000+0, USDT 1000000+0" and venue.book() == " | "


@pytest.mark.parametrize(
    ("filters", "terms", "said"),
    [
        ({"max_price": Price(150)}, {"stop_price": 151}, "price_filter: stop_price 151 is outside the prices this instrument takes"),
        ({"min_price": Price(50)}, {"stop_price": 49, "side": "sell"}, "price_filter: stop_price 49 is outside"),
        ({"price_step": 5}, {"stop_price": 103}, "price_filter: a stop_price here is a multiple of 5"),
        ({"min_quantity": Quantity(3)}, {"display_quantity": 2, "order_type": "limit", "price": 90}, "lot_size: display_quantity is under"),
        ({"max_iceberg_parts": 2}, {"display_quantity": 2, "order_type": "limit", "price": 90}, "iceberg_parts: shown 2 lots at a time"),
        ({}, {"display_quantity": 2, "order_type": "market"}, "invalid_order: display_quantity is for orders that rest at a price"),
        ({}, {"display_quantity": 2, "order_type": "limit", "price": 90, "time_in_force": "ioc"}, "invalid_order: display_quantity is for"),
        ({}, {"display_quantity": 6, "order_type": "limit", "price": 90}, "invalid_order: display_quantity is a part of the quantity"),
        ({}, {"expire_time": 5_000, "order_type": "limit", "price": 90}, "invalid_order: expire_time goes with time_in_force gtd"),
    ],
)
def test_terms_that_the_venue_does_not_take(filters: dict[str, Any], terms: dict[str, Any], said: str) -> None:
    venue = filtered(**filters)
    (answer,) = venue.order("alice", **{"side": "buy", "quantity": 5, "order_type": "stop_loss", **terms})
    assert said in answer
    assert untouched(venue)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"valid_until": Nanos(999)}, "request_expired"),
        ({"instrument": NOWHERE}, "unknown_instrument"),
        ({"quantity": Quantity(2)}, "lot_size"),
        ({"quantity": Quantity(7)}, "lot_size"),
        ({"quantity": Quantity(3)}, "notional"),
        ({"quantity": Quantity(6)}, ""),
    ],
)
def test_an_amend_that_the_venue_does_not_take(change: dict[str, Any], said: str) -> None:
    """The order stays what it was."""
    venue = filtered(min_quantity=Quantity(3), quantity_step=3, min_notional=Money(300))
    venue.order("alice", "sell", 110, 9, name="a")
    venue.send(ChangeFilters(KEY, Filters(min_quantity=Quantity(3), quantity_step=3, min_notional=Money(400)), "olga", "test"))
    request = msgspec.structs.replace(AmendOrder(ALICE, ClientOrderId("a"), KEY, Quantity(6)), **change)
    assert venue.say(request) == ([f"alice a not amended: {said}"] if said else ["alice a amended to 6 leaves 6"])
    assert venue.book() == (" | 110x9" if said else " | 110x6")


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ({"price": 103}, "price_filter"),
        ({"price": 100, "order_type": "stop_loss_limit", "stop_price": 96, "side": "sell"}, "price_filter"),
        ({"price": 0}, "invalid_order"),
    ],
)
def test_what_could_never_be_placed_does_not_cost_the_order_it_was_to_replace(new: dict[str, Any], said: str) -> None:
    """Whatever the mode: the old one works on."""
    venue = filtered(price_step=5)
    venue.order("alice", "sell", 110, 9, name="old")
    for mode in ReplaceMode:
        request = venue.request("alice", **{"side": "sell", "quantity": 5, "name": "new", **new})
        told = venue.say(ReplaceOrder(ALICE, ClientOrderId("old"), KEY, request, mode))
        assert told[0] == "alice old not canceled: not_replaced"
        assert told[1].startswith(f"alice new rejected {said}")
    assert venue.book() == " | 110x9"


def test_a_replacement_on_an_instrument_that_is_not_listed() -> None:
    venue = Venue()
    new = venue.request("alice", "buy", 90, 5, name="new", instrument=NOWHERE)
    told = venue.say(ReplaceOrder(ALICE, ClientOrderId("old"), NOWHERE, new, ReplaceMode.STOP_ON_FAILURE))
    assert told[1].startswith("alice new rejected unknown_instrument")


@pytest.mark.parametrize(
    ("orders", "more", "said"),
    [
        ([{"price": 110, "order_type": "limit_maker"}, {"stop_price": 90}], {"valid_until": Nanos(999)}, "request_expired"),
        ([{"price": 110, "order_type": "limit_maker"}, {"stop_price": 90}], {"instrument": NOWHERE}, "unknown_instrument"),
        ([{"price": 110, "order_type": "limit_maker", "account": "bob"}, {"stop_price": 90}], {}, "belong to its account"),
        ([{"price": 110, "order_type": "limit_maker"}, {"stop_price": 90, "quantity": 4}], {}, "have one side and one quantity"),
        ([{"price": 110, "order_type": "limit_maker"}, {"stop_price": 90, "side": "buy"}], {}, "have one side and one quantity"),
        ([{"price": 110, "order_type": "limit_maker", "time_in_force": "ioc"}, {"stop_price": 90}], {}, "only rests; use gtc or gtd"),
        ([{"price": 110, "order_type": "market"}, {"stop_price": 90}], {"list_type": OTO}, "works until it is filled"),
        ([{"price": 110, "order_type": "limit", "name": "x"}, {"stop_price": 90, "name": "x"}], {}, "have different ids"),
    ],
)
def test_a_list_that_cannot_be(orders: list[dict[str, Any]], more: dict[str, Any], said: str) -> None:
    """All of its orders are refused, to whoever asked."""
    venue = traded_at(100)
    made = [venue.request(**{"account": "alice", "side": "sell", "quantity": 5, "order_type": "stop_loss", **order}) for order in orders]
    request = msgspec.structs.replace(PlaceOrderList(ALICE, KEY, OCO, tuple(made)), **more)
    told = venue.say(request)
    assert len(told) == 2
    assert all(line.startswith("alice") and said in line for line in told)
    assert untouched(venue)


def every_request(venue: Venue, account: str) -> list[Message]:
    order = venue.request(account, "sell", 110, 1, name="new")
    stop = venue.request(account, "sell", 0, 1, "stop_loss", name="stop", stop_price=90)
    key, member = ClientOrderId("old"), AccountId(account)
    return [
        PlaceOrderList(member, KEY, OTO, (order, stop)),
        ReplaceOrder(member, key, KEY, order, ReplaceMode.STOP_ON_FAILURE),
        AmendOrder(member, key, KEY, Quantity(1)),
        CancelOrder(member, key, KEY),
        Logon(member, 7, Nanos(0)),
        Heartbeat(member, 8),
        order,
    ]


def test_a_venue_that_has_heard_enough_answers_every_kind_of_request() -> None:
    """By its own refusal, so that whoever waits for one hears it; nothing is done."""
    venue = Counting(RateLimits())
    venue.order("alice", "sell", 120, 3, name="old")
    strict = RateLimits((RateLimit(RateLimitKind.REQUEST_WEIGHT, Nanos(MINUTE), 1),), patience=99)
    venue.send(ChangeRateLimits(strict, "olga", "a storm"))
    venue.send(Heartbeat(ALICE, 1))
    answers = [[type(message).__name__ for _, message in venue.send(request)] for request in every_request(venue, "alice")]
    refused = ["OrderRejected", "OrderRejected"], ["CancelRejected", "OrderRejected"], ["AmendRejected"], ["CancelRejected"]
    assert answers == [["RequestRefused", *more] for more in (*refused, ["LogonRefused"], [], ["OrderRejected"])]
    assert venue.book() == " | 120x3"


def test_who_has_no_account_is_not_answered() -> None:
    venue = Venue()
    for request in every_request(venue, "stranger"):
        assert venue.send(request) == []


def test_a_ban_after_a_long_time_is_short_again() -> None:
    """Of bans that are longer ago than the longest there is nothing is left."""
    venue = Counting(RateLimits())
    limits = RateLimits((RateLimit(RateLimitKind.ORDERS, Nanos(SECOND), 1),), patience=0, ban=Nanos(MINUTE), longest_ban=Nanos(10 * MINUTE))
    venue.send(ChangeRateLimits(limits, "olga", "a storm"))

    def banned(now: int) -> int:
        for _ in range(2):
            said = venue.send(venue.request("alice", "buy", 90, 1), now)
        return int(said[0][1].retry_at) - now  # type: ignore[attr-defined]

    first = banned(SECOND)
    second = banned(SECOND + first)
    assert (first, second) == (MINUTE, 2 * MINUTE)
    assert banned(60 * MINUTE) == MINUTE


def test_a_replacement_for_another_account_is_refused_to_whoever_asked() -> None:
    venue = Venue()
    venue.order("alice", "sell", 120, 3, name="old")
    new: PlaceOrder = venue.request("bob", "sell", 110, 3, name="new")
    told = venue.say(ReplaceOrder(ALICE, ClientOrderId("old"), KEY, new, ReplaceMode.STOP_ON_FAILURE))
    assert told == [
        "alice old not canceled: not_replaced",
        "alice new rejected invalid_order: both orders belong to one account and one instrument",
    ]
