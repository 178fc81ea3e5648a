"""Bollinger bands."""

from typing import Any, NamedTuple

from seawall.strategy.indicators.indicator import Indicator
from seawall.strategy.indicators.rolling import RollingMoments


class Bands(NamedTuple):
    lower: float
    middle: float
    upper: float


class Bollinger(Indicator):
    """middle = mean of the last n values; upper, lower = middle +- width * their population deviation.

    Source: J. Bollinger, Bollinger on Bollinger Bands (2001), chapter 7.
    """

    __slots__ = ("_window", "period", "width")

    def __init__(self, period: int = 20, width: float = 2.0) -> None:
        super().__init__()
        self._window = RollingMoments(period)
        self.period = period
        self.width = float(width)
        if not self.width > 0:
            raise ValueError(f"width must be more than 0 deviations, got {width!r}")

    def update(self, value: float) -> Bands | None:
        middle = self._window.update(value)
        if middle is not None:
            reach = self.width * self._window.deviation
            self.value = Bands(middle - reach, middle, middle + reach)
        return self.value  # type: ignore[no-any-return]

    def load_state(self, state: dict[str, Any]) -> None:
        super().load_state(state)
        if self.value is not None:
            self.value = Bands(*self.value)
