"""Strategies that follow order books, in a simulated market: what they read is what the venue has, after every loss and crash too."""

from itertools import islice

import pytest

from seawall.api.control import CrashMachine, RestartMachine
from seawall.api.message import venue_address
from seawall.api.orders import Side
from seawall.api.units import SECOND, Nanos
from seawall.runtime.floats import price_as_float, quantity_as_float
from seawall.sim.scenario import INSTRUMENTS, StrategySpec, build
from seawall.sim.swap import swap_strategy
from seawall.sim.world import World
from seawall.strategy import TradingStrategy

LEVELS = 20
SPEC = StrategySpec("reader", lambda config: Reader(config))
PLAIN = StrategySpec("reader", lambda config: Plain(config))


class Plain(TradingStrategy):
    def on_market_data(self, price_update: object) -> None:
        return None


class Reader(Plain):
    DEPTH = True


def disagreements(world: World) -> list[str]:
    strategy = world.machines[SPEC.address].strategy  # type: ignore[attr-defined]
    found = []
    for instrument in INSTRUMENTS:
        exchange = world.machines[venue_address(instrument.venue)]
        listing = exchange._floor.listings[instrument.id].book  # type: ignore[attr-defined]
        book = strategy.book(instrument.symbol, instrument.venue, levels=LEVELS)
        for side, ours in ((Side.BUY, book.bids), (Side.SELL, book.asks)):
            theirs = [
                (price_as_float(instrument, price), quantity_as_float(instrument, quantity))
                for price, quantity in islice(listing.depth(side), LEVELS)
            ]
            if not theirs or ours != theirs:
                found.append(f"{instrument.id} {side}: {ours[:2]} for {theirs[:2]}")
    return found


@pytest.mark.parametrize("faults", ["none", "mild", "rough"])
def test_books_are_the_venues(faults: str) -> None:
    world = build(11, 0.1, faults, [SPEC])
    world.run_for(360 * SECOND)
    settle(world)
    assert disagreements(world) == []


def test_a_reader_that_was_down_finds_its_books_again() -> None:
    world = build(11, 0.1, "none", [SPEC])
    world.schedule(Nanos(world.start + 60 * SECOND), CrashMachine(SPEC.address))
    world.schedule(Nanos(world.start + 90 * SECOND), RestartMachine(SPEC.address))
    world.run_for(120 * SECOND)
    settle(world)
    assert disagreements(world) == []


def test_a_new_version_that_follows_books_is_heard_by_the_world() -> None:
    world = build(11, 0.1, "none", [PLAIN])
    world.run_for(60 * SECOND)
    swap_strategy(world, SPEC.address, Reader)
    world.run_for(10 * SECOND)
    settle(world)
    assert disagreements(world) == []
    swap_strategy(world, SPEC.address, Plain)
    world.run_for(10 * SECOND)


def settle(world: World) -> None:
    """A moment without anything on the way: nobody trades for the length of a link, which comes soon."""
    for _ in range(2_000):
        if not disagreements(world):
            return
        world.run_for(SECOND // 100)
