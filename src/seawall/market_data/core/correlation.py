"""Correlation between assets: checked, and turned into weights that make independent random numbers correlated (Cholesky, in integers)."""

from collections.abc import Sequence
from math import isqrt

import msgspec

from seawall.api.units import PPB, Currency
from seawall.market_data.core.figures import Ppb

LEAST = PPB // 1_000_000  # Of an asset's variance: with less left of its own, the assets are as good as one.


class Correlated(msgspec.Struct, frozen=True):
    """Of the returns of two assets, each step. Pairs that are not named are independent."""

    one: Currency
    other: Currency
    by: Ppb  # From minus one to one.


def matrix(assets: Sequence[Currency], pairs: Sequence[Correlated]) -> list[list[int]]:
    """Raises: ValueError: an unknown asset, an asset with itself, a pair twice, a value beyond one."""
    place = {asset: number for number, asset in enumerate(assets)}
    rows = [[PPB * (row == column) for column in range(len(assets))] for row in range(len(assets))]
    seen: dict[tuple[int, int], bool] = {}
    for pair in pairs:
        name = f"{pair.one} {pair.other}"
        for asset in (pair.one, pair.other):
            if asset not in place:
                raise ValueError(f"{name}: there is no asset {asset}; there are {', '.join(assets)}")
        one, other = place[pair.one], place[pair.other]
        if one == other:
            raise ValueError(f"{name}: an asset's correlation with itself is one, and is not given")
        if (min(one, other), max(one, other)) in seen:
            raise ValueError(f"{name}: given twice")
        if not -PPB <= pair.by <= PPB:
            raise ValueError(f"{name}: {_decimal(pair.by)} is no correlation; it lies between -1 and 1")
        seen[min(one, other), max(one, other)] = True
        rows[one][other] = rows[other][one] = pair.by
    return rows


def weights(assets: Sequence[Currency], pairs: Sequence[Correlated]) -> list[list[int]]:
    """Lower triangular: independent normals times a row give that asset's.

    Raises: ValueError: as `matrix`; the correlations contradict each other (the matrix is not positive definite).
    """
    rows = matrix(assets, pairs)
    found, failed = _cholesky(rows)
    if failed is None:
        return found
    scale = _largest_scale(rows)
    raise ValueError(
        f"the correlations contradict each other (the matrix is not positive definite): {assets[failed]} cannot be correlated as given "
        f"with {', '.join(assets[:failed])} at once; all of them multiplied by {_decimal(scale)} would do"
    )


def _cholesky(rows: list[list[int]]) -> tuple[list[list[int]], int | None]:
    """The weights, or up to which row there are none."""
    found: list[list[int]] = []
    for number, row in enumerate(rows):
        own: list[int] = []
        for column in range(number):
            rest = row[column] * PPB - sum(a * b for a, b in zip(own, found[column][:column], strict=True))
            own.append(rest // found[column][column])
        left = PPB * PPB - sum(weight * weight for weight in own)
        if left < LEAST * PPB:
            return found, number
        found.append([*own, isqrt(left)])
    return found, None


def _largest_scale(rows: list[list[int]]) -> int:
    """To the per cent, downwards."""
    percent = PPB // 100
    for scale in range(99, 0, -1):
        scaled = [[value if row == column else value * scale // 100 for column, value in enumerate(line)] for row, line in enumerate(rows)]
        if _cholesky(scaled)[1] is None:
            return scale * percent
    return 0


def _decimal(ppb: int) -> str:
    sign, size = ("-" if ppb < 0 else ""), abs(ppb)
    return f"{sign}{size // PPB}.{size % PPB:09}".rstrip("0").rstrip(".")
