"""What an account can ask, and for how long it gets an answer."""

import pytest

from seawall.api.accounts import (
    AccountRefused,
    BalancesReported,
    FillsReported,
    Heartbeat,
    HeartbeatAnswered,
    LoggedOn,
    Logon,
    OpenAccount,
    OpenOrdersReported,
    OrderReported,
    OrderState,
    QueryBalances,
    QueryFills,
    QueryOpenOrders,
    QueryOrder,
)
from seawall.api.message import Address, Message
from seawall.api.orders import AccountId, ClientOrderId, TradeId
from seawall.api.units import Money
from seawall.exchange.core.floor import KEPT
from tests.unit.exchange.core.venue import BTC, BTC_USDT, ETH_USDT, NOW, USDT, Venue

ALICE = AccountId("alice")


def ask(venue: Venue, query: Message) -> Message:
    ((target, answer),) = venue.send(query)
    assert target == "trader:alice"
    return answer


def known(venue: Venue, name: str) -> OrderState | None:
    answer = ask(venue, QueryOrder(ALICE, 7, BTC_USDT.id, ClientOrderId(name)))
    assert isinstance(answer, OrderReported)
    return answer.order


def status(venue: Venue, name: str) -> str:
    order = known(venue, name)
    return f"{order.status} {order.cumulative_quantity}/{order.quantity}" if order is not None else "unknown"


def fills(venue: Venue, after: int = 0, limit: int = 1_000) -> FillsReported:
    answer = ask(venue, QueryFills(ALICE, 7, BTC_USDT.id, TradeId(after), limit))
    assert isinstance(answer, FillsReported)
    return answer


def trade_ids(report: FillsReported) -> list[int]:
    return [fill.trade_id for fill in report.fills]


def trade(venue: Venue, times: int) -> None:
    """Alice buys one from Bob, each time in a trade of its own."""
    for _ in range(times):
        venue.order("bob", "sell", 1, 1)
        venue.order("alice", "buy", 1, 1)


def test_an_order_is_known_through_all_its_life() -> None:
    """Open, filled in part, filled, canceled, expired."""
    venue = Venue()
    venue.order("alice", "sell", 100, 5, name="a")
    assert status(venue, "a") == "new 0/5"
    venue.order("bob", "buy", 100, 2)
    assert status(venue, "a") == "partially_filled 2/5"
    venue.cancel("alice", "a")
    assert status(venue, "a") == "canceled 2/5"
    venue.order("alice", "sell", 100, 5, name="b")
    venue.order("bob", "buy", 100, 5)
    assert status(venue, "b") == "filled 5/5"
    venue.order("bob", "buy", 100, 2)
    venue.order("alice", "sell", 100, 3, time_in_force="ioc", name="c")
    assert status(venue, "c") == "expired 2/3"


def test_a_rejected_order_never_was_one() -> None:
    """As the order that never arrived: the account must not build on the difference."""
    venue = Venue()
    venue.order("alice", "sell", 0, 5, name="bad")
    assert known(venue, "bad") is None
    assert known(venue, "never sent") is None


def test_an_order_is_asked_for_by_its_instrument_too() -> None:
    """On another one there is no such order."""
    venue = Venue(BTC_USDT, ETH_USDT)
    venue.order("alice", "sell", 100, 5, name="a")
    answer = ask(venue, QueryOrder(ALICE, 7, ETH_USDT.id, ClientOrderId("a")))
    assert answer == OrderReported(ALICE, 7, ETH_USDT.id, ClientOrderId("a"), None, NOW)


def test_a_name_used_again_means_the_latest_order() -> None:
    """Open or closed."""
    venue = Venue()
    for quantity in (1, 2):
        venue.order("alice", "sell", 100, quantity, name="a")
        venue.cancel("alice", "a")
    assert status(venue, "a") == "canceled 0/2"
    venue.order("alice", "sell", 100, 3, name="a")
    assert status(venue, "a") == "new 0/3"


def test_closed_orders_are_forgotten_in_time() -> None:
    """The last thousand are certain; what is kept has a bound."""
    venue = Venue()
    for number in range(2 * KEPT):
        venue.order("alice", "sell", 100, 1, time_in_force="ioc", name=f"n{number}")
    assert status(venue, f"n{KEPT}") == "expired 0/1"
    assert status(venue, "n0") == "unknown"
    assert len(venue.exchange.state.clients[ALICE].closed) < 1.5 * KEPT


def test_open_orders_come_in_the_order_of_acceptance() -> None:
    """On all instruments; with what is filled of them."""
    venue = Venue(BTC_USDT, ETH_USDT)
    venue.order("alice", "buy", 5, 5, name="eth", instrument=ETH_USDT.id)
    venue.order("alice", "sell", 100, 5, name="btc")
    venue.order("alice", "buy", 4, 5, name="eth 2", instrument=ETH_USDT.id)
    venue.order("bob", "buy", 100, 2)
    answer = ask(venue, QueryOpenOrders(ALICE, 3))
    assert isinstance(answer, OpenOrdersReported) and answer.request_id == 3
    assert [(order.client_order_id, order.cumulative_quantity) for order in answer.orders] == [("eth", 0), ("btc", 2), ("eth 2", 0)]


def test_fills_after_a_trade_oldest_first() -> None:
    """As they were reported when they happened."""
    venue = Venue()
    trade(venue, 5)
    everything = fills(venue)
    assert (trade_ids(everything), everything.complete, everything.gap) == ([1, 2, 3, 4, 5], True, False)
    assert trade_ids(fills(venue, after=3)) == [4, 5]
    assert (trade_ids(fills(venue, after=5)), fills(venue, after=5).complete) == ([], True)


@pytest.mark.parametrize(("limit", "ids", "complete"), [(2, [1, 2], False), (5, [1, 2, 3, 4, 5], True), (0, [], False), (-1, [], False)])
def test_a_limit_cuts_the_list_and_says_so(limit: int, ids: list[int], complete: bool) -> None:
    """The next question starts where this answer ends."""
    venue = Venue()
    trade(venue, 5)
    report = fills(venue, limit=limit)
    assert (trade_ids(report), report.complete, report.gap) == (ids, complete, False)


def test_a_limit_never_parts_the_two_fills_of_a_trade_with_oneself() -> None:
    """The question after it would miss the second."""
    venue = Venue()
    trade(venue, 1)
    venue.order("alice", "sell", 1, 1)
    venue.order("alice", "buy", 1, 1)
    assert trade_ids(fills(venue, limit=2)) == [1, 2, 2]


def test_fills_are_forgotten_in_time_and_the_gap_is_told() -> None:
    """Only to who asks for what is gone."""
    venue = Venue()
    trade(venue, 2 * KEPT)
    report = fills(venue, after=1, limit=10)
    assert (report.gap, report.complete) == (True, False)
    first_known = report.fills[0].trade_id
    assert KEPT // 2 < first_known <= KEPT + 1
    assert not fills(venue, after=first_known - 1).gap
    assert trade_ids(fills(venue, after=first_known - 1))[0] == first_known


def test_balances_list_every_currency_of_the_venue() -> None:
    """Also those the account has nothing of."""
    answer = ask(Venue(BTC_USDT, ETH_USDT), QueryBalances(ALICE, 9))
    assert isinstance(answer, BalancesReported)
    assert [(balance.currency, balance.free, balance.locked) for balance in answer.balances] == [
        (BTC, 10**6, 0),
        (USDT, 10**6, 0),
        ("ETH", 0, 0),
    ]


def test_log_on_and_heartbeats_are_answered() -> None:
    """To the owner, with the number of the request and the venue's time."""
    venue = Venue()
    assert ask(venue, Logon(ALICE, 4)) == LoggedOn(ALICE, 4, NOW)
    assert ask(venue, Heartbeat(ALICE, 5)) == HeartbeatAnswered(ALICE, 5, NOW)


STRANGER = AccountId("mallory")


@pytest.mark.parametrize(
    "question",
    [
        Logon(STRANGER, 1),
        Heartbeat(STRANGER, 1),
        QueryOrder(STRANGER, 1, BTC_USDT.id, ClientOrderId("a")),
        QueryOpenOrders(STRANGER, 1),
        QueryFills(STRANGER, 1, BTC_USDT.id, TradeId(0)),
        QueryBalances(STRANGER, 1),
    ],
)
def test_a_stranger_gets_no_answer(question: Message) -> None:
    """He is counted."""
    venue = Venue()
    assert venue.send(question) == []
    assert venue.exchange.state.dropped == 1


def test_a_refused_deposit_is_told_to_who_made_it() -> None:
    """In a sentence; without an address to tell it to, it is counted."""
    venue = Venue()
    command = OpenAccount(ALICE, Address("trader:eve"), {USDT: Money(1)})
    reason = "account alice belongs to another owner; deposit in the name of the one who opened it"
    assert venue.send(command) == [("trader:eve", AccountRefused(ALICE, reason, NOW))]
    assert venue.send(OpenAccount(ALICE, Address(""), {USDT: Money(1)})) == []
    assert venue.exchange.state.dropped == 1
    assert venue.balances("alice") == "BTC 1000000+0, USDT 1000000+0"
