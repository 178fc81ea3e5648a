"""Feed latency: each row twice, first at its own time for the venue, then later for those who only hear of it.

How much later is always the same, or drawn from a sample anew for every instant of a stream: rows of one instant travel together, and what
follows in a stream never overtakes. The draws of a stream are numbered, so that they depend neither on other streams nor on how rows are
read, and what comes later changes none before it.
"""

from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt

from seawall.market_data.recorded.rows import Ints, Rows, joined
from seawall.runtime.rng import Rng

_STEP = np.uint64(0x9E3779B97F4A7C15)  # As in runtime/rng.py, of which this draws many at once.
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class FeedDelay(msgspec.Struct, frozen=True):
    sample: tuple[int, ...]  # Nanoseconds, each as likely as any other.
    seed: int = 0


def heard_twice(pieces: Iterator[Rows], delay: FeedDelay, streams: int) -> Iterator[Rows]:
    """The second time a row's stream is its index + `streams`, so in one instant what happens precedes what is heard.

    `pieces` come from `merged`: what follows one of them is later than all of it.
    """
    assert min(delay.sample) >= 0, "nobody hears of a row before it happens"
    rng = Rng(delay.seed)
    lines = [_Line(delay.sample, rng.next_u64()) for _ in range(streams)]
    echoes: list[Rows] = []
    for rows in pieces:
        late = joined([*echoes, Rows(_arrivals(rows, lines), rows.stream + streams, rows.columns, rows.kind)])
        if len(delay.sample) > 1:
            late = late.take(np.argsort(late.time, kind="stable"))
        due = int(np.searchsorted(late.time, rows.time[-1], side="right"))
        both = joined([rows, late.part(0, due)])
        yield both.take(np.argsort(both.time, kind="stable"))
        echoes = [late.part(due, None)]
    yield from echoes


def _arrivals(rows: Rows, lines: "list[_Line]") -> Ints:
    if len(lines[0].sample) == 1:
        arrivals: Ints = rows.time + lines[0].sample[0]
        return arrivals
    arrivals = np.empty_like(rows.time)
    for index in np.unique(rows.stream).tolist():
        own = np.flatnonzero(rows.stream == index)
        arrivals[own] = lines[index].arrivals(rows.time[own])
    return arrivals


class _Line:
    """The way of one stream's rows."""

    def __init__(self, sample: tuple[int, ...], seed: int) -> None:
        self.sample = np.array(sample, dtype=np.int64)
        self._seed = np.uint64(seed)
        self._drawn = 0
        self._latest = -(1 << 63)

    def arrivals(self, times: Ints) -> Ints:
        """`times` rise, and no instant is split between two calls."""
        new = np.append(True, times[1:] != times[:-1])
        instants = np.flatnonzero(new)
        numbers = np.arange(self._drawn + 1, self._drawn + 1 + len(instants), dtype=np.uint64)
        self._drawn += len(instants)
        drawn = self.sample[(_mixed(self._seed + numbers * _STEP) % np.uint64(len(self.sample))).astype(np.int64)]
        arrivals: Ints = np.maximum(np.maximum.accumulate(times[instants] + drawn), self._latest)
        self._latest = int(arrivals[-1])
        heard: Ints = arrivals[np.cumsum(new) - 1]
        return heard


def _mixed(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    return state ^ (state >> np.uint64(31))
