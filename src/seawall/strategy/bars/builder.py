"""What all bars share: the bar that is being built, and a memory for `save_state`. When a bar ends is the say of its kind."""

from typing import Any

from seawall.strategy.events import Bar, PriceUpdate

_NUMBERS = ("open_time_ns", "open", "high", "low", "close", "volume", "notional")


class BarBuilder:
    """`update(price_update)` returns the bar that is finished by it, or None."""

    def __init__(self) -> None:
        self.symbol = self.venue = ""
        self.open_time_ns: int | None = None  # None: nothing has come since the last bar.
        self.open = self.high = self.low = self.close = 0.0
        self.volume = self.notional = 0.0  # Base and quote currency.

    def update(self, price_update: PriceUpdate) -> Bar | None:
        raise NotImplementedError

    def save_state(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("symbol", "venue", *_NUMBERS)}

    def load_state(self, state: dict[str, Any]) -> None:
        for name in ("symbol", "venue", *_NUMBERS):
            setattr(self, name, state[name])

    def _add(self, update: PriceUpdate, open_time_ns: int) -> None:
        price, volume = update.price, update.volume or 0.0
        if self.symbol and (update.symbol, update.venue) != (self.symbol, self.venue):
            raise ValueError(f"bars of {self.venue}:{self.symbol} were fed {update.venue}:{update.symbol}: use one builder for each")
        if self.open_time_ns is None:
            self.symbol, self.venue, self.open_time_ns = update.symbol, update.venue, open_time_ns
            self.open = self.high = self.low = price
            self.volume = self.notional = 0.0
        elif price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.close = price
        self.volume += volume
        self.notional += price * volume

    def _finish(self, close_time_ns: int) -> Bar:
        assert self.open_time_ns is not None, "a bar ends that never began"
        bar = Bar(
            self.symbol, self.venue, self.open_time_ns, close_time_ns, self.open, self.high, self.low, self.close, self.volume
        )  # fmt: skip
        self.open_time_ns = None
        return bar


def amount(name: str, value: Any) -> float:
    """Raises: ValueError: not a number above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ValueError(f"{name} must be a number above 0, got {value!r}")
    return float(value)
