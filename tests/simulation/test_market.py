"""A market in trouble: whatever crashes when, no invariant is violated, and the venue's books balance."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.accounts import QueryBalances
from seawall.api.control import CrashMachine, HealPartition, MachineRecovered, Partition, RestartMachine
from seawall.api.orders import AccountId
from seawall.api.units import MILLISECOND, Nanos
from seawall.exchange.core.machine import Exchange
from seawall.sim.failures import InvariantViolated
from seawall.sim.node import NodeSpec
from tests.replay.market import INSTRUMENTS, TRADERS, VENUE, market
from tests.simulation.worlds import Recorded

moments = st.integers(1, 150 * MILLISECOND)


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    fsync_ns=st.sampled_from((0, 50_000, 2_000_000)),
    crashes=st.lists(st.tuples(moments, st.integers(0, 2_000), st.integers(1, 20 * MILLISECOND)), max_size=4),
    cuts=st.lists(st.tuples(moments, st.sampled_from(TRADERS), st.booleans(), st.integers(1, 30 * MILLISECOND)), max_size=3),
)
def test_no_storm_breaks_an_invariant(
    seed: int, fsync_ns: int, crashes: list[tuple[int, int, int]], cuts: list[tuple[int, str, bool, int]]
) -> None:
    world = market(seed, fsync_ns=fsync_ns, snapshot_every=100)
    for at, torn_bytes, down_ns in crashes:
        world.schedule(Nanos(at), CrashMachine(VENUE, torn_bytes))
        world.schedule(Nanos(at + down_ns), RestartMachine(VENUE))
    for at, trader, towards, cut_ns in cuts:
        ends = (trader, VENUE) if towards else (VENUE, trader)
        world.schedule(Nanos(at), Partition(*ends))
        world.schedule(Nanos(at + cut_ns), HealPartition(*ends))
    world.run_for(160 * MILLISECOND)
    for number in range(len(TRADERS)):
        world.send(VENUE, QueryBalances(AccountId(str(number)), 1))
    world.run_for(50 * MILLISECOND)
    assert world.failures == []
    venue = world.machines[VENUE]
    assert isinstance(venue, Exchange)
    ledger = venue.state.ledger
    pockets = [ledger.fees, ledger.outside, *(p for account in ledger.accounts.values() for p in (account.free, account.locked))]
    for currency in ("BTC", "USDT"):
        assert sum(pocket.get(currency, 0) for pocket in pockets) == 0


def test_the_market_trades() -> None:
    """Or the test above would show nothing."""
    world = market(3)
    world.run_for(200 * MILLISECOND)
    venue = world.machines[VENUE]
    assert isinstance(venue, Exchange)
    assert next(iter(venue.state.markets.values())).last_trade_id > 30


class Stutterer(Exchange):
    """Says everything twice, as no link would be to blame for."""

    def __init__(self) -> None:
        super().__init__(VENUE, list(INSTRUMENTS.values()))
        self.handlers = {kind: lambda m, now, handler=handler: handler(m, now) * 2 for kind, handler in self.handlers.items()}


def test_a_venue_with_a_bug_is_caught_where_duplicating_links_are_not() -> None:
    market(3).run_for(50 * MILLISECOND)
    with pytest.raises(InvariantViolated, match="seed 3"):
        market(3, venue=NodeSpec(Stutterer)).run_for(50 * MILLISECOND)


def test_a_crash_of_the_venue_is_in_the_journal() -> None:
    world = market(3, fsync_ns=1_000_000)
    recorded = Recorded(world)
    world.run_for(50 * MILLISECOND)
    world.crash(VENUE, torn_bytes=1_000)
    world.restart(VENUE)
    world.run_for(10 * MILLISECOND)
    assert [e.message.machine for e in recorded.entries() if isinstance(e.message, MachineRecovered)] == [VENUE]
