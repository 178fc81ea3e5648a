"""What a recording proves of an order that was never sent. Knows no fill model and none of their code.

An order of one lot rests at `price` from `placed` on, behind the `before` lots that were shown there. Later the recording proves it

FILLED    a print went beyond the price; or more was printed at the price than stood there when the order joined.
UNFILLED  neither a print of the other side's takers nor its best quote reached the price; or what was printed and all that could have been
          canceled since is less than what stood there, so that somebody is still before the order. That takes a level seen at every
          change: the best quote.
or neither: UNDECIDED.

Prints and quotes come by different streams, up to `SLACK` apart. Prints so soon after the order prove no fill: they may be missing from
the level already. Depth comes in messages, some time apart: of an order behind the best quote it is not known how much had joined before it
since the last one. Such an order counts prints from the next telling of its level on, behind all that stands there then.
"""

from enum import StrEnum

from seawall.api.orders import Side
from seawall.api.units import MILLISECOND, Nanos

BUY = Side.BUY
SLACK = 50 * MILLISECOND


class Verdict(StrEnum):
    FILLED = "filled"
    UNFILLED = "unfilled"
    UNDECIDED = "undecided"


class Hypothesis:
    """One order. Prices in ticks, quantities in lots."""

    __slots__ = (
        "before", "counts_from", "number", "placed", "price", "printed", "proved", "reached", "removed", "side", "since_slack", "watched",
    )  # fmt: skip

    def __init__(self, number: int, side: Side, price: int, placed: Nanos, before: int | None, *, at_best: bool) -> None:
        self.number = number
        self.side = side
        self.price = price
        self.placed = placed
        self.before = before  # None: the recording does not tell.
        self.counts_from: int | None = placed + SLACK if at_best else None  # Prints at the price prove a fill. None: not yet.
        self.watched: int | None = before if at_best else None  # The level, while every change of it is seen.
        self.removed = 0  # By all its decreases.
        self.printed: list[tuple[Nanos, int]] = []  # At the price.
        self.since_slack = 0
        self.reached: Nanos | None = None  # The first print at the price or beyond.
        self.proved: Nanos | None = None  # When it surely was filled.

    def print(self, price: int, lots: int, aggressor: int, now: Nanos) -> None:
        if aggressor == (1 if self.side is BUY else -1):
            return
        beyond = price < self.price if self.side is BUY else price > self.price
        if not beyond and price != self.price:
            return
        if self.reached is None:
            self.reached = now
        if beyond:
            self.proved = now if self.proved is None else self.proved
            return
        self.printed.append((now, lots))
        if self.counts_from is not None and now > self.counts_from:
            self.since_slack += lots
            if self.before is not None and self.since_slack > self.before and self.proved is None:
                self.proved = now

    def level(self, shown: int, now: Nanos) -> None:
        """What stands at its price, as a message tells that cannot be older than the order."""
        if self.counts_from is None and now > self.placed + SLACK:
            self.before, self.counts_from = shown, now + SLACK

    def quote(self, best: int, shown: int, other: int, now: Nanos) -> None:
        """The best quote of the order's own side, and the price of the other one."""
        if best == self.price:
            self.level(shown, now)
        if other and (other <= self.price if self.side is BUY else other >= self.price):
            self.watched = None  # It would have met the order: what comes of it, nobody saw.
            if self.reached is None:
                self.reached = now
        if self.watched is None:
            return
        if best == self.price:
            level = shown
        elif best and (best > self.price if self.side is BUY else best < self.price):
            self.watched = None  # Others stand before the level: it is seen no more.
            return
        else:
            level = 0
        self.removed += max(self.watched - level, 0)
        self.watched = level

    def verdict(self, now: Nanos) -> Verdict:
        if self.proved is not None and self.proved <= now:
            return Verdict.FILLED
        if self.reached is None:
            return Verdict.UNFILLED
        if self.watched is not None and self.before is not None:
            lately = sum(lots for time, lots in self.printed if time > now - SLACK)
            gone = max(sum(lots for _, lots in self.printed), self.removed + lately)
            if gone < self.before:
                return Verdict.UNFILLED
        return Verdict.UNDECIDED
