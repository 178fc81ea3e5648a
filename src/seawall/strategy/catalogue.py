"""Files that list strategies with their parameters: strategies.yaml and chaos_strategies.yaml. A shell: it reads files.

A class is looked for in the list's own directory, in `chaos/` in it, in the directory above, and in $STRATEGIES_PATH (default
./strategies); `ArbitrageStrategy` also finds a class named Arbitrage.
"""

import ast
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import yaml

from seawall.strategy.base import TradingStrategy
from seawall.strategy.loader import StrategyError, load_strategy
from seawall.strategy.triggers import KEYS as TRIGGERS

SUFFIXES = (".yaml", ".yml")
LISTS = {"default_strategies": "enabled", "chaos_strategies": "enabled_in_test"}  # And the key that switches an entry off.
RISK_LIMITS = "risk_limits"  # For all its strategies: what it means is the engine's to say.

StrategyClass = Callable[[dict[str, Any]], TradingStrategy]


class Entry(msgspec.Struct, frozen=True):
    name: str
    class_name: str
    config: dict[str, Any]
    enabled: bool = True


def load_strategies(names: Iterable[str], parameters: Mapping[str, Any] | None = None) -> list[StrategyClass]:
    """Strategy files, FILE::CLASS, lists in YAML (all that is enabled) and LIST::NAME, to classes. `parameters` beat a list's.

    Raises: StrategyError: a file, a list or a strategy that cannot be used.
    """
    classes: list[StrategyClass] = []
    for name in names:
        file, _, wanted = name.partition("::")
        if Path(file).suffix in SUFFIXES:
            classes += [_configured(Path(file), entry, dict(parameters or {})) for entry in _chosen(Path(file), wanted)]
        else:
            classes.append(load_strategy(Path(name), dict(parameters) if parameters is not None else None))
    return classes


def distinct(names: Iterable[str]) -> list[str]:
    """Strategies by name: one that is there again is numbered, as in Pairs, Pairs-2."""
    found: dict[str, bool] = {}
    for name in names:
        others = (f"{name}-{number}" for number in count(2))
        found[name if name not in found else next(other for other in others if other not in found)] = True
    return list(found)


def limits_of(names: Iterable[str]) -> list[tuple[str, Any]]:
    """The risk limits that lists among the names hold, as (list, {"risk_limits": ...}). What cannot be read says so when it is loaded."""
    files = dict.fromkeys(Path(name.partition("::")[0]) for name in names)
    found = []
    for path in files:
        if path.suffix in SUFFIXES and path.is_file():
            tree = _tree(path)
            if isinstance(tree, dict) and tree.get(RISK_LIMITS) is not None:
                found.append((str(path), {RISK_LIMITS: tree[RISK_LIMITS]}))
    return found


def source_files(name: str) -> list[Path]:
    """Everything that decides what `load_strategies([name])` returns: the file, or the list and the files of its classes.

    Raises: StrategyError: as there.
    """
    file, _, wanted = name.partition("::")
    if Path(file).suffix not in SUFFIXES:
        return [Path(file)]
    found = [Path(str(_find(Path(file), entry)).partition("::")[0]) for entry in _chosen(Path(file), wanted)]
    return [Path(file), *dict.fromkeys(found)]


def read_catalogue(path: Path) -> list[Entry]:
    """Either form: `strategies:` by name, or `default_strategies:` and `chaos_strategies:` as lists.

    Raises: StrategyError: no such file, not YAML, an unknown key (by name), a name that is there twice.
    """
    tree = _known(f"{path}", _tree(path), ("strategies", *LISTS, RISK_LIMITS))
    entries = [_by_name(path, str(name), body) for name, body in _mapping(f"{path}: strategies", tree.get("strategies")).items()]
    for key, switch in LISTS.items():
        entries += [_listed(f"{path}: {key}", body, switch) for body in _sequence(f"{path}: {key}", tree.get(key))]
    names = [entry.name for entry in entries]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise StrategyError(f"{path}: the name {twice} is there twice", "give each strategy a name of its own")
    if not entries:
        raise StrategyError(f"{path} lists no strategy", f"it has strategies:, or {' and '.join(LISTS)}:")
    return entries


def _tree(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StrategyError(f"{path}: {error.strerror or error}", "name a list of strategies") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StrategyError(f"{path} is not YAML: {' '.join(str(error).split())}", "a list of strategies is YAML") from None


def _by_name(path: Path, name: str, body: Any) -> Entry:
    where = f"{path}: {name}"
    fields = _known(where, body, ("class", "parameters", *TRIGGERS))
    config = _mapping(f"{where}: parameters", fields.get("parameters"))
    return Entry(name, _class_name(where, fields), {**config, **_triggers(fields)})


def _listed(where: str, body: Any, switch: str) -> Entry:
    fields = _known(where, body, ("name", "class", "config", switch, *TRIGGERS))
    if not isinstance(fields.get("name"), str):
        raise StrategyError(f"{where}: an entry without a name", "every entry has name: and class:")
    where = f"{where}: {fields['name']}"
    enabled = fields.get(switch, True)
    if not isinstance(enabled, bool):
        raise StrategyError(f"{where}: {switch} is {enabled!r}", "it is true or false")
    return Entry(fields["name"], _class_name(where, fields), {**_mapping(where, fields.get("config")), **_triggers(fields)}, enabled)


def _triggers(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in TRIGGERS if name in fields}


def _chosen(path: Path, wanted: str) -> list[Entry]:
    entries = read_catalogue(path)
    found = [entry for entry in entries if (entry.name == wanted if wanted else entry.enabled)]
    if not found:
        names = ", ".join(entry.name for entry in entries)
        raise StrategyError(f"{path} has no strategy {wanted or 'that is enabled'}", f"there are {names}; {path}::NAME runs one of them")
    return found


def _configured(path: Path, entry: Entry, parameters: dict[str, Any]) -> type[TradingStrategy]:
    """The class under the entry's name, with the entry's parameters where nobody gives others."""
    kind = load_strategy(_find(path, entry), {**entry.config, **parameters})
    given = dict(entry.config)

    def made(self: TradingStrategy, config: dict[str, Any]) -> None:
        kind.__init__(self, given | config)

    return type(entry.name, (kind,), {"__init__": made, "__module__": kind.__module__, "__doc__": kind.__doc__})


def _find(path: Path, entry: Entry) -> Path:
    folders = [path.parent, path.parent / "chaos", path.parent.parent, *_shared()]
    names = [entry.class_name, entry.class_name.removesuffix("Strategy")]
    for name in dict.fromkeys(names):
        for folder in folders:
            for file in sorted(folder.glob("*.py")):
                if name in _classes(file):
                    return Path(f"{file}::{name}")
    looked = ", ".join(str(folder) for folder in dict.fromkeys(folders) if folder.is_dir())
    raise StrategyError(f"{path}: {entry.name}: no file defines the class {entry.class_name}", f"looked in {looked}")


def _shared() -> list[Path]:
    folder = Path(os.environ.get("STRATEGIES_PATH") or "strategies")
    return [folder, folder / "chaos"]


def _classes(file: Path) -> list[str]:
    """A file that Python cannot read defines nothing; whoever names it is told."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return []
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]


def _class_name(where: str, fields: Mapping[str, Any]) -> str:
    name = fields.get("class")
    if not isinstance(name, str) or not name.isidentifier():
        raise StrategyError(f"{where}: class is {name!r}", "class: names a Python class")
    return name


def _known(where: str, tree: Any, allowed: Sequence[str]) -> dict[str, Any]:
    fields = _mapping(where, tree)
    if unknown := [str(key) for key in fields if key not in allowed]:
        raise StrategyError(f"{where}: unknown key {unknown[0]}", f"allowed: {', '.join(allowed)}")
    return fields


def _mapping(where: str, tree: Any) -> dict[str, Any]:
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise StrategyError(f"{where}: key: value pairs are needed, got {tree!r}", "see strategies/strategies.yaml")
    return tree


def _sequence(where: str, tree: Any) -> list[Any]:
    if tree is None:
        return []
    if not isinstance(tree, list):
        raise StrategyError(f"{where}: a list is needed, got {tree!r}", "see strategies/strategies.yaml")
    return tree
