"""Our own generator: one int of state, so it snapshots with its owner, and it never changes with Python's version.

SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
"""

import msgspec

_MASK = (1 << 64) - 1


class Rng(msgspec.Struct):
    """Lives inside its machine's state."""

    state: int

    def next_u64(self) -> int:
        state = self.state = (self.state + 0x9E3779B97F4A7C15) & _MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def below(self, bound: int) -> int:
        """Uniform in [0, bound). The bias of the modulo is under bound / 2**64."""
        assert bound > 0, "below needs a positive bound"
        return self.next_u64() % bound

    def between(self, low: int, high: int) -> int:
        """Uniform in [low, high], both included."""
        return low + self.below(high - low + 1)

    def uniform(self) -> float:
        """Uniform in [0, 1), 53 bits."""
        return (self.next_u64() >> 11) * 2.0**-53

    def normal(self) -> float:
        """Roughly standard normal: the sum of twelve uniforms, less six. Only + and *: the same bits on every machine."""
        total = 0
        for _ in range(6):
            bits = self.next_u64()
            total += (bits >> 32) + (bits & 0xFFFFFFFF)
        return total * 2.0**-32 - 6.0

    def exponential(self) -> int:
        """Exponential with a mean of one billion. Von Neumann's way: it only compares, so that no logarithm is needed."""
        whole = 0
        while True:
            first = last = self.next_u64()
            length = 1
            while (following := self.next_u64()) < last:
                last, length = following, length + 1
            if length & 1:
                return whole + (first * 1_000_000_000 >> 64)
            whole += 1_000_000_000

    def split(self) -> "Rng":
        """An independent generator for a part of the owner."""
        return Rng(self.next_u64())
