"""Halts, and the limits that an instrument may have."""

import msgspec
import pytest

from seawall.api.instruments import PercentPrice
from seawall.api.message import PUBLIC
from seawall.api.orders import AccountId
from seawall.api.venue_operations import CancelAccountOrders, HaltInstrument, ResumeInstrument, TradingStatusChanged
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
    assert sorted(said) == ["alice a canceled after 0", "alice loss canceled after 0", "alice profit canceled after 0"]
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
