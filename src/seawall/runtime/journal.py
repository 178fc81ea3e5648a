"""The journal's format, sans-IO: segments of checksummed frames. Who stores the bytes, and when they are durable, is the host's business.

A segment is MAGIC, a frame with a Header, then one frame per Entry. A snapshot is MAGIC, a Header and one Snapshot. A frame is the
payload's length, that length inverted, the payload's CRC-32, the payload: a length is believed only if both copies agree, so that a
damaged length is never taken for a torn tail. What is cut short is TORN, anything else that does not add up is CORRUPT.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import chain
from struct import Struct
from typing import Any, Generic, TypeVar
from zlib import crc32

import msgspec

from seawall.api.message import Address, Message
from seawall.api.units import Nanos
from seawall.runtime.codec import MESSAGES, union_of

MAGIC = b"seawall\x01"
SCHEMA_VERSION = 1  # Of messages and states. A change that old journals cannot express raises it and brings a migration.

_PREFIX = Struct("<III")
_INVERT = 0xFFFFFFFF

M = TypeVar("M")


class Stamp(msgspec.Struct, frozen=True, array_like=True):
    """Which program wrote a journal. Another one may not replay it."""

    code_version: str
    config_hash: str
    schema_version: int = SCHEMA_VERSION


class Header(msgspec.Struct, frozen=True, array_like=True):
    stamp: Stamp
    epoch: int  # Of the run that wrote the segment. Rises with every restart.
    segment: int  # Rises by one.
    after: int  # The sequence of the last entry before this segment: tells that an earlier one lost its end.


class Entry(msgspec.Struct, Generic[M], frozen=True, array_like=True, gc=False):
    """One message that a machine was given. Sequences rise; a journal of one machine among several has gaps."""

    sequence: int
    now: Nanos  # What the machine was told the time is.
    target: Address
    message: M
    source: Address = Address("")  # Of a message between our own services: who said it,
    number: int = 0  # and as which of all that it said to the target. They tell what came already.


class Snapshot(msgspec.Struct, frozen=True, array_like=True):
    """The states after the entry `sequence`."""

    sequence: int
    now: Nanos
    states: dict[Address, bytes]


class DamageKind(StrEnum):
    TORN = "torn"  # The bytes end too early: what a crash leaves at the end of the last segment.
    CORRUPT = "corrupt"
    MISSING = "missing"  # A segment, or the end of one, is not there.


class Damage(msgspec.Struct, frozen=True):
    """Where a journal stops being readable. All entries up to `after` are good."""

    kind: DamageKind
    segment: int
    offset: int
    after: int
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}, in segment {self.segment} at byte {self.offset}; entries up to {self.after} are good"


class ForeignJournal(ValueError):
    """The journal is intact, but another program wrote it."""


class DamagedSnapshot(ValueError):
    """A snapshot that cannot be used. The one before it may be good."""


def frame(payload: bytes) -> bytes:
    return _PREFIX.pack(len(payload), len(payload) ^ _INVERT, crc32(payload)) + payload


def frames(payloads: Sequence[bytes]) -> bytes:
    """Many frames at once, at the speed of C: the same bytes as joining `frame` of each."""
    lengths = list(map(len, payloads))
    prefixes = map(_PREFIX.pack, lengths, map(_INVERT.__xor__, lengths), map(crc32, payloads))
    return b"".join(chain.from_iterable(zip(prefixes, payloads, strict=True)))


def segment_start(header: Header) -> bytes:
    return MAGIC + frame(msgspec.msgpack.encode(header))


def snapshot_file(header: Header, snapshot: Snapshot) -> bytes:
    return segment_start(header) + frame(msgspec.msgpack.encode(snapshot))


def entry_decoder(*more: type[Message]) -> Callable[[bytes], Entry[Any]]:
    """Decodes the payload of an entry. `more`: messages outside the registry that the host journals too."""
    return msgspec.msgpack.Decoder(_entry_of(union_of(*MESSAGES, *more))).decode


def _entry_of(union: Any) -> type[Entry[Any]]:
    entry: Any = Entry
    parametrised: type[Entry[Any]] = entry[union]
    return parametrised


def refuse_foreign(header: Header, expected: Stamp) -> None:
    """Raises: ForeignJournal: another code, schema or configuration wrote it."""
    for name, found, wanted in (
        ("code version", header.stamp.code_version, expected.code_version),
        ("schema version", header.stamp.schema_version, expected.schema_version),
        ("configuration", header.stamp.config_hash, expected.config_hash),
    ):
        if found != wanted:
            raise ForeignJournal(
                f"the journal was written with {name} {found}, this is {wanted}; "
                f"only the program that wrote a journal may replay it: check that version out, or make the run again"
            )


class JournalReader:
    """Yields the entries after `after`, in order, until the end or the first damage, which it names in `damage`.

    `segments`: (number, bytes), rising. Raises ForeignJournal when `expected` is given and does not match.
    """

    def __init__(
        self,
        segments: Iterable[tuple[int, bytes]],
        decode: Callable[[bytes], Entry[Any]],
        expected: Stamp | None = None,
        after: int = 0,
    ) -> None:
        self.sequence = after  # Of the last good entry.
        self.damage: Damage | None = None
        self._segments = segments
        self._decode = decode
        self._expected = expected
        self._after = after

    def __iter__(self) -> Iterator[Entry[Any]]:
        previous: int | None = None
        reached = self._after
        number = 0
        try:
            for number, content in self._segments:
                header, offset = _read_header(content)
                if self._expected is not None:
                    refuse_foreign(header, self._expected)
                _check_place(header, number, previous, reached)
                previous, reached = number, header.after
                while offset < len(content):
                    payload, following = _read_frame(content, offset)
                    entry = _decoded(self._decode, payload, offset)
                    if entry.sequence <= reached:
                        raise _Broken(DamageKind.CORRUPT, offset, f"entry {entry.sequence} follows entry {reached}")
                    reached, offset = entry.sequence, following
                    if reached > self._after:
                        self.sequence = reached
                        yield entry
        except _Broken as broken:
            self.damage = Damage(broken.kind, number, broken.offset, self.sequence, broken.detail)


def read_snapshot(content: bytes, expected: Stamp | None = None) -> Snapshot:
    """Raises: DamagedSnapshot, ForeignJournal."""
    try:
        header, offset = _read_header(content)
        if expected is not None:
            refuse_foreign(header, expected)
        payload, end = _read_frame(content, offset)
        if end != len(content):
            raise _Broken(DamageKind.CORRUPT, end, "bytes after the end")
        return _decoded(_decode_snapshot, payload, offset)
    except _Broken as broken:
        raise DamagedSnapshot(f"{broken.kind}: {broken.detail}, at byte {broken.offset}") from None


_decode_header = msgspec.msgpack.Decoder(Header).decode
_decode_snapshot = msgspec.msgpack.Decoder(Snapshot).decode


class _Broken(Exception):
    def __init__(self, kind: DamageKind, offset: int, detail: str) -> None:
        self.kind, self.offset, self.detail = kind, offset, detail


T = TypeVar("T")


def _read_header(content: bytes) -> tuple[Header, int]:
    if len(content) < len(MAGIC) and MAGIC.startswith(content):
        raise _Broken(DamageKind.TORN, 0, "the bytes end within the first eight")
    if not content.startswith(MAGIC):
        raise _Broken(DamageKind.CORRUPT, 0, f"it does not begin with {MAGIC!r}")
    payload, offset = _read_frame(content, len(MAGIC))
    return _decoded(_decode_header, payload, len(MAGIC)), offset


def _check_place(header: Header, number: int, previous: int | None, reached: int) -> None:
    if header.segment != number:
        raise _Broken(DamageKind.CORRUPT, 0, f"it says that it is segment {header.segment}")
    # The first may begin before what the caller already has.
    continues = header.after <= reached if previous is None else number == previous + 1 and header.after == reached
    if not continues:
        raise _Broken(DamageKind.MISSING, 0, f"it continues entry {header.after} of segment {number - 1}, which is not there")


def _read_frame(content: bytes, offset: int) -> tuple[bytes, int]:
    start = offset + _PREFIX.size
    if start > len(content):
        raise _Broken(DamageKind.TORN, offset, "the bytes end within a frame's prefix")
    length, inverted, checksum = _PREFIX.unpack_from(content, offset)
    if length ^ inverted != _INVERT:
        raise _Broken(DamageKind.CORRUPT, offset, "the two copies of a frame's length differ")
    end = start + length
    if end > len(content):
        raise _Broken(DamageKind.TORN, offset, "the bytes end within a frame")
    payload = content[start:end]
    if crc32(payload) != checksum:
        raise _Broken(DamageKind.CORRUPT, offset, "a frame's checksum does not match")
    return payload, end


def _decoded(decode: Callable[[bytes], T], payload: bytes, offset: int) -> T:
    try:
        return decode(payload)
    except msgspec.DecodeError as error:
        raise _Broken(DamageKind.CORRUPT, offset, f"a frame with a good checksum cannot be decoded: {error}") from None
