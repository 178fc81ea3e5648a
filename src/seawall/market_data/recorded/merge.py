"""Many readers, one order: by time, then by stream; but what one instrument's recording has numbered through all kinds, by that number.
Holds a slice or two of each reader, and none of one whose time has not come."""

from collections.abc import Iterator, Sequence

import numpy as np

from seawall.market_data.recorded.rows import Ints, Rows, joined

Reading = Iterator[tuple[Rows, bool]]  # Rows, whose time never falls, and whether more may follow.


def merged(readers: Sequence[tuple[int, Reading]], markets: Sequence[int] = ()) -> Iterator[Rows]:
    """Rows of all readers, each given with a time before which it has nothing. No two pieces share a time.

    `markets`: of each stream, the rank of its instrument; needed where rows have a `sequence`.
    """
    ranks = np.array(markets, dtype=np.int64)
    reading = dict(enumerate(iterator for _, iterator in readers))
    not_before = dict(enumerate(first_time for first_time, _ in readers))  # What a reader yields next is no earlier.
    waiting: dict[int, Rows] = {}
    while reading or waiting:
        horizon = _horizon(reading, not_before)
        for number in [number for number in reading if not_before[number] == horizon]:
            _read_on(number, reading, not_before, waiting)
        # Before the horizon nothing can come any more; at that very time something can.
        horizon = _horizon(reading, not_before)
        ready = []
        for number, rows in list(waiting.items()):
            cut = len(rows.time) if horizon is None else int(np.searchsorted(rows.time, horizon))
            if cut:
                ready.append(rows.part(0, cut))
            if cut < len(rows.time):
                waiting[number] = rows.part(cut, None)
            else:
                del waiting[number]
        if ready:
            yield _in_order(joined(ready), ranks)._replace(sequence=None)


def _horizon(reading: dict[int, Reading], not_before: dict[int, int]) -> int | None:
    return min((not_before[number] for number in reading), default=None)


def _read_on(number: int, reading: dict[int, Reading], not_before: dict[int, int], waiting: dict[int, Rows]) -> None:
    """Appends the reader's next rows to those that wait. Ends it when there will be no more: it then also lets go of its last slice."""
    for rows, more in reading[number]:
        if len(rows.time):
            not_before[number] = int(rows.time[-1])
            waiting[number] = joined([waiting[number], rows]) if number in waiting else rows
            if more:
                return
    del reading[number]


def _in_order(rows: Rows, ranks: Ints) -> Rows:
    if bool((rows.time[1:] < rows.time[:-1]).any()):
        rows = rows.take(np.argsort(rows.time, kind="stable"))  # Runs that are sorted already: one pass of merging.
    keys = (rows.stream,) if rows.sequence is None else (rows.stream, rows.sequence, ranks[rows.stream])  # The last one counts most.
    falls = np.zeros(max(0, len(rows.time) - 1), dtype=np.bool_)
    for key in keys:
        falls = (key[1:] < key[:-1]) | ((key[1:] == key[:-1]) & falls)
    if bool((falls & (rows.time[1:] == rows.time[:-1])).any()):
        return rows.take(np.lexsort((*keys, rows.time)))
    return rows
