"""What machines and simulated hosts are made of may import and call only what is listed here. An allowlist: a denylist forgets numpy.

Files that stand outside a rule are listed by name with the reason. import-linter looks at the same from the other side.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import parsed, product_files

PURE_ROOMS = ("api", "runtime", "strategy", "sim", "backtest")  # And every core/.

# Files of those rooms that belong to the user's side. Nothing pure may know them.
SHELLS = {
    "backtest/__init__.py": "offers run.py to those who import the package; nothing pure imports the package itself",
    "backtest/funding_rates.py": "opens the file of recorded funding rates",
    "backtest/calibration/__init__.py": "offers report.py",
    "backtest/calibration/report.py": "opens recordings, and computes ratios for people",
    "backtest/run.py": "opens recordings, measures how long it takes, reports progress",
    "backtest/sweep/__init__.py": "offers what lies beside it",
    "backtest/sweep/batch.py": "drives runs and keeps time",
    "backtest/sweep/grid.py": "turns what users wrote into parameters",
    "backtest/sweep/pool.py": "processes",
    "backtest/sweep/run.py": "opens recordings, starts processes, reports progress",
    "backtest/sweep/spool.py": "files of integers that processes share",
    "backtest/sweep/store.py": "files",
    "strategy/catalogue.py": "reads lists of strategies",
    "strategy/loader.py": "reads and runs the author's file",
    "strategy/parameters.py": "guesses what a misspelt parameter was meant to be; machines get a dict and know no more",
}

ALLOWED_IMPORTS = (
    "seawall", "msgspec", "collections", "dataclasses", "enum", "functools", "operator", "hashlib", "heapq",
    "typing", "math", "zlib", "struct", "bisect", "itertools", "decimal", "fractions",
)  # fmt: skip

BANNED_CALLS = ("open", "input", "print", "id", "hash", "eval", "exec", "compile", "__import__")

# The last bits of libm's functions differ between machines. What is left: fsum, sqrt, floor, ceil, isfinite, comb and their like.
BANNED_MATH = (
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "erf", "erfc", "exp", "exp2", "expm1",
    "gamma", "hypot", "lgamma", "log", "log10", "log1p", "log2", "pow", "sin", "sinh", "tan", "tanh",
)  # fmt: skip

MORE_IMPORTS = {
    "strategy/base.py": ("datetime", "logging"),  # Authors read datetimes and write logs; no clock is asked.
    "strategy/events.py": ("datetime",),
    "strategy/warm_up.py": ("datetime",),  # A time as authors write it.
    "strategy/random.py": ("random",),  # The familiar methods over our own generator.
    "backtest/rows.py": ("numpy",),  # Recorded columns, turned into Python's ints and floats before the hot loop sees them.
}

SHOWN = "limit and value of a refusal, shown to people; the decision is taken on integers"

FLOATS = {
    "runtime/floats.py": "the one place where floats become integers and back",
    "runtime/rng.py": "scales by powers of two, which is exact",
    "strategy/": "strategies think in floats",
    "backtest/rows.py": "prices as strategies read them, beside the integers",
    "backtest/host.py": "the middle of a quote, for strategies",
    "backtest/sweep/abreast.py": "the same",
    "sim/scenario.py": "hours as people give them",
    "api/signals.py": "what strategies say and read",
    "engine/core/strategies.py": "a strategy's own settings",
    "engine/core/terms.py": "rounds what strategies say of an order's terms, once",
    "engine/core/sizing.py": "rounds what strategies say, once",
    "engine/core/parts/entry.py": "clamps a malformed strength",
    "engine/core/rates.py": "money shown to people",
    "engine/core/checks/capital.py": SHOWN,
    "engine/core/checks/order_rate.py": SHOWN,
    "engine/core/checks/order_value.py": SHOWN,
    "engine/core/checks/position_notional.py": SHOWN,
    "engine/core/checks/price_collar.py": SHOWN,
    "engine/core/checks/signal_age.py": SHOWN,
    "engine/core/checks/stale_data.py": SHOWN,
    "engine/core/checks/strategy_notional.py": SHOWN,
    "engine/core/checks/total_notional.py": SHOWN,
}

SETS = "a set: its order is not deterministic, use a dict"
FLOAT = "a float: count in integers and divide with //"


def pure_files() -> dict[str, Path]:
    files = {name: path for name, path in product_files().items() if name not in SHELLS}
    return {name: path for name, path in files.items() if name.split("/")[0] in PURE_ROOMS or "core" in name.split("/")}


def offences(tree: ast.AST, more_imports: tuple[str, ...] = (), *, floats: bool = False) -> list[str]:
    """What the file does that it may not, each with its line."""
    allowed = (*ALLOWED_IMPORTS, *more_imports)
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found += [(node.lineno, f"import {alias.name}") for alias in names if alias.name.split(".")[0] not in allowed]
            case ast.ImportFrom(module="math", names=names):
                found += [(node.lineno, f"math.{alias.name}") for alias in names if alias.name in BANNED_MATH]
            case ast.ImportFrom(module=module, level=level) if level or (module or "").split(".")[0] not in allowed:
                found.append((node.lineno, f"import {'.' * level}{module or ''}"))
            case ast.Attribute(value=ast.Name(id="math"), attr=name) if name in BANNED_MATH:
                found.append((node.lineno, f"math.{name}"))
            case ast.Attribute(value=ast.Name(id="datetime" | "date"), attr="now" | "utcnow" | "today" as name):
                found.append((node.lineno, f"datetime.{name}: time comes in as an argument"))
            case ast.Call(func=ast.Name(id=name)) if name in BANNED_CALLS:
                found.append((node.lineno, f"{name}()"))
            case ast.Set() | ast.SetComp() | ast.Call(func=ast.Name(id="set" | "frozenset")):
                found.append((node.lineno, SETS))
            case ast.AsyncFunctionDef() | ast.Await():
                found.append((node.lineno, "async: machines do not wait"))
            case ast.Constant(value=float()) | ast.Call(func=ast.Name(id="float")) if not floats:
                found.append((node.lineno, FLOAT))
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()) if not floats:
                found.append((node.lineno, FLOAT))
    return [f"line {line}: {what}" for line, what in found]


def test_what_machines_are_made_of_is_pure() -> None:
    bad = []
    for name, path in pure_files().items():
        floats = name in FLOATS or f"{name.split('/')[0]}/" in FLOATS
        bad += [f"{name}, {offence}" for offence in offences(parsed(path), MORE_IMPORTS.get(name, ()), floats=floats)]
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("import time", "import time"),
        ("import numpy as np", "import numpy"),
        ("from os.path import join", "import os.path"),
        ("from . import sibling", "import ."),
        ("from math import floor, exp", "math.exp"),
        ("import math\nmath.log(2)", "math.log"),
        ("open('x')", "open()"),
        ("id(x)", "id()"),
        ("{1, 2}", SETS),
        ("{x for x in y}", SETS),
        ("set(x)", SETS),
        ("async def f(): pass", "async: machines do not wait"),
        ("x = 1.5", FLOAT),
        ("x = y / z", FLOAT),
        ("x /= 2", FLOAT),
        ("x = float(y)", FLOAT),
    ],
)
def test_each_offence_is_seen(code: str, what: str) -> None:
    assert any(what in offence for offence in offences(ast.parse(code)))


def test_integers_and_what_is_allowed_offend_nobody() -> None:
    assert offences(ast.parse("import msgspec\nfrom math import fsum, sqrt\nx = {1: 2}\ny = 7 // 2")) == []
    assert offences(ast.parse("import polars\nx = y / 2"), ("polars",), floats=True) == []


def test_nothing_pure_knows_a_shell() -> None:
    shells = ["seawall." + name.removesuffix(".py").replace("/", ".") for name in SHELLS]
    knowing = [name for name, path in pure_files().items() if any(module in shells for module in imported(parsed(path)))]
    assert knowing == []


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{alias.name}" for alias in names)


def test_no_exception_outlives_its_reason() -> None:
    """A file on a list exists and would offend without its entry."""
    files = pure_files()

    def offends(name: str, what: str) -> bool:
        return name in files and any(what in offence for offence in offences(parsed(files[name])))

    unneeded = [(name, module) for name, more in MORE_IMPORTS.items() for module in more if not offends(name, f"import {module}")]
    assert unneeded == []
    assert [name for name in SHELLS if name not in product_files()] == []
    assert [name for name in FLOATS if not name.endswith("/") and not offends(name, FLOAT)] == []
