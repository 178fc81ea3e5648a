"""A book from a venue's snapshots and differences, by the venue's own rule of what may follow what. Pure: it is told, and never asks.

Two rules are known, and each message says which one is its own. Where ids count one instrument's updates (U, u), a difference may follow if
it starts at the next id or before. Where a message names its predecessor (pu), that must be the one applied last. Either way the first
difference after a snapshot must reach across it: begin at it or before, end behind it. What ends at or before the book's own id is old.

A gap empties the book, and nothing makes it live again but a snapshot. Differences heard until then are held, and applied behind it: a
snapshot is always asked for later than the stream it belongs to.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from seawall.api.market_data import DepthChanged, DepthReported, Level
from seawall.api.units import Price, Quantity
from seawall.runtime.books.rows import ASK, EXACT, FIRST, LAST, SNAPSHOT
from seawall.runtime.books.side import BookSide

HELD = 2_048  # Messages at most: minutes of the fastest streams. Then the oldest goes, and the snapshot has to be a later one.

Run = tuple[int, int, int, int, int]  # Where it stops, flags of its first and of its last row, previous id, update id.
_Levels = list[tuple[bool, Price, Quantity]]  # Is it an ask?


class HeldDiff(msgspec.Struct, array_like=True):
    previous: int
    update_id: int
    exact: bool
    levels: _Levels


class BookState(msgspec.Struct):
    bids: dict[Price, Quantity] = {}
    asks: dict[Price, Quantity] = {}
    update_id: int = 0  # Of the last message applied.
    live: bool = False  # Else the book is empty, and waits for a snapshot.
    bridged: bool = False  # A difference has followed the snapshot.
    held: list[HeldDiff] = []
    gaps: int = 0
    old: int = 0  # Messages that told nothing new: copies, late ones, snapshots older than the book or than what was held.


class BookBuilder:
    """Rows go in by `row` or `runs`, a live feed's messages by `snapshot` and `diff`. `bids` and `asks` stay the same objects until
    `restore`; both are empty while `live` is false."""

    def __init__(self, state: BookState | None = None) -> None:
        self.restore(BookState() if state is None else state)

    def restore(self, state: BookState) -> None:
        self.state = state
        self.bids, self.asks = BookSide(state.bids, 1), BookSide(state.asks, -1)
        self._sides = (self.bids, self.asks)
        self._applies = False  # What becomes of the message that is coming in row by row: applied, or
        self._holding: HeldDiff | None = None  # held, or neither.

    @property
    def live(self) -> bool:
        return self.state.live

    @property
    def update_id(self) -> int:
        return self.state.update_id

    def top(self) -> tuple[Price, Quantity, Price, Quantity]:
        """Best bid and its quantity, best ask and its quantity; 0 where there is none."""
        bid, ask = self.bids.best(), self.asks.best()
        return bid, self.bids.quantity(bid), ask, self.asks.quantity(ask)

    def invalidate(self) -> None:
        """The stream was cut, or begins anew: what comes next follows nothing that was heard before."""
        self.state.held.clear()
        self._holding, self._applies = None, False
        self._empty()

    # Messages

    def snapshot(self, reported: DepthReported) -> bool:
        """True: the book is live."""
        return self._message(SNAPSHOT, 0, reported.update_id, reported.bids, reported.asks)

    def diff(self, changed: DepthChanged) -> bool:
        """True: the book is live, and this message is in it."""
        if changed.previous_update_id is None:
            return self._message(0, changed.first_update_id - 1, changed.final_update_id, changed.bids, changed.asks)
        return self._message(EXACT, changed.previous_update_id, changed.final_update_id, changed.bids, changed.asks)

    def _message(self, flags: int, previous: int, update_id: int, bids: Sequence[Level], asks: Sequence[Level]) -> bool:
        self._begin(flags, previous, update_id)
        if self._applies:
            for side, levels in zip(self._sides, (bids, asks), strict=True):
                side.update([level.price for level in levels], [level.quantity for level in levels])
        elif self._holding is not None:
            self._holding.levels += [(is_ask, each.price, each.quantity) for is_ask, side in ((False, bids), (True, asks)) for each in side]
        return self._end(flags, update_id)

    # Rows

    def row(self, price: Price, quantity: Quantity, flags: int, previous: int, update_id: int) -> bool:
        """One level of a message. True with the last one, if the book is live and the message is in it."""
        if flags & FIRST:
            self._begin(flags, previous, update_id)
        if self._applies:
            self._sides[flags & ASK].set(price, quantity)
        elif self._holding is not None:
            self._holding.levels.append((bool(flags & ASK), price, quantity))
        return self._end(flags, update_id) if flags & LAST else False

    def run(self, first: int, last: int, previous: int, update_id: int, prices: Sequence[Price], quantities: Sequence[Quantity]) -> bool:
        """Rows of one side of one message at once: the flags of the first and of the last one. Returns what `row` returns."""
        if first & FIRST:
            self._begin(first, previous, update_id)
        if self._applies:
            self._sides[first & ASK].update(prices, quantities)
        elif self._holding is not None:
            self._holding.levels += [(bool(first & ASK), *level) for level in zip(prices, quantities, strict=True)]
        return self._end(last, update_id) if last & LAST else False

    def runs(self, runs: Iterable[Run], prices: Sequence[Price], quantities: Sequence[Quantity]) -> Iterator[int]:
        """Many rows at once, in runs of one side of one message. Stops wherever a message is in the live book, with the book's id."""
        start = 0
        for stop, first, last, previous, update_id in runs:
            if first & FIRST:
                self._begin(first, previous, update_id)
            if self._applies:
                self._sides[first & ASK].update(prices[start:stop], quantities[start:stop])
            elif self._holding is not None:
                levels = zip(prices[start:stop], quantities[start:stop], strict=True)
                self._holding.levels += [(bool(first & ASK), price, quantity) for price, quantity in levels]
            start = stop
            if last & LAST and self._end(last, update_id):
                yield self.state.update_id

    # What may follow what

    def _begin(self, flags: int, previous: int, update_id: int) -> None:
        if flags & SNAPSHOT:
            self._begin_snapshot(update_id)
        else:
            self._begin_diff(previous, update_id, exact=bool(flags & EXACT))

    def _begin_snapshot(self, update_id: int) -> None:
        state = self.state
        self._holding = None
        missing = [held for held in state.held if held.update_id > update_id]
        self._applies = not (missing and missing[0].previous > update_id) and not (state.live and update_id <= state.update_id)
        if not self._applies:
            state.old += 1
            return
        state.held = missing
        self._empty()

    def _begin_diff(self, previous: int, update_id: int, *, exact: bool) -> None:
        state = self.state
        self._holding = None
        self._applies = False
        if not state.live:
            self._hold(previous, update_id, exact)
        elif update_id <= state.update_id:
            state.old += 1
        elif previous == state.update_id or (previous < state.update_id and not (exact and state.bridged)):
            self._applies = True
        else:
            state.gaps += 1
            self._empty()
            self._hold(previous, update_id, exact)

    def _hold(self, previous: int, update_id: int, exact: bool) -> None:
        """A gap among those that are held leaves only what came after it worth holding."""
        held = self.state.held
        if held and not (previous == held[-1].update_id or (previous < held[-1].update_id < update_id and not exact)):
            if update_id <= held[-1].update_id:
                self.state.old += 1
                return
            held.clear()
        if len(held) == HELD:
            del held[0]
        self._holding = HeldDiff(previous, update_id, exact, [])
        held.append(self._holding)

    def _empty(self) -> None:
        self.state.live = False
        self.bids.clear()
        self.asks.clear()

    def _end(self, flags: int, update_id: int) -> bool:
        """The message is complete."""
        if not self._applies:
            return False
        state = self.state
        state.update_id = update_id
        if not flags & SNAPSHOT:
            state.bridged = True
            return True
        state.live, state.bridged = True, False
        held, state.held = state.held, []
        for diff in held:
            self._begin_diff(diff.previous, diff.update_id, exact=diff.exact)
            assert self._applies, "what is held follows the snapshot without a gap"
            for is_ask, price, quantity in diff.levels:
                self._sides[is_ask].set(price, quantity)
            self._end(0, diff.update_id)
        return True
