"""A recording laid down once as plain integers, so that every process maps the same pages instead of reading and converting anew."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from seawall.market_data.recorded import Input, Recording, Stream
from seawall.market_data.recorded.delay import FeedDelay, heard_twice
from seawall.market_data.recorded.kinds import Kind
from seawall.market_data.recorded.recording import CHUNK_ROWS
from seawall.market_data.recorded.rows import Rows

_WHOLE_PIECES = 1 << 30  # Rows: no piece is cut, so that no two of them share a time.
_FOREVER = 2**63 - 1


class Piece(msgspec.Struct, frozen=True):
    offset: int  # In integers.
    rows: int
    columns: int  # Beside time and stream.
    kind: Kind | None


class Spool(msgspec.Struct, frozen=True):
    """Everything that another process needs to read the recording. Small: the rows are in the file."""

    path: str
    pieces: list[Piece]
    streams: list[Stream]
    warnings: list[str]


def lay_down(recording: Recording, path: Path) -> Spool:
    """Reads the recording through, once, and writes it to `path`. Refused rows are counted in `recording.refused`."""
    pieces, offset = [], 0
    with path.open("wb") as file:
        for rows in recording.read(chunk_rows=_WHOLE_PIECES):
            for column in (rows.time, rows.stream, *rows.columns):
                file.write(np.ascontiguousarray(column, dtype=np.int64).tobytes())
            pieces.append(Piece(offset, len(rows.time), len(rows.columns), rows.kind))
            offset += len(rows.time) * (2 + len(rows.columns))
    return Spool(str(path), pieces, list(recording.streams), list(recording.warnings))


class SharedRecording(Recording):
    """A recording over a spool. Whoever laid it down knows its inputs and what was refused."""

    def __init__(self, spool: Spool) -> None:
        super().__init__([], [], spool.streams, spool.warnings)
        size = Path(spool.path).stat().st_size // 8
        integers = np.memmap(spool.path, dtype=np.int64, mode="r", shape=(size,)) if size else np.zeros(0, dtype=np.int64)
        self._pieces = [_rows(np.asarray(integers), piece) for piece in spool.pieces]

    def inputs(self) -> tuple[Input, ...]:
        return ()

    def read(
        self, start: int | None = None, end: int | None = None, *, feed: FeedDelay | None = None, chunk_rows: int = CHUNK_ROWS
    ) -> Iterator[Rows]:
        pieces = self._between(-_FOREVER if start is None else start, _FOREVER if end is None else end)
        if feed is not None:
            pieces = heard_twice(pieces, feed, len(self.streams))
        for rows in pieces:
            for first in range(0, len(rows.time), chunk_rows):
                yield rows.part(first, first + chunk_rows)

    def _between(self, start: int, end: int) -> Iterator[Rows]:
        for rows in self._pieces:
            low, high = (int(place) for place in np.searchsorted(rows.time, (start, end)))
            if low < high:
                yield rows.part(low, high)


def _rows(integers: np.ndarray, piece: Piece) -> Rows:
    columns = integers[piece.offset : piece.offset + piece.rows * (2 + piece.columns)].reshape(2 + piece.columns, piece.rows)
    return Rows(columns[0], columns[1], tuple(columns[2:]), piece.kind)
