"""`self.random`: every familiar method, and all of its state is the generator's one int."""

from typing import Any

import msgspec
import pytest

from seawall.runtime.rng import Rng
from seawall.strategy.random import StrategyRandom

DRAWS: dict[str, Any] = {
    "random": lambda r: r.random(),
    "uniform": lambda r: r.uniform(1, 2),
    "randint": lambda r: r.randint(0, 10**9),
    "randrange": lambda r: r.randrange(0, 1_000, 7),
    "choice": lambda r: r.choice("abcdefgh"),
    "choices": lambda r: r.choices("abcdefgh", k=5),
    "sample": lambda r: r.sample(range(100), 5),
    "shuffle": lambda r: (lambda items: (r.shuffle(items), items))(list(range(20))),
    "gauss": lambda r: r.gauss(0, 1),
    "normalvariate": lambda r: r.normalvariate(5, 2),
    "expovariate": lambda r: r.expovariate(1.5),
    "lognormvariate": lambda r: r.lognormvariate(0, 1),
    "betavariate": lambda r: r.betavariate(2, 3),
    "gammavariate": lambda r: r.gammavariate(2, 3),
    "triangular": lambda r: r.triangular(0, 1, 0.3),
    "getrandbits": lambda r: [r.getrandbits(bits) for bits in (0, 1, 7, 63, 64, 65, 200)],
    "randbytes": lambda r: r.randbytes(11),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_snapshot_between_any_two_draws_changes_nothing(name: str) -> None:
    """No method keeps anything beside the int; `random.Random.gauss` would keep every second number."""
    draw = DRAWS[name]
    for drawn in range(3):
        original = StrategyRandom(Rng(99))
        for _ in range(drawn):
            draw(original)
        copy = StrategyRandom(msgspec.msgpack.decode(msgspec.msgpack.encode(original.rng), type=Rng))
        assert [draw(original) for _ in range(4)] == [draw(copy) for _ in range(4)]


def test_bits_fill_their_width() -> None:
    """No more, and the highest comes up."""
    source = StrategyRandom(Rng(3))
    for bits in (1, 7, 64, 65, 130):
        drawn = [source.getrandbits(bits) for _ in range(60)]
        assert max(drawn) < 2**bits
        assert max(drawn) >= 2 ** (bits - 1)


def test_a_strategy_cannot_reseed() -> None:
    """Its numbers are the host's to choose."""
    one, two = StrategyRandom(Rng(5)), StrategyRandom(Rng(5))
    one.seed(123)
    assert one.random() == two.random()


def test_numbers_spread() -> None:
    """A mean near a half, and gauss near a standard normal."""
    source = StrategyRandom(Rng(11))
    uniform = [source.random() for _ in range(5_000)]
    normal = [source.gauss() for _ in range(5_000)]
    assert abs(sum(uniform) / 5_000 - 0.5) < 0.02
    assert abs(sum(normal) / 5_000) < 0.06
    assert abs(sum(x * x for x in normal) / 5_000 - 1) < 0.1
