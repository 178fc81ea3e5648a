"""Packed columns for what a run records: exact ints, a few bytes a row, filled in chunks. Frames are made of them when the run is over."""

from array import array
from collections.abc import Callable, Iterable, Sequence

from seawall.api.units import DAY

CHUNK = 4_096


class Ints:
    """Ints in eight bytes each. When one does not fit, the whole column goes over to Python's own: slower, still exact."""

    def __init__(self, values: Iterable[int] = ()) -> None:
        self.values: array[int] | list[int] = array("q")
        self.extend(list(values))

    def extend(self, values: list[int]) -> None:
        if isinstance(self.values, list):
            self.values.extend(values)
            return
        try:
            self.values.fromlist(values)  # All or nothing: an overflow leaves the column untouched.
        except OverflowError:
            self.values = [*self.values, *values]

    def __len__(self) -> int:
        return len(self.values)


class Texts:
    """Texts that repeat, as a four-byte code each. `texts` lists them in the order of their codes, as `show` turns them."""

    def __init__(self, texts: Iterable[str] = (), show: Callable[[str], str] = str) -> None:
        self._show = show
        self.codes = array("i")
        self._code_of: dict[str, int] = {}
        self._learn(texts)

    def extend(self, values: list[str]) -> None:
        if not values:
            return
        code_of = self._code_of
        try:
            if values.count(values[0]) == len(values):  # Often so: one strategy, one instrument. Half the time of the look-ups.
                self.codes.extend(array("i", [code_of[values[0]]]) * len(values))
            else:
                self.codes.fromlist([code_of[value] for value in values])
        except KeyError:
            self._learn(values)
            self.extend(values)

    def _learn(self, values: Iterable[str]) -> None:
        for value in values:
            self._code_of.setdefault(value, len(self._code_of))

    @property
    def texts(self) -> list[str]:
        return [self._show(text) for text in self._code_of]

    def __len__(self) -> int:
        return len(self.codes)


class Samples:
    """A time series of at most about `limit` rows (time, value, further columns), whatever the number of samples.

    When full, the lowest and the highest value of every four rows stay, and from then on only those of every four, eight, ... new ones:
    the density is the same all along and depends on nothing but the samples. The first and last row, the last of each UTC day, and so
    the extremes and the daily closes of the whole run, always stay.
    """

    def __init__(self, width: int, limit: int) -> None:
        assert limit >= 2 * CHUNK, "thinning works on whole chunks"
        self.columns = [Ints() for _ in range(width)]
        self._limit = limit
        self._group = 1  # New samples of which two are kept; 1: all are.
        self._pending: list[tuple[int, ...]] = []

    def append(self, row: tuple[int, ...]) -> None:
        pending = self._pending
        pending.append(row)
        if len(pending) >= CHUNK:
            self.pack()

    def pack(self) -> None:
        """Brings the pending rows into `columns`."""
        rows, self._pending = self._pending, []
        if not rows:
            return
        if self._group > 1:
            rows = [rows[i] for i in extremes([row[0] for row in rows], [row[1] for row in rows], self._group)]
        for column, values in zip(self.columns, zip(*rows, strict=True), strict=True):
            column.extend(list(values))
        if len(self.columns[0]) > self._limit:
            self._thin()

    def _thin(self) -> None:
        keep = extremes(self.columns[0].values, self.columns[1].values, 4)
        self.columns = [Ints([column.values[i] for i in keep]) for column in self.columns]
        self._group = min(CHUNK, max(4, 2 * self._group))


def extremes(times: Sequence[int], values: Sequence[int], group: int) -> list[int]:
    """Which rows stay, in order: the lowest and the highest of every `group`, the last of each UTC day, the first and the last of all."""
    keep: list[int] = []
    count = len(times)
    for start in range(0, count, group):
        window = range(start, min(start + group, count))
        lowest, highest = min(window, key=values.__getitem__), max(window, key=values.__getitem__)
        for i in window:
            closes_day = i + 1 == count or times[i] // DAY != times[i + 1] // DAY
            if i in (0, lowest, highest) or closes_day:
                keep.append(i)
    return keep
