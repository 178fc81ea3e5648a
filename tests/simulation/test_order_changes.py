"""Amend, cancel-replace and OCO in the standing scenario, while half of what is said about them is lost, one way or the other."""

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
    PlaceOrderList,
    ReplaceOrder,
)
from seawall.api.projections import BreakFound
from seawall.api.signals import OrderChanged
from seawall.api.units import Nanos
from seawall.engine.core.machine import Engine
from seawall.sim.agreement import disagreements
from seawall.sim.scenario import DEPOSITS, ENGINE, START, VENUES, StrategySpec, account_of, build, duration_ns
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
