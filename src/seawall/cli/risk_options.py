"""What the command line and the environment say about risk: limit files, and the switches ENABLE_PRE_TRADE_RISK and its like."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seawall.cli import options
from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.engine.core.settings import Switches
    from seawall.sim.scenario import Rules

LimitFiles = Annotated[
    list[Path],
    typer.Option("--limits", help="YAML file of limits (risk_limits, limits). Repeatable: the strictest figure wins.", metavar="FILE"),
]

OneLimit = Annotated[
    list[str],
    typer.Option(
        "--limit", help="One limit, like max_order_value=50000 or max_long:BTC-USD=2; none lifts it. Repeatable.", metavar="KEY=VALUE"
    ),
]

_SWITCHES = {
    "pre_trade_risk": "ENABLE_PRE_TRADE_RISK",
    "circuit_breakers": "ENABLE_CIRCUIT_BREAKERS",
    "emergency_liquidation": "EMERGENCY_LIQUIDATION_ENABLED",
}
_WORDS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


def limit_files(paths: Sequence[Path], strategies: Sequence[str] = ()) -> list[tuple[str, Any]]:
    """Names and contents; lists of strategies that hold risk_limits are among them.

    Raises: UserError: a file that cannot be read, or is no YAML.
    """
    import yaml

    from seawall.strategy.catalogue import limits_of
    from seawall.strategy.loader import StrategyError

    found = []
    for path in paths:
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UserError(f"--limits {path}: {error.strerror}", "docs/limits.md shows what goes into such a file") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise UserError(f"--limits {path} is not valid YAML: {error}", "docs/limits.md shows what goes into such a file") from None
        found.append((str(path), content if content is not None else {}))
    try:
        return found + limits_of(strategies)
    except StrategyError as error:
        raise UserError(error.message, error.hint) from None


def switches(environment: Mapping[str, str] = os.environ) -> "Switches":
    """Raises: UserError: neither true nor false."""
    from seawall.engine.core.settings import Switches

    said: dict[str, bool] = {}
    for field, name in _SWITCHES.items():
        text = environment.get(name, "").strip().lower()
        if text:
            if text not in _WORDS:
                raise UserError(f"{name}={text}: true or false is expected", f"unset {name}, or set it to true or false")
            said[field] = _WORDS[text]
    return Switches(**said)


def rules(files: Sequence[Path] = (), limits: Sequence[str] = (), strategies: Sequence[str] = ()) -> "Rules":
    """Of a simulated run: limits that files, lists of strategies and the command line say, and the switches.

    Raises: UserError: a file that cannot be read or says what nobody knows; a switch that is neither true nor false.
    """
    from seawall.engine.core.limit_files import words_of
    from seawall.sim.scenario import Rules

    try:
        words = words_of(limit_files(files, strategies))
    except ValueError as error:
        raise UserError(str(error), "docs/limits.md lists the keys") from None
    return Rules(options.pairs(limits, "--limit"), words, switches())


def spoken(switches: "Switches") -> list[str]:
    """The switches that are off, as a shell sets them before a command."""
    return [f"{name}=false" for field, name in _SWITCHES.items() if not getattr(switches, field)]
