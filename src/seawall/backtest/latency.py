"""How long things take in a backtest: always the same, or drawn anew each time from a sample."""

import msgspec

from seawall.api.units import Nanos
from seawall.runtime.rng import Rng


class Drawn(msgspec.Struct, frozen=True):
    """One of these, each as likely as any other: measured delays, or the quantiles of a distribution. What follows never overtakes."""

    sample: tuple[Nanos, ...]

    def __post_init__(self) -> None:
        if not self.sample or min(self.sample) < 0:
            raise ValueError("a latency is drawn from at least one duration, and none is negative")

    def draw(self, rng: Rng) -> Nanos:
        return self.sample[rng.below(len(self.sample))]


Delay = Nanos | Drawn


class Latency(msgspec.Struct, frozen=True):
    feed: Delay = Nanos(0)  # From the recording's clock to the strategy and the engine.
    order: Delay = Nanos(0)  # From the engine to the venue, for everything but cancels.
    cancel: Delay = Nanos(0)
    report: Delay = Nanos(0)  # From the venue back to the engine.


def longest(delay: Delay) -> Nanos:
    return max(delay.sample) if isinstance(delay, Drawn) else delay


def in_words(delay: Delay) -> str:
    if not isinstance(delay, Drawn):
        return f"{delay} ns"
    ordered = sorted(delay.sample)
    return f"{ordered[0]} to {ordered[-1]} ns, by the median {ordered[len(ordered) // 2]} ns"
