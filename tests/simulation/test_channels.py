"""What our own services say to each other is handled once and in order, whatever happens to links, machines and disks."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.accounts import Heartbeat, HeartbeatAnswered
from seawall.api.control import CrashMachine, HealPartition, MachineRecovered, Partition, RestartMachine
from seawall.api.market_data import Traded
from seawall.api.message import Address, Message
from seawall.api.units import MILLISECOND, SECOND, Nanos
from seawall.sim.network import PERFECT, PPM, Constant, LinkSpec, LongTailed, Uniform
from seawall.sim.node import NodeSpec
from seawall.sim.post import ASK_EVERY
from seawall.sim.vocabulary import WORLD
from seawall.sim.world import World
from tests.simulation.talkers import ONE, TALKERS, THREE, TWO, Talker, said_and_given
from tests.simulation.toys import Spy
from tests.simulation.worlds import Recorded

STORM = 12 * SECOND
SETTLED = STORM + 400 * SECOND  # Links still lose half of it: a question and its answer need many attempts.

LINKS = st.builds(
    LinkSpec,
    latency=st.sampled_from([Constant(0), Constant(70), Uniform(0, 3 * SECOND), LongTailed(100, 5 * MILLISECOND, 2 * SECOND)]),
    loss_ppm=st.sampled_from([0, PPM // 10, PPM // 2]),
    duplicate_ppm=st.sampled_from([0, PPM // 10, PPM // 2]),
    ordered=st.booleans(),
)
PAIRS = [(source, target) for source in TALKERS for target in TALKERS if source != target]
MOMENTS = st.integers(1, STORM // MILLISECOND).map(lambda ms: ms * MILLISECOND)  # In nanoseconds most of them would be early.
LENGTHS = st.integers(0, 3_000).map(lambda ms: ms * MILLISECOND)
CRASHES = st.lists(st.tuples(st.sampled_from(TALKERS), MOMENTS, st.integers(0, 400), LENGTHS), min_size=1, max_size=8)
CUTS = st.lists(st.tuples(st.sampled_from(PAIRS), MOMENTS, LENGTHS), max_size=4)


def house(
    links: dict[tuple[Address, Address], LinkSpec] | LinkSpec = PERFECT, *, seed: int = 1, until: int = STORM, **more: object
) -> World:
    """Three services. `more`: `fsync_ns` of each one, and what else a world takes."""
    fsync_ns: tuple[int, ...] = more.pop("fsync_ns", (0, 0, 0))  # type: ignore[assignment]
    nodes = [
        NodeSpec(partial(Talker, address, until, 300 * MILLISECOND), subscribes=TALKERS, fsync_ns=ns, ours=True)
        for address, ns in zip(TALKERS, fsync_ns, strict=True)
    ]
    known, default = (links, PERFECT) if isinstance(links, dict) else ({}, links)
    return World(nodes, known, seed=seed, default_link=default, **more)  # type: ignore[arg-type]


@settings(max_examples=100)
@given(
    seed=st.integers(0, 5),
    links=st.fixed_dictionaries(dict.fromkeys(PAIRS, LINKS)),
    fsync_ns=st.tuples(*[st.sampled_from([0, 1, 2 * MILLISECOND, SECOND])] * 3),
    crashes=CRASHES,
    cuts=CUTS,
    snapshot_every=st.integers(2, 80),
)
def test_whatever_happens_every_message_is_handled_once_and_in_order(
    seed: int,
    links: dict[tuple[Address, Address], LinkSpec],
    fsync_ns: tuple[int, ...],
    crashes: list[tuple[Address, int, int, int]],
    cuts: list[tuple[tuple[Address, Address], int, int]],
    snapshot_every: int,
) -> None:
    """Once all has healed. Observers are shown each of them once, too: when it is said, and when it is handled."""
    spy = Spy(Heartbeat, HeartbeatAnswered)
    world = house(links, seed=seed, fsync_ns=fsync_ns, snapshot_every=snapshot_every, invariants=(spy,))
    recorded = Recorded(world)
    for victim, at, torn_bytes, down_ns in crashes:
        world.schedule(Nanos(at), CrashMachine(victim, torn_bytes))
        world.schedule(Nanos(at + down_ns), RestartMachine(victim))
    for pair, at, length in cuts:
        world.schedule(Nanos(at), Partition(*pair))
        world.schedule(Nanos(at + length), HealPartition(*pair))
    world.run(Nanos(SETTLED))
    said, was_given = said_and_given(recorded, TALKERS)
    assert said == was_given
    assert sum(map(len, said.values())) > 20
    for address in TALKERS:
        heard = world.machines[address].state.heard  # type: ignore[attr-defined]
        assert len(heard) == sum(len(messages) for (_, target), messages in was_given.items() if target == address)
        by_sender = {source: [number for sender, number in heard if sender == source] for source in TALKERS}
        assert all(numbers == sorted(dict.fromkeys(numbers)) for numbers in by_sender.values())
        assert ordered(spy.was_sent[address]) == ordered(
            [m for (source, _), messages in said.items() if source == address for m in messages]
        )
        assert len(spy.was_delivered[address]) == len(heard)
    assert [node.channels.waiting() for node in world.nodes.values()] == [[], [], []], "all of it is known to have arrived"


def ordered(messages: list[Message]) -> list[int]:
    return sorted(message.request_id for message in messages if isinstance(message, Heartbeat | HeartbeatAnswered))


@pytest.mark.parametrize("victim", [ONE, TWO])
@pytest.mark.parametrize("fsync_ns", [0, 40 * MILLISECOND])
def test_a_crash_at_any_moment_loses_nothing(victim: Address, fsync_ns: int) -> None:
    """Link and disk take their time, so that moments differ: before and after the sync, on the way there, on the way back."""
    torn = 0
    for at in range(SECOND, 2 * SECOND, 7 * MILLISECOND):
        world = house(LinkSpec(Constant(30 * MILLISECOND)), until=3 * SECOND, fsync_ns=(fsync_ns,) * 3, snapshot_every=5)
        recorded = Recorded(world)
        world.schedule(Nanos(at), CrashMachine(victim, torn_bytes=at // MILLISECOND % 150))
        world.schedule(Nanos(at + 100 * MILLISECOND), RestartMachine(victim))
        world.run(Nanos(8 * SECOND))
        said, was_given = said_and_given(recorded, TALKERS)
        assert said == was_given, at
        through = next(e.message.through for e in recorded.entries() if isinstance(e.message, MachineRecovered))
        torn += any(e.target == victim and through < e.sequence for e in recorded.entries() if e.now < at)
    assert (torn > 10) == (fsync_ns > 0), "the disk lost entries, or had none to lose"


def test_in_calm_weather_nothing_is_said_twice_and_nothing_is_late() -> None:
    """Numbers are all that a perfect world shows of it: every message is handled the instant it is said."""
    plain, ours = ({}, {}), ({}, {})
    for place, own in ((plain, False), (ours, True)):
        world = house()
        if not own:
            nodes = [NodeSpec(node.spec.build, subscribes=TALKERS) for node in world.nodes.values()]
            world = World(nodes, seed=1)
        recorded = Recorded(world)
        world.run(Nanos(STORM))
        for entry in recorded.entries():
            place[0].setdefault(entry.target, []).append((entry.sequence, entry.now, entry.message))
        place[1].update(world.states())
    assert plain == ours


def test_what_a_cut_swallowed_comes_when_it_heals_within_one_question() -> None:
    world = house()
    recorded = Recorded(world)
    world.schedule(Nanos(2 * SECOND), Partition(ONE, TWO))
    world.schedule(Nanos(6 * SECOND), HealPartition(ONE, TWO))
    world.run(Nanos(STORM))
    arrived = [entry.now for entry in recorded.entries() if entry.source == ONE and entry.target == TWO]
    assert not [now for now in arrived if 2 * SECOND < now < 6 * SECOND]
    assert len([now for now in arrived if 6 * SECOND <= now <= 6 * SECOND + ASK_EVERY]) > 5
    said, was_given = said_and_given(recorded, TALKERS)
    assert said == was_given


def test_the_last_word_before_a_crash_arrives_although_none_follows() -> None:
    """Cut off when it was said, and its sender recovers with nothing more to say: it asks all the same."""
    world = house()
    recorded = Recorded(world)
    world.schedule(Nanos(2 * SECOND), Partition(ONE, TWO))
    world.schedule(Nanos(STORM + SECOND), CrashMachine(ONE))
    world.schedule(Nanos(STORM + 2 * SECOND), HealPartition(ONE, TWO))
    world.schedule(Nanos(STORM + 3 * SECOND), RestartMachine(ONE))
    world.run(Nanos(STORM + 3 * SECOND))
    said, was_given = said_and_given(recorded, TALKERS)
    assert said == was_given


def test_market_data_is_never_repeated() -> None:
    """What was called while the hearer was cut off is gone, although both are services of one house."""
    world = house()
    recorded = Recorded(world)
    world.schedule(Nanos(2 * SECOND), Partition(ONE, TWO))
    world.schedule(Nanos(6 * SECOND), HealPartition(ONE, TWO))
    world.run(Nanos(STORM))
    heard = {
        address: [e.message for e in recorded.entries() if e.target == address and isinstance(e.message, Traded)]
        for address in (TWO, THREE)
    }
    assert len(heard[TWO]) < len(heard[THREE])
    assert not [entry for entry in recorded.entries() if isinstance(entry.message, Traded) and entry.source]


def test_the_outside_world_has_no_channel() -> None:
    """A stranger's messages are lost where links lose them, and its entries carry no number."""
    build = partial(Talker, until=STORM, period_ns=300 * MILLISECOND)
    nodes = [NodeSpec(partial(build, address), ours=address != TWO) for address in TALKERS]
    world = World(nodes, default_link=LinkSpec(loss_ppm=PPM // 2), seed=1)
    recorded = Recorded(world)
    world.run(Nanos(SETTLED))
    sources = {(entry.source, entry.target) for entry in recorded.entries() if entry.source}
    assert sources == {(ONE, THREE), (THREE, ONE)}
    said, _ = said_and_given(recorded, TALKERS)
    arrived = [entry for entry in recorded.entries() if entry.target == TWO and isinstance(entry.message, Heartbeat)]
    assert 0 < len(arrived) < len(said[ONE, TWO]) + len(said[THREE, TWO])


def test_a_machine_that_stays_down_hinders_nobody_else() -> None:
    world = house()
    recorded = Recorded(world)
    world.schedule(Nanos(2 * SECOND), CrashMachine(TWO))
    world.run(Nanos(STORM + 5 * SECOND))
    said, was_given = said_and_given(recorded, TALKERS)
    assert said[ONE, THREE] == was_given[ONE, THREE] and said[THREE, ONE] == was_given[THREE, ONE]
    assert world.nodes[ONE].channels.waiting() == [TWO]
    world.restart(TWO)
    world.run_for(5 * SECOND)
    said, was_given = said_and_given(recorded, TALKERS)
    assert said == was_given
    assert recorded.messages(WORLD)


def test_channels_do_not_grow() -> None:
    """What has arrived is forgotten: states of channels are as small after a long time as after a short one."""

    def sizes(world: World) -> list[int]:
        return [len(node.channels.saved([])) for node in world.nodes.values()]

    world = house(until=10_000 * SECOND)
    world.run(Nanos(100 * SECOND))
    early = sizes(world)
    world.run(Nanos(5_000 * SECOND))
    assert max(sizes(world)) < max(early) + 300
