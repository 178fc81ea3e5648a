"""Bugs of machines, violated invariants, and runs that would not end: each is named and does not take the rest with it."""

import pytest

from seawall.api.accounts import Heartbeat
from seawall.api.control import MachineRecovered, MachineStopped
from seawall.api.message import Address, Envelope, Message, Tick
from seawall.api.units import Nanos
from seawall.runtime.machine import handle
from seawall.sim.failures import InvariantViolated, Runaway
from seawall.sim.node import NodeSpec
from seawall.sim.replay import Replay, ReplayDiverged, lost_entries
from seawall.sim.vocabulary import WORLD
from seawall.sim.world import World
from tests.simulation.toys import ACCOUNT, PINGER, PONGER, Pinger, Ponger
from tests.simulation.worlds import Recorded, toy_world


def broken(trades: int) -> NodeSpec:
    return NodeSpec(lambda: Ponger(breaks_at=lambda ponger: ponger.state.trades == trades))


def notes(recorded: Recorded) -> list[Message]:
    return [entry.message for entry in recorded.entries() if entry.target == WORLD]


def test_a_machine_that_raises_at_the_same_message_again_stays_down_and_is_named() -> None:
    world = World([NodeSpec(Pinger), broken(trades=5)], seed=1)
    recorded = Recorded(world)
    world.run_for(20_000)
    assert list(world.machines) == [PINGER]
    first, second = world.failures
    assert (first.machine, first.stays_down, second.stays_down) == (PONGER, False, True)
    assert first.sequence == second.sequence
    assert first.message == second.message == Heartbeat(ACCOUNT, 5)
    assert str(second).startswith("ponger raised AssertionError(a bug) at entry ")
    assert notes(recorded) == [MachineStopped(PONGER, first.sequence, "AssertionError", stays) for stays in (False, True)]
    assert world.machines[PINGER].state.sent > 10  # type: ignore[attr-defined]


def test_a_machine_whose_error_does_not_come_again_recovers() -> None:
    """The error hangs on something outside its state, as that of a corrupt index would: recovery rebuilds it and goes on."""
    hits: list[int] = []

    def once(ponger: Ponger) -> bool:
        if ponger.state.trades == 5:
            hits.append(1)
        return len(hits) == 1 and ponger.state.trades == 5

    world = World([NodeSpec(Pinger), NodeSpec(lambda: Ponger(breaks_at=once))], seed=1)
    recorded = Recorded(world)
    world.run_for(20_000)
    assert [failure.stays_down for failure in world.failures] == [False]
    assert list(world.machines) == [PINGER, PONGER]
    assert notes(recorded)[1:] == [MachineRecovered(PONGER, 2, world.failures[0].sequence)]
    assert world.machines[PINGER].state.answered == world.machines[PINGER].state.sent - 1  # type: ignore[attr-defined]


def test_replay_follows_a_run_whose_machine_stayed_down() -> None:
    specs = [NodeSpec(Pinger), broken(trades=5)]
    world = World(specs, seed=1)
    recorded = Recorded(world)
    world.run_for(20_000)
    replay = Replay(specs, world.start, lost_entries(recorded.sealed()))
    for entry in recorded.entries():
        replay.apply(entry)
    assert replay.digest() == world.state_digest()


def test_replay_says_when_fresh_machines_fare_otherwise() -> None:
    """The run's ponger broke, the replay's does not; the run's pinger asked less often."""
    world = World([NodeSpec(Pinger), broken(trades=5)], seed=1)
    recorded = Recorded(world, snapshot_every=1)
    world.run_for(20_000)
    replay = Replay([NodeSpec(Pinger), NodeSpec(Ponger)], world.start, {})
    with pytest.raises(ReplayDiverged, match=r"ponger raised AssertionError at entry .* in the run, and nothing in the replay"):
        for entry in recorded.entries():
            replay.apply(entry)
    replay = Replay([NodeSpec(lambda: Pinger(period_ns=999)), broken(trades=5)], world.start, {})
    for entry in recorded.entries():
        replay.apply(entry)
    with pytest.raises(ReplayDiverged, match=r"after entry \d+ pinger is not in the state that the run recorded"):
        replay.check(recorded.snapshot(world.sequence))


class NoThirdPing:
    name = "no_third_ping"

    def __init__(self) -> None:
        self.sent = {Heartbeat: self._sent}
        self.delivered = {}

    def _sent(self, machine: Address, ping: Heartbeat, now: Nanos) -> str | None:
        return f"{machine} asked again" if ping.request_id == 3 else None


def test_a_violated_invariant_stops_the_run_and_says_where() -> None:
    world = toy_world(seed=7, invariants=(NoThirdPing(),))
    recorded = Recorded(world)
    with pytest.raises(InvariantViolated) as caught:
        world.run_for(20_000)
    violated = caught.value
    assert (violated.name, violated.details, violated.seed, violated.time) == ("no_third_ping", "pinger asked again", 7, world.now)
    last = recorded.entries()[-1]
    assert (last.sequence, last.now, last.message) == (violated.sequence, violated.time, Tick())
    assert str(violated) == f"invariant no_third_ping violated after entry {last.sequence} at {last.now} (seed 7): pinger asked again"


class Echo:
    """Two of them never stop, and take no time."""

    def __init__(self, name: str, other: str) -> None:
        self.address = Address(name)
        self.state = Pinger().state
        self.handlers = {Heartbeat: lambda message, now: [Envelope(Address(other), message)]}

    def restore(self, state: object) -> None:
        raise AssertionError("never restarted")

    def deadline(self) -> None:
        return None


def test_time_that_stands_still_is_noticed() -> None:
    world = World([NodeSpec(lambda: Echo("a", "b")), NodeSpec(lambda: Echo("b", "a"))], seed=3)
    world.send(Address("a"), Heartbeat(ACCOUNT, 1), at=Nanos(77))
    with pytest.raises(Runaway, match=r"more than 1000000 deliveries at the instant 77 \(seed 3\): next is Heartbeat for [ab] at 77"):
        world.run_for(100)


def test_a_budget_ends_a_run_that_goes_on() -> None:
    world = toy_world(snapshot_every=100)
    with pytest.raises(Runaway, match="the budget of 1000 deliveries was spent at"):
        world.run_for(10**12, budget=1_000)
    assert world.sequence < 1_300


def test_a_machine_alone_says_the_same_as_in_the_world() -> None:
    """Handlers know of no host."""
    answers = handle(Ponger(), Heartbeat(ACCOUNT, 1), Nanos(5))
    assert [envelope.target for envelope in answers] == [PINGER, "public"]


def test_an_operators_word_to_a_machine_that_is_down_is_not_heard() -> None:
    """Neither then nor once it is up again; the same word sent after that is."""
    world = World([NodeSpec(Pinger), NodeSpec(Ponger)], seed=1)
    recorded = Recorded(world)
    world.crash(PONGER)
    world.send(PONGER, Heartbeat(ACCOUNT, 901))
    world.run_for(10)
    world.restart(PONGER)
    world.run_for(10_000)
    world.send(PONGER, Heartbeat(ACCOUNT, 902))
    world.run_for(10)
    heard = [message.request_id for _, message in recorded.messages(PONGER) if isinstance(message, Heartbeat)]
    assert 901 not in heard and 902 in heard
