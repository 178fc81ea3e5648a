"""Halts, and the limits that an instrument may have."""

import msgspec
import pytest

from seawall.api.instruments import Filters, PercentPrice, filters_of
from seawall.api.message import PUBLIC
from seawall.api.orders import AccountId
from seawall.api.units import Money, Quantity
from seawall.api.venue_operations import (
    CancelAccountOrders,
    ChangeFees,
    ChangeFilters,
    FeesChanged,
    FiltersChanged,
    HaltInstrument,
    ResumeInstrument,
    TradingStatusChanged,
)
from seawall.runtime.machine import restore, snapshot
from tests.unit.exchange.core.test_order_changes import oco
from tests.unit.exchange.core.test_stops import traded_at
from tests.unit.exchange.core.venue import BTC_USDT, ETH_USDT, NOW, Venue

HALT, RESUME = HaltInstrument(BTC_USDT.id, "olga", "a fault"), ResumeInstrument(BTC_USDT.id, "olga", "mended")


def test_a_halted_instrument_takes_cancels_and_nothing_else() -> None:
    """The public is told when it begins and ends; other instruments trade on."""
    venue = Venue(BTC_USDT, ETH_USDT)
    venue.order("alice", "sell", 100, 5, name="a")
    assert venue.send(HALT) == [(PUBLIC, TradingStatusChanged(BTC_USDT.id, "halted", "a fault", NOW))]  # type: ignore[arg-type]
    assert venue.order("bob", "buy", 100, 5, name="b") == ["bob b rejected market_halted: trading is halted: a fault"]
    assert oco(venue)[1] == "alice loss rejected market_halted: trading is halted: a fault"
    assert venue.order("bob", "buy", 100, 5, name="e", instrument=ETH_USDT.id) == ["bob e accepted"]
    assert venue.cancel("alice", "a") == ["alice a canceled after 0"]
    venue.send(RESUME)
    assert venue.order("bob", "buy", 100, 5, name="b") == ["bob b accepted"]


@pytest.mark.parametrize("command", [HaltInstrument(BTC_USDT.id, " ", "why"), HaltInstrument(BTC_USDT.id, "olga", ""), RESUME])
def test_a_command_without_a_name_a_reason_or_an_effect_is_dropped(command: HaltInstrument | ResumeInstrument) -> None:
    venue = Venue()
    assert venue.send(command) == []
    assert venue.exchange.state.dropped == 1


def test_an_operator_cancels_all_orders_of_an_account() -> None:
    """Of a pair, both; of others, none."""
    venue = traded_at(100)
    oco(venue)
    venue.order("alice", "buy", 90, 5, name="a")
    venue.order("bob", "buy", 80, 5, name="b")
    said = venue.say(CancelAccountOrders(AccountId("alice"), "olga", "asked for it"))
    ended = ["alice a expired after 0: operator", "alice loss expired after 0: order_list", "alice profit expired after 0: operator"]
    assert sorted(said) == ended
    assert venue.book() == "80x5 | "


def test_a_price_too_far_from_the_last_trade_is_refused_by_side() -> None:
    rule = PercentPrice(bid_up_bps=11_000, bid_down_bps=5_000, ask_up_bps=20_000, ask_down_bps=9_000)
    venue = Venue(msgspec.structs.replace(BTC_USDT, percent_price=rule))
    assert venue.order("bob", "sell", 900, 1, name="early") == ["bob early accepted"]
    venue.cancel("bob", "early")
    traded_at(100, venue)
    for side, fine, far in (("buy", (110, 50), (111, 49)), ("sell", (200, 90), (201, 89))):
        for price in fine:
            assert venue.order("alice", side, price, 1, time_in_force="ioc")[0].endswith("accepted")
        for price in far:
            assert "rejected percent_price: " in venue.order("alice", side, price, 1)[0]


def test_an_account_may_have_so_many_orders_open() -> None:
    venue = traded_at(100, Venue(msgspec.structs.replace(BTC_USDT, max_open_orders=3, max_conditional_orders=1)))
    assert venue.order("alice", "sell", 0, 1, "stop_loss", stop_price=90)[0].endswith("accepted")
    assert "1 conditional orders are open" in venue.order("alice", "sell", 0, 1, "stop_loss", stop_price=90)[0]
    for price in (110, 111):
        assert venue.order("alice", "sell", price, 1)[0].endswith("accepted")
    assert "rejected max_orders: 3 orders are open" in venue.order("alice", "sell", 112, 1)[0]
    assert venue.order("bob", "sell", 112, 1)[0].endswith("accepted")


def test_filters_change_for_what_comes_and_not_for_what_rests() -> None:
    """A coarser tick and lot, and a minimum value: the order that rests between the new ticks stays, trades, and can be cancelled."""
    venue = Venue()
    venue.order("alice", "buy", 93, 7, name="old")
    filters = Filters(price_step=5, quantity_step=2, min_notional=Money(150))
    said = venue.send(ChangeFilters(BTC_USDT.id, filters, "olga", "a new tick"))
    assert said == [(PUBLIC, FiltersChanged(BTC_USDT.id, filters, "a new tick", NOW))]
    assert venue.book() == "93x7 | "
    for price, quantity, reason in ((93, 2, "price_filter"), (90, 3, "lot_size"), (70, 2, "notional")):
        assert f"rejected {reason}" in venue.order("alice", "buy", price, quantity)[0]
    assert "rejected price_filter" in venue.order("alice", "sell", 0, 2, "stop_loss", stop_price=51)[0]
    assert venue.order("bob", "sell", 90, 2, name="b")[-1] == "bob b filled 2 at 93 leaves 0 taker"
    assert venue.order("bob", "sell", 0, 0, "market", name="m", quote_quantity=300)[0] == "bob m accepted"
    assert venue.order("alice", "buy", 95, 2, name="new") == ["alice new accepted"]
    assert venue.cancel("alice", "old") == ["alice old canceled after 4"]


def test_filters_and_fees_that_cannot_be_change_nothing() -> None:
    venue = Venue()
    for filters in (Filters(price_step=0), Filters(max_open_orders=-1), Filters(min_quantity=Quantity(5), max_quantity=Quantity(4))):
        assert venue.send(ChangeFilters(BTC_USDT.id, filters, "olga", "a test")) == []
    assert venue.send(ChangeFees(BTC_USDT.id, 0, 10**9 + 1, "olga", "a test")) == []
    assert venue.exchange.state.markets[BTC_USDT.id].changed is None


def test_fees_change_for_every_fill_from_then_on() -> None:
    """Also of orders that rest, and after a restart; the filters stay."""
    venue = Venue(msgspec.structs.replace(BTC_USDT, max_open_orders=3))
    venue.order("alice", "sell", 100, 200)
    venue.order("bob", "buy", 100, 100)
    assert venue.balances("bob") == "BTC 1000100+0, USDT 990000+0"
    said = venue.send(ChangeFees(BTC_USDT.id, 0, 10**7, "olga", "a new schedule"))
    assert said == [(PUBLIC, FeesChanged(BTC_USDT.id, 0, 10**7, "a new schedule", NOW))]
    restore(venue.exchange, snapshot(venue.exchange))
    venue.order("bob", "buy", 100, 100)
    assert venue.balances("bob") == "BTC 1000199+0, USDT 980000+0"
    assert filters_of(venue.exchange.state.markets[BTC_USDT.id].changed or BTC_USDT).max_open_orders == 3
