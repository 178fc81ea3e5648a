"""Sums over a sliding window, kept up in constant time and summed anew every `period` updates, so that rounding never adds up."""

from collections import deque
from math import fsum, sqrt

from seawall.strategy.indicators.indicator import Indicator, whole

_NOISE = 1e-13  # Of the mean.


class RollingSum(Indicator):
    """The sum of the last `period` values; None before there are as many."""

    __slots__ = ("_left", "_sum", "_values", "period")

    def __init__(self, period: int) -> None:
        super().__init__()
        self.period = whole("period", period)
        self._values: deque[float] = deque(maxlen=period)
        self._sum = 0.0
        self._left = period  # Updates until the next exact sum; at first, until the window is full.

    def update(self, value: float) -> float | None:
        values = self._values
        if self.value is not None:
            self._sum += value - values[0]
        values.append(value)
        self._left -= 1
        if not self._left:
            self._left, self._sum = self.period, fsum(values)
            self.value = self._sum
        elif self.value is not None:
            self.value = self._sum
        return self.value


class RollingMoments(Indicator):
    """Mean and population deviation of the last `period` values; `value` is the mean, None before there are as many.

    The sum of squared distances moves by (x - old) * (x - new mean + old - old mean): Welford's update for a window.
    """

    __slots__ = ("_left", "_squares", "_values", "period")

    def __init__(self, period: int) -> None:
        super().__init__()
        self.period = whole("period", period)
        self._values: deque[float] = deque(maxlen=period)
        self._squares = 0.0
        self._left = period

    def update(self, value: float) -> float | None:
        values, mean = self._values, self.value
        if mean is not None:
            old = values[0]
            self.value = mean + (value - old) / self.period
            self._squares += (value - old) * (value - self.value + old - mean)
        values.append(value)
        self._left -= 1
        if not self._left:
            self._left = self.period
            middle = self.value = fsum(values) / self.period
            self._squares = fsum([(each - middle) ** 2 for each in values])
        return self.value  # type: ignore[no-any-return]

    @property
    def deviation(self) -> float:
        """0.0 where all values are equal but for the rounding of their mean, and before the window is full."""
        deviation = sqrt(self._squares / self.period) if self._squares > 0.0 else 0.0
        return deviation if deviation > _NOISE * abs(self.value) else 0.0
