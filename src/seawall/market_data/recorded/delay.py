"""Feed latency: each row twice, first at its own time for the venue, then `latency_ns` later for those who only hear of it."""

from collections.abc import Iterator

import numpy as np

from seawall.market_data.recorded.rows import Rows, joined


def heard_twice(pieces: Iterator[Rows], latency_ns: int, streams: int) -> Iterator[Rows]:
    """The second time a row's stream is its index + `streams`, so in one instant what happens precedes what is heard."""
    assert latency_ns >= 0, "nobody hears of a row before it happens"
    late: Rows | None = None
    for rows in pieces:
        echo = Rows(rows.time + latency_ns, rows.stream + streams, rows.columns, rows.kind)
        late = echo if late is None else joined([late, echo])
        # An echo at the last time of this piece waits: further rows of that time may follow in the next one.
        cut = int(np.searchsorted(late.time, rows.time[-1]))
        yield _interleaved(rows, late.part(0, cut))
        late = late.part(cut, None)
    if late is not None and len(late.time):
        yield late


def _interleaved(rows: Rows, late: Rows) -> Rows:
    if not len(late.time):
        return rows
    both = joined([rows, late])
    return both.take(np.argsort(both.time, kind="stable"))
