"""What the engine keeps about each strategy: its sizing, and what became of what it said."""

import msgspec

from seawall.api.instruments import Symbol
from seawall.api.message import Address
from seawall.api.units import Nanos

_SURPLUS = 100  # How many more times of orders gather than are needed, before they go.


class StrategyAccount(msgspec.Struct):
    address: Address
    name: str = ""
    version: str = ""
    running: bool = False
    max_position_size: float = 0.0  # In base currency.
    max_position_sizes: dict[Symbol, float] = {}  # By symbol, where one has its own.
    min_confidence: float = 0.1
    signals: int = 0
    orders: int = 0
    clamped: int = 0
    dropped: dict[str, int] = {}  # Reason -> signals that asked for nothing, or for what does not exist.
    refused: dict[str, int] = {}  # Check -> refusals by the gate.
    sent_times: list[Nanos] = []  # When orders were sent, the latest last: at least as many as the order-rate limit counts.

    def note_sent(self, now: Nanos, limit: int | None) -> None:
        self.orders += 1
        if limit is not None:
            times = self.sent_times
            times.append(now)
            if len(times) > 2 * limit + _SURPLUS:
                del times[: len(times) - limit]
