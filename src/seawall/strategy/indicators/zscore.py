"""Z-score: how unusual the last value is among its neighbours."""

from seawall.strategy.indicators.indicator import Indicator
from seawall.strategy.indicators.rolling import RollingMoments


class ZScore(Indicator):
    """(x - mean) / population deviation, both of the last n values, x among them; 0 where all are equal.

    Source: E. Kreyszig, Advanced Engineering Mathematics (1979), section 24.
    """

    __slots__ = ("_window", "period")

    def __init__(self, period: int) -> None:
        super().__init__()
        self._window = RollingMoments(period)
        self.period = period

    def update(self, value: float) -> float | None:
        mean = self._window.update(value)
        if mean is not None:
            deviation = self._window.deviation
            self.value = (value - mean) / deviation if deviation else 0.0
        return self.value  # type: ignore[no-any-return]
