"""A table's columns as polars expressions in our names and units: time in nanoseconds UTC, figures as floats, aggressor as 1, -1, 0."""

import polars as pl

from seawall.api.units import MICROSECOND, MILLISECOND, SECOND
from seawall.market_data.recorded.errors import RecordingError
from seawall.market_data.recorded.kinds import Kind, recognise

_TEXT = (pl.String, pl.Categorical, pl.Enum)
_BUYS = ["buy", "Buy", "BUY", "b", "B"]
_SELLS = ["sell", "Sell", "SELL", "s", "S"]


def normalise(frame: pl.LazyFrame, name: str, venue: str, symbol: str | None) -> tuple[Kind, pl.LazyFrame]:
    """The table's kind, and the table with our column names. `venue` and `symbol` stand in where it has no such column.

    Raises:
        RecordingError: what `recognise` raises, or a column's type makes no sense.
    """
    schema = frame.collect_schema()
    kind, columns = recognise(schema.names(), name)
    out: list[pl.Expr] = []
    for ours, theirs in columns.items():
        dtype = schema[theirs]
        if ours == "time":
            out.append(_time(frame, theirs, dtype, name).alias(ours))
        elif ours == "aggressor":
            out.append(_aggressor(theirs, dtype).alias(ours))
        elif dtype.is_numeric() or dtype in (pl.String, pl.Null):
            out.append((pl.col(theirs).cast(pl.Int64).fill_null(0) if ours == "trade_id" else pl.col(theirs).cast(pl.Float64)).alias(ours))
        else:
            raise RecordingError(f"{name}: column {theirs} holds {dtype}, not numbers")
    present = {column.lower(): column for column in schema.names()}
    if symbol is None and "symbol" not in present:
        raise RecordingError(
            f"{name}: no column symbol", "Name the symbol of a table without one: --symbol BTC-USD, in Python symbol='BTC-USD'."
        )
    for ours, given in (("venue", venue), ("symbol", symbol)):
        value = pl.col(present[ours]) if ours in present else pl.lit(given)
        if ours not in present or schema[present[ours]] != pl.Categorical:
            value = value.cast(pl.String).cast(pl.Categorical)
        out.append(value.alias(ours))
    return kind, frame.select(out)


def _time(frame: pl.LazyFrame, column: str, dtype: pl.DataType, name: str) -> pl.Expr:
    value = pl.col(column)
    if dtype == pl.Date:
        value, dtype = value.cast(pl.Datetime("ns")), pl.Datetime("ns")
    if isinstance(dtype, pl.Datetime):
        return value.dt.cast_time_unit("ns").cast(pl.Int64)
    if dtype.is_integer() or dtype == pl.String:
        first = frame.select(value.drop_nulls().first()).collect().item()
        if dtype == pl.String and not str(first).isdigit():
            return value.str.to_datetime(time_unit="ns", time_zone="UTC").cast(pl.Int64)
        return value.cast(pl.Int64) * _epoch_unit(int(first or 0))
    raise RecordingError(
        f"{name}: column {column} holds {dtype}, not times", "Times are dates with a time, ISO texts, or integers since 1970."
    )


def _epoch_unit(sample: int) -> int:
    """Integers since 1970 are told apart by their size: any time from 1973 to 5138 reads one way only."""
    magnitude = abs(sample)
    if magnitude < 10**11:
        return SECOND
    if magnitude < 10**14:
        return MILLISECOND
    return MICROSECOND if magnitude < 10**17 else 1


def _aggressor(column: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(column)
    if dtype in _TEXT:
        return (value.is_in(_BUYS).cast(pl.Int64) - value.is_in(_SELLS).cast(pl.Int64)).fill_null(0)
    return value.cast(pl.Int64).sign().fill_null(0)
