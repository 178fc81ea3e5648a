"""A machine that crashes comes back in the state that its disk explains, and nothing ever left that its disk does not explain."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.accounts import Heartbeat, HeartbeatAnswered
from seawall.api.control import CrashMachine, MachineRecovered, RecoveryFailed, RestartMachine
from seawall.api.market_data import Traded
from seawall.api.message import Address, Message, Restarted, Tick
from seawall.api.units import Nanos
from seawall.runtime.machine import Machine, handle, snapshot
from seawall.sim.node import NodeSpec
from seawall.sim.replay import Replay, lost_entries
from seawall.sim.vocabulary import WORLD
from seawall.sim.world import World
from tests.simulation.toys import ACCOUNT, LISTENER, PINGER, PONGER, Listener, Pinger, Ponger, Spy
from tests.simulation.worlds import STORMY, Recorded, toy_nodes, toy_world

FRESH = {PINGER: Pinger, PONGER: Ponger, LISTENER: Listener}
SEEN = (Heartbeat, HeartbeatAnswered, Traded, Tick, Restarted)


def replayed(address: Address, messages: list[tuple[Nanos, Message]]) -> tuple[Machine, list[Message]]:
    """A fresh machine after these messages, and what it said."""
    machine = FRESH[address]()
    said = [envelope.message for now, message in messages for envelope in handle(machine, message, now)]
    return machine, said


@settings(max_examples=80)
@given(
    seed=st.integers(0, 5),
    victim=st.sampled_from((PINGER, PONGER, LISTENER)),
    fsync_ns=st.sampled_from((0, 1, 150, 2_000, 9_000)),
    crash_at=st.integers(1, 40_000),
    torn_bytes=st.integers(0, 400),
    snapshot_every=st.integers(2, 60),
)
def test_after_a_crash_the_state_is_that_of_the_durable_prefix(
    seed: int, victim: Address, fsync_ns: int, crash_at: int, torn_bytes: int, snapshot_every: int
) -> None:
    """And all that had left before is explained by it."""
    spy = Spy(*SEEN)
    world = toy_world(seed, STORMY, invariants=(spy,), snapshot_every=snapshot_every, **{victim: {"fsync_ns": fsync_ns}})
    recorded = Recorded(world)
    world.run(Nanos(crash_at))
    given_before = recorded.messages(victim)
    durable_before = len(spy.was_delivered.get(victim, []))
    left_before = list(spy.was_sent.get(victim, []))
    world.crash(victim, torn_bytes)
    assert victim not in world.machines
    world.restart(victim)

    through = next(e.message.through for e in reversed(recorded.entries()) if isinstance(e.message, MachineRecovered))
    survived = [(e.now, e.message) for e in recorded.entries() if e.target == victim and e.sequence <= through]
    assert survived == given_before[: len(survived)]
    assert len(survived) >= durable_before
    assert len(survived) == len(given_before) or fsync_ns > 0
    machine, said = replayed(victim, survived)
    assert snapshot(world.machines[victim]) == snapshot(machine)
    assert left_before == said[: len(left_before)]
    told = [*(message for _, message in survived), Restarted(2)]
    assert spy.was_delivered[victim] == told, "observers are told of what survived although nothing of it had left"


@settings(max_examples=40)
@given(
    seed=st.integers(0, 5),
    fsync_ns=st.tuples(*[st.sampled_from((0, 150, 3_000))] * 3),
    crashes=st.lists(
        st.tuples(st.sampled_from((PINGER, PONGER, LISTENER)), st.integers(1, 40_000), st.integers(0, 300), st.integers(0, 5_000)),
        max_size=6,
    ),
)
def test_a_journal_with_crashes_replays_to_the_same_states(
    seed: int, fsync_ns: tuple[int, int, int], crashes: list[tuple[Address, int, int, int]]
) -> None:
    """The journal of the world is enough: replay knows from it which entries unhappened."""
    specs = {address: {"fsync_ns": ns} for address, ns in zip(FRESH, fsync_ns, strict=True)}
    world = toy_world(seed, STORMY, snapshot_every=20, **specs)
    recorded = Recorded(world, snapshot_every=100)
    for victim, at, torn_bytes, down_ns in crashes:
        world.schedule(Nanos(at), CrashMachine(victim, torn_bytes))
        world.schedule(Nanos(at + down_ns), RestartMachine(victim))
    world.run_for(50_000)
    entries = recorded.entries()
    replay = Replay(toy_nodes(**specs), world.start, lost_entries(recorded.sealed()))
    for entry in entries:
        replay.apply(entry)
        if entry.sequence in recorded.sink.snapshots:
            replay.check(recorded.snapshot(entry.sequence))
    assert replay.states() == world.states()
    assert replay.digest() == world.state_digest()


def answers_leaving(questions: tuple[int, ...], crash_at: int | None = None) -> list[tuple[int, int]]:
    """When a ponger with a disk of 100 ns lets its answers go, when asked at those moments; it may crash and restart 10 ns later."""
    spy = Spy(HeartbeatAnswered)
    world = World([NodeSpec(Ponger, fsync_ns=100)], seed=1, invariants=(spy,))
    for number, at in enumerate(questions):
        world.send(PONGER, Heartbeat(ACCOUNT, number), at=Nanos(at))
    if crash_at is not None:
        world.schedule(Nanos(crash_at), CrashMachine(PONGER))
        world.schedule(Nanos(crash_at + 10), RestartMachine(PONGER))
    left = []
    for now in range(0, 400, 10):
        world.run(Nanos(now))
        left += [(now, message.request_id) for message in spy.was_sent.pop(PONGER, []) if isinstance(message, HeartbeatAnswered)]
    return left


def test_outputs_wait_for_the_disk_and_one_sync_covers_what_had_come() -> None:
    """The second and third entry come while the first is being synced, and share the next sync."""
    assert answers_leaving((0, 10, 20)) == [(100, 0), (200, 1), (200, 2)]


def test_a_sync_that_a_crash_interrupted_releases_nothing_afterwards() -> None:
    assert answers_leaving((0, 30), crash_at=10) == [(130, 1)]


def test_a_machine_that_is_down_hears_nothing_and_comes_back_with_the_next_epoch() -> None:
    world = toy_world()
    recorded = Recorded(world)
    world.run_for(10_000)
    world.crash(PINGER)
    before = len(recorded.messages(PINGER))
    world.run_for(10_000)
    assert len(recorded.messages(PINGER)) == before
    for epoch in (2, 3):
        world.restart(PINGER)
        world.run_for(10_000)
        state = world.machines[PINGER].state
        assert isinstance(state, msgspec.Struct)
        assert state.epoch == epoch  # type: ignore[attr-defined]
        world.crash(PINGER)
    restarts = [message for _, message in recorded.messages(PINGER) if isinstance(message, Restarted)]
    assert restarts == [Restarted(2), Restarted(3)]


def test_crashing_what_is_down_and_restarting_what_is_up_do_nothing() -> None:
    world = toy_world()
    world.restart(PINGER)
    assert world.machines[PINGER].state.epoch == 1  # type: ignore[attr-defined]
    world.crash(PINGER)
    world.crash(PINGER)
    world.restart(PINGER)
    world.restart(PINGER)
    world.run_for(1)
    assert world.machines[PINGER].state.epoch == 2  # type: ignore[attr-defined]


def test_a_rotten_snapshot_falls_back_and_a_rotten_journal_keeps_the_machine_down() -> None:
    for rotten_journal in (False, True):
        world = toy_world(snapshot_every=10)
        recorded = Recorded(world)
        world.run_for(50_000)
        whole = snapshot(world.machines[PONGER])
        world.crash(PONGER)
        disk = world.nodes[PONGER].disk
        disk.flip_snapshot(-1, 50)
        if rotten_journal:
            number, content = disk.contents()[-1]
            disk.flip(number, len(content) - 1)
        world.restart(PONGER)
        if not rotten_journal:
            assert snapshot(world.machines[PONGER]) == whole
            continue
        assert PONGER not in world.machines
        notes = [e.message for e in recorded.entries() if e.target == WORLD]
        assert isinstance(notes[-1], RecoveryFailed)
        assert notes[-1].damage.startswith("corrupt: ")


def test_disks_stay_small() -> None:
    world = toy_world(snapshot_every=50)
    world.run_for(3_000_000)
    for node in world.nodes.values():
        assert len(node.disk.snapshots) <= 2
        assert sum(len(content) for _, content in node.disk.contents()) < 50_000
