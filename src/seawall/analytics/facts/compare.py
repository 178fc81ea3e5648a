"""Which facts of a generated market are like those of a recorded one, and which are not."""

import math
from typing import NamedTuple

from seawall.analytics.facts.measure import Facts

ALIKE = 2.0  # Sizes and rates are alike within this factor.


class Fact(NamedTuple):
    field: str
    title: str
    unit: str  # "", "%", "bps", "ms", "/s", "value"
    within: float | None  # Figures that may be nothing or negative are alike within this distance; None: within the factor.


FACTS = (
    Fact("volatility_hour", "Volatility of an hour", "%", None),
    Fact("unchanged_100ms", "Price unchanged over 100 ms", "%", 0.15),
    Fact("kurtosis_100ms", "Excess kurtosis, 100 ms", "", None),
    Fact("kurtosis_1s", "Excess kurtosis, 1 s", "", None),
    Fact("kurtosis_10s", "Excess kurtosis, 10 s", "", 1.5),
    Fact("tail_index", "Tail index of returns, 1 s", "", None),
    Fact("memory_of_returns", "Autocorrelation of returns, 1 s", "", 0.15),
    Fact("memory_of_sizes", "Autocorrelation of absolute returns, 1 to 10 s", "", 0.1),
    Fact("memory_of_squares", "Autocorrelation of squared returns, 1 to 10 s", "", 0.1),
    Fact("spread_bps", "Spread, mean over time", "bps", None),
    Fact("spread_one_tick", "Spread of one tick", "%", 0.1),
    Fact("spread_99_bps", "Spread, wider for 1 % of the time", "bps", None),
    Fact("best_value", "Shown at the best price, median", "value", None),
    Fact("best_value_10", "Shown at the best price, lowest tenth", "value", None),
    Fact("best_value_90", "Shown at the best price, highest tenth", "value", None),
    Fact("depth_1_bps", "Depth within 1 bps, median", "value", None),
    Fact("depth_5_bps", "Depth within 5 bps, median", "value", None),
    Fact("depth_25_bps", "Depth within 25 bps, median", "value", None),
    Fact("order_value", "Taken by an order, median", "value", None),
    Fact("order_value_90", "Taken by an order, highest tenth", "value", None),
    Fact("order_value_99", "Taken by an order, highest hundredth", "value", None),
    Fact("order_tail_index", "Tail index of order values", "", None),
    Fact("orders_per_s", "Orders that take", "/s", None),
    Fact("quotes_per_s", "Changes of the best quote", "/s", None),
    Fact("wait_ms", "Between two orders, mean", "ms", None),
    Fact("wait_variation", "Between two orders, deviation over mean", "", None),
    Fact("memory_of_waits", "Autocorrelation of waits", "", 0.15),
    Fact("memory_of_sides_1", "Autocorrelation of sides, next order", "", 0.15),
    Fact("memory_of_sides_10", "Autocorrelation of sides, tenth order", "", 0.15),
)


def alike(fact: Fact, generated: Facts, recorded: Facts) -> bool | None:
    """None: one of them could not be measured."""
    one, other = getattr(generated, fact.field), getattr(recorded, fact.field)
    if one is None or other is None:
        return None
    if fact.within is not None:
        return bool(abs(one - other) <= fact.within)
    if one <= 0 or other <= 0:
        return bool(one == other)
    return abs(math.log(one / other)) <= math.log(ALIKE)


def unlike(generated: Facts, recorded: Facts) -> list[Fact]:
    return [fact for fact in FACTS if alike(fact, generated, recorded) is False]
