"""What makes a simulated run: everything that `seawall sim` and `seawall replay` must agree on, as run.json keeps it."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from seawall.cli.errors import UserError
from seawall.sim.scenario import AS_IS, Rules

if TYPE_CHECKING:
    from seawall.audit.core.invariants import Invariant
    from seawall.market_data.core.market import Market
    from seawall.sim.world import World
    from seawall.strategy.parameters import Asked


class SimConfig(msgspec.Struct, frozen=True):
    seed: int
    hours: float
    faults: str
    strategies: tuple[str, ...] = ()  # Files, as the user named them.
    sources: tuple[str, ...] = ()  # Hashes of their contents: another version of a file is another run.
    parameters: dict[str, dict[str, Any]] = {}  # Of the strategies that have some, by the file's name without its ending.
    market: str = ""  # The file that defines it; empty: the standing market.
    market_source: str = ""
    rules: Rules = AS_IS

    def renewed(self) -> "SimConfig":
        """The same with the files as they are now."""
        return configure(self.seed, self.hours, self.faults, self.strategies, self.parameters, self.market, self.rules)


def configure(
    seed: int,
    hours: float,
    faults: str,
    strategies: Sequence[str],
    parameters: Mapping[str, dict[str, Any]] | None = None,
    market: str = "",
    rules: Rules = AS_IS,
) -> SimConfig:
    """Raises: UserError: a file that is not there."""
    from seawall.market_data.market_file import MARKETS_HINT, market_path

    sources = tuple(map(_sources, strategies))
    market_source = _hash([Path(market_path(market))], MARKETS_HINT) if market else ""
    return SimConfig(seed, hours, faults, tuple(strategies), sources, dict(parameters or {}), market, market_source, rules)


def market_of(config: SimConfig) -> "Market":
    """Raises: UserError: a market's file that cannot be read, or makes no sense."""
    from seawall.market_data.core.standing import STANDING

    return market_at(config.market) if config.market else STANDING


def market_at(name: str) -> "Market":
    """Raises: UserError: as `market_of`."""
    from seawall.market_data.market_file import MarketFileError, load_market, market_path

    try:
        return load_market(market_path(name))
    except MarketFileError as error:
        raise UserError(error.message, error.hint) from None


def build_world(config: SimConfig, observers: Sequence["Invariant"] = (), asked: "Asked | None" = None) -> "World":
    """`asked` remembers which parameters the strategies read.

    Raises: UserError: a strategy that cannot be loaded, faults that nobody knows, a market that makes no sense.
    """
    from seawall.sim.scenario import StrategySpec, build
    from seawall.strategy.catalogue import SUFFIXES, distinct, load_strategies
    from seawall.strategy.loader import StrategyError

    try:
        chosen, names = [], []
        for name in config.strategies:
            parameters = config.parameters.get(stem(name))
            kinds = load_strategies([name], parameters)
            by_class = "::" in name or Path(name).suffix in SUFFIXES
            own = asked.watch(parameters or {}) if asked else parameters or {}
            names += [kind.__name__ if by_class else stem(name) for kind in kinds]
            chosen += [(kind, own) for kind in kinds]
        specs = [StrategySpec(name, *made) for name, made in zip(distinct(names), chosen, strict=True)]
        return build(config.seed, config.hours, config.faults, specs, observers, market_of(config), config.rules)
    except StrategyError as error:
        raise UserError(error.message, error.hint) from None
    except ValueError as error:
        raise UserError(str(error), "seawall sim --help says what there is") from None


def stem(name: str) -> str:
    """What a file's only strategy is called: the file's name without the ending."""
    return Path(name.partition("::")[0]).stem


def _sources(name: str) -> str:
    """Of a strategy: of its file, or of the list that names it and the files of its classes."""
    from seawall.strategy.catalogue import source_files
    from seawall.strategy.loader import StrategyError

    try:
        return _hash(source_files(name), "name Python files with a strategy each")
    except StrategyError as error:
        raise UserError(error.message, error.hint) from None


def _hash(files: Sequence[Path], hint: str) -> str:
    digest = hashlib.sha256()
    for file in files:
        try:
            digest.update(file.read_bytes())
        except OSError as error:
            raise UserError(f"{file} cannot be read: {error.strerror}", hint) from None
    return digest.hexdigest()[:16]
