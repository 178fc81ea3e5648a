"""What positions are marked at, what the rate is, who pays whom and when."""

import pytest

from seawall.api.instruments import define_spot
from seawall.api.margin import CashReported, MarkPriceChanged, QueryCash
from seawall.api.market_data import QuoteChanged
from seawall.api.message import Address, Tick
from seawall.api.orders import AccountId
from seawall.api.units import HOUR, SECOND, Nanos, Price, Quantity
from seawall.exchange.core.machine import Exchange
from seawall.exchange.core.margin.marks import Perpetual, revalue
from seawall.exchange.core.order_book import OrderBook
from seawall.runtime.machine import handle
from tests.unit.exchange.core.margin.pit import BTC, START, Pit
from tests.unit.exchange.core.margin.test_liquidation import conserved


def test_the_mark_is_the_median_of_index_basis_and_last_trade() -> None:
    """Index 100, a book around 104, a last trade at 150: price 2 is 104, price 1 is 100."""
    pit = Pit()
    pit.trade("alice", "bob", 150, 1)
    pit.order("alice", "buy", 103, 1)
    pit.order("bob", "sell", 105, 1)
    pit.index(100)
    pit.wait()
    assert pit.mark() == 104


def test_a_single_wild_trade_moves_no_mark() -> None:
    pit = Pit()
    pit.index(100)
    pit.trade("alice", "bob", 100, 1)
    pit.wait()
    pit.trade("alice", "bob", 1, 1)
    pit.wait()
    assert pit.mark() == 100


def test_without_an_index_the_market_itself_is_the_measure() -> None:
    pit = Pit()
    pit.order("alice", "buy", 90, 1)
    pit.order("bob", "sell", 110, 1)
    pit.trade("carol", "dave", 100, 1)
    pit.wait()
    assert pit.mark() == 100


def test_the_index_is_the_median_of_the_spot_markets_that_are_alive() -> None:
    """Two agree; one has gone mad, then silent for more than a minute."""
    spots = [define_spot(venue, "BTC-USDT", tick="0.5", lot="1", base_decimals=0, quote_decimals=1) for venue in ("one", "two", "three")]
    exchange = Exchange(Address("venue:pit"), [BTC], {BTC.id: spots})

    def at(seconds: int, *mids: tuple[int, int]) -> int:
        now = Nanos(START + seconds * SECOND)
        for number, ticks in mids:
            handle(exchange, QuoteChanged(spots[number].id, 1, Price(ticks - 2), Quantity(1), Price(ticks + 2), Quantity(1), now), now)
        said = [e.message for e in handle(exchange, Tick(), Nanos(now + SECOND))]
        return next(m.index for m in said if isinstance(m, MarkPriceChanged))

    assert at(1, (0, 200), (1, 204), (2, 9_000)) == 102
    assert at(30, (0, 200), (1, 204)) == 102
    assert at(62, (0, 200)) == 101, "between the two that are left"


def test_a_premium_raises_the_rate_beyond_the_interest() -> None:
    """Bids 2 % above the index: the rate is the premium less the dampener."""
    book = OrderBook({})
    perpetual = Perpetual(index=10_000, next_funding=Nanos(START + 8 * HOUR))
    revalue(perpetual, BTC, book, 0, START)
    assert perpetual.next_rate_ppb == 0, "no book, no rate"
    pit = Pit(funds={"alice": 10**9, "bob": 10**9})
    pit.index(10_000)
    pit.order("alice", "buy", 10_200, 1_000)
    pit.order("bob", "sell", 10_300, 1)
    pit.wait()
    said = pit.public[-1]
    assert isinstance(said, MarkPriceChanged) and said.funding_rate_ppb == 20_000_000 - 500_000


def test_at_the_index_the_rate_is_the_interest() -> None:
    pit = Pit(funds={"alice": 10**9, "bob": 10**9})
    pit.index(10_000)
    pit.order("alice", "buy", 9_999, 1_000)
    pit.order("bob", "sell", 10_001, 1)
    pit.wait()
    said = pit.public[-1]
    assert isinstance(said, MarkPriceChanged) and said.funding_rate_ppb == 100_000


def funded(rate_ppb: int, after: int = 8 * 3_600) -> tuple[Pit, list[str]]:
    pit = Pit(funds={"alice": 10**6, "bob": 10**6})
    pit.index(1_000)
    pit.trade("alice", "bob", 1_000, 33)
    pit.wait()
    perpetual = pit.exchange._floor.listings[BTC.id].market.perpetual
    assert perpetual is not None
    perpetual.next_rate_ppb = rate_ppb
    return pit, pit.wait(int((perpetual.next_funding - pit.now) // SECOND))


@pytest.mark.parametrize(
    ("rate_ppb", "paid"), [(100_000, ["alice funding -4", "bob funding 3"]), (-100_000, ["alice funding 3", "bob funding -4"]), (0, [])]
)
def test_who_is_long_pays_who_is_short(rate_ppb: int, paid: list[str]) -> None:
    """0.01 % of 33,000 is 3.3: rounded against each; what is left over stays in the fund."""
    pit, said = funded(rate_ppb)
    assert said == paid
    assert pit.exchange.state.ledger.insurance["USDT"] == bool(paid)  # type: ignore[index]
    assert conserved(pit)


def test_funding_comes_before_the_fills_of_the_same_instant() -> None:
    """An order arrives at the very nanosecond: it finds the payment made, and does not share in it."""
    pit = Pit(funds={"alice": 10**6, "bob": 10**6})
    pit.index(1_000)
    pit.trade("alice", "bob", 1_000, 33)
    pit.order("bob", "sell", 1_000, 10)
    pit.wait()
    perpetual = pit.exchange._floor.listings[BTC.id].market.perpetual
    assert perpetual is not None
    perpetual.next_rate_ppb = 100_000
    pit.now = perpetual.next_funding
    said = pit.order("carol", "buy", 1_000, 5)
    assert [line for line in said if "funding" in line] == ["alice funding -4", "bob funding 3"]
    assert [line.split()[0] for line in said][:2] == ["alice", "bob"] and "carol" in said[2]


def test_what_was_missed_is_paid_later_at_its_own_time() -> None:
    """The venue slept through two payments."""
    pit, _ = funded(100_000)
    perpetual = pit.exchange._floor.listings[BTC.id].market.perpetual
    assert perpetual is not None
    perpetual.next_rate_ppb = 100_000
    pit.wait(17 * 3_600)
    (envelope,) = handle(pit.exchange, QueryCash(AccountId("alice"), 3, 0), pit.now)
    assert isinstance(envelope.message, CashReported)
    movements = envelope.message.movements
    assert [m.cash_id for m in movements] == [1, 2, 3] and envelope.message.complete
    assert [m.event_time - movements[0].event_time for m in movements] == [0, 8 * HOUR, 16 * HOUR]
