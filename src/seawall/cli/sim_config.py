"""What makes a simulated run: everything that `seawall sim` and `seawall replay` must agree on, as run.json keeps it."""

import hashlib
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.sim.world import World


class SimConfig(msgspec.Struct, frozen=True):
    seed: int
    hours: float
    faults: str
    strategies: tuple[str, ...] = ()  # Files, as the user named them.
    sources: tuple[str, ...] = ()  # Hashes of their contents: another version of a file is another run.

    @property
    def command(self) -> str:
        """Makes the run again."""
        words = ["seawall", "sim", *self.strategies, "--seed", str(self.seed), "--hours", f"{self.hours:g}", "--faults", self.faults]
        return shlex.join(words)

    def renewed(self) -> "SimConfig":
        """The same with the strategies' files as they are now."""
        return configure(self.seed, self.hours, self.faults, self.strategies)


def configure(seed: int, hours: float, faults: str, strategies: Sequence[str]) -> SimConfig:
    """Raises: UserError: a strategy's file that is not there."""
    return SimConfig(seed, hours, faults, tuple(strategies), tuple(map(_source, strategies)))


def build_world(config: SimConfig) -> "World":
    """Raises: UserError: a strategy that cannot be loaded, faults that nobody knows."""
    from seawall.sim.scenario import StrategySpec, build
    from seawall.strategy.loader import StrategyError, load_strategy

    try:
        specs = [StrategySpec(Path(name.partition("::")[0]).stem, load_strategy(Path(name))) for name in config.strategies]
        return build(config.seed, config.hours, config.faults, specs)
    except StrategyError as error:
        raise UserError(error.message, error.hint) from None
    except ValueError as error:
        raise UserError(str(error), "seawall sim --help says what there is") from None


def _source(name: str) -> str:
    file = Path(name.partition("::")[0])
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}", "name Python files with a strategy each") from None
