"""What happens first: by time, and within one instant restarts, then messages as they were sent, then Ticks as machines stand."""

import msgspec

from seawall.api.accounts import Heartbeat
from seawall.api.message import Address, Envelope, Message, Restarted, Tick
from seawall.api.orders import AccountId
from seawall.api.units import Nanos
from seawall.runtime.machine import Handler
from seawall.sim.network import Constant, LinkSpec
from seawall.sim.node import NodeSpec
from seawall.sim.world import World
from tests.simulation.worlds import Recorded


class State(msgspec.Struct):
    wake: Nanos | None
    said: int = 0


class Talker:
    """At its deadline it says something to everybody else, twice."""

    def __init__(self, name: str, wake: int | None, others: tuple[str, ...] = ()) -> None:
        self.address = Address(name)
        self.others = others
        self.state = State(Nanos(wake) if wake is not None else None)
        self.handlers: dict[type[Message], Handler] = {Tick: self._talk, Heartbeat: self._hear, Restarted: self._hear}

    def restore(self, state: State) -> None:
        self.state = state

    def deadline(self) -> Nanos | None:
        return self.state.wake

    def _talk(self, tick: Tick, now: Nanos) -> list[Envelope]:
        self.state.wake = None
        return [self._word(other) for _ in range(2) for other in self.others]

    def _word(self, to: str) -> Envelope:
        self.state.said += 1
        return Envelope(Address(to), Heartbeat(AccountId(self.address), self.state.said))

    def _hear(self, message: Message, now: Nanos) -> list[Envelope]:
        return []


def journal(world: World, until: int) -> list[tuple[int, str, str]]:
    """When, to whom, and what: a word as its speaker and number."""
    recorded = Recorded(world)
    world.run(Nanos(until))
    return [(entry.now, str(entry.target), word(entry.message)) for entry in recorded.entries()]


def word(message: Message) -> str:
    return f"{message.account}{message.request_id}" if isinstance(message, Heartbeat) else type(message).__name__


def test_ticks_of_one_instant_come_in_the_order_machines_stand() -> None:
    world = World([NodeSpec(lambda name=name: Talker(name, 5)) for name in "cab"], seed=1)
    assert journal(world, 5) == [(5, "c", "Tick"), (5, "a", "Tick"), (5, "b", "Tick")]


def test_messages_of_one_instant_come_in_the_order_they_were_sent_and_before_ticks() -> None:
    """a, standing last, speaks first, so its words come first; b's Tick is due in the same instant and waits."""
    world = World(
        [NodeSpec(lambda: Talker("b", 10, ("c",))), NodeSpec(lambda: Talker("c", None)), NodeSpec(lambda: Talker("a", 5, ("b", "c")))],
        {(Address("a"), Address("b")): LinkSpec(Constant(5)), (Address("a"), Address("c")): LinkSpec(Constant(5))},
        seed=1,
    )
    assert journal(world, 10) == [
        (5, "a", "Tick"),
        (10, "b", "a1"),
        (10, "c", "a2"),
        (10, "b", "a3"),
        (10, "c", "a4"),
        (10, "b", "Tick"),
        (10, "c", "b1"),
        (10, "c", "b2"),
    ]


def test_a_restarted_machine_is_told_before_anything_else_reaches_it() -> None:
    world = World([NodeSpec(lambda: Talker("a", None))], seed=1)
    recorded = Recorded(world)
    world.send(Address("a"), Heartbeat(AccountId("early"), 1), at=Nanos(7))
    world.run(Nanos(6))
    world.crash(Address("a"))
    world.send(Address("a"), Heartbeat(AccountId("late"), 2), at=Nanos(7))
    world.now = Nanos(7)
    world.restart(Address("a"))
    world.run(Nanos(7))
    assert [type(message) for _, message in recorded.messages(Address("a"))] == [Restarted, Heartbeat, Heartbeat]


def test_a_run_includes_its_last_instant_and_the_next_continues_behind_it() -> None:
    world = World([NodeSpec(lambda: Talker("a", 5)), NodeSpec(lambda: Talker("b", 6))], seed=1)
    recorded = Recorded(world)
    assert world.run(Nanos(5))
    assert (world.now, world.sequence) == (5, 1)
    assert world.run_for(1)
    assert [entry.now for entry in recorded.entries()] == [5, 6]


def test_cutting_a_run_into_pieces_changes_nothing() -> None:
    def digest(*untils: int) -> str:
        world = World([NodeSpec(lambda: Talker("a", 5, ("b",))), NodeSpec(lambda: Talker("b", 6, ("a",)))], seed=1)
        for until in untils:
            world.run(Nanos(until))
        return world.digest()

    assert digest(100) == digest(5, 6, 7, 100)
