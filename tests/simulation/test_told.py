"""The standing scenario: what the engine tells a strategy reaches its callbacks once and in order, in the roughest storm there is."""

from typing import Any

import pytest

from seawall.api.control import CrashMachine, HealPartition, Partition, RestartMachine
from seawall.api.message import Address
from seawall.api.signals import FillApplied, OrderChanged, StrategyStarted
from seawall.api.units import SECOND, Nanos
from seawall.engine.core.machine import Engine
from seawall.sim.replay import Replay, lost_entries
from seawall.sim.scenario import ENGINE, START, StrategySpec, build, duration_ns
from seawall.strategy import OrderFill, OrderUpdate
from seawall.strategy.core.machine import StrategyMachine
from tests.simulation.restless import SIZES, Restless
from tests.simulation.talkers import said_and_given
from tests.simulation.worlds import Recorded

HOURS = 0.15
DURATION = duration_ns(HOURS)


class Diarist(Restless):
    """Writes down which callbacks were called, and keeps it over restarts."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.diary: list[tuple[str, ...]] = []

    def on_order_fill(self, fill: OrderFill) -> None:
        self.diary.append(("fill", fill.order_id, str(fill.timestamp_ns)))

    def on_order_update(self, update: OrderUpdate) -> None:
        self.diary.append(("update", update.order_id, update.status))

    def save_state(self) -> dict[str, Any]:
        return {"diary": self.diary}

    def load_state(self, state: dict[str, Any]) -> None:
        self.diary = [tuple(line) for line in state["diary"]]


SPECS = [StrategySpec(name, Diarist, {"max_position_size": SIZES}) for name in ("one", "two")]
OURS = (ENGINE, *(spec.address for spec in SPECS))


@pytest.mark.parametrize("seed", range(4))
def test_every_fill_and_every_change_reaches_its_callback_once_and_in_order(seed: int) -> None:
    """Engine and strategies crash, and are cut off from each other, three times each beside what the storm does."""
    recorded = Recorded(build(seed, HOURS, "rough", SPECS))
    world = recorded.world
    for number, address in enumerate(OURS):
        for turn in range(3):
            at = START + DURATION // 10 + (turn * 150 + number * 31 + seed * 7) * SECOND
            world.schedule(Nanos(at), CrashMachine(address, torn_bytes=100))
            world.schedule(Nanos(at + 5 * SECOND), RestartMachine(address))
            for pair in ((ENGINE, address), (address, ENGINE)) if address != ENGINE else ():
                world.schedule(Nanos(at + 60 * SECOND), Partition(*pair))
                world.schedule(Nanos(at + 70 * SECOND), HealPartition(*pair))
    world.run_for(DURATION + 30 * SECOND)
    said, given = said_and_given(recorded, OURS)
    assert said == given
    engine = world.machines[ENGINE]
    assert isinstance(engine, Engine)
    for spec in SPECS:
        machine = world.machines[spec.address]
        assert isinstance(machine, StrategyMachine)
        diary = machine.strategy.diary  # type: ignore[attr-defined]
        lines = [line for line in map(diary_line, given[ENGINE, spec.address]) if line]
        assert diary == lines[: len(diary)], "after its stop it is called no more"
        assert len(diary) > 50
        assert machine.state.positions == positions(engine, spec.address)
        assert machine.strategy.open_orders == {}
        assert isinstance(given[spec.address, ENGINE][0], StrategyStarted)
    replay = Replay([node.spec for node in world.nodes.values()], world.start, lost_entries(recorded.sealed()))
    for entry in recorded.entries():
        replay.apply(entry)
    assert replay.states() == world.states()


def diary_line(message: Any) -> tuple[str, ...] | None:
    match message:
        case FillApplied():
            return ("fill", message.tag, str(message.event_time))
        case OrderChanged():
            return ("update", message.tag, message.status)
    return None


def positions(engine: Engine, strategy: Address) -> dict[str, int]:
    return {key: position.quantity for key, position in engine.state.positions[strategy].items()}
