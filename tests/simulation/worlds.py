"""Worlds made of toys, and what tests read from them."""

from collections.abc import Callable
from typing import Any

from seawall.api.message import Address, Message
from seawall.api.units import Nanos
from seawall.audit.core.invariants.invariant import Invariant
from seawall.runtime.journal import Entry, JournalReader, Snapshot, Stamp, read_snapshot
from seawall.sim.network import PERFECT, Constant, LinkSpec, LongTailed, Uniform
from seawall.sim.node import NodeSpec
from seawall.sim.recorder import MemorySink
from seawall.sim.vocabulary import decode_entry, decode_sealed
from seawall.sim.world import World
from tests.simulation.toys import LISTENER, PINGER, PONGER, Listener, Pinger, Ponger

STAMP = Stamp("code", "config")

STORMY: dict[tuple[Address, Address], LinkSpec] = {
    (PINGER, PONGER): LinkSpec(Uniform(10, 3_000), loss_ppm=50_000, duplicate_ppm=50_000),
    (PONGER, PINGER): LinkSpec(LongTailed(100, 400, 20_000), loss_ppm=20_000, ordered=True),
    (PONGER, LISTENER): LinkSpec(Constant(70), duplicate_ppm=100_000),
}


class Recorded:
    """A world whose journal stays in memory."""

    def __init__(self, world: World, snapshot_every: int = 1_000_000) -> None:
        self.world = world
        self.sink = MemorySink()
        world.record_to(self.sink, STAMP, snapshot_every)

    def entries(self) -> list[Entry[Any]]:
        return self._read(decode_entry)

    def sealed(self) -> list[Entry[Any]]:
        return self._read(decode_sealed)

    def snapshot(self, sequence: int) -> Snapshot:
        return read_snapshot(self.sink.snapshots[sequence], STAMP)

    def _read(self, decode: Callable[[bytes], Entry[Any]]) -> list[Entry[Any]]:
        self.world.digest()  # Which takes in what commands have left since the last run.
        reader = JournalReader(self.sink.contents(), decode, STAMP)
        entries = list(reader)
        assert reader.damage is None, reader.damage
        return entries

    def messages(self, target: Address) -> list[tuple[Nanos, Message]]:
        return [(entry.now, entry.message) for entry in self.entries() if entry.target == target]


def toy_nodes(**specs: Any) -> list[NodeSpec]:
    """Pinger, ponger, listener. `specs`: further fields of a node's NodeSpec, by its address."""
    return [
        NodeSpec(Pinger, **specs.get(PINGER, {})),
        NodeSpec(Ponger, **specs.get(PONGER, {})),
        NodeSpec(Listener, subscribes=(PONGER,), **specs.get(LISTENER, {})),
    ]


def toy_world(
    seed: int = 1,
    links: dict[tuple[Address, Address], LinkSpec] | None = None,
    *,
    default_link: LinkSpec = PERFECT,
    invariants: tuple[Invariant, ...] = (),
    snapshot_every: int = 20_000,
    **specs: Any,
) -> World:
    return World(toy_nodes(**specs), links, seed=seed, default_link=default_link, invariants=invariants, snapshot_every=snapshot_every)
