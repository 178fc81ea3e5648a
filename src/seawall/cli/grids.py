"""Grids and conditions of a sweep, from the texts of the command line."""

import operator
import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from seawall.cli import options
from seawall.cli.errors import UserError

_EXAMPLE = "for example --grid fast=5,10,20 --grid slow=50:200:50"
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, ">=": operator.ge, "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_CONDITION = re.compile(r"\s*(\S+?)\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*")
_LARGEST = 100_000  # Values of one parameter.


def grid(texts: Sequence[str]) -> dict[str, list[Any]]:
    """`fast=5,10,20` or `slow=50:200:50`, first and last included."""
    found: dict[str, list[Any]] = {}
    for text in texts:
        name, sign, values = (part.strip() for part in text.partition("="))
        if not sign or not name or not values:
            raise UserError(f"--grid {text!r} is not name=values", _EXAMPLE)
        if name in found:
            raise UserError(f"--grid {name} is there twice", f"give all its values at once: --grid {name}=1,2,3")
        span = values.split(":")
        found[name] = _span(text, span) if len(span) == 3 else [_value(name, value) for value in values.split(",")]
    return found


def condition(texts: Sequence[str], grid_texts: Sequence[str]) -> Callable[[dict[str, Any]], bool]:
    """`fast < slow`: parameters of the grid, numbers, and one comparison each."""
    names = [text.partition("=")[0].strip() for text in grid_texts]
    wanted = []
    for text in texts:
        match = _CONDITION.fullmatch(text)
        if match is None:
            raise UserError(f"--where {text!r} is no comparison", 'for example --where "fast < slow"')
        sides = []
        for side in (match[1], match[3]):
            if side not in names and not _is_number(side):
                raise UserError(f"--where {text!r}: {side} is neither a number nor in the grid", f"the grid has {', '.join(names)}")
            sides.append(side)
        wanted.append((sides[0], _COMPARISONS[match[2]], sides[1], text))
    return lambda parameters: all(_holds(parameters, *one) for one in wanted)


def _holds(parameters: dict[str, Any], left: str, compare: Callable[[Any, Any], bool], right: str, text: str) -> bool:
    values = [parameters[side] if side in parameters else float(side) for side in (left, right)]
    try:
        return compare(*values)
    except TypeError:
        raise UserError(f"--where {text!r}: {values[0]!r} and {values[1]!r} cannot be compared", "compare numbers with numbers") from None


def _span(text: str, parts: Sequence[str]) -> list[Any]:
    """In decimals, so that 0.1:0.3:0.1 has three values."""
    try:
        first, last, step = (Decimal(part) for part in parts)
        count = int((last - first) / step) + 1 if step else 0
    except (InvalidOperation, OverflowError, ValueError):
        raise UserError(f"--grid {text!r}: first:last:step are numbers", _EXAMPLE) from None
    if not 0 < count <= _LARGEST:
        raise UserError(f"--grid {text!r}: from {first} to {last} in steps of {step} are no values, or too many", _EXAMPLE)
    values = [first + number * step for number in range(count)]
    return [int(value) if value == value.to_integral_value() and "." not in text else float(value) for value in values]


def _value(name: str, text: str) -> Any:
    if not text.strip():
        raise UserError(f"--grid {name} has an empty value", _EXAMPLE)
    return options.settings([f"{name}={text.strip()}"])[name]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
