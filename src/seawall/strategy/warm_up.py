"""How much history a strategy wants to hear before it may trade, read from its `warm_up`."""

from datetime import timedelta
from typing import NamedTuple

from seawall.strategy.base import TradingStrategy

MOST = 100_000  # Prices of one instrument.
_MICROSECOND = timedelta(microseconds=1)


class Need(NamedTuple):
    """Either may be 0; both are: no history at all."""

    prices: int = 0  # Of each instrument.
    span: int = 0  # Nanoseconds.


def need_of(strategy: TradingStrategy) -> Need:
    """Raises: ValueError: `warm_up` is neither a time nor a number of prices."""
    wanted = strategy.warm_up
    if isinstance(wanted, timedelta) and wanted >= timedelta(0):
        return Need(span=wanted // _MICROSECOND * 1_000)
    if isinstance(wanted, int) and not isinstance(wanted, bool) and 0 <= wanted <= MOST:
        return Need(prices=wanted)
    raise ValueError(f"warm_up must be a timedelta, or a number of prices up to {MOST:,}, got {wanted!r}")
