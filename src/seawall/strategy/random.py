"""`self.random`: Python's familiar interface over the machine's own generator, so that its state is one int in the snapshot."""

import random

from seawall.runtime.rng import Rng


class StrategyRandom(random.Random):
    """Every method of `random.Random`, fed by `Rng`. The machine decides the seed: `seed` does nothing, `getstate` is not needed."""

    def __init__(self, rng: Rng) -> None:
        self.rng = rng
        super().__init__()

    def seed(self, a: object = None, version: int = 2) -> None:
        """The host seeds; a strategy that could reseed would break replay."""

    def random(self) -> float:
        return self.rng.uniform()

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        """`random.Random` computes two at a time and keeps one, where no snapshot would find it."""
        return self.normalvariate(mu, sigma)

    def getrandbits(self, k: int) -> int:
        bits = 0
        for _ in range(0, k, 64):
            bits = bits << 64 | self.rng.next_u64()
        return bits >> -k % 64
