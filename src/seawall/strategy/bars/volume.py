"""Bars of equal volume."""

from seawall.strategy.bars.builder import BarBuilder, amount
from seawall.strategy.events import Bar, PriceUpdate


class VolumeBars(BarBuilder):
    """A bar ends with the trade that brings it to `volume` base currency; a trade is never split. Quotes are passed over.

    Source: M. Lopez de Prado, Advances in Financial Machine Learning (2018), section 2.3.1.
    """

    def __init__(self, volume: float) -> None:
        super().__init__()
        self.threshold = amount("volume", volume)

    def update(self, price_update: PriceUpdate) -> Bar | None:
        if not price_update.volume:
            return None
        self._add(price_update, price_update.timestamp_ns)
        return self._finish(price_update.timestamp_ns) if self.volume >= self.threshold else None
