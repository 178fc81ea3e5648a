"""From a strategy's file to its class, checked before it runs. The only place that executes an author's file."""

import ast
import difflib
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any
from zlib import crc32

from seawall.api.message import Address
from seawall.strategy.base import TradingStrategy
from seawall.strategy.core.failures import line_in
from seawall.strategy.core.introduction import introduce, timer_interval

LOADED = "seawall_strategy_"  # How the names of modules made of authors' files begin.

CALLBACKS = (
    "on_market_data",
    "on_order_fill",
    "on_risk_breach",
    "on_bar",
    "on_timer",
    "on_order_update",
    "on_funding",
    "on_start",
    "on_stop",
)


class StrategyError(Exception):
    """A file that holds no strategy which could run.

    message  what is wrong, with file and line
    hint     what to do about it
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message}\n{hint}")
        self.message = message
        self.hint = hint


def load_strategy(path: Path, config: dict[str, Any] | None = None) -> type[TradingStrategy]:
    """Executes a strategy's file and returns its class. `file.py::ClassName` names one of several.

    The constructor is tried with `config`; without one it is tried with {}, and may miss a key.

    Raises:
        StrategyError: see the functions below.
    """
    text, _, wanted = str(path).partition("::")
    file = Path(text)
    code, lines = _compile(file)
    module = _execute(file, code)
    found = _choose(file, module, lines, wanted)
    where = f"{file}:{lines.get(found.__name__, 1)}: {found.__name__}"
    _check_callbacks(where, found)
    _try_constructor(file, where, found, config)
    return found


def _compile(file: Path) -> tuple[CodeType, dict[str, int]]:
    """The file's code, and the line of each of its classes."""
    if not file.is_file():
        what = "is a directory" if file.is_dir() else "does not exist"
        raise StrategyError(f"{file} {what}", "name a Python file with a strategy; `seawall new strategy NAME` writes one")
    try:
        source = file.read_bytes()
        tree = ast.parse(source, str(file))
        code = compile(source, str(file), "exec", dont_inherit=True)
    except SyntaxError as error:
        line = f":{error.lineno}" if error.lineno else ""
        shown = f"\n    {error.text.strip()}" if error.text else ""
        raise StrategyError(f"{file}{line}: {error.msg}{shown}", "Python cannot read the file; correct the syntax there") from None
    except (OSError, ValueError) as error:
        raise StrategyError(f"{file} cannot be read: {error}", "a strategy is a plain Python file in UTF-8") from None
    return code, {node.name: node.lineno for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


def _execute(file: Path, code: CodeType) -> ModuleType:
    """Runs the file as a module of its own. It is listed in sys.modules, which dataclasses and type hints rely on."""
    name = f"{LOADED}{file.stem}_{crc32(str(file.resolve()).encode()):08x}"
    module = ModuleType(name)
    module.__file__ = str(file)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except (Exception, SystemExit) as error:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before
        hint = "the file must load without an error before its strategy can run"
        if isinstance(error, ImportError):
            hint = "a strategy is one plain file: it can import seawall.strategy and what is installed beside seawall, not its neighbours"
        raise StrategyError(f"{_where(file, error)}: {_shown(error)}", hint) from error
    return module


def _choose(file: Path, module: ModuleType, lines: dict[str, int], wanted: str) -> type[TradingStrategy]:
    here = {
        name: kind
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, TradingStrategy) and kind.__module__ == module.__name__ and kind.__name__ == name
    }
    if wanted:
        if wanted in here:
            return _whole(file, here[wanted], lines)
        there = f"it has {', '.join(here)}" if here else "it has no strategy at all"
        raise StrategyError(f"{file} has no strategy named {wanted}", f"{there}; write {file}::ClassName")
    whole = [kind for kind in here.values() if not inspect.isabstract(kind)]
    if len(whole) == 1:
        return whole[0]
    if not here:
        others = f"; {', '.join(lines)} does not derive from it" if len(lines) == 1 else ""
        raise StrategyError(
            f"{file} defines no strategy{others}", "write one class that derives from TradingStrategy (from seawall.strategy import it)"
        )
    if not whole:
        return _whole(file, next(iter(here.values())), lines)
    names = ", ".join(f"{kind.__name__} (line {lines.get(kind.__name__, '?')})" for kind in whole)
    raise StrategyError(f"{file} defines several strategies: {names}", f"name the one to run: {file}::{whole[-1].__name__}")


def _whole(file: Path, kind: type[TradingStrategy], lines: dict[str, int]) -> type[TradingStrategy]:
    missing = sorted(getattr(kind, "__abstractmethods__", ()))
    if missing:
        message = f"{file}:{lines.get(kind.__name__, 1)}: {kind.__name__} is abstract, it lacks {', '.join(missing)}"
        raise StrategyError(message, "write the missing methods, or derive a class that does")
    return kind


def _check_callbacks(where: str, kind: type[TradingStrategy]) -> None:
    own = [name for name in CALLBACKS if getattr(kind, name) is not getattr(TradingStrategy, name)]
    if not own:
        similar = [
            f"{name} (meant {meant[0]}?)"
            for name in dir(kind)
            if not hasattr(TradingStrategy, name) and (meant := difflib.get_close_matches(name, CALLBACKS, 1))
        ]
        hint = f"it has {', '.join(similar)}" if similar else "override on_market_data at least, or another of " + ", ".join(CALLBACKS[1:])
        raise StrategyError(f"{where} overrides no callback, so it would never do anything", hint)
    for name in own:
        _check_callback(where, name, getattr(kind, name))


def _check_callback(where: str, name: str, callback: Callable[..., Any]) -> None:
    expected = list(inspect.signature(getattr(TradingStrategy, name)).parameters)
    shape = f"def {name}({', '.join(expected)}):"
    if inspect.iscoroutinefunction(callback) or inspect.isasyncgenfunction(callback):
        raise StrategyError(f"{where}.{name} is async", f"a callback is an ordinary function: {shape}")
    if inspect.isgeneratorfunction(callback):
        raise StrategyError(f"{where}.{name} is a generator", "a callback returns its signals in one list: collect them instead of yield")
    try:
        inspect.signature(callback).bind(*expected)
    except TypeError as error:
        raise StrategyError(f"{where}.{name} does not take what it is called with: {error}", f"write {shape}") from None


def _try_constructor(file: Path, where: str, kind: type[TradingStrategy], config: dict[str, Any] | None) -> None:
    hint = "its __init__ takes the config, a dict, and calls super().__init__(config) first"
    try:
        made = kind(dict(config or {}))
    except (Exception, SystemExit) as error:
        if config is None and isinstance(error, KeyError):
            return  # It needs a parameter, and nobody has given any yet.
        line = line_in(error, str(file))
        at = f" at line {line}" if line is not None else ""
        raise StrategyError(f"{where} cannot be made: {_shown(error)}{at}", hint) from error
    if not hasattr(made, "outbox"):
        raise StrategyError(f"{where} does not set up what every strategy has", hint)
    try:
        introduce(made, Address(""))
        timer_interval(made)
    except ValueError as error:
        raise StrategyError(f"{where}: {error}", "correct that value, in the file or in the config") from None


def _where(file: Path, error: BaseException) -> str:
    line = line_in(error, str(file))
    return f"{file}:{line}" if line is not None else str(file)


def _shown(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
