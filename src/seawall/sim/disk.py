"""One machine's simulated disk: journal segments and snapshots in the real format, durable only where it was synced.

Entries become bytes when somebody reads them (a crash, a recovery): until then the disk holds their payloads, so that journalling
costs one append. Latency and order of syncs are the world's business; here is only what survives.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from seawall.api.message import Address
from seawall.api.units import Nanos
from seawall.runtime.journal import (
    Damage,
    DamagedSnapshot,
    DamageKind,
    Entry,
    Header,
    JournalReader,
    Snapshot,
    Stamp,
    frames,
    read_snapshot,
    segment_start,
    snapshot_file,
)

STAMP = Stamp(code_version="simulated", config_hash="simulated")  # These disks never outlive the process.

_SNAPSHOTS_KEPT = 2


class Recovery(msgspec.Struct, frozen=True):
    """What a disk gave back. `lost` says what makes it useless; a torn tail is no such thing, it is cut off."""

    snapshot: Snapshot | None
    entries: list[Entry[Any]]
    damaged_snapshots: list[str]
    lost: Damage | None

    @property
    def through(self) -> int:
        """The sequence of the last entry that survived."""
        if self.entries:
            return self.entries[-1].sequence
        return self.snapshot.sequence if self.snapshot is not None else 0


class _Segment:
    __slots__ = ("after", "number", "payloads", "start")

    def __init__(self, number: int, after: int, epoch: int) -> None:
        self.number = number
        self.after = after  # The sequence of the last entry before it.
        self.start = segment_start(Header(STAMP, epoch, number, after))  # And whatever else is bytes already.
        self.payloads: list[bytes] = []

    def content(self) -> bytes:
        return self.start + frames(self.payloads)


class Disk:
    """`write` appends an entry's payload. Entries that are not durable when the machine crashes are lost."""

    def __init__(self, decode: Callable[[bytes], Entry[Any]]) -> None:
        self.epoch = 1
        self.snapshots: list[tuple[int, bytes]] = []  # The sequence each one reaches, its bytes; oldest first.
        self._decode = decode
        self._segments = [_Segment(1, 0, self.epoch)]  # The last one is open.
        self._durable = 0  # Entries of the open segment that are.
        self._waiting: tuple[int, Nanos, dict[Address, bytes]] | None = None  # A snapshot, after the entries that must be durable first.
        self._payloads = self._segments[0].payloads  # One list for ever, so that `write` stays what it is.
        self.write = self._payloads.append

    def contents(self) -> list[tuple[int, bytes]]:
        """Every segment: number, bytes."""
        return [(segment.number, segment.content()) for segment in self._segments]

    @property
    def entries_since_snapshot(self) -> int:
        return len(self._payloads)

    def commit(self, count: int) -> None:
        """The next `count` entries have become durable, and perhaps a snapshot that waited for them."""
        self._durable += count
        if self._waiting is not None and self._waiting[0] <= self._durable:
            entries, now, states = self._waiting
            self._waiting = None
            self._keep(entries, now, states)

    def commit_all(self) -> None:
        self.commit(len(self._payloads) - self._durable)

    def snapshot(self, now: Nanos, states: dict[Address, bytes]) -> None:
        """Keeps the states after the last entry, as soon as that is durable."""
        if self._waiting is None:
            self._waiting = (len(self._payloads), now, states)
            self.commit(0)

    def crash(self, torn_bytes: int) -> None:
        """The durable entries survive, and the first `torn_bytes` of what was being written."""
        torn = frames(self._payloads[self._durable :])[:torn_bytes]
        self._segments[-1].start += frames(self._payloads[: self._durable]) + torn
        self._payloads.clear()
        self._durable = 0
        self._waiting = None

    def recover(self) -> Recovery:
        """After a crash: reads what survived, and begins a segment for the next epoch unless entries are lost."""
        snapshot, damaged = self._newest_good_snapshot()
        after = snapshot.sequence if snapshot is not None else 0
        reader = JournalReader([(s.number, s.content()) for s in self._needed(after)], self._decode, STAMP, after)
        entries = list(reader)
        damage = reader.damage
        if damage is not None and (damage.kind is not DamageKind.TORN or damage.segment != self._segments[-1].number):
            return Recovery(snapshot, entries, damaged, damage)
        if damage is not None:
            self._segments[-1].start = self._segments[-1].start[: damage.offset]
        self.epoch += 1
        recovery = Recovery(snapshot, entries, damaged, None)
        self._rotate(0, recovery.through)
        return recovery

    def flip(self, number: int, offset: int) -> None:
        """Bit rot: one byte of a segment changes while the machine is down."""
        assert not self._payloads, "flip bytes of a disk after a crash"
        segment = next(segment for segment in self._segments if segment.number == number)
        segment.start = _flipped(segment.content(), offset)
        segment.payloads.clear()

    def flip_snapshot(self, index: int, offset: int) -> None:
        sequence, content = self.snapshots[index]
        self.snapshots[index] = (sequence, _flipped(content, offset))

    def _keep(self, entries: int, now: Nanos, states: dict[Address, bytes]) -> None:
        """Files a snapshot after the first `entries` of the open segment, and drops what the older snapshot that is kept does not need."""
        last = self._decode(self._payloads[entries - 1]).sequence if entries else self._segments[-1].after
        header = Header(STAMP, self.epoch, self._segments[-1].number, last)
        self.snapshots.append((last, snapshot_file(header, Snapshot(last, now, states))))
        self._rotate(entries, last)
        if len(self.snapshots) == _SNAPSHOTS_KEPT + 1:
            del self.snapshots[0]
        if len(self.snapshots) == _SNAPSHOTS_KEPT:
            self._segments = self._needed(self.snapshots[0][0])

    def _rotate(self, entries: int, last: int) -> None:
        """Closes the open segment after its first `entries`, of which the last has the sequence `last`."""
        closed = self._segments[-1]
        closed.payloads = self._payloads[:entries]
        del self._payloads[:entries]
        self._durable -= entries
        opened = _Segment(closed.number + 1, last, self.epoch)
        opened.payloads = self._payloads
        self._segments.append(opened)

    def _needed(self, after: int) -> list[_Segment]:
        """The segments that hold entries after that one, and the open segment."""
        following = [segment.after for segment in self._segments[1:]]
        return [segment for segment, last in zip(self._segments, following, strict=False) if last > after] + self._segments[-1:]

    def _newest_good_snapshot(self) -> tuple[Snapshot | None, list[str]]:
        damaged: list[str] = []
        while self.snapshots:
            try:
                return read_snapshot(self.snapshots[-1][1], STAMP), damaged
            except DamagedSnapshot as error:
                damaged.append(str(error))
                self.snapshots.pop()
        return None, damaged


def _flipped(content: bytes, offset: int) -> bytes:
    return content[:offset] + bytes((content[offset] ^ 0xFF,)) + content[offset + 1 :]
