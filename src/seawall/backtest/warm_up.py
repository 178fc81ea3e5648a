"""From when on a run hears the market, so that its strategies have the history they ask for. What there is of it lies before the start."""

from collections.abc import Sequence

from seawall.api.message import strategy_name
from seawall.api.units import Nanos
from seawall.market_data.recorded.rows import Stream
from seawall.strategy.core.machine import StrategyMachine
from seawall.strategy.warm_up import need_of


def warm_up_of(machines: Sequence[StrategyMachine], streams: Sequence[Stream]) -> Nanos:
    """What the most demanding strategy asks for. A number of prices is counted in bars, the longest there are.

    Raises: ValueError: a number of prices, and no bars to count them by.
    """
    interval, longest = max(stream.interval for stream in streams), 0
    for machine in machines:
        prices, span = need_of(machine.strategy)
        if prices and not interval:
            name = strategy_name(machine.address)
            raise ValueError(
                f"{name}: warm_up is {prices} prices, and the data has no bars to count them by; make it a timedelta, or say --warm-up"
            )
        longest = max(longest, span, prices * interval)
    return Nanos(longest)


def shortage(wanted: Nanos, start: Nanos, first: Nanos) -> str:
    """A warning where the data begins too late; empty: it does not. `first` is the time of its first row."""
    if start - wanted >= first:
        return ""
    return f"history of {_shown(wanted)} before the start was asked for; the data has {_shown(Nanos(max(0, start - first)))}"


def _shown(time: Nanos) -> str:
    """Minutes, hours or days, the largest that leaves no rest; else seconds."""
    seconds, rest = divmod(time, 1_000_000_000)
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds and not rest and not seconds % unit:
            return f"{seconds // unit}{name}"
    return f"{seconds}s"
