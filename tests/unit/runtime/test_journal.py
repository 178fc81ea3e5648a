"""The journal's format: what it keeps, how it names damage, and what it refuses."""

import msgspec
import pytest

from seawall.api.accounts import Heartbeat
from seawall.api.message import Address, Tick
from seawall.api.orders import AccountId
from seawall.api.units import Nanos
from seawall.runtime.codec import encode
from seawall.runtime.journal import (
    DamagedSnapshot,
    DamageKind,
    Entry,
    ForeignJournal,
    Header,
    JournalReader,
    Snapshot,
    Stamp,
    entry_decoder,
    frame,
    frames,
    read_snapshot,
    segment_start,
    snapshot_file,
)

STAMP = Stamp("code", "config")
ENGINE = Address("engine")
DECODE = entry_decoder()
FILES = Header(STAMP, 1, 1, 0)
SNAPSHOT = Snapshot(7, Nanos(70), {ENGINE: b"state"})


def entry(sequence: int) -> Entry[object]:
    return Entry(sequence, Nanos(10 * sequence), ENGINE, Heartbeat(AccountId("a"), sequence) if sequence % 2 else Tick())


def segment(number: int, first: int, last: int, *, stamp: Stamp = STAMP) -> tuple[int, bytes]:
    payloads = [encode(entry(sequence)) for sequence in range(first, last + 1)]
    return number, segment_start(Header(stamp, 1, number, first - 1)) + frames(payloads)


class Reading:
    """All that a reader yields, and what it says then."""

    def __init__(self, segments: tuple[tuple[int, bytes], ...], expected: Stamp | None, after: int) -> None:
        reader = JournalReader(segments, DECODE, expected, after)
        self.entries = list(reader)
        self.damage = reader.damage
        self.sequence = reader.sequence


def read(*segments: tuple[int, bytes], expected: Stamp | None = STAMP, after: int = 0) -> Reading:
    return Reading(segments, expected, after)


def sequences(reading: Reading) -> list[int]:
    return [entry.sequence for entry in reading.entries]


def flipped(content: bytes, offset: int) -> bytes:
    return content[:offset] + bytes([content[offset] ^ 0x10]) + content[offset + 1 :]


def test_what_was_written_is_read() -> None:
    reader = read(segment(1, 1, 3), segment(2, 4, 6))
    assert reader.entries == [entry(sequence) for sequence in range(1, 7)]
    assert reader.damage is None
    assert reader.sequence == 6


def test_frames_are_each_payload_framed() -> None:
    payloads = [b"", b"a", b"b" * 1000]
    assert frames(payloads) == b"".join(map(frame, payloads))


def test_only_entries_after_a_snapshot_are_yielded() -> None:
    reader = read(segment(1, 1, 3), segment(2, 4, 6), after=4)
    assert sequences(reader) == [5, 6]
    assert reader.damage is None


def test_gaps_between_sequences_are_no_damage() -> None:
    """One machine's entries are some of the world's."""
    payloads = [encode(entry(sequence)) for sequence in (1, 5, 9)]
    assert sequences(read((1, segment_start(FILES) + frames(payloads)))) == [1, 5, 9]


def test_every_flipped_byte_is_named_and_what_precedes_it_survives() -> None:
    segments = [segment(1, 1, 3), segment(2, 4, 6)]
    whole = [entry(sequence) for sequence in range(1, 7)]
    for index, (number, content) in enumerate(segments):
        for offset in range(len(content)):
            broken = [*segments[:index], (number, flipped(content, offset)), *segments[index + 1 :]]
            reader = read(*broken)
            assert reader.damage is not None, f"segment {number}, byte {offset}"
            good = reader.entries
            assert good == whole[: len(good)]
            intact = read(*segments[:index], (number, content[: reader.damage.offset]))
            assert len(good) == len(intact.entries), "no entry before the damage is lost"
            assert (reader.damage.kind, reader.damage.segment, reader.damage.after) == (DamageKind.CORRUPT, number, len(good))
            assert reader.damage.offset <= offset


def test_a_torn_last_segment_is_named_torn_wherever_it_is_cut() -> None:
    number, content = segment(2, 4, 6)
    boundaries = {}
    for last in (3, 4, 5, 6):
        boundaries[len(segment(2, 4, last)[1])] = last
    for length in range(len(content)):
        reader = read(segment(1, 1, 3), (number, content[:length]))
        if length in boundaries:
            assert reader.damage is None
            assert reader.sequence == boundaries[length]
        else:
            assert reader.damage is not None
            assert reader.damage.kind is DamageKind.TORN
            assert sequences(reader) == list(range(1, reader.damage.after + 1))


def test_an_earlier_segment_cut_between_two_frames_is_missed_by_the_next() -> None:
    number, _ = segment(1, 1, 3)
    reader = read((number, segment(1, 1, 2)[1]), segment(2, 4, 6))
    assert sequences(reader) == [1, 2]
    assert reader.damage is not None
    assert (reader.damage.kind, reader.damage.segment) == (DamageKind.MISSING, 2)


def test_a_missing_segment_is_named() -> None:
    reader = read(segment(1, 1, 3), segment(3, 7, 9))
    assert sequences(reader) == [1, 2, 3]
    assert str(reader.damage) == (
        "missing: it continues entry 6 of segment 2, which is not there, in segment 3 at byte 0; entries up to 3 are good"
    )


def test_a_first_segment_that_begins_after_the_snapshot_leaves_a_gap() -> None:
    reader = read(segment(2, 4, 6), after=2)
    assert sequences(reader) == []
    assert reader.damage is not None
    assert reader.damage.kind is DamageKind.MISSING


def test_segments_in_each_others_place_are_noticed() -> None:
    reader = read((1, segment(2, 4, 6)[1]))
    assert reader.damage is not None
    assert reader.damage.detail == "it says that it is segment 2"


def test_entries_out_of_order_are_noticed() -> None:
    payloads = [encode(entry(sequence)) for sequence in (1, 3, 2)]
    reader = read((1, segment_start(FILES) + frames(payloads)))
    assert sequences(reader) == [1, 3]
    assert reader.damage is not None
    assert reader.damage.detail == "entry 2 follows entry 3"


def test_a_message_that_nobody_knows_is_damage_not_a_crash() -> None:
    reader = read((1, segment_start(FILES) + frame(msgspec.msgpack.encode((1, 5, "engine", ("Unheard",))))))
    assert reader.damage is not None
    assert reader.damage.kind is DamageKind.CORRUPT


@pytest.mark.parametrize(
    ("expected", "what"),
    [
        (Stamp("other", "config"), "code version code, this is other"),
        (Stamp("code", "other"), "configuration config, this is other"),
        (Stamp("code", "config", 99), "schema version 1, this is 99"),
    ],
)
def test_the_journal_of_another_program_is_refused_by_name(expected: Stamp, what: str) -> None:
    with pytest.raises(ForeignJournal, match=what):
        read(segment(1, 1, 3), expected=expected)
    with pytest.raises(ForeignJournal, match=what):
        read_snapshot(snapshot_file(FILES, SNAPSHOT), expected)


def test_a_snapshot_is_read_back() -> None:
    assert read_snapshot(snapshot_file(FILES, SNAPSHOT), STAMP) == SNAPSHOT


def test_a_snapshot_with_any_byte_flipped_or_missing_is_refused() -> None:
    content = snapshot_file(FILES, SNAPSHOT)
    for offset in range(len(content)):
        with pytest.raises(DamagedSnapshot):
            read_snapshot(flipped(content, offset))
        with pytest.raises(DamagedSnapshot):
            read_snapshot(content[:offset])
    with pytest.raises(DamagedSnapshot, match="bytes after the end"):
        read_snapshot(content + b"x")
