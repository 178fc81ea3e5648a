"""From a grid to sets of parameters."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

Parameters = dict[str, Any]


def parameter_sets(grid: Mapping[str, Sequence[Any]], where: Callable[[Parameters], bool] | None = None) -> list[Parameters]:
    """Every combination, the last parameter changing fastest; those for which `where` says no are left out.

    Raises: ValueError: no parameter, one without values or with the same value twice, nothing left.
    """
    if not grid:
        raise ValueError("a sweep needs a grid: at least one parameter with its values")
    for name, values in grid.items():
        if isinstance(values, str) or not isinstance(values, Sequence) or not values:
            raise ValueError(f"grid parameter {name}: a list of values is needed, got {values!r}")
        if twice := next((value for number, value in enumerate(values) if value in values[:number]), None):
            raise ValueError(f"grid parameter {name}: {twice!r} is there twice")
    sets = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    kept = [parameters for parameters in sets if where is None or where(parameters)]
    if not kept:
        raise ValueError(f"none of the {len(sets)} combinations is left")
    return kept
