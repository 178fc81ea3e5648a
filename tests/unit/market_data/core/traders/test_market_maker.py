"""The market maker's ladder: where it stands, how it moves, how it leans against its inventory."""

import pytest

from seawall.api.accounts import Balance, BalancesReported, OpenAccount, QueryBalances
from seawall.api.market_data import QuoteChanged, ReferenceMoved
from seawall.api.message import Address
from seawall.api.orders import AccountId, ClientOrderId, OrderFilled, OrderType, PlaceOrder, Side
from seawall.api.units import PPB, SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.market_data.core.traders.market_maker import Ladder, MarketMaker, even
from tests.unit.market_data.core.traders.table import ACCOUNT, INSTRUMENT, RICH, TRADER, VENUE, Table

BTC = Currency("BTC")
LADDER = Ladder(INSTRUMENT, even(10, 2, 5), inventory=RICH[BTC], inventory_limit=Money(90), lean=Price(30))
OTHER = AccountId("other")


def table() -> Table:
    return Table(MarketMaker(TRADER, VENUE, ACCOUNT, [LADDER]))


def worth(at: Table, price: int) -> list[str]:
    """Tells the maker what the instrument is worth. Returns the kinds of what it said."""
    before = len(at.said)
    at.tell(TRADER, ReferenceMoved({INSTRUMENT.id: Price(price)}, at.now))
    return sorted(type(message).__name__ for message in at.said[before:])


def holding(at: Table, excess: int) -> None:
    at.tell(TRADER, BalancesReported(ACCOUNT, 1, (Balance(BTC, Money(RICH[BTC] + excess), Money(0)),), at.now))


def test_the_ladder_stands_round_the_worth() -> None:
    at = table()
    worth(at, 1000)
    assert at.book() == "1020 5\n1010 5\n--\n990 5\n980 5"


def test_a_worth_that_stays_within_its_step_changes_nothing() -> None:
    at = table()
    worth(at, 1006)
    assert worth(at, 1009) == []


def test_a_move_by_a_step_replaces_one_order_a_side() -> None:
    at = table()
    worth(at, 1003)
    assert worth(at, 1013) == ["CancelOrder"] * 2 + ["PlaceOrder"] * 2


@pytest.mark.parametrize("price", [1010, 990, 1400, 600])
def test_the_ladder_follows_and_the_market_is_never_one_sided(price: int) -> None:
    """Whatever the move, both sides are quoted all along, and no order of its own meets another."""
    at = table()
    worth(at, 1000)
    at.heard.clear()
    worth(at, price)
    assert at.book() == f"{price + 20} 5\n{price + 10} 5\n--\n{price - 10} 5\n{price - 20} 5"
    assert [quote for quote in at.heard if isinstance(quote, QuoteChanged) and not (quote.bid and quote.ask)] == []
    assert [fill for fill in at.heard if isinstance(fill, OrderFilled)] == []


def test_what_was_taken_is_replaced() -> None:
    at = table()
    worth(at, 1000)
    at.tell(VENUE, OpenAccount(OTHER, Address("somebody"), RICH))
    at.tell(VENUE, PlaceOrder(OTHER, ClientOrderId("1"), INSTRUMENT.id, Side.BUY, OrderType.MARKET, quantity=Quantity(5)))
    assert at.book() == "1020 5\n--\n990 5\n980 5"
    worth(at, 1000)
    assert at.book() == "1020 5\n1010 5\n--\n990 5\n980 5"


def test_it_leans_against_its_inventory() -> None:
    """With a third of its limit too much, it quotes one step lower."""
    at = table()
    holding(at, 30)
    worth(at, 1000)
    assert at.book() == "1010 5\n1000 5\n--\n980 5\n970 5"


@pytest.mark.parametrize(("excess", "book"), [(90, "990 5\n980 5\n--"), (-500, "--\n1020 5\n1010 5")])
def test_at_its_limit_it_ends_the_side_that_would_add_to_it(excess: int, book: str) -> None:
    at = table()
    holding(at, excess)
    worth(at, 1000)
    assert at.book() == book


def test_it_asks_for_its_balances() -> None:
    """And believes the answer: here the venue holds less than it thought."""
    at = Table(MarketMaker(TRADER, VENUE, ACCOUNT, [LADDER]), deposits=RICH | {BTC: Money(RICH[BTC] - 30)})
    assert any(isinstance(message, QueryBalances) for message in at.pass_time(SECOND))
    worth(at, 1000)
    assert at.book() == "1030 5\n1020 5\n--\n1000 5\n990 5"


def test_near_nothing_it_stops_bidding() -> None:
    at = table()
    worth(at, 12)
    assert at.book() == "30 5\n20 5\n--"


def test_prices_of_other_instruments_are_not_its_business() -> None:
    at = table()
    at.tell(TRADER, ReferenceMoved({}, Nanos(1)))
    assert at.said == []


def test_a_poor_maker_is_refused_and_goes_on() -> None:
    """Rejections leave nothing behind: with money it quotes again."""
    at = Table(MarketMaker(TRADER, VENUE, ACCOUNT, [LADDER]), deposits={BTC: RICH[BTC]})
    worth(at, 1000)
    assert at.book() == "1020 5\n1010 5\n--"
    at.tell(VENUE, OpenAccount(ACCOUNT, TRADER, RICH))
    worth(at, 1000)
    assert at.book() == "1020 5\n1010 5\n--\n990 5\n980 5"


# Storms.


def shaken(at: Table, price: int, times: int, by: int) -> list[int]:
    """The worth goes up and down. How many levels stood after each move."""
    levels = []
    for number in range(times):
        worth(at, price + (by if number % 2 else -by))
        levels.append(at.book().count("\n"))
    return levels


def test_in_a_storm_it_leaves_and_comes_back_after_it() -> None:
    at = Table(MarketMaker(TRADER, VENUE, ACCOUNT, [LADDER]))
    assert set(shaken(at, 100_000, 400, by=5)) == {4}
    stormy = shaken(at, 100_000, 60, by=2_000)
    assert stormy[-1] == 0
    assert at.book() == "--"
    calm = shaken(at, 100_000, 400, by=5)
    assert calm[-1] == 4


def test_in_bad_weather_it_quotes_wider_and_less() -> None:
    ladder = Ladder(INSTRUMENT, even(10, 2, 50), inventory=RICH[BTC], inventory_limit=Money(90), lean=Price(30))
    at = Table(MarketMaker(TRADER, VENUE, ACCOUNT, [ladder]))
    shaken(at, 100_000, 400, by=10)
    assert at.book() == "100030 50\n100020 50\n--\n100000 50\n99990 50"
    shaken(at, 100_000, 24, by=50)
    [ask, *_, bid] = at.book().split("\n")
    assert int(ask.split()[0]) - int(bid.split()[0]) > 40
    assert int(ask.split()[1]) < 50


@pytest.mark.parametrize(("depth", "book"), [(PPB // 5, "1020 1\n1010 1\n--\n990 1\n980 1"), (0, "--")])
def test_it_shows_as_much_as_it_is_told(depth: int, book: str) -> None:
    """A drain thins what stands, down to nothing; when it is over the ladder is whole again."""
    at = table()
    worth(at, 1000)
    at.tell(TRADER, ReferenceMoved({INSTRUMENT.id: Price(1000)}, at.now, {INSTRUMENT.id: depth}))
    assert at.book() == book
    worth(at, 1000)
    assert at.book() == "1020 5\n1010 5\n--\n990 5\n980 5"


def test_what_is_mostly_eaten_is_renewed() -> None:
    ladder = Ladder(INSTRUMENT, even(10, 1, 50), inventory=RICH[BTC], inventory_limit=Money(9_000), lean=Price(0))
    at = Table(MarketMaker(TRADER, VENUE, ACCOUNT, [ladder]))
    at.tell(VENUE, OpenAccount(OTHER, Address("somebody"), RICH))
    worth(at, 1000)
    for number, (taken, left) in enumerate(((20, "30"), (10, "50"))):
        key = ClientOrderId(str(number))
        at.tell(VENUE, PlaceOrder(OTHER, key, INSTRUMENT.id, Side.BUY, OrderType.MARKET, quantity=Quantity(taken)))
        worth(at, 1000)
        assert at.book().startswith(f"1010 {left}\n")


def test_fills_move_the_ladder_at_once() -> None:
    """Sold a third of its limit, it quotes a step higher before its balances say so."""
    at = Table(MarketMaker(TRADER, VENUE, ACCOUNT, [LADDER]))
    at.tell(VENUE, OpenAccount(OTHER, Address("somebody"), RICH))
    for number in range(6):
        worth(at, 1000)
        at.tell(VENUE, PlaceOrder(OTHER, ClientOrderId(str(number)), INSTRUMENT.id, Side.BUY, OrderType.MARKET, quantity=Quantity(5)))
    worth(at, 1000)
    assert at.book() == "1030 5\n1020 5\n--\n1000 5\n990 5"
