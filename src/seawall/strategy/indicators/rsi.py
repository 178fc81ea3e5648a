"""Relative strength index."""

from seawall.strategy.indicators.indicator import Indicator, whole


class RSI(Indicator):
    """100 * g / (g + l): g and l are Wilder's averages of the rises and the falls of the last n changes, 0 to 100.

    The first averages are plain means of n changes, later ones y + (x - y) / n. A price that never moved gives 50.
    Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978), section VI.
    """

    __slots__ = ("_before", "_fall", "_rise", "_to_come", "period")

    def __init__(self, period: int = 14) -> None:
        super().__init__()
        self.period = whole("period", period)
        self._before: float | None = None
        self._rise = self._fall = 0.0
        self._to_come = period

    def update(self, price: float) -> float | None:
        before, self._before = self._before, price
        if before is None:
            return None
        change = price - before
        rise, fall = (change, 0.0) if change > 0 else (0.0, -change)
        if self._to_come:
            self._to_come -= 1
            self._rise += rise / self.period
            self._fall += fall / self.period
            if self._to_come:
                return None
        else:
            self._rise += (rise - self._rise) / self.period
            self._fall += (fall - self._fall) / self.period
        moved = self._rise + self._fall
        self.value = 100 * self._rise / moved if moved else 50.0
        return self.value  # type: ignore[no-any-return]
