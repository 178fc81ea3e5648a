"""What a process is, and the arithmetic they share. Worth is counted in trillionths of the unit of account, changes in parts per billion.

Volatilities and drifts are per hour. Everything is integers: the square root is `isqrt`, so that every machine walks the same walk.
"""

from collections.abc import Callable
from math import isqrt
from typing import ClassVar, Protocol

from seawall.api.units import HOUR, PPB, Currency, Nanos
from seawall.runtime.rng import Rng

PPM = 1_000_000


class Moment:
    """What a process may look at in one step. The same object for all of them, step after step."""

    __slots__ = ("changes", "normal", "rng", "volatility", "worth")

    worth: int  # Of the asset.
    normal: int  # Standard normal in parts per billion, correlated with those of the other assets, larger while volatility is shocked.
    volatility: int  # What a shock multiplies movements with, in parts per billion.
    changes: dict[Currency, int]  # Of the assets before this one, in this step.
    rng: Rng


Step = Callable[[Moment, list[int]], int]  # (moment, memory) -> change of the worth; memory is the process's own, and it may change it.


class Process(Protocol):
    diffuses: ClassVar[bool]  # Whether it uses `Moment.normal`. An asset has at most one such process.

    def begin(self) -> list[int]:
        """The memory before the first step."""
        ...

    def prepare(self, opening: int, step_ns: Nanos) -> Step: ...

    def fault(self, step_ns: Nanos) -> str | None:
        """What is wrong with its settings, or None."""
        ...


def over_step(hourly_deviation: int, step_ns: Nanos) -> int:
    """The standard deviation of a step, from that of an hour."""
    return hourly_deviation * isqrt(PPM * PPM * step_ns // HOUR) // PPM


def arrivals(expected: int, rng: Rng) -> int:
    """A random number of arrivals, `expected` (in parts per billion) on average: its whole part, and one more with the rest as chance."""
    whole, rest = divmod(expected, PPB)
    return whole + (rest > 0 and rng.below(PPB) < rest)


def random_size(deviation: int, moment: Moment) -> int:
    return int(moment.rng.normal() * deviation) * moment.volatility // PPB
