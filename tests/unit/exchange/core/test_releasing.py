"""OTO and OTOCO: pending orders wait for the working order of their list."""

from typing import Any

import pytest

from seawall.api.accounts import OpenOrdersReported, QueryOpenOrders
from seawall.api.orders import AccountId, AmendOrder, ClientOrderId, OrderListType, OrderStatus, PlaceOrderList
from seawall.api.units import Quantity
from tests.unit.exchange.core.test_stops import traded_at
from tests.unit.exchange.core.venue import BTC_USDT, Venue

ALICE = AccountId("alice")
STOP = {"order_type": "stop_loss", "stop_price": 90}


def oto(venue: Venue, *pending: dict[str, Any], price: int = 95, order_type: str = "limit", **working: Any) -> list[str]:
    """A BUY of 5 that works, and SELLs of 5 that wait for it."""
    kind = OrderListType.OTO if len(pending) == 1 else OrderListType.OTOCO
    first = venue.request("alice", "buy", price, 5, order_type, name="entry", **working)
    rest = [venue.request("alice", **{"side": "sell", "quantity": 5, "name": f"exit{n}", **terms}) for n, terms in enumerate(pending, 1)]
    return venue.say(PlaceOrderList(ALICE, BTC_USDT.id, kind, (first, *rest)))


def test_a_pending_order_locks_nothing_and_is_unseen_until_it_is_released() -> None:
    """By the last fill of the working order, and not by an earlier one."""
    venue = traded_at(100)
    assert oto(venue, {"price": 120}) == ["alice entry accepted", "alice exit1 accepted"]
    assert (venue.book(), venue.balances("alice")) == ("95x5 | ", "BTC 1000000+0, USDT 999525+475")
    ((_, told),) = venue.send(QueryOpenOrders(ALICE, 1))
    assert isinstance(told, OpenOrdersReported)
    assert [order.status for order in told.orders] == [OrderStatus.NEW, OrderStatus.PENDING_NEW]
    assert venue.order("bob", "sell", 95, 3)[-1] == "bob 5 filled 3 at 95 leaves 0 taker"
    assert venue.order("bob", "sell", 95, 2)[-1] == "alice exit1 released"
    assert (venue.book(), venue.balances("alice")) == (" | 120x5", "BTC 1000000+5, USDT 999525+0")


def test_a_working_order_that_is_filled_at_once_releases_at_once() -> None:
    venue = traded_at(100)
    venue.order("bob", "sell", 95, 5)
    assert oto(venue, STOP)[-1] == "alice exit1 released"
    assert venue.balances("alice") == "BTC 1000000+5, USDT 999525+0"


def test_two_that_are_released_cancel_each_other() -> None:
    """And share a lock, as if they had been placed together."""
    venue = traded_at(100)
    oto(venue, {"price": 120, "order_type": "limit_maker"}, STOP)
    assert venue.order("bob", "sell", 95, 5)[-2:] == ["alice exit1 released", "alice exit2 released"]
    assert venue.balances("alice") == "BTC 1000000+5, USDT 999525+0"
    assert venue.order("bob", "buy", 120, 1)[-1] == "alice exit2 expired after 0: order_list"


@pytest.mark.parametrize("name", ["entry", "exit1", "exit2"])
def test_who_cancels_one_cancels_all(name: str) -> None:
    venue = traded_at(100)
    oto(venue, {"price": 120, "order_type": "limit_maker"}, STOP)
    assert sorted(venue.cancel("alice", name)) == [f"alice {each} canceled after 0" for each in ("entry", "exit1", "exit2")]
    assert (venue.book(), venue.balances("alice")) == (" | ", "BTC 1000000+0, USDT 1000000+0")
    market = venue.exchange.state.markets[BTC_USDT.id]
    assert not market.lists and not market.pending


def test_with_a_working_order_that_expires_the_pending_one_expires() -> None:
    """Filled in part or not at all."""
    venue = traded_at(100)
    venue.order("bob", "sell", 95, 2)
    assert oto(venue, STOP, time_in_force="ioc")[-2:] == ["alice exit1 expired after 0: order_list", "alice entry expired after 2"]


def test_what_the_venue_would_refuse_when_it_is_released_expires() -> None:
    """The fill that releases the stop has reached its price; the account cannot pay for the other one."""
    venue = traded_at(100)
    oto(venue, STOP, price=90)
    assert venue.order("bob", "sell", 90, 5)[-1] == "alice exit1 expired after 0: refused"
    oto(venue, {"price": 120, "quantity": 2_000_000})
    assert venue.order("bob", "sell", 95, 5)[-1] == "alice exit1 expired after 0: no_funds"
    assert venue.cancel("alice", "exit1") == ["alice exit1 not canceled: unknown_order"]
    assert venue.balances("alice").startswith("BTC 1000010+0")


def test_a_pending_market_order_trades_when_it_is_released() -> None:
    venue = traded_at(100)
    venue.order("bob", "buy", 94, 5)
    oto(venue, {"order_type": "market"})
    assert venue.order("bob", "sell", 95, 5)[-1] == "alice exit1 filled 5 at 94 leaves 0 taker"


def test_a_pending_order_cannot_be_amended_and_the_working_one_alone() -> None:
    venue = traded_at(100)
    oto(venue, {"price": 120})
    for name, said in (("exit1", ["alice exit1 not amended: invalid_order"]), ("entry", ["alice entry amended to 2 leaves 2"])):
        assert venue.say(AmendOrder(ALICE, ClientOrderId(name), BTC_USDT.id, Quantity(2))) == said


@pytest.mark.parametrize(
    ("pending", "working", "detail"),
    [
        ([STOP], {"order_type": "market", "price": 0}, "works until it is filled: a limit or limit_maker order, not market"),
        ([{"order_type": "market", "quantity": 0, "quote_quantity": 9}], {}, "quote_quantity cannot be counted in advance"),
        ([STOP, STOP], {}, "one waits above the market and one below it"),
        ([{"price": 120, "name": "entry"}], {}, "the orders of an oto have different ids"),
        ([{"price": 120, "quantity": 0}], {}, "a limit order needs a quantity"),
    ],
)
def test_what_cannot_be_a_list_is_refused_whole(pending: list[dict[str, Any]], working: dict[str, Any], detail: str) -> None:
    venue = traded_at(100)
    said = oto(venue, *pending, **working)
    assert len(said) == len(pending) + 1 and all("rejected invalid_order" in each and detail in each for each in said)
    assert venue.balances("alice") == "BTC 1000000+0, USDT 1000000+0"
