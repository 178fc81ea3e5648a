"""The facts of a tape: what is known to hold for real markets, as figures. A fact that cannot be told from so little is None."""

from collections.abc import Callable

import msgspec
import numpy as np

from seawall.analytics.facts.tape import BANDS, Floats, Tape, orders, returns, spreads, tick_of, two_sided
from seawall.api.units import HOUR, MILLISECOND, SECOND

LEAST = 30  # Values that a figure is made of.
TAIL = 0.05  # Of the values are the tail.
LAGS = 20


class Facts(msgspec.Struct, frozen=True):
    """Returns are of the middle, in logarithms."""

    seconds: float
    quotes_per_s: float
    orders_per_s: float
    volatility_hour: float | None  # Standard deviation of an hour's return, from those of ten seconds.
    unchanged_100ms: float | None  # How many returns over 100 ms are nothing.
    kurtosis_100ms: float | None  # Beyond the normal distribution's; and so the next two.
    kurtosis_1s: float | None
    kurtosis_10s: float | None
    tail_index: float | None  # Of returns over a second (Hill): the lower the fatter.
    memory_of_returns: float | None  # Autocorrelation over one second: about nothing.
    memory_of_sizes: float | None  # Of absolute returns over 1 to 10 seconds, on average: volatility clusters.
    memory_of_squares: float | None
    spread_bps: float | None  # Mean over time.
    spread_one_tick: float | None  # How much of the time.
    spread_99_bps: float | None  # Wider for one per cent of the time.
    best_value: float | None  # Shown at the best price, in quote currency: median,
    best_value_10: float | None  # and deciles.
    best_value_90: float | None
    depth_1_bps: float | None  # Within so many basis points of the middle, on one side, in quote currency: median.
    depth_5_bps: float | None
    depth_25_bps: float | None
    order_value: float | None  # Taken by one order, in quote currency: median,
    order_value_90: float | None
    order_value_99: float | None
    order_tail_index: float | None
    wait_ms: float | None  # Between two orders: mean,
    wait_variation: float | None  # and standard deviation over mean: one for independent arrivals.
    memory_of_waits: float | None
    memory_of_sides_1: float | None  # Autocorrelation of buy and sell, from one order to the next,
    memory_of_sides_10: float | None  # and to the tenth after it.


def measure(tape: Tape) -> Facts:
    taken = orders(tape)
    fast, second, slow = (returns(tape, step) for step in (100 * MILLISECOND, SECOND, 10 * SECOND))
    spread, lasted = spreads(tape)
    tick = _tick_bps(tape)
    best = best_values(tape)
    waits = np.diff(taken.times).astype(np.float64) / MILLISECOND
    seconds = tape.seconds or float("nan")
    return Facts(
        seconds=tape.seconds,
        quotes_per_s=len(tape.quote_times) / seconds,
        orders_per_s=len(taken.times) / seconds,
        volatility_hour=_enough(slow, lambda r: float(r.std()) * float(np.sqrt(HOUR / (10 * SECOND)))),
        unchanged_100ms=_enough(fast, lambda r: float((r == 0).mean())),
        kurtosis_100ms=kurtosis(fast),
        kurtosis_1s=kurtosis(second),
        kurtosis_10s=kurtosis(slow),
        tail_index=tail_index(np.abs(second)),
        memory_of_returns=memory(second, 1),
        memory_of_sizes=_mean_memory(np.abs(second)),
        memory_of_squares=_mean_memory(second**2),
        spread_bps=_enough(spread, lambda s: float(np.average(s, weights=lasted))),
        spread_one_tick=_enough(spread, lambda s: float(lasted[s < 1.5 * tick].sum() / lasted.sum())),
        spread_99_bps=_enough(spread, lambda s: weighted_quantile(s, lasted, 0.99)),
        best_value=_quantile(best, 0.5),
        best_value_10=_quantile(best, 0.1),
        best_value_90=_quantile(best, 0.9),
        depth_1_bps=depth_within(tape, 1.0),
        depth_5_bps=depth_within(tape, 5.0),
        depth_25_bps=depth_within(tape, 25.0),
        order_value=_quantile(taken.value, 0.5),
        order_value_90=_quantile(taken.value, 0.9),
        order_value_99=_quantile(taken.value, 0.99),
        order_tail_index=tail_index(taken.value),
        wait_ms=_enough(waits, lambda w: float(w.mean())),
        wait_variation=_enough(waits, lambda w: float(w.std() / w.mean()) if w.mean() else None),
        memory_of_waits=memory(waits, 1),
        memory_of_sides_1=memory(taken.sign, 1),
        memory_of_sides_10=memory(taken.sign, 10),
    )


def best_values(tape: Tape) -> Floats:
    """What both best prices show, in quote currency, at every change."""
    both = (tape.bid > 0) & (tape.ask > tape.bid)
    return np.concatenate(((tape.bid * tape.bid_size)[both], (tape.ask * tape.ask_size)[both]))


def depth_within(tape: Tape, bps: float) -> float | None:
    return _quantile(tape.depth[:, BANDS.index(bps)], 0.5)


def kurtosis(values: Floats) -> float | None:
    if len(values) < LEAST or not values.std():
        return None
    standard = (values - values.mean()) / values.std()
    return float((standard**4).mean()) - 3.0


def tail_index(values: Floats) -> float | None:
    """Hill's estimate over the largest twentieth."""
    ordered = np.sort(values[values > 0])[::-1]
    count = int(len(ordered) * TAIL)
    if count < 10:
        return None
    excess = np.log(ordered[:count] / ordered[count]).mean()
    return float(1 / excess) if excess else None


def memory(values: Floats, lag: int) -> float | None:
    """Autocorrelation."""
    if len(values) < LEAST + lag or not values.std():
        return None
    centred = values - values.mean()
    return float((centred[:-lag] * centred[lag:]).mean() / (centred**2).mean())


def _mean_memory(values: Floats) -> float | None:
    found = [memory(values, lag) for lag in range(1, 11)]
    return None if None in found else float(np.mean([one for one in found if one is not None]))


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(values)
    passed = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(passed, share * passed[-1])])


def _tick_bps(tape: Tape) -> float:
    _, bid, ask = two_sided(tape)
    return tick_of(tape) / float((bid.mean() + ask.mean()) / 2) * 1e4 if len(bid) else 0.0


def _quantile(values: Floats, share: float) -> float | None:
    return _enough(values, lambda v: float(np.quantile(v, share)))


def _enough(values: Floats, figure: Callable[[Floats], float | None]) -> float | None:
    return figure(values) if len(values) >= LEAST else None
