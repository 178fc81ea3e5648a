"""Generated markets as wholes: a large order moves the price, liquidity leaves in a storm and comes back, venues are kept together, money
conserves, and what a trader loses on the way does not stop it."""

from functools import cache, partial

import msgspec
import pytest

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import Instrument
from seawall.api.message import Address, venue_address
from seawall.api.orders import AccountId, ClientOrderId, OrderType, PlaceOrder, Side, TimeInForce
from seawall.api.units import MINUTE, PPB, SECOND, Currency, Money, Nanos, Quantity
from seawall.exchange.core.machine import Exchange
from seawall.market_data.core.market import Market, MarketFault
from seawall.market_data.core.shocks import AnyShock, Crash, Divergence, Drain, Turbulence
from seawall.market_data.core.standing import STANDING
from seawall.market_data.core.traders import Arbitrageurs
from seawall.market_data.market_file import load_market, market_path, shipped_markets
from seawall.sim import scenario
from seawall.sim.world import World
from tests.replay.cuts import assert_every_cut_recovers
from tests.simulation.worlds import Recorded

BTC = STANDING.instruments[0]
WHALE = AccountId("whale")
RICH = {Currency("BTC"): Money(10**12), Currency("USDT"): Money(10**16)}

build = partial(scenario.build, hours=1.0, faults="none")


def venue_of(world: World, instrument: Instrument) -> Exchange:
    venue = world.machines[venue_address(instrument.venue)]
    assert isinstance(venue, Exchange)
    return venue


def middle(world: World, instrument: Instrument) -> float:
    book = venue_of(world, instrument)._floor.listings[instrument.id].book
    return (book.best_bid + book.best_ask) / 2 * instrument.tick / instrument.price_scale


def depth(world: World, instrument: Instrument) -> int:
    """Lots on both sides together."""
    book = venue_of(world, instrument)._floor.listings[instrument.id].book
    return sum(quantity for side in Side for _, quantity in book.depth(side))


def shocked(*shocks: AnyShock) -> Market:
    return msgspec.structs.replace(STANDING, shocks=shocks)


@cache
def drained() -> tuple[int, int, int]:
    """Depth before, in and after."""
    drain = Drain(Nanos(5 * MINUTE), PPB // 10, over=Nanos(MINUTE), holds=Nanos(3 * MINUTE), recovers_over=Nanos(MINUTE))
    world = build(3, market=shocked(drain))
    found = []
    for minutes in (4, 4, 4):
        world.run_for(minutes * MINUTE)
        found.append(depth(world, BTC))
    return found[0], found[1], found[2]


@pytest.mark.parametrize(("side", "sign"), [(Side.BUY, 1), (Side.SELL, -1)])
def test_a_large_order_moves_the_market_and_a_small_one_does_not(side: Side, sign: int) -> None:
    """At once, through the book. After three of them it stands off for a while: makers lean against what they were left with."""
    at_once, later = {}, {}
    for lots in (0, 10, 40_000):
        world = build(5)
        world.run_for(2 * MINUTE)
        before = middle(world, BTC)
        world.send(venue_address(BTC.venue), OpenAccount(WHALE, Address("nobody"), RICH))
        for number in range(3 if lots else 0):
            key = ClientOrderId(str(number))
            order = PlaceOrder(WHALE, key, BTC.id, side, OrderType.MARKET, TimeInForce.IOC, Quantity(lots))
            world.send(venue_address(BTC.venue), order)
            world.run_for(1)
            at_once.setdefault(lots, sign * (middle(world, BTC) / before - 1) * 1e4)
            world.run_for(4 * SECOND)
        world.run(Nanos(world.start + 2 * MINUTE + 15 * SECOND))
        later[lots] = sign * (middle(world, BTC) / before - 1) * 1e4
    assert abs(at_once[10]) < 0.5
    assert at_once[40_000] > 2.0
    assert later[40_000] - later[0] > 1.0


def test_liquidity_drains_as_scheduled_and_comes_back() -> None:
    before, during, after = drained()
    assert during < before * 0.4
    assert after > before * 0.7


def test_liquidity_leaves_in_a_storm_of_itself() -> None:
    """Nobody tells the makers to: they see the moves. In the worst of it they show little or nothing."""
    storm = Turbulence(Nanos(20 * MINUTE), 25 * PPB, over=Nanos(0), holds=Nanos(4 * MINUTE), recovers_over=Nanos(0))
    world = build(4, market=shocked(storm))
    shown: dict[str, list[int]] = {"calm": [], "storm": [], "after": []}
    for phase, begin, end in (("calm", 10, 20), ("storm", 20, 24), ("after", 45, 55)):
        world.run(Nanos(world.start + begin * MINUTE))
        while world.now < world.start + end * MINUTE:
            world.run_for(10 * SECOND)
            shown[phase].append(depth(world, BTC))
    calm, stormy, after = (sorted(values)[len(values) // 2] for values in shown.values())
    assert min(shown["storm"]) < calm * 0.15
    assert stormy < calm * 0.6
    assert after > calm * 0.7
    assert world.failures == []


def test_a_crash_takes_traded_prices_with_it() -> None:
    crash = Crash(Nanos(5 * MINUTE), PPB * 15 // 100, over=Nanos(10 * MINUTE), volatility=PPB)
    world = build(2, market=shocked(crash))
    world.run_for(4 * MINUTE)
    before = [middle(world, instrument) for instrument in STANDING.instruments]
    world.run_for(12 * MINUTE)
    falls = [middle(world, instrument) / price - 1 for instrument, price in zip(STANDING.instruments, before, strict=True)]
    assert all(-0.18 < fall < -0.12 for fall in falls)


def test_arbitrage_keeps_venues_together() -> None:
    """While one of them wants to leave by 1 %, it trades against that, and the gap that can be traded is smaller than without it."""
    beta, minute = STANDING.instruments[3], Nanos(MINUTE)
    split = Divergence(Nanos(2 * MINUTE), (beta.id,), PPB // 100, over=minute, holds=Nanos(20 * MINUTE), recovers_over=minute)
    gaps = {}
    for name, traders in (
        ("with", STANDING.traders),
        ("without", tuple(one for one in STANDING.traders if not isinstance(one, Arbitrageurs))),
    ):
        world = build(7, market=msgspec.structs.replace(STANDING, shocks=(split,), traders=traders))
        world.run_for(5 * MINUTE)
        gaps[name] = middle(world, beta) / middle(world, BTC) - 1
    assert gaps["with"] < gaps["without"]
    assert gaps["without"] > 0.005


def test_in_rough_weather_traders_go_on_and_money_conserves() -> None:
    """They crash, links lose what they say; afterwards every book is two-sided and every currency sums to nothing."""
    world = scenario.build(11, 0.15, "rough")
    world.run_for(scenario.duration_ns(0.15))
    assert world.failures == []
    for instrument in STANDING.instruments:
        assert depth(world, instrument) > 0
    for venue in STANDING.venues:
        machine = world.machines[venue_address(venue.name)]
        assert isinstance(machine, Exchange)
        ledger = machine.state.ledger
        pockets = [ledger.fees, ledger.outside, *(p for account in ledger.accounts.values() for p in (account.free, account.locked))]
        for currency in ("BTC", "USDT"):
            assert sum(pocket.get(Currency(currency), 0) for pocket in pockets) == 0


@pytest.mark.parametrize("name", shipped_markets())
def test_every_market_of_ours_trades_and_its_machines_recover(name: str) -> None:
    market = load_market(market_path(name))
    hours = 0.002 if name == "lively" else 0.02
    recorded = Recorded(scenario.build(1, hours, "none", market=market))
    recorded.world.run_for(scenario.duration_ns(hours))
    assert recorded.world.failures == []
    assert all(depth(recorded.world, instrument) for instrument in market.instruments)
    for address, node in recorded.world.nodes.items():
        if address.startswith(("trader:", "prices")):
            assert_every_cut_recovers(node.spec.build, recorded.messages(address), cuts=3)


def test_a_market_that_makes_no_sense_is_refused_before_it_runs() -> None:
    with pytest.raises(MarketFault, match="drain"):
        build(1, market=shocked(Drain(Nanos(0), PPB)))
