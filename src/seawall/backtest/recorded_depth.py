"""Recorded depth at a recorded venue: each instrument's book, part of the venue's state, and what its changes tell the orders that rest.

The book is that of the public, a level at a time; no order of ours is in it.
"""

from collections.abc import Mapping

from seawall.api.instruments import InstrumentId
from seawall.api.market_data import DepthChanged, DepthReported
from seawall.api.message import Envelope, Message
from seawall.api.orders import Side
from seawall.api.units import Nanos
from seawall.backtest.recorded_matching import Matcher
from seawall.backtest.recorded_orders import Waitlist
from seawall.runtime.books import ASK, LAST, SNAPSHOT, BookBuilder
from seawall.runtime.machine import Handler

BUY, SELL = Side.BUY, Side.SELL


class RecordedDepth:
    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self.handlers: dict[type[Message], Handler] = {DepthChanged: self._changed, DepthReported: self._reported}

    def restore(self, waitlists: Mapping[InstrumentId, Waitlist]) -> None:
        self._waitlists = waitlists

    def use(self, instrument: InstrumentId, book: BookBuilder) -> None:
        """From now on `book`, which the host lets rows into, is the venue's."""
        waitlist = self._waitlists[instrument]
        waitlist.book, waitlist.listed.book = book, book.state

    def heard(self, instrument: InstrumentId, first: int, last: int, now: Nanos) -> None:
        """Rows of one side of a message are in the book: the flags of the first and of the last one. A snapshot counts when it is whole."""
        waitlist, whole = self._waitlists[instrument], last & LAST and last & SNAPSHOT
        if whole or not first & ASK:
            self._matcher.levels(waitlist, BUY, now)
        if whole or first & ASK:
            self._matcher.levels(waitlist, SELL, now)

    def _changed(self, changed: DepthChanged, now: Nanos) -> list[Envelope]:
        waitlist = self._waitlists.get(changed.instrument)
        if waitlist is not None and waitlist.book is not None:
            waitlist.book.diff(changed)
            for side, levels in ((BUY, changed.bids), (SELL, changed.asks)):
                if levels:
                    self._matcher.levels(waitlist, side, now)
        return []

    def _reported(self, reported: DepthReported, now: Nanos) -> list[Envelope]:
        waitlist = self._waitlists.get(reported.instrument)
        if waitlist is not None:
            if waitlist.book is None:
                self.use(reported.instrument, BookBuilder())
            assert waitlist.book is not None
            waitlist.book.snapshot(reported)
            for side in (BUY, SELL):
                self._matcher.levels(waitlist, side, now)
        return []
