"""What a strategy machine remembers of one instrument's prices: quotes, a counter, and the price of 24 hours ago."""

from dataclasses import dataclass, field

from seawall.api.units import DAY, MINUTE

GRID_NS = 5 * MINUTE  # How finely the last 24 hours are remembered: 289 prices at most.


@dataclass(slots=True)  # Not a Struct: those take seven times as long to write to, and this is written with every price.
class Feed:
    symbol: str
    venue: str
    bid: float | None = None
    ask: float | None = None
    bid_size: float | None = None
    ask_size: float | None = None
    sequence: int = 0
    reference_price: float = 0.0
    next_roll: int = 0  # When the grid wants its next price; 0 before the first.
    past: list[tuple[int, float]] = field(default_factory=list)  # (time, price) on the grid, oldest first.

    def roll(self, now: int, price: float) -> None:
        """Notes the first price in a new grid cell, and moves the reference on."""
        past = self.past
        past.append((now, price))
        while len(past) > 1 and past[1][0] <= now - DAY:
            del past[0]
        self.reference_price = past[0][1]
        self.next_roll = now - now % GRID_NS + GRID_NS

    def follow(self, other: "Feed") -> None:
        """Remembers what another feed of the same prices does."""
        self.bid, self.ask, self.bid_size, self.ask_size = other.bid, other.ask, other.bid_size, other.ask_size
        self.sequence, self.reference_price, self.next_roll = other.sequence, other.reference_price, other.next_roll
        self.past = other.past.copy()
