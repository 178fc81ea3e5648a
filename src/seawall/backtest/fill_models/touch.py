"""Optimistic: as if we stood first in the queue."""

from seawall.backtest.fill_models.model import FillModel
from seawall.backtest.recorded_orders import Waiting


class Touch(FillModel):
    """Fills once the market reaches the order's price."""

    name = "touch"

    def reached(self, waiting: Waiting, price: int, lots: int) -> int:
        return lots
