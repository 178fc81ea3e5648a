"""Feed latency: each row twice, first at its own time for the venue, then `latency_ns` later for those who only hear of it."""

from collections.abc import Iterator

import numpy as np

from seawall.market_data.recorded.rows import Rows, joined


def heard_twice(pieces: Iterator[Rows], latency_ns: int, streams: int) -> Iterator[Rows]:
    """The second time a row's stream is its index + `streams`, so in one instant what happens precedes what is heard.

    `pieces` come from `merged`: what follows one of them is later than all of it.
    """
    assert latency_ns >= 0, "nobody hears of a row before it happens"
    echoes: list[Rows] = []
    for rows in pieces:
        late = joined([*echoes, Rows(rows.time + latency_ns, rows.stream + streams, rows.columns, rows.kind)])
        due = int(np.searchsorted(late.time, rows.time[-1], side="right"))
        both = joined([rows, late.part(0, due)])
        yield both.take(np.argsort(both.time, kind="stable"))
        echoes = [late.part(due, None)]
    yield from echoes
