"""Order-flow imbalance."""

from seawall.strategy.indicators.indicator import Indicator
from seawall.strategy.indicators.rolling import RollingSum


class OrderFlowImbalance(Indicator):
    """The sum of e over the last n changes of the best quote, in base currency; positive: buyers press.

    e = [b >= b'] * B - [b <= b'] * B' - [a <= a'] * A + [a >= a'] * A', with b, a the best bid and ask, B, A their sizes, ' before.
    Source: R. Cont, A. Kukanov, S. Stoikov, The Price Impact of Order Book Events, Journal of Financial Econometrics 12 (2014).
    """

    __slots__ = ("_ask", "_ask_size", "_bid", "_bid_size", "_window", "period")

    def __init__(self, period: int) -> None:
        super().__init__()
        self._window = RollingSum(period)
        self.period = period
        self._bid: float | None = None
        self._ask = self._bid_size = self._ask_size = 0.0

    def update(self, bid: float | None, bid_size: float | None, ask: float | None, ask_size: float | None) -> float | None:
        """A quote with an empty side is passed over."""
        if bid is None or ask is None:
            return self.value  # type: ignore[no-any-return]
        bid_size, ask_size = bid_size or 0.0, ask_size or 0.0
        before = (self._bid, self._bid_size, self._ask, self._ask_size)
        self._bid, self._bid_size, self._ask, self._ask_size = bid, bid_size, ask, ask_size
        if before[0] is None:
            return None
        flow = _side(bid, bid_size, before[0], before[1]) - _side(-ask, ask_size, -before[2], before[3])
        self.value = self._window.update(flow)
        return self.value  # type: ignore[no-any-return]


def _side(price: float, size: float, price_before: float, size_before: float) -> float:
    """What one side gained: a better price brings its whole size, a worse one loses what stood there."""
    return (size if price >= price_before else 0.0) - (size_before if price <= price_before else 0.0)
