"""Recorded funding rates of perpetuals, from a Parquet or CSV file or a table, to what a recorded venue pays. A shell: it opens files.

Columns: ts (the payment's time), venue, symbol, funding_rate (a fraction; positive: longs pay), and mark_price where it is known.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from seawall.api.instruments import Instrument, InstrumentId, instrument_id
from seawall.api.units import PPB, Nanos, Price
from seawall.backtest.recorded_margin import FundingRate
from seawall.market_data.recorded.catalogue import load_catalogue
from seawall.market_data.recorded.symbols import canonical
from seawall.runtime.floats import nearest_tick

_NEEDED = ("ts", "venue", "symbol", "funding_rate")


def read_funding_rates(
    source: Any, instruments: Sequence[Instrument], start: Nanos, end: Nanos
) -> tuple[dict[InstrumentId, list[FundingRate]], tuple[str, ...]]:
    """The payments of the run's perpetuals within [start, end), and what has to be said about those that have none.

    Raises:
        ValueError: not a table of funding rates; says what is missing.
    """
    perpetuals = {instrument.id: instrument for instrument in instruments if instrument.margin is not None}
    found: dict[InstrumentId, list[FundingRate]] = {}
    if source is not None:
        if not perpetuals:
            raise ValueError("funding rates were given, and the data has no perpetual that could pay them")
        catalogue = load_catalogue()
        for row in _table(source).sort("ts").iter_rows(named=True):
            venue = str(row["venue"])
            key = instrument_id(venue, canonical(str(row["symbol"]), catalogue.contracts(venue)))
            time, rate = Nanos(row["ts"]), row["funding_rate"]
            if key not in perpetuals or not start <= time < end:
                continue
            if rate is None or not -1.0 < rate < 1.0:
                raise ValueError(f"funding rates: {key} has a rate of {rate}; a rate is a fraction between -1 and 1")
            mark = row.get("mark_price")
            ticks = nearest_tick(perpetuals[key], mark) if mark is not None and 0.0 < mark < float("inf") else Price(0)
            found.setdefault(key, []).append(FundingRate(time, round(rate * PPB), ticks))
    silent = [key for key in perpetuals if key not in found]
    said = (f"no funding rates of {', '.join(silent)}: funding counted as zero",) if silent else ()
    return found, said


def _table(source: Any) -> pl.DataFrame:
    if isinstance(source, str | Path):
        path = Path(source)
        try:
            table = pl.read_csv(path, try_parse_dates=True) if path.suffix == ".csv" else pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise ValueError(f"funding rates: {path}: {' '.join(str(error).split())}") from None
    else:
        table = source if isinstance(source, pl.DataFrame) else pl.DataFrame(source)
    if missing := [name for name in _NEEDED if name not in table.columns]:
        raise ValueError(f"funding rates: no column {', '.join(missing)}; a table of them has {', '.join(_NEEDED)} and mark_price")
    time = pl.col("ts").cast(pl.Datetime("ns")).dt.epoch("ns") if table["ts"].dtype.is_temporal() else pl.col("ts").cast(pl.Int64)
    rates = [pl.col(name).cast(pl.Float64) for name in ("funding_rate", "mark_price") if name in table.columns]
    return table.with_columns(time.alias("ts"), *rates)
