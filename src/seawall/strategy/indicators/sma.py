"""Simple moving average."""

from seawall.strategy.indicators.indicator import Indicator
from seawall.strategy.indicators.rolling import RollingSum


class SMA(Indicator):
    """The mean of the last n values: (x[1] + ... + x[n]) / n.

    Source: J. Murphy, Technical Analysis of the Financial Markets (1999), chapter 9.
    """

    __slots__ = ("_window", "period")

    def __init__(self, period: int) -> None:
        super().__init__()
        self._window = RollingSum(period)
        self.period = period

    def update(self, value: float) -> float | None:
        total = self._window.update(value)
        if total is not None:
            self.value = total / self.period
        return self.value  # type: ignore[no-any-return]
