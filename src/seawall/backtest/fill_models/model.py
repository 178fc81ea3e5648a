"""What a fill model is: it says how much of the recorded market gets past the queue to a resting order of ours.

The venue asks only when a price was reached: a print or the best quote of the other side at the order's price or beyond it, best price of
ours first, oldest first. It then fills what the model said, at the order's own price, as maker; or all of it, where the volume of fills is
not limited. A model keeps nothing itself: what it must remember of an order stands in `waiting.queue`, which is the venue's state.
"""

from typing import ClassVar

from seawall.api.orders import Side
from seawall.api.units import Nanos
from seawall.backtest.recorded_orders import UNKNOWN, Waiting

__all__ = ["UNKNOWN", "FillModel", "beyond"]

BUY = Side.BUY


class FillModel:
    """Fills nothing. To write one: derive, name it, answer `reached`; and the other questions as far as the model goes."""

    name: ClassVar[str] = ""
    limited: ClassVar[bool] = False  # Whether fills are limited to the recorded volume unless the user says otherwise.
    watches: ClassVar[bool] = False  # Whether it wants `joined` and `level`.

    def reached(self, waiting: Waiting, price: int, lots: int) -> int:
        """`lots` were on offer to the order's side at `price`, by a best quote or in a bar (its low or high, its volume)."""
        return 0

    def printed(self, waiting: Waiting, price: int, lots: int, aggressor: int, now: Nanos) -> int:
        """`lots` traded at `price`. The aggressor is 1 (buy), -1 (sell) or 0 (not told). Of how many of them is the order's turn?"""
        return self.reached(waiting, price, lots)

    def joined(self, waiting: Waiting, shown: int, now: Nanos) -> None:
        """The order begins to rest, behind `shown` lots of others at its price (UNKNOWN: the recording does not tell)."""

    def level(self, waiting: Waiting, shown: int, now: Nanos) -> None:
        """Others now have `shown` lots at the order's price. Told when that has changed."""


def beyond(waiting: Waiting, price: int) -> bool:
    """Whether `price` went past the order's, so that everybody who rested there has been served."""
    order = waiting.order
    return price < order.price if order.side is BUY else price > order.price
