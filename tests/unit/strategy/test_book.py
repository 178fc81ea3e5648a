"""`book`: what a strategy with DEPTH reads of its venues' public depth, and how it comes to know a book again that it has lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.instruments import InstrumentId, instrument_id
from seawall.api.market_data import DepthChanged, DepthReported, Level, QueryDepth
from seawall.api.message import Address, Message, Tick
from seawall.api.signals import StartStrategy
from seawall.api.units import SECOND, Nanos, Price, Quantity
from seawall.runtime.machine import handle
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy
from seawall.strategy.core.machine import StrategyMachine
from tests.replay.cuts import assert_every_cut_recovers
from tests.unit.strategy.stage import ENGINE, INSTRUMENTS, START, STRATEGY

BTC = instrument_id("exchange-1", "BTC-USD")


class Deep(TradingStrategy):
    DEPTH = True
    TIMER_SECONDS = 1.0

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        return None

    def on_timer(self) -> list[MarketSignal] | None:
        """Says what it sees, so that outputs tell whether a recovered machine sees the same."""
        book = self.book("BTC-USD", "exchange-1", levels=3)
        for side in (book.bids, book.asks):
            for price, size in side:
                self.buy("BTC-USD", size, limit_price=price)
        return None


class Shallow(Deep):
    DEPTH = False


def fresh(kind: Any = Deep) -> StrategyMachine:
    return StrategyMachine(STRATEGY, ENGINE, kind, {}, INSTRUMENTS, seed=1)


def levels(side: dict[int, int]) -> tuple[Level, ...]:
    return tuple(Level(Price(price), Quantity(quantity)) for price, quantity in side.items())


def report(update_id: int, bids: dict[int, int], asks: dict[int, int], key: InstrumentId = BTC) -> DepthReported:
    return DepthReported(key, update_id, levels(bids), levels(asks), Nanos(START))


def change(update_id: int, bids: dict[int, int], asks: dict[int, int], key: InstrumentId = BTC) -> DepthChanged:
    return DepthChanged(key, update_id, update_id, levels(bids), levels(asks), Nanos(START))


def queries(machine: StrategyMachine, message: Message, at: int = 0) -> list[tuple[Address, InstrumentId]]:
    out = handle(machine, message, Nanos(START + at))
    return [(each.target, each.message.instrument) for each in out if isinstance(each.message, QueryDepth)]


def test_levels_are_floats_best_first() -> None:
    machine = fresh()
    handle(machine, report(7, {10_000: 1_500, 9_900: 20_000, 9_950: 30}, {10_010: 2, 10_100: 4_000}), Nanos(START))
    handle(machine, change(8, {9_950: 0}, {10_005: 500}), Nanos(START))
    book = machine.strategy.book("BTC-USD", "exchange-1")
    assert book.bids == [(100.0, 1.5), (99.0, 20.0)]
    assert book.asks == [(100.05, 0.5), (100.1, 0.002), (101.0, 4.0)]
    assert [level.size for level in machine.strategy.book("BTC-USD", "exchange-1", levels=1).asks] == [0.5]
    other = machine.strategy.book("ETH-USD", "exchange-1")
    assert (other.bids, other.asks) == ([], [])


def test_a_start_asks_every_venue_for_a_snapshot() -> None:
    machine = fresh()
    handle(machine, report(1, {10_000: 1}, {10_010: 1}), Nanos(START))
    asked = queries(machine, StartStrategy())
    assert asked == [(Address(f"venue:{i.venue}"), i.id) for i in INSTRUMENTS if i.id != BTC]


def test_a_gap_empties_the_book_and_asks_until_a_snapshot_comes() -> None:
    machine = fresh()
    handle(machine, report(1, {10_000: 1}, {10_010: 1}), Nanos(START))
    assert not queries(machine, change(2, {9_000: 1}, {}))
    assert queries(machine, change(4, {9_000: 2}, {})) == [(Address("venue:exchange-1"), BTC)]
    assert machine.strategy.book("BTC-USD", "exchange-1").bids == []
    assert not queries(machine, change(5, {9_000: 3}, {}), at=SECOND)
    assert queries(machine, change(6, {9_000: 4}, {}), at=6 * SECOND)
    handle(machine, report(4, {10_000: 5}, {10_010: 1}), Nanos(START))
    assert machine.strategy.book("BTC-USD", "exchange-1").bids == [(100.0, 0.005), (90.0, 0.004)], "what came after it is in it"
    assert machine.state.depth.asked == {}


def test_a_level_that_cannot_be_is_a_gap() -> None:
    machine = fresh()
    handle(machine, report(1, {10_000: 1}, {10_010: 1}), Nanos(START))
    assert not queries(machine, change(2, {-5: 1}, {}))
    assert queries(machine, change(3, {9_000: 1}, {}))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("BTC-USD",), "trades on exchange-1, exchange-2; name the venue"),
        (("BTC-EUR",), "no symbol 'BTC-EUR'; there are BTC-USD, ETH-USD"),
        (("BTC-USD", "moon"), "does not trade on 'moon'; it does on exchange-1, exchange-2"),
        (("BTC-USD", "exchange-1", 0), "levels is 1 or more, got 0"),
    ],
)
def test_what_there_is_not_is_said(arguments: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        fresh().strategy.book(*arguments)


def test_who_did_not_ask_hears_no_depth_and_is_told_how() -> None:
    machine = fresh(Shallow)
    assert DepthChanged not in machine.handlers
    with pytest.raises(RuntimeError, match="set DEPTH = True"):
        machine.strategy.book("BTC-USD", "exchange-1")


def test_a_new_version_may_follow_books_or_stop() -> None:
    machine = fresh(Shallow)
    handle(machine, StartStrategy(), Nanos(START))
    assert machine.state.depth.books == {}
    asked = [each.message for each in machine.swap(Deep, None, Nanos(START))]
    assert sum(isinstance(message, QueryDepth) for message in asked) == len(INSTRUMENTS)
    assert DepthChanged in machine.handlers
    machine.swap(Shallow, None, Nanos(START))
    assert DepthChanged not in machine.handlers
    assert machine.state.depth.books == {}


SIDE = st.dictionaries(st.integers(9_990, 10_010), st.integers(0, 9), max_size=3)
STEPS = st.lists(st.tuples(st.sampled_from(["change", "change", "gap", "report", "timer"]), SIDE, SIDE), min_size=5, max_size=25)


@given(steps=STEPS)
def test_any_cut_recovers_the_books(steps: list[tuple[str, dict[int, int], dict[int, int]]]) -> None:
    journal: list[tuple[Nanos, Message]] = [(Nanos(START), StartStrategy())]
    update_id = 0
    for place, (what, bids, asks) in enumerate(steps):
        update_id += 2 if what == "gap" else what != "timer"
        message: Message = Tick() if what == "timer" else (report if what == "report" else change)(update_id, bids, asks)
        journal.append((Nanos(START + (place + 1) * SECOND), message))
    assert_every_cut_recovers(fresh, journal)
