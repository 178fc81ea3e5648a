"""Sums over a sliding window, kept up in constant time. They are summed anew every `period` updates, so that rounding never adds up, and
when something large has left the window, whose rounding would outweigh what is left."""

from collections import deque
from math import fsum, sqrt

from seawall.strategy.indicators.indicator import Indicator, whole

_NOISE = 1e-13  # Of the mean.
_LITTLE = 1e-6  # Of the largest sum since the last exact one.


class RollingSum(Indicator):
    """The sum of the last `period` values; None before there are as many."""

    __slots__ = ("_left", "_most", "_sum", "_values", "period")

    def __init__(self, period: int) -> None:
        super().__init__()
        self.period = whole("period", period)
        self._values: deque[float] = deque(maxlen=period)
        self._sum = self._most = 0.0
        self._left = period  # Updates until the next exact sum; at first, until the window is full.

    def update(self, value: float) -> float | None:
        values, warm = self._values, self.value is not None
        if warm:
            self._sum += value - values[0]
        values.append(value)
        self._left -= 1
        if not self._left or (warm and abs(self._sum) < _LITTLE * self._most):
            self._left, self._sum, self._most, warm = self.period, fsum(values), 0.0, True
        self._most = max(self._most, abs(self._sum))
        if not warm:
            return None
        self.value = self._sum
        return self._sum


class RollingMoments(Indicator):
    """Mean and population deviation of the last `period` values; `value` is the mean, None before there are as many.

    The sum of squared distances moves by (x - old) * (x - new mean + old - old mean): Welford's update for a window.
    """

    __slots__ = ("_left", "_most", "_squares", "_values", "period")

    def __init__(self, period: int) -> None:
        super().__init__()
        self.period = whole("period", period)
        self._values: deque[float] = deque(maxlen=period)
        self._squares = self._most = 0.0
        self._left = period

    def update(self, value: float) -> float | None:
        values, mean = self._values, self.value
        if mean is not None:
            old = values[0]
            self.value = mean + (value - old) / self.period
            self._squares += (value - old) * (value - self.value + old - mean)
        values.append(value)
        self._left -= 1
        if not self._left or (mean is not None and self._squares < _LITTLE * self._most):
            self._left, self._most = self.period, 0.0
            middle = self.value = fsum(values) / self.period
            self._squares = fsum([(each - middle) ** 2 for each in values])
        self._most = max(self._most, self._squares)
        return self.value  # type: ignore[no-any-return]

    @property
    def deviation(self) -> float:
        """0.0 where all values are equal but for the rounding of their mean, and before the window is full."""
        deviation = sqrt(self._squares / self.period) if self._squares > 0.0 else 0.0
        return deviation if deviation > _NOISE * abs(self.value) else 0.0
