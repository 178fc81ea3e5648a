"""What facts are measured on: one instrument's quotes and trades as arrays, and the series that are derived from them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seawall.api.units import SECOND

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


BANDS = (0.5, 1.0, 2.0, 5.0, 10.0, 25.0)  # Distances from the middle, in basis points, at which depth is measured.


class Tape(NamedTuple):
    """Prices in quote currency, sizes in base currency, times in nanoseconds, all in order of time."""

    name: str  # venue:symbol
    recorded: bool
    quote_times: Times
    bid: Floats
    bid_size: Floats
    ask: Floats
    ask_size: Floats
    trade_times: Times
    price: Floats
    size: Floats
    sign: Floats  # 1 where the buyer took, -1 where the seller did, 0 where it is not known.
    depth: Floats = np.empty((0, len(BANDS)))  # Looks at the book: what stands within each band, a side, in quote currency.

    @property
    def symbol(self) -> str:
        return self.name.rpartition(":")[2]

    @property
    def seconds(self) -> float:
        ends = [times[[0, -1]] for times in (self.quote_times, self.trade_times) if len(times)]
        return float(max(end[1] for end in ends) - min(end[0] for end in ends)) / SECOND if ends else 0.0


class Orders(NamedTuple):
    """Taking orders: trades of one moment and side are one order that met several others."""

    times: Times
    value: Floats  # In quote currency.
    sign: Floats


def two_sided(tape: Tape) -> tuple[Times, Floats, Floats]:
    """Times, bids and asks, where both sides are quoted and neither is crossed."""
    good = (tape.bid > 0) & (tape.ask > tape.bid)
    return tape.quote_times[good], tape.bid[good], tape.ask[good]


def middles(tape: Tape, every_ns: int) -> Floats:
    """The middle of the quote at every multiple of `every_ns`, the last one known."""
    times, bid, ask = two_sided(tape)
    if len(times) < 2:
        return np.empty(0)
    grid = np.arange(times[0] // every_ns * every_ns + every_ns, times[-1] + 1, every_ns)
    return ((bid + ask) / 2)[np.searchsorted(times, grid, side="right") - 1]


def returns(tape: Tape, every_ns: int) -> Floats:
    """Of the logarithm."""
    return np.diff(np.log(middles(tape, every_ns)))


def tick_of(tape: Tape) -> float:
    """The smallest step between prices that were quoted."""
    _, bid, ask = two_sided(tape)
    levels = np.unique(np.round(np.concatenate((bid, ask)), 10))
    return float(np.round(np.min(np.diff(levels)), 10)) if len(levels) > 1 else 0.0


def spreads(tape: Tape) -> tuple[Floats, Floats]:
    """In basis points of the middle, and for how long each stood."""
    times, bid, ask = two_sided(tape)
    return ((ask - bid) / ((ask + bid) / 2) * 1e4)[:-1], np.diff(times).astype(np.float64)


def orders(tape: Tape) -> Orders:
    if not len(tape.trade_times):
        return Orders(tape.trade_times, tape.price, tape.sign)
    new = np.empty(len(tape.trade_times), dtype=bool)
    new[0] = True
    new[1:] = (np.diff(tape.trade_times) != 0) | (np.diff(tape.sign) != 0)
    first = np.flatnonzero(new)
    return Orders(tape.trade_times[first], np.add.reduceat(tape.price * tape.size, first), tape.sign[first])
