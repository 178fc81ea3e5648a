"""Icebergs, orders good till a date, and orders that do not trade with their own account."""

from seawall.api.accounts import OrderReported, QueryOrder
from seawall.api.market_data import DepthChanged
from seawall.api.message import Tick
from seawall.api.orders import AccountId, ClientOrderId
from seawall.api.units import Nanos
from tests.unit.exchange.core.venue import BTC_USDT, Venue


def test_an_iceberg_shows_a_part_and_queues_again_with_the_next() -> None:
    venue = Venue()
    venue.order("alice", "sell", 100, 10, name="berg", display_quantity=4)
    venue.order("alice", "sell", 100, 2, name="plain")
    assert venue.book() == " | 100x6"
    assert venue.order("bob", "buy", 100, 9, name="b") == [
        "bob b accepted",
        "alice berg filled 4 at 100 leaves 6 maker",
        "bob b filled 4 at 100 leaves 5 taker",
        "alice plain filled 2 at 100 leaves 0 maker",
        "bob b filled 2 at 100 leaves 3 taker",
        "alice berg filled 3 at 100 leaves 3 maker",
        "bob b filled 3 at 100 leaves 0 taker",
    ]
    assert venue.book() == " | 100x1"
    venue.order("bob", "buy", 100, 3)
    assert venue.book() == " | "


def test_what_looks_the_same_is_not_told() -> None:
    """The part that traded was replaced by one of its size."""
    venue = Venue()
    venue.order("alice", "sell", 100, 12, name="berg", display_quantity=4)
    said = venue.send(venue.request("bob", "buy", 100, 4))
    assert not [message for _, message in said if isinstance(message, DepthChanged)]
    assert venue.book() == " | 100x4"


def test_what_is_hidden_counts_for_all_or_nothing_and_for_what_a_market_order_costs() -> None:
    venue = Venue()
    venue.order("alice", "sell", 100, 10, display_quantity=1)
    assert venue.order("bob", "buy", 100, 6, time_in_force="fok")[-1] == "bob 2 filled 1 at 100 leaves 0 taker"
    assert venue.order("bob", "buy", 0, 4, "market")[-1] == "bob 3 filled 1 at 100 leaves 0 taker"
    assert venue.balances("bob") == "BTC 1000010+0, USDT 999000+0"


def test_a_good_till_date_order_expires_in_its_time() -> None:
    """By the venue's clock, and not before."""
    venue = Venue()
    venue.order("alice", "sell", 100, 5, time_in_force="gtd", expire_time=5_000, name="gtd")
    assert venue.exchange.deadline() == 5_000
    assert venue.say(Tick(), 4_999) == []
    assert venue.say(Tick(), 5_000) == ["alice gtd expired after 0"]
    assert (venue.exchange.deadline(), venue.book(), venue.balances("alice")) == (None, " | ", "BTC 1000000+0, USDT 1000000+0")


def test_a_date_that_is_missing_past_or_out_of_place_is_refused() -> None:
    venue = Venue()
    assert venue.order("alice", "sell", 100, 5, time_in_force="gtd") == [
        "alice 1 rejected invalid_order: time_in_force gtd needs an expire_time"
    ]
    assert "has passed" in venue.order("alice", "sell", 100, 5, time_in_force="gtd", expire_time=999)[0]
    assert venue.order("alice", "sell", 100, 5, expire_time=5_000) == [
        "alice 3 rejected invalid_order: expire_time goes with time_in_force gtd"
    ]


def test_no_deadline_after_a_cancel() -> None:
    venue = Venue()
    venue.order("alice", "sell", 100, 5, time_in_force="gtd", expire_time=5_000, name="gtd")
    venue.cancel("alice", "gtd")
    assert venue.exchange.deadline() is None


def own_orders() -> Venue:
    """Alice offers behind and before Bob."""
    venue = Venue()
    venue.order("bob", "sell", 100, 2, name="bob's")
    venue.order("alice", "sell", 100, 3, name="own")
    venue.order("bob", "sell", 101, 4, name="far")
    return venue


def test_expire_taker_trades_up_to_the_own_order() -> None:
    venue = own_orders()
    assert venue.order("alice", "buy", 101, 9, name="t", self_trade_prevention="expire_taker") == [
        "alice t accepted",
        "bob bob's filled 2 at 100 leaves 0 maker",
        "alice t filled 2 at 100 leaves 7 taker",
        "alice t expired after 2: self_trade",
    ]
    assert venue.book() == " | 100x3 101x4"


def test_expire_maker_takes_the_own_order_away_and_goes_on() -> None:
    venue = own_orders()
    assert venue.order("alice", "buy", 101, 9, name="t", self_trade_prevention="expire_maker") == [
        "alice t accepted",
        "bob bob's filled 2 at 100 leaves 0 maker",
        "alice t filled 2 at 100 leaves 7 taker",
        "alice own expired after 0: self_trade",
        "bob far filled 4 at 101 leaves 0 maker",
        "alice t filled 4 at 101 leaves 3 taker",
    ]
    assert venue.book() == "101x3 | "


def test_expire_both_ends_either() -> None:
    venue = own_orders()
    said = venue.order("alice", "buy", 0, 9, "market", name="t", self_trade_prevention="expire_both")
    assert said[-2:] == ["alice own expired after 0: self_trade", "alice t expired after 2: self_trade"]
    assert venue.balances("alice") == "BTC 1000002+0, USDT 999800+0"


def test_the_takers_word_counts() -> None:
    """Without one, an account trades with itself, whatever its resting order says."""
    venue = Venue()
    venue.order("alice", "sell", 100, 3, self_trade_prevention="expire_both")
    assert len(venue.order("alice", "buy", 100, 3)) == 3


def test_a_query_tells_the_terms() -> None:
    venue = Venue()
    venue.order("alice", "sell", 90, 3, "stop_loss_limit", name="s", stop_price=95, self_trade_prevention="expire_both", display_quantity=2)
    ((_, report),) = venue.send(QueryOrder(AccountId("alice"), 1, BTC_USDT.id, ClientOrderId("s")))
    assert isinstance(report, OrderReported) and report.order is not None
    assert (report.order.stop_price, report.order.display_quantity, report.order.triggered) == (95, 2, False)
    assert (report.order.self_trade_prevention, report.order.expire_time) == ("expire_both", Nanos(0))


def test_a_trade_with_an_iceberg_that_shows_as_much_as_before_triggers_too() -> None:
    """No level has changed, and yet the price was reached."""
    venue = Venue()
    venue.order("alice", "buy", 0, 1, "stop_loss", name="stop", stop_price=95)
    venue.order("bob", "buy", 100, 3, display_quantity=1)
    assert "alice stop triggered" in venue.order("alice", "sell", 100, 1)
