"""Placing and canceling: what is accepted, refused, and what becomes of it."""

import pytest

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import define_spot
from seawall.api.market_data import DepthChanged, QuoteChanged, Traded
from seawall.api.message import Address
from seawall.api.orders import (
    AccountId,
    CancelOrder,
    CancelRejected,
    ClientOrderId,
    OrderAccepted,
    OrderExpired,
    OrderFilled,
    OrderType,
    PlaceOrder,
    RejectReason,
    Side,
    TimeInForce,
)
from seawall.api.units import Money, Nanos, Price, Quantity
from tests.unit.exchange.core.venue import BTC, BTC_USDT, ETH_USDT, NOW, USDT, Venue


def test_a_limit_order_rests_and_locks_what_it_may_cost() -> None:
    """A BUY its price, a SELL what it sells."""
    venue = Venue()
    assert venue.order("alice", "buy", 100, 7) == ["alice 1 accepted"]
    assert venue.order("alice", "sell", 110, 9) == ["alice 2 accepted"]
    assert venue.balances("alice") == "BTC 999991+9, USDT 999300+700"
    assert venue.book() == "100x7 | 110x9"


def test_a_taker_trades_at_the_makers_price_and_keeps_the_difference() -> None:
    """Bob would have paid 105 and pays 100; both are told, the maker first."""
    venue = Venue()
    venue.order("alice", "sell", 100, 7)
    assert venue.order("bob", "buy", 105, 5) == [
        "bob 2 accepted",
        "alice 1 filled 5 at 100 leaves 2 maker",
        "bob 2 filled 5 at 100 leaves 0 taker",
    ]
    assert venue.balances("alice") == "BTC 999993+2, USDT 1000500+0"
    assert venue.balances("bob") == "BTC 1000005+0, USDT 999500+0"


def test_what_a_gtc_order_does_not_take_rests() -> None:
    """At its own price, with the money for it locked."""
    venue = Venue()
    venue.order("alice", "sell", 100, 4)
    venue.order("bob", "buy", 105, 10)
    assert venue.book() == "105x6 | "
    assert venue.balances("bob") == f"BTC 1000004+0, USDT {10**6 - 400 - 630}+630"


def test_what_an_ioc_order_does_not_take_expires() -> None:
    """And its money is free again, also when it took nothing at all."""
    venue = Venue()
    venue.order("alice", "sell", 100, 4)
    assert venue.order("bob", "buy", 105, 10, time_in_force="ioc")[-1] == "bob 2 expired after 4"
    assert venue.order("bob", "sell", 100, 10, time_in_force="ioc") == ["bob 3 accepted", "bob 3 expired after 0"]
    assert venue.balances("bob") == "BTC 1000004+0, USDT 999600+0"
    assert venue.book() == " | "


def test_a_fok_order_fills_whole_or_not_at_all() -> None:
    """One lot missing, or one tick, and nothing trades."""
    venue = Venue()
    venue.order("alice", "sell", 100, 4)
    venue.order("alice", "sell", 101, 4)
    assert venue.order("bob", "buy", 101, 9, time_in_force="fok") == ["bob 3 accepted", "bob 3 expired after 0"]
    assert venue.order("bob", "buy", 100, 5, time_in_force="fok") == ["bob 4 accepted", "bob 4 expired after 0"]
    assert venue.book() == " | 100x4 101x4"
    assert venue.order("bob", "buy", 101, 8, time_in_force="fok")[-1] == "bob 5 filled 4 at 101 leaves 0 taker"
    assert venue.balances("bob") == f"BTC 1000008+0, USDT {10**6 - 804}+0"


def test_a_fok_sell_walks_the_bids() -> None:
    """Down to its limit."""
    venue = Venue()
    venue.order("alice", "buy", 100, 4)
    venue.order("alice", "buy", 99, 4)
    assert venue.order("bob", "sell", 100, 5, time_in_force="fok")[-1] == "bob 3 expired after 0"
    assert venue.order("bob", "sell", 99, 5, time_in_force="fok")[-1] == "bob 4 filled 1 at 99 leaves 0 taker"


def test_a_limit_maker_rests_or_is_refused() -> None:
    """One tick decides."""
    venue = Venue()
    venue.order("alice", "sell", 100, 4)
    assert venue.order("bob", "buy", 100, 1, "limit_maker") == [
        "bob 2 rejected would_take: a limit_maker order must not trade at once; this one would"
    ]
    assert venue.order("bob", "buy", 99, 1, "limit_maker") == ["bob 3 accepted"]
    assert venue.order("alice", "sell", 99, 1, "limit_maker")[0].startswith("alice 4 rejected would_take")


def test_a_market_order_sweeps_the_book_and_its_rest_expires() -> None:
    """At whatever prices are there."""
    venue = Venue()
    venue.order("alice", "sell", 100, 2)
    venue.order("alice", "sell", 300, 3)
    assert venue.order("bob", "buy", 0, 9, "market") == [
        "bob 3 accepted",
        "alice 1 filled 2 at 100 leaves 0 maker",
        "bob 3 filled 2 at 100 leaves 7 taker",
        "alice 2 filled 3 at 300 leaves 0 maker",
        "bob 3 filled 3 at 300 leaves 4 taker",
        "bob 3 expired after 5",
    ]
    assert venue.balances("bob") == f"BTC 1000005+0, USDT {10**6 - 1100}+0"


def test_a_market_buy_is_refused_whole_when_the_book_asks_for_more_than_is_free() -> None:
    """To the minor unit; nothing trades before the refusal."""
    venue = Venue()
    venue.order("alice", "sell", 500_000, 1)
    venue.order("alice", "sell", 500_001, 1)
    assert venue.order("bob", "buy", 0, 2, "market") == [
        "bob 3 rejected insufficient_balance: the order needs 1000001 USDT minor units, 1000000 are free"
    ]
    assert venue.order("bob", "buy", 0, 1, "market")[-1] == "bob 4 filled 1 at 500000 leaves 0 taker"


def test_a_market_sell_needs_all_it_wants_to_sell() -> None:
    """Also what the book would not take."""
    venue = Venue()
    venue.order("alice", "buy", 100, 2)
    assert venue.order("bob", "sell", 0, 10**6 + 1, "market")[0].startswith("bob 2 rejected insufficient_balance")
    assert venue.order("bob", "sell", 0, 10**6, "market")[-1] == "bob 3 expired after 2"
    assert venue.balances("bob") == "BTC 999998+0, USDT 1000200+0"


def test_a_market_order_and_an_empty_book() -> None:
    """There is nobody to trade with, by quantity or by amount."""
    venue = Venue()
    assert venue.order("bob", "buy", 0, 2, "market") == ["bob 1 rejected no_liquidity: nobody offers to sell"]
    assert venue.order("bob", "sell", 0, 2, "market") == ["bob 2 rejected no_liquidity: nobody offers to buy"]
    assert venue.order("bob", "buy", order_type="market", quote_quantity=50) == ["bob 3 rejected no_liquidity: nobody offers to sell"]


@pytest.mark.parametrize(
    ("amount", "reports"),
    [
        (100, ["filled 1 at 100 leaves 0 taker"]),
        (200, ["filled 2 at 100 leaves 0 taker"]),
        (409, ["filled 2 at 100 leaves 1 taker", "filled 1 at 110 leaves 0 taker"]),
        (420, ["filled 2 at 100 leaves 2 taker", "filled 2 at 110 leaves 0 taker"]),
        (640, ["filled 2 at 100 leaves 4 taker", "filled 3 at 110 leaves 1 taker", "expired after 5"]),
    ],
)
def test_a_market_buy_by_amount_spends_at_most_that(amount: int, reports: list[str]) -> None:
    """In whole lots; beyond the book, lots are counted at its last price and expire."""
    venue = Venue()
    venue.order("alice", "sell", 100, 2)
    venue.order("alice", "sell", 110, 3)
    said = venue.order("bob", "buy", order_type="market", quote_quantity=amount)
    assert [line.removeprefix("bob 3 ") for line in said if line.startswith("bob 3") and "accepted" not in line] == reports


def test_a_market_sell_by_amount_earns_at_most_that() -> None:
    """It sells best bids first, and stops before it would earn more."""
    venue = Venue()
    venue.order("alice", "buy", 100, 2)
    venue.order("alice", "buy", 90, 3)
    said = venue.order("bob", "sell", order_type="market", quote_quantity=399)
    assert said[-1] == "bob 3 filled 2 at 90 leaves 0 taker"
    assert venue.balances("bob") == "BTC 999996+0, USDT 1000380+0"


def test_an_amount_that_buys_no_lot_is_too_small() -> None:
    """A reason to change the amount, not the book."""
    venue = Venue()
    venue.order("alice", "sell", 100, 2)
    assert venue.order("bob", "buy", order_type="market", quote_quantity=99)[0].startswith("bob 2 rejected lot_size")


def test_fees_come_off_what_each_side_receives() -> None:
    """Taker 1 % of the BTC bought, rounded up; maker 0.5 % of the USDT earned; or a rebate, paid by the venue."""
    venue = Venue(
        define_spot("test", "BTC-USDT", tick="1", lot="1", maker_fee="0.005", taker_fee="0.01", base_decimals=0, quote_decimals=0)
    )
    venue.order("alice", "sell", 100, 10)
    venue.order("bob", "buy", 100, 10)
    assert venue.balances("alice") == "BTC 999990+0, USDT 1000995+0"
    assert venue.balances("bob") == "BTC 1000009+0, USDT 999000+0"
    assert venue.exchange.state.ledger.fees == {BTC: 1, USDT: 5}


def test_a_rebate_is_paid_by_the_venue() -> None:
    """A negative maker fee, rounded towards the venue."""
    venue = Venue(
        define_spot("test", "BTC-USDT", tick="1", lot="1", maker_fee="-0.0015", taker_fee="0.01", base_decimals=0, quote_decimals=0)
    )
    venue.order("alice", "sell", 100, 10)
    venue.order("bob", "buy", 100, 10)
    assert venue.balances("alice") == "BTC 999990+0, USDT 1001001+0"
    assert venue.exchange.state.ledger.fees == {BTC: 1, USDT: -1}


def test_who_trades_with_himself_pays_and_receives() -> None:
    """Allowed: both of his orders are told of, his balance changes by the fees alone."""
    venue = Venue()
    venue.order("alice", "sell", 100, 5)
    assert venue.order("alice", "buy", 100, 5)[1:] == ["alice 1 filled 5 at 100 leaves 0 maker", "alice 2 filled 5 at 100 leaves 0 taker"]
    assert venue.balances("alice") == "BTC 1000000+0, USDT 1000000+0"


def test_a_cancel_takes_the_order_out_and_frees_its_money() -> None:
    """What was filled before stays filled."""
    venue = Venue()
    venue.order("alice", "sell", 100, 5)
    venue.order("bob", "buy", 100, 2)
    assert venue.cancel("alice", "1") == ["alice 1 canceled after 2"]
    assert venue.book() == " | "
    assert venue.balances("alice") == "BTC 999998+0, USDT 1000200+0"


def test_a_cancel_of_what_is_not_open_is_refused() -> None:
    """Never there, done already, somebody else's, or on another instrument."""
    venue = Venue(BTC_USDT, ETH_USDT)
    venue.order("alice", "sell", 100, 5, name="mine")
    for account, name, instrument in (("alice", "other", BTC_USDT), ("bob", "mine", BTC_USDT), ("alice", "mine", ETH_USDT)):
        request = CancelOrder(AccountId(account), ClientOrderId(name), instrument.id)
        refusal = CancelRejected(request.account, request.client_order_id, request.instrument, RejectReason.UNKNOWN_ORDER, NOW)
        assert venue.send(request) == [(f"trader:{account}", refusal)]
    assert venue.cancel("alice", "mine") == ["alice mine canceled after 0"]
    assert "unknown_order" in venue.cancel("alice", "mine")[0]


def test_a_cancel_arrives_too_late_or_at_the_wrong_place() -> None:
    """The order stays as it is."""
    venue = Venue()
    venue.order("alice", "sell", 100, 5)
    late = venue.send(CancelOrder(AccountId("alice"), ClientOrderId("1"), BTC_USDT.id, Nanos(NOW - 1)))
    assert late[0][1].reason is RejectReason.REQUEST_EXPIRED  # type: ignore[attr-defined]
    lost = venue.send(CancelOrder(AccountId("alice"), ClientOrderId("1"), ETH_USDT.id))
    assert lost[0][1].reason is RejectReason.UNKNOWN_INSTRUMENT  # type: ignore[attr-defined]
    assert venue.book() == " | 100x5"


def test_a_client_order_id_is_taken_while_its_order_is_open() -> None:
    """On all instruments of the account, for no other account; afterwards it may be used again."""
    venue = Venue(BTC_USDT, ETH_USDT)
    venue.order("alice", "sell", 100, 5, name="same")
    assert venue.order("alice", "buy", 1, 1, name="same") == [
        "alice same rejected duplicate_client_order_id: an open order has this client_order_id"
    ]
    assert "duplicate" in venue.order("alice", "buy", 1, 1, name="same", instrument=ETH_USDT.id)[0]
    assert venue.order("bob", "buy", 1, 1, name="same") == ["bob same accepted"]
    venue.cancel("alice", "same")
    assert venue.order("alice", "sell", 1, 1, name="same")[-1] == "alice same filled 1 at 1 leaves 0 taker"
    assert venue.order("bob", "buy", 1, 1, name="same") == ["bob same accepted"]


def test_a_request_is_valid_until_its_last_nanosecond() -> None:
    """On the venue's clock; later it is refused before anything else is looked at."""
    venue = Venue()
    assert venue.order("alice", "buy", 100, 1, valid_until=NOW) == ["alice 1 accepted"]
    assert venue.order("alice", "buy", -5, 0, valid_until=NOW - 1) == ["alice 2 rejected request_expired: valid until 999, it is 1000 here"]


def test_reasons_are_reported_in_their_order() -> None:
    """Each order here has the fault of the one after it, too."""
    venue = Venue()
    venue.order("alice", "buy", 90, 1, name="open")
    venue.order("bob", "sell", 95, 1)
    said = [
        venue.order("alice", "sell", 2**63, 2**63, "limit_maker", "ioc", name="open", instrument=ETH_USDT.id, valid_until=1),
        venue.order("alice", "sell", 2**63, 2**63, "limit_maker", "ioc", name="open", instrument=ETH_USDT.id),
        venue.order("alice", "buy", 2**63, 2**63, "limit_maker", "ioc", name="open"),
        venue.order("alice", "buy", 2**63, 2**63, "limit_maker", name="open"),
        venue.order("alice", "buy", 2**63, 10**6, "limit_maker", name="open"),
        venue.order("alice", "buy", 10**6, 10**6, "limit_maker", name="open"),
        venue.order("alice", "buy", 10**6, 10**6, "limit_maker", name="new"),
        venue.order("alice", "buy", 100, 1, "limit_maker", name="new"),
    ]
    assert [line[0].split()[3].rstrip(":") for line in said] == [
        "request_expired",
        "unknown_instrument",
        "invalid_order",
        "lot_size",
        "notional",
        "duplicate_client_order_id",
        "insufficient_balance",
        "would_take",
    ]


def test_an_unknown_account_is_dropped_and_counted() -> None:
    """There is no address to answer to."""
    venue = Venue()
    assert venue.order("mallory", "buy", 100, 1) == []
    assert venue.cancel("mallory", "1") == []
    assert venue.exchange.state.dropped == 2


def test_what_is_said_and_in_which_order() -> None:
    """Accepted; per trade the maker, the taker, the public; the rest; the quote; the depth."""
    venue = Venue()
    venue.order("alice", "sell", 100, 1)
    venue.order("alice", "sell", 101, 1)
    request = PlaceOrder(
        AccountId("bob"), ClientOrderId("x"), BTC_USDT.id, Side.BUY, OrderType.LIMIT, TimeInForce.IOC, Quantity(3), Price(101)
    )
    trade = [OrderFilled, OrderFilled, Traded]
    assert [type(message) for _, message in venue.send(request)] == [
        OrderAccepted,
        *trade,
        *trade,
        OrderExpired,
        QuoteChanged,
        DepthChanged,
    ]


def test_accounts_opened_later_trade_with_those_that_were_there() -> None:
    """A deposit makes a member; a second one by the same owner adds to it."""
    venue = Venue()
    carol = OpenAccount(AccountId("carol"), Address("trader:carol"), {BTC: Money(5)})
    assert venue.send(carol) == venue.send(carol) == []
    assert venue.order("carol", "sell", 100, 10) == ["carol 1 accepted"]
    assert venue.order("bob", "buy", 100, 10)[1] == "carol 1 filled 10 at 100 leaves 0 maker"
