"""The product's files, parsed, and the ways in which code names things. No rules: those are in the tests."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "seawall"


def product_files() -> dict[str, Path]:
    """Every Python file of the product, by its path inside src/seawall."""
    return {str(path.relative_to(SOURCE)): path for path in sorted(SOURCE.rglob("*.py"))}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST, name: str) -> Iterator[int]:
    """The lines on which something of that name is called, whatever it is an attribute of."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=found) | ast.Attribute(attr=found)) if found == name:
                yield node.lineno
