"""Link faults: which messages they pick, what becomes of those, and that everything else stays as it was."""

import pytest

from seawall.api.accounts import Heartbeat, HeartbeatAnswered
from seawall.api.control import (
    Answer,
    Bandwidth,
    Drop,
    Duplicate,
    InjectFault,
    Latency,
    LinkFault,
    RemoveFault,
    Rewrite,
    Selector,
)
from seawall.api.market_data import Traded
from seawall.api.message import Address, Message
from seawall.api.units import Nanos
from seawall.sim.network import LinkSpec, Uniform
from seawall.sim.node import NodeSpec
from seawall.sim.world import World
from tests.simulation.toys import LISTENER, PINGER, PONGER, Pinger, Ponger
from tests.simulation.worlds import Recorded, toy_world

Told = tuple[Nanos, Message]

ANSWERS = Selector(messages=("HeartbeatAnswered",))
PINGS = Selector(messages=("Heartbeat",))


def told(fault: LinkFault, on: Selector, source: Address = PONGER, target: Address = PINGER, **world: object) -> list[Told]:
    """What the target is given in a run with the fault, its Ticks aside."""
    recorded = Recorded(toy_world(**world))  # type: ignore[arg-type]
    recorded.world.schedule(Nanos(0), InjectFault("f", source, target, fault, on))
    recorded.world.run_for(20_000)
    return [entry for entry in recorded.messages(target) if isinstance(entry[1], Heartbeat | HeartbeatAnswered | Traded)]


NO_FAULT = Selector(toxicity_ppm=0)
CALM = told(Drop(), NO_FAULT)


@pytest.mark.parametrize(
    ("on", "lost"),
    [
        (Selector(), slice(0, None)),
        (ANSWERS, slice(0, None)),
        (Selector(nth=3), slice(2, 3)),
        (Selector(first_n=4), slice(0, 4)),
        (Selector(fields={"request_id": 5}), slice(4, 5)),
        (Selector(messages=("Traded",)), slice(0, 0)),
        (Selector(fields={"no_such_field": 5}), slice(0, 0)),
        (NO_FAULT, slice(0, 0)),
    ],
)
def test_what_is_picked_is_lost_and_nothing_else(on: Selector, lost: slice) -> None:
    assert len(CALM) > 10
    assert told(Drop(), on) == [entry for entry in CALM if entry not in CALM[lost]]


def test_toxicity_is_a_chance_of_its_own() -> None:
    """About half are lost; a link's own chances fall as they would without the fault; equal seeds lose the same ones."""
    random = {"links": {(PONGER, PINGER): LinkSpec(Uniform(10, 3_000))}}
    half = told(Drop(), Selector(toxicity_ppm=500_000), **random)
    whole = told(Drop(), NO_FAULT, **random)
    assert len(whole) // 4 < len(half) < len(whole) * 3 // 4
    assert [entry for entry in whole if entry in half] == half
    assert told(Drop(), Selector(toxicity_ppm=500_000), **random) == half


def test_latency_comes_on_top_and_may_be_overtaken() -> None:
    late = told(Latency(5_000), Selector(nth=2), links={(PONGER, PINGER): LinkSpec(Uniform(10, 10), ordered=True)})
    ids = [message.request_id for _, message in late]  # type: ignore[attr-defined]
    assert ids.index(2) > 2
    assert late[ids.index(2)][0] == CALM[1][0] + 10 + 5_000
    jitter = {now - before for (now, _), (before, _) in zip(told(Latency(400, 100), ANSWERS), CALM, strict=False)}
    assert min(jitter) >= 300 and max(jitter) <= 500 and len(jitter) > 5


def test_a_copy_comes_later_and_may_say_something_else() -> None:
    doubled = told(Duplicate(70, {"request_id": 99}), Selector(messages=("HeartbeatAnswered",), nth=2))
    (now, copy), (before, second) = doubled[2], doubled[1]
    assert (now - before, copy.request_id, second.request_id) == (70, 99, 2)  # type: ignore[attr-defined]
    assert len(doubled) == len(CALM) + 1


def test_a_rewrite_changes_what_arrives_and_not_what_was_done() -> None:
    changed = told(Rewrite({"price": 1}), Selector(messages=("Traded",)), target=LISTENER)
    assert {message.price for _, message in changed} == {1}  # type: ignore[attr-defined]
    truth = told(Drop(), NO_FAULT, target=LISTENER)
    assert len({message.price for _, message in truth}) > 3  # type: ignore[attr-defined]


def test_an_answer_comes_instead_after_the_way_there_and_back() -> None:
    """It says what the request said, what it was told to say, and the time of the one who never saw the request."""
    slow = {(PINGER, PONGER): LinkSpec(Uniform(30, 30))}
    recorded = Recorded(toy_world(links=slow, **{PONGER: {"clock_offset_ns": 7}}))
    fault = Answer("HeartbeatAnswered")
    recorded.world.schedule(Nanos(0), InjectFault("f", PINGER, PONGER, fault, Selector(messages=("Heartbeat",), nth=1)))
    recorded.world.run_for(2_500)
    asked = recorded.messages(PINGER)[0][0]
    now, answer = recorded.messages(PINGER)[1]
    assert isinstance(answer, HeartbeatAnswered)
    assert (now, answer.request_id, answer.event_time) == (asked + 60, 1, asked + 7)
    assert [message.request_id for _, message in recorded.messages(PONGER)] == [2]  # type: ignore[attr-defined]


def test_a_slow_receiver_lets_so_many_wait_and_loses_the_rest() -> None:
    """Ten at one instant, one in a microsecond, a queue of three: one is taken at once, three wait."""
    world = World([NodeSpec(Pinger), NodeSpec(Ponger)], seed=1)
    recorded = Recorded(world)
    world.schedule(Nanos(0), InjectFault("f", PONGER, PINGER, Bandwidth(1_000_000, 3)))
    for number in range(10):
        world.send(PONGER, Heartbeat("toy", 100 + number), Nanos(10))  # type: ignore[arg-type]
    world.run_for(900)
    assert world.now == 900 and [entry for entry in recorded.messages(PINGER) if isinstance(entry[1], HeartbeatAnswered)] == []
    world.run_for(90_000)
    ids = [message.request_id for _, message in recorded.messages(PINGER) if isinstance(message, HeartbeatAnswered)]
    assert [number for number in ids if number >= 100] == [100, 101, 102, 103]


def test_faults_act_in_turn_count_their_bites_and_end() -> None:
    """Doubled, then every copy late. Removed, the link is perfect again; the count stays."""
    world = toy_world()
    recorded = Recorded(world)
    world.schedule(Nanos(0), InjectFault("double", PONGER, PINGER, Duplicate(), ANSWERS))
    world.schedule(Nanos(0), InjectFault("late", PONGER, PINGER, Latency(100), ANSWERS))
    world.schedule(Nanos(10_000), RemoveFault("double"))
    world.schedule(Nanos(10_000), RemoveFault("late"))
    world.run_for(20_000)
    answers = [now for now, message in recorded.messages(PINGER) if isinstance(message, HeartbeatAnswered)]
    early, late = ([now for now, _ in CALM if (now < 10_000) is first] for first in (True, False))
    assert answers == sorted([now + 100 for now in early] * 2 + late)
    assert world.bites() == {"double": len(early), "late": 2 * len(early)}


@pytest.mark.parametrize(
    ("fault", "on", "complaint"),
    [
        (Drop(), Selector(messages=("Traed",)), "fault f: no message is called 'Traed'"),
        (Drop(), Selector(messages=("Traded",), fields={"cost": 1}), "Traded has no cost; it has instrument, trade_id"),
        (Drop(), Selector(toxicity_ppm=-1), "a toxicity lies between 0 and 1000000"),
        (Latency(-1), Selector(), "neither is negative"),
        (Latency(5, 6), Selector(), "no more than the latency"),
        (Duplicate(-1), Selector(), "it cannot come before it"),
        (Rewrite({"price": 1}), Selector(), "to change price takes a selector that names the messages"),
        (Rewrite({"prize": 1}), Selector(messages=("Traded",)), "Traded has no prize"),
        (Rewrite({"aggressor": "both"}), Selector(messages=("Traded",)), "Traded: Invalid enum value 'both'"),
        (Answer("HeartbeatAnswered"), Selector(), "takes a selector that names the requests"),
        (Answer("OrderRejected"), PINGS, "OrderRejected as answer to Heartbeat: say what client_order_id, instrument, reason should be"),
        (Bandwidth(0, 1), Selector(), "some must pass"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_when_it_is_planned(fault: LinkFault, on: Selector, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        toy_world().schedule(Nanos(5), InjectFault("f", PINGER, PONGER, fault, on))


def test_our_own_services_are_cut_not_disturbed() -> None:
    world = toy_world(**{PINGER: {"ours": True}, PONGER: {"ours": True}})
    with pytest.raises(ValueError, match="hear each other once and in order"):
        world.schedule(Nanos(5), InjectFault("f", PINGER, PONGER, Drop()))
