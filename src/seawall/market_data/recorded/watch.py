"""Looks at one instrument's rows of one source, slice by slice: span, gaps, clocks, outliers, grid, and rows that could not be used."""

from collections import Counter
from typing import Any

import msgspec
import numpy as np
import polars as pl

from seawall.market_data.recorded.catalogue import SymbolEntry
from seawall.market_data.recorded.grid import Grid, on_grid
from seawall.market_data.recorded.kinds import PRICES, QUANTITIES, Kind
from seawall.market_data.recorded.rows import Bools, Floats, Ints, Refusal
from seawall.market_data.recorded.sources import Source

SPIKE = 0.02  # A price this far from both of its neighbours, which agree with each other; bars and wicks five times that.
_USUAL = 20  # And this many times the usual move, or a wild market would be all spikes.
_SAMPLED = 4_096  # Clock readings kept of each slice, for the median.
_FIGURES = ("aggressor", "trade_id", "update_id", "execution", "block", "sent", "happened")
_OF_DEPTH = ("is_snapshot", "first_update_id", "prev_update_id")


class Offset(msgspec.Struct, frozen=True):
    """How much later the recorder's clock says it was, in nanoseconds. Negative: it ran behind the venue's, by more than the way took."""

    least: int
    median: int
    most: int


class Oddity(msgspec.Struct, frozen=True):
    time: int
    value: float


class Seen(msgspec.Struct):
    """Times in nanoseconds since 1970."""

    venue: str
    symbol: str  # As we write it; `spelled` as the source does.
    spelled: str
    rows: int = 0
    first_time: int = 0
    last_time: int = 0
    untimed: int = 0  # Rows without a time.
    disordered: int = 0  # Rows earlier than the one before.
    interval: int = 0  # Of bars.
    gaps: int = 0  # Places where something is missing: bars, trade ids, messages of depth.
    missing: int = 0  # How much is. Of depth it is not known.
    longest_gap: int = 0
    longest_gap_at: int = 0  # The last row before it.
    snapshots: int = 0  # Of depth.
    messages: int = 0
    clock: dict[str, Offset] = {}  # Against the venue's stamps: sent, happened.
    outliers: int = 0
    worst_outlier: Oddity | None = None
    unusable: dict[str, int] = {}  # Reason -> rows that a run would leave out.
    tick: str = ""  # Inferred from the prices; empty: they are on no grid.
    lot: str = ""  # The finest quantity seen. A run takes a finer one where an account could not be counted in it.
    known_tick: str = ""  # As the instruments file has it; empty: it has none.
    known_lot: str = ""


def columns_of(source: Source) -> list[str]:
    wanted = ("time", "venue", "symbol", *PRICES, *QUANTITIES, *_FIGURES, *_OF_DEPTH)
    return [name for name in wanted if name in source.columns]


class Watch:
    def __init__(self, source: Source, seen: Seen, entry: SymbolEntry) -> None:
        self.seen = seen
        self._kind = source.kind
        self._received = source.spelled["time"].lower() == "ts_recv"
        self._entry = entry
        self._grid = Grid()
        self._steps: Counter[int] = Counter()
        self._clocks: dict[str, list[Ints]] = {}
        self._last_time: int | None = None
        self._last_id: int | None = None
        self._last_prices = np.zeros(0)
        self._last_times = np.zeros(0, dtype=np.int64)
        self._last_message: tuple[Any, ...] = ()
        self._moves: dict[str, Floats] = {}  # How far prices and wicks usually go.
        self._worst = 0.0  # Of the outliers: how far away.

    def add(self, table: pl.DataFrame) -> None:
        seen = self.seen
        seen.rows += len(table)
        seen.untimed += table["time"].null_count()
        table = table.drop_nulls("time")
        if not len(table):
            return
        time: Ints = table["time"].to_numpy()
        self._times(time)
        self._offsets(table)
        for name in (*PRICES, *QUANTITIES):
            if name in table.columns:
                (self._grid.learn_quantities if name in QUANTITIES else self._grid.learn_prices)(table[name].to_numpy())
        self._count_unusable(table)
        self._gaps_in_ids(table, time)
        self._outliers(table, time)

    def finish(self) -> Seen:
        seen, grid, entry = self.seen, self._grid, self._entry
        if self._kind is Kind.BAR and self._steps:
            seen.interval = step = self._steps.most_common(1)[0][0]
            longer = {each: count for each, count in self._steps.items() if each > step > 0}
            seen.gaps, seen.missing = sum(longer.values()), sum((each // step - 1) * count for each, count in longer.items())
        for name, pieces in self._clocks.items():
            every = np.concatenate(pieces)
            seen.clock[name] = Offset(int(np.min(every)), int(np.median(every)), int(np.max(every)))
        if grid.off_grid is None:
            step, decimals = grid.tick()
            seen.tick = f"{step / 10**decimals:.{decimals}f}"
            seen.lot = f"{1 / 10**grid.quantity_decimals:.{grid.quantity_decimals}f}"
        seen.known_tick = "" if entry.tick is None else f"{entry.tick:f}"
        seen.known_lot = "" if entry.lot is None else f"{entry.lot:f}"
        return seen

    def _times(self, time: Ints) -> None:
        seen = self.seen
        if self._last_time is None:
            seen.first_time, seen.last_time = int(time[0]), int(time[0])
        steps = np.diff(time) if self._last_time is None else np.diff(time, prepend=self._last_time)
        seen.first_time, seen.last_time = min(seen.first_time, int(np.min(time))), max(seen.last_time, int(np.max(time)))
        seen.disordered += int((steps < 0).sum())
        if len(steps) and int(np.max(steps)) > seen.longest_gap:
            longest = int(np.argmax(steps))
            seen.longest_gap = int(steps[longest])
            seen.longest_gap_at = int(time[longest + len(time) - len(steps)]) - seen.longest_gap
        if self._kind is Kind.BAR:
            values, counts = np.unique(steps, return_counts=True)
            self._steps.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
        self._last_time = int(time[-1])

    def _offsets(self, table: pl.DataFrame) -> None:
        """Only where rows bear the recorder's own time."""
        for name in ("sent", "happened"):
            if self._received and name in table.columns:
                offset: Any = (table["time"] - table[name]).drop_nulls().to_numpy()
                if len(offset):
                    ends = np.array([offset.min(), offset.max()])
                    self._clocks.setdefault(name, []).append(np.concatenate((offset[:: max(1, len(offset) // _SAMPLED)], ends)))

    def _gaps_in_ids(self, table: pl.DataFrame, time: Ints) -> None:
        seen = self.seen
        if self._kind is Kind.TRADE and "trade_id" in table.columns:
            ids = table["trade_id"].to_numpy()
            left_out = (np.diff(ids) if self._last_id is None else np.diff(ids, prepend=self._last_id)) - 1
            seen.gaps += int((left_out > 0).sum())
            seen.missing += int(left_out[left_out > 0].sum())
            self._last_id = int(ids[-1])
        elif self._kind is Kind.DEPTH:
            self._messages(table, time)

    def _messages(self, table: pl.DataFrame, time: Ints) -> None:
        """Of messages that follow one another: does each build on the one before?"""
        seen = self.seen
        final, snapshot = table["update_id"].to_numpy(), table["is_snapshot"].to_numpy()
        begins = np.ones(len(table), dtype=np.bool_)
        begins[1:] = (final[1:] != final[:-1]) | (snapshot[1:] != snapshot[:-1]) | (time[1:] != time[:-1])
        begins[0] = self._last_message != (final[0], snapshot[0], time[0])
        self._last_message = (final[-1], snapshot[-1], time[-1])
        seen.messages += int(begins.sum())
        seen.snapshots += int((begins & snapshot).sum())
        diffs = np.flatnonzero(begins & ~snapshot)
        if not len(diffs):
            return
        named = table["prev_update_id"].to_numpy()[diffs] if "prev_update_id" in table.columns else np.full(len(diffs), -1)
        before = np.append(final[diffs[0]] if self._last_id is None else self._last_id, final[diffs[:-1]])
        broken = np.where(named >= 0, named != before, table["first_update_id"].to_numpy()[diffs] > before + 1)
        if self._last_id is None:
            broken[0] = False
        seen.gaps += int(broken.sum())
        self._last_id = int(final[diffs[-1]])

    def _count_unusable(self, table: pl.DataFrame) -> None:
        """By the reasons a run would give, the first that applies."""
        free = np.ones(len(table), dtype=np.bool_)
        empty_side = ("bid", "ask")  # Where 0 means that nobody is there.
        for name in (name for name in (*PRICES, *QUANTITIES) if name in table.columns):
            values = table[name].to_numpy()
            if self._kind is Kind.BAR and (name in empty_side or name not in ("open", "high", "low", "close", "volume")):
                continue
            free = self._unusable(Refusal.NOT_A_NUMBER, ~np.isfinite(values), free)
            may_be_zero = name in empty_side or (name in QUANTITIES and self._kind is not Kind.TRADE)
            free = self._unusable(Refusal.NOT_POSITIVE, values < 0 if may_be_zero else values <= 0, free)
            if name in PRICES and self._entry.tick is not None:
                with np.errstate(invalid="ignore"):
                    scaled = values / float(self._entry.tick)
                    free = self._unusable(Refusal.OFF_GRID, ~on_grid(scaled, np.rint(scaled)), free)
        if self._kind is Kind.QUOTE:
            bid, ask = table["bid"].to_numpy(), table["ask"].to_numpy()
            free = self._unusable(Refusal.CROSSED, (bid > ask) & (ask > 0), free)
        if self._kind is Kind.BAR:
            opened, high, low, close = (table[name].to_numpy() for name in ("open", "high", "low", "close"))
            free = self._unusable(Refusal.BROKEN_BAR, (np.maximum(opened, close) > high) | (np.minimum(opened, close) < low), free)
        for name in ("execution", "block"):
            if name in table.columns:
                free = self._unusable(Refusal.OUTSIDE_MARKET, table[name].to_numpy(), free)

    def _unusable(self, reason: Refusal, bad: Bools, free: Bools) -> Bools:
        if count := int((bad & free).sum()):
            self.seen.unusable[reason] = self.seen.unusable.get(reason, 0) + count
        return free & ~bad

    def _outliers(self, table: pl.DataFrame, time: Ints) -> None:
        """Prices that jump away and come straight back; of bars also wicks that no body is near."""
        if self._kind is Kind.DEPTH:
            return
        least = SPIKE if self._kind is not Kind.BAR else 5 * SPIKE
        if self._kind is Kind.QUOTE:
            prices = (table["bid"].to_numpy() + table["ask"].to_numpy()) / 2
        else:
            prices = table["price" if self._kind is Kind.TRADE else "close"].to_numpy()
        good = np.isfinite(prices) & (prices > 0)
        prices, times = np.concatenate((self._last_prices, prices[good])), np.concatenate((self._last_times, time[good]))
        self._last_prices, self._last_times = prices[-2:], times[-2:]
        if len(prices) >= 3:
            away, back, across = prices[1:-1] / prices[:-2] - 1, prices[2:] / prices[1:-1] - 1, np.abs(prices[2:] / prices[:-2] - 1)
            bound = max(least, _USUAL * self._usual("moves", np.abs(away)))
            spikes = (np.abs(away) > bound) & (np.abs(back) > bound) & (np.sign(away) != np.sign(back)) & (across < bound / 2)
            self._note(spikes, np.abs(away), times[1:-1], prices[1:-1])
        if self._kind is Kind.BAR:
            opened, high, low, close = (table[name].to_numpy()[good] for name in ("open", "high", "low", "close"))
            with np.errstate(invalid="ignore", divide="ignore"):
                for wick, ends in ((high / np.maximum(opened, close) - 1, high), (1 - low / np.minimum(opened, close), low)):
                    bound = max(least, _USUAL * self._usual("wicks", wick))
                    self._note(wick > bound, wick, time[good], ends)

    def _usual(self, what: str, values: Floats) -> float:
        """The median of what was seen so far, or of as many as are remembered."""
        sampled = values[np.isfinite(values)]
        sampled = sampled[:: max(1, len(sampled) // _SAMPLED)]
        self._moves[what] = known = np.concatenate((self._moves.get(what, np.zeros(0)), sampled))[-8 * _SAMPLED :]
        return float(np.median(known)) if len(known) else 0.0

    def _note(self, odd: Bools, distance: Floats, times: Ints, values: Floats) -> None:
        if not odd.any():
            return
        self.seen.outliers += int(odd.sum())
        worst = int(np.argmax(np.where(odd, distance, 0)))
        if float(distance[worst]) > self._worst:
            self._worst = float(distance[worst])
            self.seen.worst_outlier = Oddity(int(times[worst]), float(values[worst]))
