"""What is remembered of a strategy's temper, and when it gives a sign of tilt: the monitor of that name says what becomes of signs."""

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.risk import Limits
from seawall.api.units import BASIS_POINTS, HOUR, MINUTE, Nanos
from seawall.engine.core.orders import Order

MOST_SIGNS = 3  # Then the strategy pauses.
CALM = HOUR  # Without a sign for so long all of them are forgotten.
_MINUTES = 60  # That make the mean rate.
_FEWEST = 10  # Orders in a minute: fewer are no hurry, whatever the mean.


class Tilt(msgspec.Struct):
    signs: int = 0
    sign_at: Nanos = Nanos(0)  # The latest,
    why: str = ""  # and what it was.
    losses: int = 0  # Orders in a row that lost;
    loser: str = ""  # the latest of them,
    lost_in: InstrumentId = InstrumentId("")  # where,
    lost_quantity: int = 0  # and how large.
    minute: int = 0  # The present one, counted from 1970,
    orders: int = 0  # how many orders it has had,
    minutes: list[int] = []  # and how many those of the past hour had.
    sent: int = 0  # Of the orders whose share of cancels is being counted,
    canceled: int = 0  # so many were taken back.

    def level(self, now: Nanos, limits: Limits) -> int:
        """Signs that still count: a pause, or an hour of calm, ends with none."""
        lasts = limits.tilt_pause if self.signs >= MOST_SIGNS else CALM
        return self.signs if now < self.sign_at + lasts else 0

    def traded(self, order: Order, realised: int, worth: int) -> None:
        """A fill of an order that is worth so much. A fee that is taken in coins realises a trifle, which is neither loss nor gain."""
        if abs(realised) * BASIS_POINTS < worth:
            return
        if realised < 0 and order.client_order_id != self.loser:
            self.losses += 1
            self.loser, self.lost_in, self.lost_quantity = order.client_order_id, order.instrument, order.quantity
        elif realised > 0:
            self.losses = 0

    def ordered(self, instrument: InstrumentId, quantity: int, now: Nanos, limits: Limits) -> bool:
        """An order that adds to a position leaves. Whether that is a sign."""
        larger = instrument == self.lost_in and quantity > self.lost_quantity
        if limits.tilt_losses is not None and self.losses >= limits.tilt_losses and larger:
            self._sign(f"a larger order after {self.losses} losses in a row", now, limits)
            self.losses = 0
            return True
        return False

    def hurried(self, now: Nanos, limits: Limits) -> bool:
        """Any order leaves. Whether so many leave, at most once a minute, or so many were taken back, that it is a sign."""
        before = self.signs, self.sign_at
        self._next_minute(now // MINUTE)
        self.orders += 1
        if limits.tilt_rate is not None and len(self.minutes) == _MINUTES and self.orders >= _FEWEST:
            most = limits.tilt_rate * sum(self.minutes)
            if self.orders * _MINUTES > most and (self.orders - 1) * _MINUTES <= max(most, (_FEWEST - 1) * _MINUTES):
                self._sign(f"{self.orders} orders in a minute", now, limits)
        self.sent += 1
        if limits.tilt_cancel_bps is not None and self.sent >= limits.tilt_orders:
            if self.canceled * BASIS_POINTS > self.sent * limits.tilt_cancel_bps:
                self._sign(f"{self.canceled} of {self.sent} orders taken back", now, limits)
            self.sent = self.canceled = 0
        return before != (self.signs, self.sign_at)

    def _sign(self, why: str, now: Nanos, limits: Limits) -> None:
        self.signs = self.level(now, limits) + 1
        self.sign_at, self.why = now, why

    def _next_minute(self, minute: int) -> None:
        passed = minute - self.minute
        if passed <= 0:  # Our clock was set back: the minute lasts longer.
            return
        if self.minute:
            self.minutes += [self.orders, *[0] * min(passed - 1, _MINUTES)]
            del self.minutes[:-_MINUTES]
        self.minute, self.orders = minute, 0
