"""As if we stood last in the queue, and nobody before us ever left it."""

from seawall.backtest.fill_models.model import FillModel, beyond
from seawall.backtest.recorded_orders import Waiting


class TradeThrough(FillModel):
    """Fills once the market goes beyond the order's price."""

    name = "trade_through"

    def reached(self, waiting: Waiting, price: int, lots: int) -> int:
        return lots if beyond(waiting, price) else 0
