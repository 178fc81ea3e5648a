"""Who gets what: direct and public messages, partitions, unknown addresses, listeners, clocks, deadlines."""

import pytest

from seawall.api.accounts import Heartbeat, HeartbeatAnswered
from seawall.api.control import HealPartition, Partition, RestartMachine, SetClock
from seawall.api.market_data import Traded
from seawall.api.message import Address, Tick
from seawall.api.units import Nanos
from seawall.sim.network import Constant, LinkSpec, Uniform
from seawall.sim.node import NodeSpec
from seawall.sim.world import World
from tests.simulation.toys import ACCOUNT, LISTENER, PINGER, PONGER, Listener, Pinger, Ponger
from tests.simulation.worlds import STORMY, Recorded, toy_world


def test_public_messages_reach_subscribers_with_a_handler_and_nobody_else() -> None:
    """The deaf one subscribes and has no handler for Traded; the stranger has one and does not subscribe."""
    stranger, deaf = Address("stranger"), Address("deaf")

    class Deaf(Pinger):
        def __init__(self) -> None:
            super().__init__(period_ns=10**9)
            self.address = deaf

    world = World(
        [
            NodeSpec(Pinger),
            NodeSpec(Ponger),
            NodeSpec(Listener, subscribes=(PONGER,)),
            NodeSpec(lambda: Listener(stranger)),
            NodeSpec(Deaf, subscribes=(PONGER,)),
        ],
        seed=1,
    )
    recorded = Recorded(world)
    world.run_for(10_000)
    heard = {entry.target for entry in recorded.entries() if isinstance(entry.message, Traded)}
    assert heard == {LISTENER}


def test_messages_take_as_long_as_their_link_says() -> None:
    world = toy_world(links={(PONGER, PINGER): LinkSpec(Constant(300))})
    recorded = Recorded(world)
    world.run_for(5_000)
    answers = [(now, message) for now, message in recorded.messages(PINGER) if isinstance(message, HeartbeatAnswered)]
    assert len(answers) > 2
    assert all(now - message.event_time == 300 for now, message in answers)


def test_a_partition_is_one_way_and_ends_when_healed() -> None:
    world = toy_world()
    recorded = Recorded(world)
    world.schedule(Nanos(10_000), Partition(PONGER, PINGER))
    world.schedule(Nanos(20_000), HealPartition(PONGER, PINGER))
    world.run_for(30_000)
    answers = [now for now, message in recorded.messages(PINGER) if isinstance(message, HeartbeatAnswered)]
    questions = [now for now, _ in recorded.messages(PONGER)]
    assert answers == [now for now in questions if not 10_000 <= now < 20_000]
    assert len(answers) < len(questions)
    assert len(recorded.messages(LISTENER)) == len(questions), "the public hears the ponger all the time"


def test_what_is_under_way_when_a_link_is_cut_still_arrives() -> None:
    world = toy_world(links={(PINGER, PONGER): LinkSpec(Constant(5_000))})
    recorded = Recorded(world)
    world.run_for(1_500)
    world.partition(PINGER, PONGER)
    world.run_for(10_000)
    assert [now for now, _ in recorded.messages(PONGER)] == [6_000]


def test_messages_to_nobody_are_lost_and_listeners_hear_theirs() -> None:
    """The ponger answers an address that is no machine here. A host that listens there gets the messages, and the journal does not."""
    plain, heard = World([NodeSpec(Ponger)], seed=1), []
    listened = World([NodeSpec(Ponger)], seed=1)
    listened.listen(PINGER, lambda message, now: heard.append((message, now)))
    for world in (plain, listened):
        world.send(PONGER, Heartbeat(ACCOUNT, 7), at=Nanos(40))
        world.run_for(100)
    assert heard == [(HeartbeatAnswered(ACCOUNT, 7, Nanos(40)), 40)]
    assert plain.digest() == listened.digest()


def test_a_machine_sees_its_own_clock_and_the_world_keeps_true_time() -> None:
    """The pinger's deadlines are on its clock, which is 400 ns behind: it wakes 400 ns later."""
    world = toy_world(**{PINGER: {"clock_offset_ns": -400}, PONGER: {"clock_offset_ns": 5_000}})
    recorded = Recorded(world)
    world.run_for(1_500)
    assert [now for now, _ in recorded.messages(PINGER)] == [1_400, 1_400]
    answer = recorded.messages(PINGER)[1][1]
    assert isinstance(answer, HeartbeatAnswered)
    assert answer.event_time == 6_400


def test_setting_a_clock_moves_the_deadlines() -> None:
    world = toy_world()
    recorded = Recorded(world)
    world.run_for(500)
    world.schedule(Nanos(600), SetClock(PINGER, offset_ns=300))
    world.run_for(500)
    assert [now for now, message in recorded.messages(PINGER) if isinstance(message, Tick)] == [600, 700], "at once, and when it is due"


def test_a_drifting_clock_gains_on_true_time() -> None:
    """A tenth fast: the deadline of 1100 on its clock comes at 1000."""
    world = World([NodeSpec(lambda: Pinger(period_ns=1_100), clock_drift_ppb=100_000_000)], seed=1)
    recorded = Recorded(world)
    world.run_for(1_000)
    assert [now for now, _ in recorded.messages(PINGER)] == [1_000]


def test_equal_seeds_draw_equal_chances_and_other_seeds_others() -> None:
    digests = []
    for seed in (42, 42, 43):
        world = toy_world(seed, STORMY)
        world.run_for(100_000)
        digests.append(world.digest())
    assert digests[0] == digests[1] != digests[2]


def test_one_link_more_leaves_the_chances_of_the_others_alone() -> None:
    """The listener's link turns random; what pinger and ponger say to each other stays as it was."""

    def conversation(links: dict[tuple[Address, Address], LinkSpec]) -> list[object]:
        world = toy_world(1, links)
        recorded = Recorded(world)
        world.run_for(50_000)
        return [(entry.now, entry.message) for entry in recorded.entries() if entry.target in (PINGER, PONGER)]

    assert conversation(STORMY) == conversation({**STORMY, (PONGER, LISTENER): LinkSpec(Uniform(1, 900), loss_ppm=300_000)})


def test_progress_is_shown_and_can_stop_a_run_between_two_messages() -> None:
    world = toy_world(snapshot_every=50)
    seen: list[int] = []

    def stop_soon(running: World) -> bool:
        seen.append(running.sequence)
        return len(seen) == 3

    world.progress = stop_soon
    assert not world.run_for(90_000)
    assert len(seen) == 3
    assert world.now < 90_000
    assert world.sequence == seen[-1]
    world.progress = None
    world.run(Nanos(100_000))
    uninterrupted = toy_world(snapshot_every=50)
    uninterrupted.run(Nanos(100_000))
    assert world.digest() == uninterrupted.digest()


def test_wrong_commands_say_what_there_is() -> None:
    world = toy_world()
    with pytest.raises(ValueError, match="there is no machine 'pingger' in this world; there are: pinger, ponger, listener"):
        world.schedule(Nanos(5), RestartMachine(Address("pingger")))
    with pytest.raises(ValueError, match="Heartbeat is no command to a world; these are: Partition"):
        world.schedule(Nanos(5), Heartbeat(ACCOUNT, 1))
    with pytest.raises(ValueError, match="there is no machine"):
        world.send(Address("nobody"), Heartbeat(ACCOUNT, 1))
