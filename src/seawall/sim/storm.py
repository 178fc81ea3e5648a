"""How rough a scenario is: what its links do to messages, and who is cut off or crashes when. Everything is drawn from the seed."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from seawall.api.control import CrashMachine, HealPartition, Partition, RestartMachine
from seawall.api.message import Address, Message
from seawall.api.units import HOUR, MICROSECOND, MILLISECOND, SECOND, Nanos
from seawall.runtime.rng import Rng
from seawall.sim.network import PERFECT, LinkSpec, LongTailed

PERCENT = 100
FIRST_PERCENT, LAST_PERCENT = 10, 85  # Of the duration: before, things settle; after, they heal.


class Faults(StrEnum):
    NONE = "none"
    MILD = "mild"
    ROUGH = "rough"


class Storm(msgspec.Struct, frozen=True):
    """Requests to a venue are never doubled: a client sends each once, over one connection. Reports may come twice, after a resend."""

    requests: LinkSpec
    reports: LinkSpec  # And public data, which takes the same way.
    traders: LinkSpec  # Both ways, and from the price source.
    fsync_ns: int  # Of the engine's disk.
    partitions_per_hour: int
    crashes_per_hour: int
    crashes_others: bool = False  # Venues and traders crash too.
    torn_bytes: int = 0  # At most, of what a crashing disk was writing.
    clock_offset_ns: int = 0  # Of a venue, at most, either way.
    house: LinkSpec = PERFECT  # Between engine and strategies, where messages are sent again until they arrive.


_NEAR = LongTailed(400 * MICROSECOND, 600 * MICROSECOND, 20 * MILLISECOND)
_FAR = LongTailed(2 * MILLISECOND, 8 * MILLISECOND, 2 * SECOND)

_CALM = LinkSpec(_NEAR, ordered=True)

STORMS = {
    Faults.NONE: Storm(_CALM, _CALM, _CALM, 0, 0, 0),
    Faults.MILD: Storm(
        LinkSpec(_NEAR, loss_ppm=500),
        LinkSpec(_NEAR, loss_ppm=500, duplicate_ppm=1_000),
        _CALM,
        fsync_ns=200 * MICROSECOND,
        partitions_per_hour=2,
        crashes_per_hour=1,
        clock_offset_ns=5 * MILLISECOND,
    ),
    Faults.ROUGH: Storm(
        LinkSpec(_FAR, loss_ppm=20_000),
        LinkSpec(_FAR, loss_ppm=20_000, duplicate_ppm=20_000),
        LinkSpec(_NEAR, loss_ppm=5_000, ordered=True),
        fsync_ns=2 * MILLISECOND,
        partitions_per_hour=12,
        crashes_per_hour=12,
        crashes_others=True,
        torn_bytes=200,
        clock_offset_ns=200 * MILLISECOND,
        house=LinkSpec(_NEAR, loss_ppm=20_000, duplicate_ppm=20_000),
    ),
}


class PlannedFault(msgspec.Struct, frozen=True):
    at: Nanos
    command: Message  # Of api/control.py.
    end: Nanos
    undo: Message

    @property
    def is_crash(self) -> bool:
        return isinstance(self.command, CrashMachine)

    def __str__(self) -> str:
        seconds = f"for {(self.end - self.at) // SECOND} s"
        if isinstance(self.command, Partition):
            return f"nothing from {self.command.source} reaches {self.command.target}, {seconds}"
        assert isinstance(self.command, CrashMachine), "a plan cuts and crashes"
        return f"{self.command.machine} crashes, down {seconds}"


def plan(
    storm: Storm, rng: Rng, start: Nanos, duration: Nanos, engine: Address, venues: Sequence[Address], others: Sequence[Address]
) -> list[PlannedFault]:
    """One fault after the other, in random order, at random moments. The last one ends well before the duration does."""
    partitions, crashes = (_count(per_hour, duration) for per_hour in (storm.partitions_per_hour, storm.crashes_per_hour))
    slot = duration * (LAST_PERCENT - FIRST_PERCENT) // PERCENT // max(1, partitions + crashes)
    if not slot:
        return []
    begin = start + duration * FIRST_PERCENT // PERCENT
    faults = []
    for _ in range(partitions + crashes):
        cut = rng.below(partitions + crashes) < partitions
        length = min(rng.between(3 * SECOND, 40 * SECOND if cut else 12 * SECOND), slot // 2)
        at = Nanos(begin + rng.below(slot - length))
        command, undo = _partition(rng, engine, venues) if cut else _crash(rng, storm, engine, [*venues, *others])
        faults.append(PlannedFault(at, command, Nanos(at + length), undo))
        partitions, crashes, begin = partitions - cut, crashes - (not cut), begin + slot
    return faults


def _count(per_hour: int, duration: Nanos) -> int:
    return max(1, per_hour * duration // HOUR) if per_hour else 0


def _partition(rng: Rng, engine: Address, venues: Sequence[Address]) -> tuple[Message, Message]:
    venue = venues[rng.below(len(venues))]
    source, target = (engine, venue) if rng.below(2) else (venue, engine)
    return Partition(source, target), HealPartition(source, target)


def _crash(rng: Rng, storm: Storm, engine: Address, others: Sequence[Address]) -> tuple[Message, Message]:
    """Every second crash is the engine's."""
    machine = others[rng.below(len(others))] if storm.crashes_others and rng.below(2) else engine
    return CrashMachine(machine, rng.below(storm.torn_bytes + 1)), RestartMachine(machine)
