"""The paper fallback in a storm: a venue goes dark, a strategy trades on there on paper, and what is real stays real."""

from seawall.api.orders import PlaceOrder
from seawall.api.paper import PaperEnded, PaperFilled, PaperStarted
from seawall.api.units import SECOND, Nanos
from seawall.engine.core.machine import Engine
from seawall.sim.agreement import disagreements
from seawall.sim.scenario import (
    DEPOSITS,
    ENGINE,
    START,
    VENUES,
    WARM_UP,
    Rules,
    StrategySpec,
    account_of,
    build,
    duration_ns,
    venue_address,
)
from seawall.sim.world import World
from seawall.strategy import TradingStrategy
from tests.replay.cuts import assert_every_cut_recovers
from tests.simulation.restless import SIZES, Restless
from tests.simulation.toys import Spy
from tests.simulation.worlds import Recorded

ALPHA = VENUES[0]
HOURS = 0.05
OPENED = {account_of(venue): DEPOSITS for venue in VENUES}


class Stubborn(TradingStrategy):
    """Buys and sells in turn, always at the same venue."""

    TIMER_SECONDS = 1.0
    PAPER_FALLBACK = True

    def on_timer(self) -> None:
        if ALPHA in self.price_cache["BTC-USDT"]:
            trade = self.sell if self.positions.get("BTC-USDT", 0.0) > 0 else self.buy
            trade("BTC-USDT", 0.01, venue=ALPHA)


def gone_dark(spy: Spy, heal: bool = True) -> World:
    """Alpha is cut off for a minute, both ways, for the engine alone: the strategies go on seeing its prices."""
    world = build(11, HOURS, "none", [StrategySpec("stubborn", Stubborn)], [spy], rules=Rules({"paper_after": "10", "max_price_age": "20"}))
    world.run_for(WARM_UP + 20 * SECOND)
    for ends in ((ENGINE, venue_address(ALPHA)), (venue_address(ALPHA), ENGINE)):
        world.partition(*ends)
    world.run_for(60 * SECOND)
    if heal:
        for ends in ((ENGINE, venue_address(ALPHA)), (venue_address(ALPHA), ENGINE)):
            world.heal(*ends)
        world.run(Nanos(START + duration_ns(HOURS)))
    return world


def test_a_dark_venue_is_traded_on_paper_and_nothing_real_knows_of_it() -> None:
    """Invariants watch all the while; afterwards engine and venues agree on every order and all money, and orders are real again."""
    spy = Spy(PaperStarted, PaperFilled, PaperEnded, PlaceOrder)
    world = gone_dark(spy)
    engine = world.machines[ENGINE]
    assert isinstance(engine, Engine)
    said = spy.was_sent[ENGINE]
    fills = [message for message in said if isinstance(message, PaperFilled)]
    (ended,) = dict.fromkeys(message.fills for message in said if isinstance(message, PaperEnded))
    assert len(fills) == 2 * ended > 20, "each is told to the strategy and to the projections"
    first, last = said.index(fills[0]), len(said) - said[::-1].index(fills[-1])
    assert [m for m in said[first:last] if isinstance(m, PlaceOrder)] == []
    assert [m for m in said[last:] if isinstance(m, PlaceOrder)]
    assert {fill.priced_by.split(":")[0] for fill in fills} == set(VENUES), "its own price while it was fresh, then another's"
    assert world.failures == []
    assert disagreements(world, ENGINE, OPENED) == []


def test_every_cut_recovers_with_paper_tilt_and_tiers_at_work() -> None:
    """What each of them remembers is state, and no index of it shows."""
    rules = Rules(
        {"paper_after": "5", "max_price_age": "20", "tilt_losses": "2", "tilt_rate": "3", "tilt_cancel_bps": "10", "tilt_orders": "5"}
    )
    specs = [StrategySpec("stubborn", Stubborn, {"tier": "hunter"}), StrategySpec("restless", Restless, {"max_position_size": SIZES})]
    recorded = Recorded(build(11, HOURS, "none", specs, rules=rules))
    world = recorded.world
    world.run_for(WARM_UP + 40 * SECOND)
    for ends in ((ENGINE, venue_address(ALPHA)), (venue_address(ALPHA), ENGINE)):
        world.partition(*ends)
    world.run_for(30 * SECOND)
    engine = world.machines[ENGINE]
    assert isinstance(engine, Engine)
    assert engine.state.risk.tier and engine.state.outages[ALPHA].positions
    assert any(account.tilt is not None and account.tilt.signs for account in engine.state.strategies.values())
    assert_every_cut_recovers(world.nodes[ENGINE].spec.build, recorded.messages(ENGINE), cuts=6)


def test_what_is_still_on_paper_at_the_end_is_known() -> None:
    world = gone_dark(Spy(PaperFilled), heal=False)
    engine = world.machines[ENGINE]
    assert isinstance(engine, Engine)
    (standing,) = engine.paper.standing(world.now)
    assert (standing.strategy, standing.venue) == ("strategy:stubborn", ALPHA)
    assert standing.fills > 10 and standing.profit is not None
