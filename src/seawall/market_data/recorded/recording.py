"""A recorded market: several files or tables as one sequence of rows, merged by time, in the units of their instruments.

Times. A trade or quote is delivered at `ts_recv` where the table has it, else at `ts_event` or the plain time column. A bar is delivered
at its close, the time it opened plus its interval. Gaps stay gaps.

Order. Rows of one time come in the order of their streams: by source as given, then venue, then symbol, a bar's quote before the bar;
within a stream as recorded. Where a recording numbers its messages (`msg_seq`), rows of one instrument and time come in that order,
whatever their kind.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import msgspec

from seawall.api.instruments import Instrument
from seawall.market_data.recorded.delay import FeedDelay, heard_twice
from seawall.market_data.recorded.merge import merged
from seawall.market_data.recorded.reader import Reader, Refused
from seawall.market_data.recorded.rows import Chunk, Rows, Stream
from seawall.market_data.recorded.sources import SLICE_ROWS, Source

CHUNK_ROWS = 65_536
_SLICE_CHUNKS = 4  # Chunks that one reader reads at a time,
_HELD_ROWS = 1 << 20  # and fewer where many readers would hold more than this together,
_LEAST_ROWS = 1 << 14  # but not so few that opening a slice costs more than reading it.
_FOREVER = 2**63 - 1


class Input(NamedTuple):
    """What a journal says of a recorded input: rows [0, rows) of the source with this hash."""

    name: str
    sha256: str
    rows: int


class Recording:
    """What `open_recording` returns. Read it as often as you like."""

    def __init__(self, sources: Sequence[Source], readers: Sequence[Reader], streams: Sequence[Stream], warnings: list[str]) -> None:
        self.streams = tuple(streams)
        self.instruments: tuple[Instrument, ...] = tuple({stream.instrument.id: stream.instrument for stream in streams}.values())
        self.warnings = warnings
        self.refused: Refused = {}  # By stream index; of the latest reading, as far as it has come.
        self.rows = sum(stream.rows for stream in streams)
        self.span = (min(stream.first_time for stream in streams), max(stream.last_time for stream in streams))
        self._sources = sources
        self._readers = readers
        self._inputs: tuple[Input, ...] | None = None
        order = {instrument.id: rank for rank, instrument in enumerate(self.instruments)}
        self._ranks = [order[stream.instrument.id] for stream in streams]

    @property
    def bars_only(self) -> tuple[Instrument, ...]:
        """Instruments that only bars tell of, quotes at a bar's close included: their orders wait for the next bar."""
        ticks = {stream.instrument.id: True for stream in self.streams if not stream.interval}
        return tuple(instrument for instrument in self.instruments if instrument.id not in ticks)

    def inputs(self) -> tuple[Input, ...]:
        """The first call reads every source whole, to hash it."""
        if self._inputs is None:
            self._inputs = tuple(Input(source.name, source.sha256(), source.rows) for source in self._sources)
        return self._inputs

    def read(
        self, start: int | None = None, end: int | None = None, *, feed: FeedDelay | None = None, chunk_rows: int = CHUNK_ROWS
    ) -> Iterator[Rows]:
        """Rows delivered at start <= time < end, as arrays of at most `chunk_rows`.

        With a feed latency, 0 included, every row comes twice: see `delay`.
        """
        self.refused = {}
        first, last = (-_FOREVER if start is None else start), (_FOREVER if end is None else end)
        readers = [reader for reader in self._readers if reader.span[0] < last and first <= reader.span[1]]
        slice_rows = min(_SLICE_CHUNKS * chunk_rows, max(_LEAST_ROWS, _HELD_ROWS // _at_once(readers)))
        pieces = merged([(reader.span[0], reader.read(first, last, slice_rows, self.refused)) for reader in readers], self._ranks)
        if feed is not None:
            pieces = heard_twice(pieces, feed, len(self.streams))
        for rows in pieces:
            for first in range(0, len(rows.time), chunk_rows):
                yield rows.part(first, first + chunk_rows)

    def chunks(
        self, start: int | None = None, end: int | None = None, *, feed: FeedDelay | None = None, chunk_rows: int = CHUNK_ROWS
    ) -> Iterator[Chunk]:
        """What `read` yields, as plain lists."""
        for rows in self.read(start, end, feed=feed, chunk_rows=chunk_rows):
            yield Chunk(rows.time.tolist(), rows.stream.tolist(), tuple(column.tolist() for column in rows.columns), rows.kind)

    def alone(self, stream: Stream, *, with_ids: bool = False) -> Iterator[Rows]:
        """All rows of one stream, unmerged. `with_ids`: quotes with their update id as a fifth column, where recorded."""
        (reader,) = (reader for reader in self._readers if stream in reader.members.values() and reader.kind is stream.kind)
        only = {key: member for key, member in reader.members.items() if member == stream}
        alone = msgspec.structs.replace(reader, members=only, pure=reader.pure and len(reader.members) == 1, with_ids=with_ids)
        for rows, _ in alone.read(-_FOREVER, _FOREVER, SLICE_ROWS, {}):
            if len(rows.time):
                yield rows


def _at_once(readers: Sequence[Reader]) -> int:
    """The most readers whose spans share a time: files of consecutive days are read one after the other."""
    changes = sorted((time, change) for reader in readers for time, change in ((reader.span[0], 1), (reader.span[1] + 1, -1)))
    return max(accumulate(change for _, change in changes), default=1)
