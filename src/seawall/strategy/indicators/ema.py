"""Exponential moving average."""

from seawall.strategy.indicators.indicator import Indicator, whole


class EMA(Indicator):
    """y = y + (x - y) * 2 / (n + 1), from the mean of the first n values on.

    Source: J. Murphy, Technical Analysis of the Financial Markets (1999), chapter 9; started as TA-Lib does.
    """

    __slots__ = ("_sum", "_to_come", "_weight", "period")

    def __init__(self, period: int) -> None:
        super().__init__()
        self.period = whole("period", period)
        self._weight = 2 / (period + 1)
        self._sum = 0.0
        self._to_come = period

    def update(self, value: float) -> float | None:
        if self._to_come:
            return self._warm(value)
        self.value = average = self.value + (value - self.value) * self._weight
        return average  # type: ignore[no-any-return]

    def _warm(self, value: float) -> float | None:
        self._sum += value
        self._to_come -= 1
        if not self._to_come:
            self.value = self._sum / self.period
        return self.value  # type: ignore[no-any-return]
