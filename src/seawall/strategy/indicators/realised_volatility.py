"""Realised volatility."""

from math import sqrt

from seawall.strategy.indicators.indicator import Indicator
from seawall.strategy.indicators.rolling import RollingSum


class RealisedVolatility(Indicator):
    """sqrt(mean(r * r) * updates_per_year) over the last n returns r = x / x before - 1; a fraction.

    Without `updates_per_year` it is that of one update. Plain returns stand in for logarithms, whose last digits differ between machines;
    at one percent a step the two differ by half a percent of their size.
    Source: T. Andersen, T. Bollerslev, F. Diebold, P. Labys, Modeling and Forecasting Realized Volatility, Econometrica 71 (2003).
    """

    __slots__ = ("_before", "_window", "period", "updates_per_year")

    def __init__(self, period: int, updates_per_year: float = 1.0) -> None:
        super().__init__()
        self._window = RollingSum(period)
        self._before: float | None = None
        self.period = period
        self.updates_per_year = float(updates_per_year)
        if not self.updates_per_year > 0:
            raise ValueError(f"updates_per_year must be more than 0, got {updates_per_year!r}")

    def update(self, price: float) -> float | None:
        before, self._before = self._before, price
        if before is None:
            return None
        change = price / before - 1
        squares = self._window.update(change * change)
        if squares is not None:
            self.value = sqrt(max(squares, 0.0) / self.period * self.updates_per_year)
        return self.value  # type: ignore[no-any-return]
