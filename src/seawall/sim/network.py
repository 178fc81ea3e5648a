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

    def __post_init__(self) -> None:
        _require(self.ns >= 0, self)


class Uniform(msgspec.Struct, frozen=True):
    """Both ends included."""

    low_ns: int
    high_ns: int

    def __post_init__(self) -> None:
        _require(0 <= self.low_ns <= self.high_ns, self)


class LongTailed(msgspec.Struct, frozen=True):
    """`low_ns` plus up to `spread_ns`; one in four draws doubles the spread, one in sixteen quadruples it, and so on, up to `high_ns`."""

    low_ns: int
    spread_ns: int
    high_ns: int

    def __post_init__(self) -> None:
        _require(0 <= self.low_ns < self.high_ns and self.spread_ns > 0, self)


def _require(sound: bool, latency: msgspec.Struct) -> None:
    if not sound:
        raise ValueError(f"{latency}: a latency is not negative, and its high end is above its low end")


Latency = Constant | Uniform | LongTailed


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

    __slots__ = (
        "_cut",
        "_duplicate_below",
        "_faulty",
        "_last",
        "_longest_ns",
        "_loss_below",
        "_low_ns",
        "_ordered",
        "_rng",
        "_spare",
        "_spread_ns",
        "faults",
        "quiet_ns",
        "target",
    )

    def __init__(self, target: Any, spec: LinkSpec, rng: Rng) -> None:
        self.target = target  # The host's own object for the receiving machine.
        self._rng = rng
        self._spare = -1  # The unused half of the last draw.
        self._ordered = spec.ordered
        self._loss_below = (spec.loss_ppm << 32) // PPM
        self._duplicate_below = (spec.duplicate_ppm << 32) // PPM
        self._longest_ns = 0  # The longest delay beyond `low_ns` of a tail; 0: no tail.
        match spec.latency:
            case Constant(ns):
                self._low_ns, self._spread_ns = ns, 0
            case Uniform(low_ns, high_ns):
                self._low_ns, self._spread_ns = low_ns, high_ns - low_ns + 1
            case LongTailed(low_ns, spread_ns, high_ns):
                self._low_ns, self._spread_ns, self._longest_ns = low_ns, spread_ns, high_ns - low_ns
        self._cut = False
        self._last = Nanos(0)
        self.faults: tuple[Any, ...] = ()  # Those of link_faults.py that are on here: while there are any, they carry the messages.
        self._settle()

    def cut(self) -> None:
        """What is sent from now on is lost. What is under way still arrives."""
        self._cut = True
        self._settle()

    def heal(self) -> None:
        self._cut = False
        self._settle()

    def afflict(self, faults: tuple[Any, ...]) -> None:
        self.faults = faults
        self._settle()

    def _settle(self) -> None:
        self._faulty = bool(self._cut or self._loss_below or self._duplicate_below)
        self.quiet_ns = self._low_ns if not self._faulty and not self._spread_ns and not self.faults else -1

    def arrivals(self, now: Nanos) -> tuple[Nanos, ...]:
        """When what is sent now arrives: never, once, or twice."""
        if not self._faulty:
            return (self._arrival(now),)
        if self._cut or (self._loss_below and self._bits() < self._loss_below):
            return ()
        arrival = self._arrival(now)
        if self._duplicate_below and self._bits() < self._duplicate_below:
            return (arrival, self._arrival(now))
        return (arrival,)

    def _arrival(self, now: Nanos) -> Nanos:
        bits = self._spare  # As in _bits, which would be a call more for every message of a run.
        if bits >= 0:
            self._spare = -1
        else:
            drawn = self._rng.next_u64()
            self._spare, bits = drawn >> 32, drawn & _LOW_BITS
        delay = self._spread_ns * bits >> 32
        if self._longest_ns:
            zeros = (bits & -bits).bit_length() - 1 if bits else 32  # Each has a chance of one half.
            delay <<= zeros >> 1
            if delay > self._longest_ns:
                delay = self._longest_ns
        arrival: Nanos = now + self._low_ns + delay  # type: ignore[assignment]
        if self._ordered:
            if arrival < self._last:
                return self._last
            self._last = arrival
        return arrival

    def _bits(self) -> int:
        """32 random bits. A draw has 64."""
        bits = self._spare
        if bits >= 0:
            self._spare = -1
            return bits
        drawn = self._rng.next_u64()
        self._spare = drawn >> 32
        return drawn & _LOW_BITS


def link_rng(seed: int, source: Address, target: Address) -> Rng:
    return Rng(int.from_bytes(sha256(f"{seed} {source} -> {target}".encode()).digest()[:8], "big"))
