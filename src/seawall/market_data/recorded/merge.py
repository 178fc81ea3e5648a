"""Many readers, one order: by time, then by stream. Holds a slice or two of each reader, and none of one whose time has not come."""

from collections.abc import Iterator, Sequence

import numpy as np

from seawall.market_data.recorded.rows import Rows, joined

Reading = Iterator[tuple[Rows, bool]]  # Rows, whose time never falls, and whether more may follow.


def merged(readers: Sequence[tuple[int, Reading]]) -> Iterator[Rows]:
    """Rows of all readers, each given with a time before which it has nothing. No two pieces share a time."""
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
            yield _in_order(joined(ready))


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


def _in_order(rows: Rows) -> Rows:
    time, stream = rows.time, rows.stream
    later = time[1:] > time[:-1]
    if bool((later | ((time[1:] == time[:-1]) & (stream[1:] >= stream[:-1]))).all()):
        return rows
    by_time = np.argsort(time, kind="stable")  # Runs that are sorted already: one pass of merging.
    time, stream = time[by_time], stream[by_time]
    if bool(((time[1:] == time[:-1]) & (stream[1:] < stream[:-1])).any()):
        by_time = np.lexsort((rows.stream, rows.time))
    return rows.take(by_time)
