"""Many readers, one order: by time, then by stream. Holds at most a slice or two of each reader."""

from collections.abc import Iterator, Sequence

import numpy as np

from seawall.market_data.recorded.rows import Rows, joined


def merged(readers: Sequence[Iterator[Rows]]) -> Iterator[Rows]:
    """Rows of all readers, each of which yields rows whose time never falls."""
    waiting: dict[int, Rows] = {}
    for number, reader in enumerate(readers):
        _refill(waiting, number, reader)
    done: dict[int, bool] = {}
    while waiting:
        # Before the earliest end of what we hold nothing can arrive any more; at that very time it can.
        open_ends = [int(rows.time[-1]) for number, rows in waiting.items() if number not in done]
        horizon = min(open_ends, default=None)
        ready = []
        for number, rows in list(waiting.items()):
            cut = len(rows.time) if horizon is None else int(np.searchsorted(rows.time, horizon))
            if cut:
                ready.append(rows.part(0, cut))
            if cut == len(rows.time):
                del waiting[number]
            else:
                waiting[number] = rows.part(cut, None)
            if number not in done and int(rows.time[-1]) == horizon and not _refill(waiting, number, readers[number]):
                done[number] = True
        if ready:
            yield _in_order(joined(ready))


def _refill(waiting: dict[int, Rows], number: int, reader: Iterator[Rows]) -> bool:
    """Appends the reader's next rows. False: it has none."""
    for rows in reader:
        if len(rows.time):
            waiting[number] = joined([waiting[number], rows]) if number in waiting else rows
            return True
    return False


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
