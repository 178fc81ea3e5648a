"""Bars of equal time."""

from seawall.api.units import SECOND
from seawall.strategy.bars.builder import BarBuilder, amount
from seawall.strategy.events import Bar, PriceUpdate


class TimeBars(BarBuilder):
    """[k * seconds, (k + 1) * seconds) since 1970, so that days start at midnight UTC. A time without prices is a gap, not a bar.

    A bar is finished by the first price at or after its end; `finish(now_ns)`, called from `on_timer`, does not wait for one.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.interval_ns = int(amount("seconds", seconds) * SECOND)
        if not self.interval_ns:
            raise ValueError(f"seconds must be a nanosecond at least, got {seconds!r}")

    def update(self, price_update: PriceUpdate) -> Bar | None:
        now = price_update.timestamp_ns
        bar = self.finish(now)
        self._add(price_update, now - now % self.interval_ns)
        return bar

    def finish(self, now_ns: int) -> Bar | None:
        """The bar at hand, if its time is over."""
        if self.open_time_ns is None or now_ns < self.open_time_ns + self.interval_ns:
            return None
        return self._finish(self.open_time_ns + self.interval_ns)
