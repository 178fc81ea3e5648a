"""Links between machines: latency, loss, duplication, partition. Reordering is what unequal latencies do, unless a link is `ordered`.

Every link draws from a generator of its own, seeded from the world's seed and its two ends: adding a link changes no other.
"""

from hashlib import sha256
from typing import Any

import msgspec

from seawall.api.message import Address
from seawall.api.units import Nanos
from seawall.runtime.rng import Rng

PPM = 1_000_000  # Parts per million in one: the unit of chances.

_LOW_BITS = 0xFFFFFFFF


class Constant(msgspec.Struct, frozen=True):
    ns: int = 0

    def draw(self, bits: int) -> int:
        return self.ns


class Uniform(msgspec.Struct, frozen=True):
    low_ns: int
    high_ns: int

    def draw(self, bits: int) -> int:
        return self.low_ns + ((self.high_ns - self.low_ns) * bits >> 32)


class LongTailed(msgspec.Struct, frozen=True):
    """`low_ns` plus up to `spread_ns`; one in four draws doubles the spread, one in sixteen quadruples it, and so on, up to `high_ns`."""

    low_ns: int
    spread_ns: int
    high_ns: int

    def draw(self, bits: int) -> int:
        zeros = ((bits | 1 << 32) & -(bits | 1 << 32)).bit_length() - 1  # Each has a chance of one half.
        return min(self.high_ns, self.low_ns + ((self.spread_ns * bits >> 32) << (zeros >> 1)))


Latency = Constant | Uniform | LongTailed  # `draw` maps 32 random bits to nanoseconds.


class LinkSpec(msgspec.Struct, frozen=True):
    """How one direction between two machines behaves."""

    latency: Latency = Constant(0)
    loss_ppm: int = 0
    duplicate_ppm: int = 0
    ordered: bool = False  # As over TCP: nothing overtakes.

    def __post_init__(self) -> None:
        for name in ("loss_ppm", "duplicate_ppm"):
            chance = getattr(self, name)
            if not 0 <= chance <= PPM:
                raise ValueError(f"{name} is {chance}; a chance lies between 0 and {PPM}")


PERFECT = LinkSpec()


class Link:
    """One direction. `quiet_ns`: its delay when nothing random can happen on it, so that the host need not ask; else -1."""

    __slots__ = ("_cut", "_duplicate_below", "_last", "_loss_below", "_quiet_ns", "_rng", "_spec", "quiet_ns", "target")

    def __init__(self, target: Any, spec: LinkSpec, rng: Rng) -> None:
        self.target = target  # The host's own object for the receiving machine.
        self._spec = spec
        self._rng = rng
        self._loss_below = (spec.loss_ppm << 32) // PPM
        self._duplicate_below = (spec.duplicate_ppm << 32) // PPM
        faultless = isinstance(spec.latency, Constant) and not spec.loss_ppm and not spec.duplicate_ppm
        self._quiet_ns = self.quiet_ns = spec.latency.draw(0) if faultless else -1
        self._cut = False
        self._last = 0

    def cut(self) -> None:
        """What is sent from now on is lost. What is under way still arrives."""
        self._cut = True
        self.quiet_ns = -1

    def heal(self) -> None:
        self._cut = False
        self.quiet_ns = self._quiet_ns

    def arrivals(self, now: Nanos) -> list[Nanos]:
        """When what is sent now arrives: never, once, or twice."""
        if self._cut:
            return []
        bits = self._rng.next_u64()
        if bits & _LOW_BITS < self._loss_below:
            return []
        spec = self._spec
        arrival = now + spec.latency.draw(bits >> 32)
        if spec.ordered:
            arrival = self._last = max(arrival, self._last)
        if not self._duplicate_below:
            return [Nanos(arrival)]
        bits = self._rng.next_u64()
        if bits & _LOW_BITS >= self._duplicate_below:
            return [Nanos(arrival)]
        second = now + spec.latency.draw(bits >> 32)
        if spec.ordered:
            second = self._last = max(second, self._last)
        return [Nanos(arrival), Nanos(second)]


def link_rng(seed: int, source: Address, target: Address) -> Rng:
    return Rng(int.from_bytes(sha256(f"{seed} {source} -> {target}".encode()).digest()[:8], "big"))
