"""Volume weighted average price."""

from typing import Any

from seawall.strategy.indicators.indicator import Indicator
from seawall.strategy.indicators.rolling import RollingSum


class VWAP(Indicator):
    """sum(price * volume) / sum(volume): of the last n trades, or with no n of all since the start or the last `reset()`.

    None where nothing has been traded. An update without volume (a quote) changes nothing.
    Source: S. Berkowitz, D. Logue, E. Noser, The Total Cost of Transactions on the NYSE, Journal of Finance 43 (1988).
    """

    __slots__ = ("_traded", "_volume", "_window_traded", "_window_volume", "period")

    def __init__(self, period: int | None = None) -> None:
        super().__init__()
        self.period = period
        self._traded = self._volume = 0.0
        self._window_traded: Any = RollingSum(period) if period is not None else None
        self._window_volume: Any = RollingSum(period) if period is not None else None

    def update(self, price: float, volume: float | None) -> float | None:
        if not volume:
            return self.value  # type: ignore[no-any-return]
        if self.period is None:
            self._traded += price * volume
            self._volume += volume
            self.value = self._traded / self._volume
        else:
            traded, total = self._window_traded.update(price * volume), self._window_volume.update(volume)
            if total is not None:
                self.value = traded / total
        return self.value  # type: ignore[no-any-return]

    def reset(self) -> None:
        """A new session: as if made anew."""
        VWAP.__init__(self, self.period)
