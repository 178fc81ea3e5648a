"""The standing scenario: once its storm has passed, engine and venues agree on every order and all money; and one seed is one run."""

from functools import cache, partial
from itertools import pairwise

import pytest

from seawall.api.accounts import OpenAccount
from seawall.api.control import CrashMachine, MachineRecovered, Partition
from seawall.api.message import Message, venue_address
from seawall.api.orders import ExpiryReason, OrderExpired, OrderFilled, PlaceOrder, Side
from seawall.api.projections import PROJECTIONS, BreakFound
from seawall.api.units import HOUR, SECOND, Money
from seawall.engine.core.machine import Engine
from seawall.exchange.core.machine import Exchange
from seawall.sim.agreement import disagreements
from seawall.sim.scenario import (
    DEPOSITS,
    ENGINE,
    INSTRUMENTS,
    START,
    VENUES,
    WARM_UP,
    StrategySpec,
    account_of,
    build,
    duration_ns,
    planned_faults,
)
from seawall.sim.storm import FIRST_PERCENT, LAST_PERCENT
from seawall.sim.vocabulary import WORLD
from seawall.sim.world import World
from seawall.strategy import PriceUpdate, TradingStrategy
from tests.replay.cuts import assert_every_cut_recovers
from tests.simulation.restless import SIZES, Restless
from tests.simulation.toys import Spy
from tests.simulation.worlds import Recorded

HOURS = 0.15
DURATION = duration_ns(HOURS)
STRATEGIES = [StrategySpec(name, Restless, {"max_position_size": SIZES}) for name in ("one", "two", "three")]
OPENED = {account_of(venue): DEPOSITS for venue in VENUES}
BTC_ALPHA = INSTRUMENTS[0]

scenario = partial(build, hours=HOURS, strategies=STRATEGIES)


@cache
def passed(seed: int, faults: str) -> World:
    """A world whose time is over. Tests that share one leave it as it is."""
    world = scenario(seed, faults=faults)
    world.run_for(DURATION)
    return world


def engine_of(world: World) -> Engine:
    engine = world.machines[ENGINE]
    assert isinstance(engine, Engine)
    return engine


def fills_booked(world: World) -> int:
    return sum(position.fills for held in engine_of(world).state.positions.values() for position in held.values())


@pytest.mark.parametrize(("seed", "faults"), [(1, "none"), (2, "mild"), (3, "mild"), *((seed, "rough") for seed in range(4, 10))])
def test_after_the_storm_engine_and_venues_agree(seed: int, faults: str) -> None:
    """No order of unknown fate is left, no fill is missing or counted twice, and the engine's balances are the venues'."""
    world = passed(seed, faults)
    assert world.failures == []
    assert disagreements(world, ENGINE, OPENED) == []
    assert fills_booked(world) > 100


@pytest.mark.parametrize(("seed", "faults"), [(3, "mild"), (6, "rough")])
def test_positions_are_the_sum_of_what_the_venues_filled(seed: int, faults: str) -> None:
    """Summed here from the venues' own words, which no link can lose or double. Neither balances nor the engine's books are asked."""
    spy = Spy(OrderFilled)
    world = scenario(seed, faults=faults, observers=[spy])
    world.run_for(DURATION)
    instruments = {instrument.id: instrument for instrument in INSTRUMENTS}
    filled: dict[str, int] = {}
    for fill in (message for venue in VENUES for message in spy.was_sent[venue_address(venue)]):
        assert isinstance(fill, OrderFilled)
        if fill.account in OPENED:
            instrument = instruments[fill.instrument]
            amount = fill.quantity * instrument.lot_value
            fee = fill.fee if fill.fee_currency == instrument.base else 0
            filled[fill.instrument] = filled.get(fill.instrument, 0) + (amount if fill.side is Side.BUY else -amount) - fee
    held: dict[str, int] = {}
    for positions in engine_of(world).state.positions.values():
        for key, position in positions.items():
            held[key] = held.get(key, 0) + position.quantity
    assert len(filled) == len(INSTRUMENTS)
    assert held == filled


def test_equal_seeds_are_equal_runs() -> None:
    again = scenario(6, faults="rough")
    again.run_for(DURATION)
    assert again.digest() == passed(6, "rough").digest()
    assert again.digest() != passed(7, "rough").digest()


def test_in_calm_weather_nothing_needs_correction() -> None:
    found: list[BreakFound] = []
    world = scenario(1, faults="none")
    world.listen(PROJECTIONS, lambda message, now: found.append(message) if isinstance(message, BreakFound) else None)
    world.run_for(DURATION)
    assert found == []
    assert engine_of(world).portfolio.total() is not None


def test_requests_reach_a_venue_at_most_once() -> None:
    """And reports may come twice: without any, a storm would not test much."""
    spy = Spy(PlaceOrder, OrderFilled)
    world = scenario(5, faults="rough", observers=[spy])
    world.run_for(DURATION)
    for venue in VENUES:
        arrived = [message.client_order_id for message in requests(spy.was_delivered[venue_address(venue)])]
        assert len(dict.fromkeys(arrived)) == len(arrived) > 20
    fills = [(fill.instrument, fill.trade_id, fill.side) for fill in spy.was_delivered[ENGINE] if isinstance(fill, OrderFilled)]
    assert len(dict.fromkeys(fills)) < len(fills)


def requests(messages: list[Message]) -> list[PlaceOrder]:
    return [message for message in messages if isinstance(message, PlaceOrder) and message.account in OPENED]


def test_an_hour_is_neither_idle_nor_endless() -> None:
    """The traders alone make 100,000 to 200,000 messages of it, so that it takes seconds."""
    world = build(1, HOURS, "none")
    world.run_for(DURATION)
    assert 100_000 < world.sequence * HOUR // DURATION < 200_000


def test_markets_stay_two_sided_and_close_to_each_other() -> None:
    """Both venues quote every symbol all along, and agree on it within half a per cent."""
    world = scenario(1, faults="none")
    world.run_for(20 * SECOND)
    for _ in range(40):
        world.run_for(10 * SECOND)
        markets = engine_of(world).state.markets
        middles = {key: (market.bid + market.ask) / 2 for key, market in markets.items() if 0 < market.bid < market.ask}
        assert len(middles) == len(INSTRUMENTS)
        prices = {i.id: middles[i.id] * i.tick / i.price_scale for i in INSTRUMENTS}
        for one, other in zip(INSTRUMENTS[:3], INSTRUMENTS[3:], strict=True):
            assert abs(prices[one.id] / prices[other.id] - 1) < 0.005


def test_every_machine_recovers_from_every_cut() -> None:
    recorded = Recorded(scenario(1, faults="none", hours=0.02))
    recorded.world.run_for(duration_ns(0.02))
    for address, node in recorded.world.nodes.items():
        journal = recorded.messages(address)
        assert len(journal) > 30, address
        assert_every_cut_recovers(node.spec.build, journal, cuts=5)


# The storm itself.


@pytest.mark.parametrize("seed", range(20))
def test_faults_come_one_after_the_other_and_leave_time_to_heal(seed: int) -> None:
    faults = planned_faults(seed, HOURS, "rough")
    assert {type(fault.command) for fault in faults} == {Partition, CrashMachine}
    assert faults[0].at >= START + DURATION * FIRST_PERCENT // 100
    assert faults[-1].end <= START + DURATION * LAST_PERCENT // 100
    assert all(fault.at < fault.end for fault in faults)
    assert all(before.end <= after.at for before, after in pairwise(faults))


def test_what_is_planned_happens_and_ends() -> None:
    recorded = Recorded(scenario(4, faults="rough"))
    recorded.world.run_for(DURATION)
    happened = [(now, message) for now, message in recorded.messages(WORLD) if not isinstance(message, MachineRecovered)]
    planned = [entry for fault in planned_faults(4, HOURS, "rough") for entry in ((fault.at, fault.command), (fault.end, fault.undo))]
    assert happened == planned


def test_calm_weather_has_no_faults() -> None:
    assert planned_faults(1, 10.0, "none") == []


def test_no_run_is_too_short() -> None:
    for hours in (0.0, 1e-6, 0.001):
        world = scenario(1, faults="rough", hours=hours)
        world.run_for(duration_ns(hours))


@pytest.mark.parametrize(
    ("faults", "strategies", "complaint"),
    [("windy", [], "no faults are called 'windy'; there are none, mild, rough"), ("none", STRATEGIES[:1] * 2, "one name: one, one")],
)
def test_what_cannot_be_built_is_refused(faults: str, strategies: list[StrategySpec], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        build(1, 1.0, faults, strategies)


@pytest.mark.parametrize("from_engine", [True, False])
def test_a_venue_that_hears_nothing_ends_the_orders_and_all_is_well_afterwards(from_engine: bool) -> None:
    """Cut one way, its word arrives while ours does not: orders expire under our eyes. Cut the other way, heartbeats still arrive."""
    spy, venue = Spy(OrderExpired), venue_address(VENUES[0])
    resting = [StrategySpec("rests", Resting)]
    world = build(5, HOURS, "none", resting, observers=[spy])
    world.run_for(WARM_UP + 5 * SECOND)
    assert len(engine_of(world).state.orders) == 1
    ends = (ENGINE, venue) if from_engine else (venue, ENGINE)
    world.partition(*ends)
    world.run_for(30 * SECOND)
    ended = [message for message in spy.was_sent.get(venue, []) if message.reason is ExpiryReason.DISCONNECTED]
    assert bool(ended) is from_engine
    assert bool(engine_of(world).state.orders) is not from_engine
    world.heal(*ends)
    world.run_for(20 * SECOND)
    assert disagreements(world, ENGINE, OPENED) == []


class Resting(TradingStrategy):
    """One order, far from the market."""

    def on_market_data(self, price_update: PriceUpdate) -> None:
        if price_update.symbol == "BTC-USDT" and price_update.venue == VENUES[0] and not self.order_ids.count:
            self.buy("BTC-USDT", 0.01, venue=VENUES[0], limit_price=price_update.price * 0.98)


# Who watches: `disagreements` must see what the tests above rely on it to see.


def test_a_machine_that_is_down_is_named() -> None:
    world = scenario(1, faults="none")
    world.run_for(20 * SECOND)
    world.crash(venue_address(VENUES[1]))
    assert "venue:beta is down" in disagreements(world, ENGINE, OPENED)
    world.crash(ENGINE)
    assert disagreements(world, ENGINE, OPENED) == ["engine is down"]


def test_money_that_no_fill_explains_is_seen() -> None:
    """A deposit that the engine does not know of: its balances and its positions both fail to explain it."""
    world = scenario(1, faults="none")
    world.run_for(WARM_UP - SECOND)
    world.send(venue_address(VENUES[0]), OpenAccount(account_of(VENUES[0]), ENGINE, {BTC_ALPHA.base: Money(7)}))
    world.run_for(1)
    assert disagreements(world, ENGINE, OPENED) == [
        "venue:alpha: 150000007 BTC minor units there, 150000000 in our books",
        "venue:alpha: fills moved 7 BTC minor units there, 0 in our positions",
    ]


def test_an_order_that_only_one_side_knows_is_seen() -> None:
    world = scenario(1, faults="none")
    world.run_for(WARM_UP)
    while not any(order.order_id for order in engine_of(world).state.orders.values()):
        assert world.now < START + DURATION, "no order ever rested"
        world.run_for(SECOND)
    key, order = next((key, order) for key, order in engine_of(world).state.orders.items() if order.order_id)
    address = engine_of(world).session_of[engine_of(world).booking.instruments[order.instrument].venue].settings.address
    venue = world.machines[address]
    assert isinstance(venue, Exchange)
    del engine_of(world).state.orders[key]
    assert f"{address}: order {key} is open there, and not in our books" in disagreements(world, ENGINE, OPENED)
    engine_of(world).state.orders[key] = order
    for market in venue.state.markets.values():
        market.orders.clear()
    assert f"{address}: order {key} is new in our books, and not open there" in disagreements(world, ENGINE, OPENED)
