"""Cancel-on-disconnect at the exchange: an account that asked for it at logon and is not heard of again loses its open orders."""

from seawall.api.accounts import Heartbeat, LoggedOn, Logon
from seawall.api.message import Tick
from seawall.api.orders import AccountId
from seawall.api.units import DAY, Nanos
from seawall.runtime.machine import restore, snapshot
from tests.unit.exchange.core.venue import NOW, Venue

ALICE, BOB = AccountId("alice"), AccountId("bob")
GONE = ["alice 1 expired after 0: disconnected", "alice 2 expired after 2: disconnected"]


def guarded(cancel_after: int = 100) -> Venue:
    """Two orders of Alice, one partly filled; Bob has one and asked for nothing."""
    venue = Venue()
    venue.send(Logon(ALICE, 1, Nanos(cancel_after)))
    venue.send(Logon(BOB, 1))
    venue.order("alice", "buy", 90, 5, name="1")
    venue.order("alice", "sell", 110, 5, name="2")
    venue.order("bob", "buy", 110, 2, name="3")
    venue.order("bob", "buy", 95, 5, name="4")
    return venue


def tick(venue: Venue, after: int) -> list[str]:
    return venue.say(Tick(), NOW + after)


def test_its_orders_end_when_nothing_was_heard_for_so_long() -> None:
    """All of them, and nobody else's; the balance is free again."""
    venue = guarded()
    assert venue.exchange.deadline() == NOW + 100
    assert tick(venue, 99) == []
    assert tick(venue, 100) == GONE
    assert venue.exchange.deadline() is None
    assert venue.exchange.state.ledger.accounts[ALICE].locked == {"BTC": 0, "USDT": 0}
    assert [order.client_order_id for order in venue.exchange.state.markets["test:BTC-USDT"].orders.values()] == ["4"]  # type: ignore[index]


def test_every_heartbeat_begins_the_countdown_anew() -> None:
    """Orders and cancels do not: they may come from elsewhere than the session."""
    venue = guarded()
    venue.send(Heartbeat(ALICE, 2), NOW + 60)
    assert venue.exchange.deadline() == NOW + 160
    venue.order("alice", "buy", 89, 1, name="5")
    assert tick(venue, 159) == []
    assert tick(venue, 160) == [*GONE, "alice 5 expired after 0: disconnected"]


def test_after_it_ran_out_it_rests_until_the_account_is_heard_of() -> None:
    venue = guarded()
    tick(venue, 100)
    venue.order("alice", "buy", 90, 5, name="5")
    assert tick(venue, 10_000) == []
    venue.send(Heartbeat(ALICE, 2), NOW + 10_000)
    assert tick(venue, 10_100) == ["alice 5 expired after 0: disconnected"]


def test_another_logon_asks_for_another_time_or_none() -> None:
    """The venue says what holds: a day at most."""
    venue = guarded()
    assert venue.send(Logon(ALICE, 2, Nanos(30)), NOW + 10)[0][1] == LoggedOn(ALICE, 2, Nanos(NOW + 10), Nanos(30))
    assert venue.exchange.deadline() == NOW + 40
    venue.send(Logon(ALICE, 3), NOW + 20)
    assert venue.exchange.deadline() is None
    assert tick(venue, 1_000) == []
    assert venue.send(Logon(ALICE, 4, Nanos(2**62)))[0][1] == LoggedOn(ALICE, 4, NOW, Nanos(DAY))
    assert venue.send(Logon(ALICE, 5, Nanos(-1)))[0][1] == LoggedOn(ALICE, 5, NOW)


def test_a_shorter_time_is_not_hidden_by_what_expires_before_the_longer_one() -> None:
    venue = guarded()
    venue.order("bob", "buy", 80, 1, time_in_force="gtd", expire_time=Nanos(NOW + 60), name="5")
    venue.send(Logon(ALICE, 2, Nanos(30)), NOW + 10)
    assert venue.exchange.deadline() == NOW + 40
    assert tick(venue, 40) == GONE


def test_it_survives_a_restart() -> None:
    venue, again = guarded(), Venue()
    restore(again.exchange, snapshot(venue.exchange))
    assert again.exchange.deadline() == NOW + 100
    assert tick(again, 100) == GONE
