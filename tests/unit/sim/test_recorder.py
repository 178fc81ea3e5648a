"""The recorder: batches, segments and the digest."""

from seawall.api.message import Address, Tick
from seawall.api.units import Nanos
from seawall.runtime.codec import encode
from seawall.runtime.journal import JournalReader, Stamp, entry_decoder, read_snapshot
from seawall.sim.recorder import MemorySink, Recorder, state_digest

STAMP = Stamp("code", "config")
ENGINE = Address("engine")


def record(recorder: Recorder, entries: int, batch: int) -> None:
    for sequence in range(1, entries + 1):
        recorder.record(encode((sequence, sequence, ENGINE, Tick())))
        if sequence % batch == 0:
            recorder.flush(sequence)
    recorder.flush(entries)


def test_segments_rotate_by_size_and_read_back_as_one_journal() -> None:
    sink = MemorySink()
    record(Recorder(sink, STAMP, segment_bytes=200), 50, batch=3)
    assert len(sink.segments) > 3
    reader = JournalReader(sink.contents(), entry_decoder(), STAMP)
    assert [entry.sequence for entry in reader] == list(range(1, 51))
    assert reader.damage is None


def test_the_digest_depends_on_entries_and_states_and_not_on_batches_or_headers() -> None:
    def digest(entries: int = 20, batch: int = 5, stamp: Stamp | None = None, state: bytes = b"state") -> str:
        recorder = Recorder(MemorySink(), stamp)
        record(recorder, entries, batch)
        return recorder.digest([(ENGINE, state)])

    assert digest() == digest(batch=1) == digest(stamp=STAMP)
    assert len(dict.fromkeys((digest(), digest(entries=21), digest(state=b"other")))) == 3


def test_states_of_different_machines_cannot_be_mistaken_for_each_other() -> None:
    digests = [state_digest(states) for states in ([(ENGINE, b"ab")], [(ENGINE, b"a"), (Address(""), b"b")], [(Address("x"), b"ab")])]
    assert len(dict.fromkeys(digests)) == 3


def test_a_snapshot_names_the_last_entry_before_it() -> None:
    sink = MemorySink()
    recorder = Recorder(sink, STAMP)
    record(recorder, 7, batch=10)
    recorder.snapshot(Nanos(99), {ENGINE: b"state"})
    snapshot = read_snapshot(sink.snapshots[7], STAMP)
    assert (snapshot.sequence, snapshot.now, snapshot.states) == (7, 99, {ENGINE: b"state"})
