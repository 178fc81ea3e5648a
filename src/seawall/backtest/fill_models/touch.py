"""Optimistic: as if we stood first in the queue."""

from seawall.api.orders import Side

BUY = Side.BUY


def touch(side: Side, price: int, reached: int) -> bool:
    """Fills once the market reaches the order's price."""
    return reached <= price if side is BUY else reached >= price
