"""Average true range."""

from seawall.strategy.indicators.indicator import Indicator, whole


class ATR(Indicator):
    """Wilder's average of max(high, close before) - min(low, close before), in the price's currency.

    The first bar only gives its close; the first value is the plain mean of n ranges, later ones y + (x - y) / n.
    Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978), section III.
    """

    __slots__ = ("_close", "_sum", "_to_come", "period")

    def __init__(self, period: int = 14) -> None:
        super().__init__()
        self.period = whole("period", period)
        self._close: float | None = None
        self._sum = 0.0
        self._to_come = period

    def update(self, high: float, low: float, close: float) -> float | None:
        before, self._close = self._close, close
        if before is None:
            return None
        true_range = max(high, before) - min(low, before)
        if self._to_come:
            self._sum += true_range
            self._to_come -= 1
            if not self._to_come:
                self.value = self._sum / self.period
        else:
            self.value += (true_range - self.value) / self.period
        return self.value  # type: ignore[no-any-return]
