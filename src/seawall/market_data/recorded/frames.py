"""Any table in memory as a polars frame: polars, pandas (told by its looks, never imported), dicts of arrays or lists."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from seawall.market_data.recorded.errors import RecordingError, first_line
from seawall.market_data.recorded.kinds import Kind, time_spellings


def is_table(candidate: object) -> bool:
    return isinstance(candidate, (pl.DataFrame, pl.LazyFrame, Mapping)) or _looks_like_pandas(candidate)


def as_polars(table: Any, name: str) -> pl.LazyFrame:
    """Raises: RecordingError: not a table, or its columns differ in length or hold things polars cannot take."""
    try:
        if isinstance(table, pl.LazyFrame):
            return table.collect().lazy()  # Once, and not for every slice.
        if isinstance(table, pl.DataFrame):
            return table.lazy()
        columns = _columns_of_pandas(table) if _looks_like_pandas(table) else {str(key): _plain(values) for key, values in table.items()}
        return pl.DataFrame(columns).lazy()
    except (pl.exceptions.PolarsError, TypeError, ValueError, AttributeError) as error:
        raise RecordingError(
            f"{name}: {type(table).__name__} cannot be read as a table: {first_line(error)}", "Give a frame, or columns of equal length."
        ) from None


def _looks_like_pandas(candidate: object) -> bool:
    return hasattr(candidate, "columns") and hasattr(candidate, "index") and hasattr(candidate, "to_numpy")


def _columns_of_pandas(table: Any) -> dict[str, Any]:
    columns = {str(name): _plain(table[name]) for name in table.columns}
    known = {spelling for kind in Kind for spelling in time_spellings(kind)}
    if not any(name.lower() in known for name in columns) and str(table.index.dtype).startswith("datetime64"):
        columns = {"timestamp": _plain(table.index), **columns}
    return columns


def _plain(values: Any) -> Any:
    """Time zones of pandas columns would turn into arrays of objects: taken as UTC before that."""
    if str(getattr(values, "dtype", "")).startswith("datetime64"):
        return np.asarray(values, dtype="datetime64[ns]")
    return values.to_numpy() if hasattr(values, "to_numpy") and not isinstance(values, pl.Series) else values
