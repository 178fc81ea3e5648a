"""A table's columns as polars expressions in our names and units: time in nanoseconds UTC, figures as floats, ids as integers,
aggressor as 1, -1, 0, and what is yes or no as that."""

import polars as pl

from seawall.api.units import MICROSECOND, MILLISECOND, SECOND
from seawall.market_data.recorded.errors import RecordingError
from seawall.market_data.recorded.kinds import Kind, recognise

_TEXT = (pl.String, pl.Categorical, pl.Enum)
_BUYS = ["buy", "Buy", "BUY", "b", "B"]
_SELLS = ["sell", "Sell", "SELL", "s", "S"]
_ASKS = ["a", "A", "ask", "Ask", "ASK", *_SELLS]
_MARKET = ["MARKET", "market", ""]  # Executions in the market. Others (an insurance fund's, a deleveraging) are prints beside it.
_NO = ["", "0", "false", "False", "FALSE"]
_CLOCKS = ("sent", "happened")  # Beside `time`: a table may do without, whatever they hold.
_IDS = ("trade_id", "update_id", "first_update_id", "prev_update_id", "sequence")


_NO_ID = -1


def normalise(frame: pl.LazyFrame, name: str, venue: str, symbol: str | None) -> tuple[Kind, dict[str, str], pl.LazyFrame]:
    """The table's kind, our column names -> the table's, and the table with ours. `venue` and `symbol` stand in where it has none.

    Raises:
        RecordingError: what `recognise` raises, or a column's type makes no sense.
    """
    schema = frame.collect_schema()
    kind, columns = recognise(schema.names(), name)
    out = [
        _column(frame, ours, theirs, schema[theirs], name).alias(ours)
        for ours, theirs in columns.items()
        if ours not in _CLOCKS or schema[theirs].is_temporal() or schema[theirs].is_integer()
    ]
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
    return kind, columns, frame.select(out)


def _column(frame: pl.LazyFrame, ours: str, theirs: str, dtype: pl.DataType, name: str) -> pl.Expr:
    value = pl.col(theirs)
    text = dtype in _TEXT
    if ours == "time" or ours in _CLOCKS:
        return _time(frame, theirs, dtype, name)
    if ours == "aggressor":
        return _aggressor(theirs, dtype)
    if ours == "side":
        return value.cast(pl.String).is_in(_ASKS) if text else value < 0
    if ours == "execution":
        return (~value.cast(pl.String).is_in(_MARKET)).fill_null(False)
    if ours in ("block", "is_snapshot"):
        return (value if dtype == pl.Boolean else ~value.cast(pl.String).is_in(_NO)).fill_null(False)
    if not (dtype.is_numeric() or dtype in (pl.String, pl.Null)):
        raise RecordingError(f"{name}: column {theirs} holds {dtype}, not numbers")
    if ours in _IDS:
        return value.cast(pl.Int64).fill_null(_NO_ID if ours == "prev_update_id" else 0)
    return value.cast(pl.Float64)


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
