"""Many readers, one order: by time, then by stream. Holds at most a slice or two of each reader."""

from collections.abc import Iterator, Sequence

import numpy as np

from seawall.market_data.recorded.rows import Rows, joined


def merged(readers: Sequence[Iterator[Rows]]) -> Iterator[Rows]:
    """Rows of all readers, each of which yields rows whose time never falls."""
    waiting: dict[int, Rows] = {}
    reading: dict[int, Iterator[Rows]] = dict(enumerate(readers))
    for number in list(reading):
        _refill(waiting, reading, number)
    while waiting:
        _read_on(waiting, reading)
        # Before the earliest end of what is held nothing can arrive any more; at that very time something can.
        horizon = _end(waiting, reading)
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


def _read_on(waiting: dict[int, Rows], reading: dict[int, Iterator[Rows]]) -> None:
    """Reads more from whoever ends first, until there is more, or until nobody has more."""
    ending: list[int] = []
    while reading and not any(number in reading for number in ending):
        horizon = _end(waiting, reading)
        ending = [number for number in reading if waiting[number].time[-1] == horizon]
        for number in ending:
            _refill(waiting, reading, number)


def _end(waiting: dict[int, Rows], reading: dict[int, Iterator[Rows]]) -> int | None:
    """The earliest last time held of a reader that may have more."""
    return min((int(waiting[number].time[-1]) for number in reading), default=None)


def _refill(waiting: dict[int, Rows], reading: dict[int, Iterator[Rows]], number: int) -> None:
    """Appends the reader's next rows to those held of it, or ends it."""
    for rows in reading[number]:
        if len(rows.time):
            waiting[number] = joined([waiting[number], rows]) if number in waiting else rows
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
