"""The gate for market data: what a market is told becomes its price only if it makes sense. What is refused is counted by reason, and the
last good price stays, with its age.

Figures first, always: positive, not crossed, no more than a float can count. The rest as the settings ask. Order: ids that fall, together
with the venue's time, are of the past (a venue that begins to count anew has a later time); ids left out are counted and refuse nothing:
what comes behind a gap in prints is a price all the same. Clock: nothing older or younger than the limits on the venue's clock, as its
session has measured it. Price: too far from the last good one it is suspect, until as many in a row as asked for agree with it. So a market
that really jumped is soon believed, and one corrupt packet never.
"""

from enum import StrEnum

import msgspec

from seawall.api.units import BASIS_POINTS, Nanos, Price

LARGEST = 1 << 53  # Beyond it neighbours cannot be told apart in the floats that strategies see.


class Refused(StrEnum):
    NOT_POSITIVE = "not_positive"
    CROSSED = "crossed"
    ABSURD_BAR = "absurd_bar"
    TOO_LARGE = "too_large"
    OUTSIDE_MARKET = "outside_market"
    OLD = "old"
    STALE = "stale"
    WRONG_CLOCK = "wrong_clock"
    ABSURD_PRICE = "absurd_price"


class FeedSettings(msgspec.Struct, frozen=True):
    in_order: bool = False  # Refuse what is older than what was heard, and count what was left out.
    max_lag: Nanos | None = None  # What was older on the venue's clock when it came is stale. None: not looked at, as below.
    max_lead: Nanos | None = None  # What claims to come from so far ahead has a wrong clock.
    max_jump_bps: int | None = None  # From the last good price of the same kind.
    confirmations: int = 3  # In a row that agree, within `max_jump_bps`, before a jump is believed.
    watch_depth: bool = False  # Follow the ids of depth, too, and count their gaps.

    @property
    def guards(self) -> bool:
        """Whether an item needs more than a look at its figures."""
        return self.in_order or self.max_lag is not None or self.max_lead is not None or self.max_jump_bps is not None

    def judge_clock(self, event_time: Nanos, venue_now: int) -> Refused | None:
        age = venue_now - event_time
        if self.max_lag is not None and age > self.max_lag:
            return Refused.STALE
        if self.max_lead is not None and -age > self.max_lead:
            return Refused.WRONG_CLOCK
        return None


class Heard(msgspec.Struct):
    """What one feed of one instrument has said so far, as far as the settings ask: the newest good item, and a price under suspicion."""

    id: int = 0
    event_time: Nanos = Nanos(0)
    missed: int = 0  # Items between those heard, as their ids say.
    price: Price = Price(0)  # Too far from the good one, and how many in a row have agreed with it.
    agreed: int = 0

    def judge(
        self, id: int, event_time: Nanos, price: Price, good: Price, venue_now: int, settings: FeedSettings, *, counted: bool
    ) -> Refused | None:
        """An item whose figures are good, `good` being the price before it. None: it is to be believed, and is now the newest. `counted`:
        its ids leave none out."""
        if settings.in_order and event_time <= self.event_time and id < self.id:
            return Refused.OLD
        reason = settings.judge_clock(event_time, venue_now)
        if reason is not None:
            return reason
        if not self._clears(price, good, settings):
            return Refused.ABSURD_PRICE
        if settings.in_order:
            if counted and 0 < self.id < id - 1:
                self.missed += id - 1 - self.id
            self.id, self.event_time = id, event_time
        return None

    def _clears(self, price: Price, good: Price, settings: FeedSettings) -> bool:
        limit = settings.max_jump_bps
        if limit is None or not good or abs(price - good) * BASIS_POINTS <= limit * good:
            self.agreed = 0
            return True
        near = self.agreed and abs(price - self.price) * BASIS_POINTS <= limit * self.price
        self.agreed = self.agreed + 1 if near else 1
        self.price = price
        if self.agreed < settings.confirmations:
            return False
        self.agreed = 0
        return True
