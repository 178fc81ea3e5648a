"""Whatever happens to a journal's bytes: it is noticed, it is named, and what came before it survives."""

from hypothesis import given
from hypothesis import strategies as st

from seawall.api.accounts import SessionLost
from seawall.api.message import Address
from seawall.api.orders import AccountId
from seawall.api.units import Nanos
from seawall.runtime.codec import encode
from seawall.runtime.journal import DamageKind, Entry, Header, JournalReader, Stamp, entry_decoder, frames, segment_start

STAMP = Stamp("code", "config")
DECODE = entry_decoder()

journals = st.lists(st.lists(st.text(max_size=40), max_size=6), min_size=1, max_size=4)


def segments_of(texts: list[list[str]]) -> tuple[list[Entry[SessionLost]], list[bytes]]:
    entries: list[Entry[SessionLost]] = []
    segments = []
    for number, part in enumerate(texts, start=1):
        start = segment_start(Header(STAMP, 1, number, len(entries)))
        new = [
            Entry(len(entries) + place, Nanos(place), Address("engine"), SessionLost(AccountId("a"), text))
            for place, text in enumerate(part, start=1)
        ]
        segments.append(start + frames([encode(entry) for entry in new]))
        entries += new
    return entries, segments


def read(segments: list[bytes]) -> tuple[list[Entry[SessionLost]], JournalReader]:
    reader = JournalReader(enumerate(segments, start=1), DECODE, None)
    return list(reader), reader


@given(journals, st.data())
def test_a_changed_byte_is_named_corrupt_and_what_precedes_it_survives(texts: list[list[str]], data: st.DataObject) -> None:
    entries, segments = segments_of(texts)
    index = data.draw(st.integers(0, len(segments) - 1))
    offset = data.draw(st.integers(0, len(segments[index]) - 1))
    mask = data.draw(st.integers(1, 255))
    content = bytearray(segments[index])
    content[offset] ^= mask
    good, reader = read([*segments[:index], bytes(content), *segments[index + 1 :]])
    assert reader.damage is not None
    assert reader.damage.kind is DamageKind.CORRUPT
    assert reader.damage.segment == index + 1
    assert reader.damage.after == len(good)
    assert good == entries[: len(good)]
    untouched, _ = read([*segments[:index], segments[index][:offset]])
    assert len(good) >= len(untouched), "every frame that ends before the byte is intact"


@given(journals, st.data())
def test_a_torn_end_leaves_a_prefix(texts: list[list[str]], data: st.DataObject) -> None:
    entries, segments = segments_of(texts)
    length = data.draw(st.integers(0, len(segments[-1]) - 1))
    good, reader = read([*segments[:-1], segments[-1][:length]])
    assert good == entries[: len(good)]
    assert len(good) >= sum(map(len, texts[:-1]))
    if reader.damage is not None:
        assert (reader.damage.kind, reader.damage.segment, reader.damage.after) == (DamageKind.TORN, len(segments), len(good))
    else:
        assert len(good) < len(entries), "cut between two frames, which only a count kept elsewhere can tell"


@given(journals, st.data())
def test_bytes_lost_anywhere_but_at_the_end_are_noticed(texts: list[list[str]], data: st.DataObject) -> None:
    entries, segments = segments_of([*texts, ["last"]])
    index = data.draw(st.integers(0, len(segments) - 2))
    length = data.draw(st.integers(0, len(segments[index]) - 1))
    good, reader = read([*segments[:index], segments[index][:length], *segments[index + 1 :]])
    assert reader.damage is not None
    assert good == entries[: len(good)]
