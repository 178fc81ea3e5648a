"""Amend, cancel-replace and OCO in the standing scenario, half of what is said about them lost, one way or the other. And halts."""

import pytest

from seawall.api.control import Drop as Lose
from seawall.api.control import InjectFault, RemoveFault, Selector
from seawall.api.message import Message, venue_address
from seawall.api.orders import (
    AmendOrder,
    AmendRejected,
    CancelRejected,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderRejected,
    PlaceOrder,
    PlaceOrderList,
    RejectReason,
    ReplaceOrder,
)
from seawall.api.projections import BreakFound, IntentRefused
from seawall.api.signals import OrderChanged
from seawall.api.units import SECOND, Nanos
from seawall.api.venue_operations import HaltInstrument, ResumeInstrument, TradingStatusReported
from seawall.engine.core.machine import Engine
from seawall.sim.agreement import disagreements
from seawall.sim.scenario import DEPOSITS, ENGINE, INSTRUMENTS, START, VENUES, StrategySpec, account_of, build, duration_ns
from tests.simulation.restless import SIZES, Restless
from tests.simulation.toys import Spy

HOURS = 0.15
DURATION = duration_ns(HOURS)
OPENED = {account_of(venue): DEPOSITS for venue in VENUES}
HALF = 500_000

REQUESTS: list[type[Message]] = [AmendOrder, ReplaceOrder, PlaceOrderList]
REPLIES: list[type[Message]] = [OrderAmended, AmendRejected, OrderAccepted, OrderRejected, OrderCanceled, CancelRejected]


class Changing(Restless):
    """Little else than changes."""

    TIMER_SECONDS = 0.25


@pytest.mark.parametrize(("seed", "lost"), [(1, REQUESTS), (2, REPLIES), (3, REPLIES), (4, REQUESTS + REPLIES)])
def test_after_lost_changes_engine_and_venues_agree(seed: int, lost: list[type[Message]]) -> None:
    """With the invariants on: what may be lost counts in full. In the end nothing is of unknown fate, and no book had to be corrected."""
    spy = Spy(*REQUESTS, *REPLIES, BreakFound, OrderChanged)
    specs = [StrategySpec(name, Changing, {"max_position_size": SIZES}) for name in ("one", "two")]
    world = build(seed, HOURS, "none", specs, [spy])
    names = tuple(kind.__name__ for kind in lost)
    for venue in map(venue_address, VENUES):
        for source, target in ((ENGINE, venue), (venue, ENGINE)):
            name = f"{source} to {target}"
            world.schedule(Nanos(START), InjectFault(name, source, target, Lose(), Selector(names, toxicity_ppm=HALF)))
            world.schedule(Nanos(START + DURATION * 9 // 10), RemoveFault(name))
    world.run_for(DURATION)
    assert world.failures == []
    assert disagreements(world, ENGINE, OPENED) == []
    engine = world.machines[ENGINE]
    assert isinstance(engine, Engine)
    assert engine.state.orders == {}
    said, arrived = spy.was_sent[ENGINE], [m for venue in VENUES for m in spy.was_delivered.get(venue_address(venue), [])]
    for kind in REQUESTS:
        sent = sum(isinstance(message, kind) for message in said)
        reached = sum(isinstance(message, kind) for message in arrived)
        assert sent > 20, kind
        assert (reached < sent) is (kind in lost), kind
    assert [message for message in said if isinstance(message, BreakFound)] == []
    told = {(str(news.status), news.reason.partition(":")[0]) for news in said if isinstance(news, OrderChanged)}
    expected = {("unknown", "no answer from the venue"), ("new", "amended"), ("expired", "order_list")}
    if AmendOrder in lost:
        expected |= {("rejected", "never reached the venue"), ("new", "amend refused")}
    assert expected <= told


@pytest.mark.parametrize("heard", [True, False])
def test_a_halt_keeps_orders_at_home(heard: bool) -> None:
    """Every instrument of a venue is halted for a while. If nobody hears it, the venue says so when it is next asked."""
    spy = Spy(OrderRejected, IntentRefused, PlaceOrder, TradingStatusReported)
    world = build(5, HOURS, "none", [StrategySpec("one", Changing, {"max_position_size": SIZES})], [spy])
    venue = venue_address(VENUES[0])
    halt, resume = Nanos(START + DURATION // 3 + 7 * SECOND), Nanos(START + DURATION // 2)
    if not heard:
        world.schedule(Nanos(START), InjectFault("deaf", venue, ENGINE, Lose(), Selector(("TradingStatusChanged",))))
    for instrument in INSTRUMENTS:
        if instrument.venue == VENUES[0]:
            world.send(venue, HaltInstrument(instrument.id, "ann", "a rumour"), halt)
            world.send(venue, ResumeInstrument(instrument.id, "ann", "it was none"), resume)
    world.run(resume)
    refusals = [said.check for said in spy.was_sent[ENGINE] if isinstance(said, IntentRefused)]
    assert "market_halted" in refusals
    in_vain = [m for m in spy.was_sent[venue] if isinstance(m, OrderRejected) and m.reason is RejectReason.MARKET_HALTED]
    ours = [m for m in in_vain if m.account == account_of(VENUES[0])]
    assert len(ours) <= 5 if heard else 10 < len(ours) <= 150, "what was under way, or left before the venue was asked"
    placed = len([m for m in spy.was_delivered[venue] if isinstance(m, PlaceOrder) and m.account == account_of(VENUES[0])])
    world.run_for(DURATION // 4)
    later = len([m for m in spy.was_delivered[venue] if isinstance(m, PlaceOrder) and m.account == account_of(VENUES[0])])
    assert later > placed + 20, "it trades again"
