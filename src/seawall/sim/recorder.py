"""The observer's record of a world: every delivery in order, framed in batches, digested, and handed to a sink."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Protocol

from seawall.api.message import Address
from seawall.api.units import Nanos
from seawall.runtime.journal import Header, Snapshot, Stamp, frames, segment_start, snapshot_file

SEGMENT_BYTES = 16 * 1024 * 1024


class Sink(Protocol):
    """Where a recording is kept. Bytes come in order; a segment is complete when the next one begins."""

    def begin_segment(self, number: int) -> None: ...

    def write(self, content: bytes) -> None: ...

    def snapshot(self, sequence: int, content: bytes) -> None: ...


class MemorySink:
    """Keeps everything: for tests and short runs."""

    def __init__(self) -> None:
        self.segments: list[bytearray] = []
        self.snapshots: dict[int, bytes] = {}

    def begin_segment(self, number: int) -> None:
        self.segments.append(bytearray())

    def write(self, content: bytes) -> None:
        self.segments[-1] += content

    def snapshot(self, sequence: int, content: bytes) -> None:
        self.snapshots[sequence] = content

    def contents(self) -> list[tuple[int, bytes]]:
        return [(number, bytes(content)) for number, content in enumerate(self.segments, start=1)]


class Recorder:
    """`record` takes the payload of an entry. The digest covers the frames, not the headers, which differ between versions of the code."""

    def __init__(self, sink: Sink | None = None, stamp: Stamp | None = None, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.payloads: list[bytes] = []
        self.record = self.payloads.append
        self._sink = sink
        self._stamp = stamp if stamp is not None else Stamp("unrecorded", "unrecorded")
        self._segment_bytes = segment_bytes
        self._segment = 0
        self._room = 0
        self._after = 0
        self._hasher = sha256()

    def flush(self, sequence: int) -> None:
        """Takes in what was recorded since. `sequence`: of the last entry."""
        if not self.payloads:
            return
        content = frames(self.payloads)
        self.payloads.clear()
        self._hasher.update(content)
        if self._sink is not None:
            if self._room <= 0:
                self._segment += 1
                self._room = self._segment_bytes
                self._sink.begin_segment(self._segment)
                self._sink.write(segment_start(self._header()))
            self._sink.write(content)
            self._room -= len(content)
        self._after = sequence

    def snapshot(self, now: Nanos, states: dict[Address, bytes]) -> None:
        """Keeps the states after the last flushed entry, to check replays against."""
        if self._sink is not None:
            self._sink.snapshot(self._after, snapshot_file(self._header(), Snapshot(self._after, now, states)))

    def digest(self, states: Iterable[tuple[Address, bytes]]) -> str:
        hasher = self._hasher.copy()
        hasher.update(state_digest(states).encode())
        return hasher.hexdigest()

    def _header(self) -> Header:
        return Header(self._stamp, 1, self._segment, self._after)


def state_digest(states: Iterable[tuple[Address, bytes]]) -> str:
    """Of the machines that are up, in the order they stand in the world."""
    hasher = sha256()
    for address, state in states:
        hasher.update(f"{address} {len(state)} ".encode())
        hasher.update(state)
    return hasher.hexdigest()
