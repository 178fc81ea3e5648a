"""Conservative: as if we stood last in the queue."""

from seawall.api.orders import Side

BUY = Side.BUY


def trade_through(side: Side, price: int, reached: int) -> bool:
    """Fills once the market goes beyond the order's price."""
    return reached < price if side is BUY else reached > price
