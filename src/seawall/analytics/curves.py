"""Equity over time, in floats: for figures of risk and for drawing. Exact totals are the ledger's."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from seawall.analytics.figures import Curve
from seawall.api.instruments import Instrument, InstrumentId, instrument_id
from seawall.api.units import DAY, Currency

POINTS_MAX = 4_000  # Of a strategy's curve, daily closes not counted.

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]


def portfolio_curve(equity: pl.DataFrame, exposure: pl.DataFrame, opening: float) -> Curve:
    return Curve(opening, times_of(equity).tolist(), floats(equity["equity"]).tolist(), floats(exposure["gross"]).tolist())


def strategy_curves(
    fills: pl.DataFrame,
    prices: pl.DataFrame,
    times: Times,
    opening: float,
    instruments: Mapping[InstrumentId, Instrument],
    rates: Mapping[Currency, float],
) -> dict[str, Curve]:
    """What each strategy alone would have made of the opening equity: its cash and positions at the sampled times, at final rates."""
    grid = thinned(times)
    market = {instrument_id(*key): frame for key, frame in partitions(prices, "venue", "symbol")}
    curves: dict[str, Curve] = {}
    for (strategy,), own in partitions(in_time(fills), "strategy"):
        profit, gross = np.zeros(len(grid)), np.zeros(len(grid))
        for key, traded in partitions(own, "venue", "symbol"):
            instrument = instruments[instrument_id(*key)]
            held, cash = _holdings(traded, instrument, rates)
            at = np.searchsorted(times_of(traded), grid, side="right")
            worth = held[at] * _prices_at(grid, traded, market.get(instrument.id)) * rates[instrument.quote]
            profit += cash[at] * rates[instrument.quote] + worth
            gross += np.abs(worth)
        curves[strategy] = Curve(opening, grid.tolist(), (opening + profit).tolist(), gross.tolist())
    return curves


def thinned(times: Times) -> Times:
    """Every n-th time, the last of each UTC day, and the last of all."""
    if len(times) <= POINTS_MAX:
        return times
    keep = np.zeros(len(times), dtype=bool)
    keep[:: -(-len(times) // POINTS_MAX)] = True
    keep[:-1] |= (times[:-1] - 1) // DAY != (times[1:] - 1) // DAY
    keep[-1] = True
    return times[keep]


def in_time(fills: pl.DataFrame) -> pl.DataFrame:
    """Venues' reports may overtake each other: fills come in the order of booking."""
    return fills.sort("ts", maintain_order=True)


def times_of(frame: pl.DataFrame) -> Times:
    return frame["ts"].to_physical().to_numpy()


def floats(column: pl.Series) -> Floats:
    return column.cast(pl.Float64).to_numpy()


def signs(frame: pl.DataFrame) -> Floats:
    return np.where((frame["side"] == "buy").to_numpy(), 1.0, -1.0)


def fees_in_quote(fills: pl.DataFrame, instrument: Instrument, rates: Mapping[Currency, float]) -> Floats:
    """A base fee at its fill's price, any other at final rates."""
    fees, asset, quote_rate = floats(fills["fee"]), fills["fee_asset"], rates[instrument.quote]
    in_quote = {currency: rates[currency] / quote_rate if quote_rate else 0.0 for currency in asset.unique().to_list() if currency in rates}
    rate = floats(asset.replace_strict(in_quote | {instrument.quote: 1.0}, default=0.0, return_dtype=pl.Float64))
    return np.where((asset == instrument.base).to_numpy(), fees * floats(fills["price"]), fees * rate)


def _holdings(fills: pl.DataFrame, instrument: Instrument, rates: Mapping[Currency, float]) -> tuple[Floats, Floats]:
    """Position and cash, in base and quote currency, after the first n fills."""
    bought, price, fee = signs(fills) * floats(fills["quantity"]), floats(fills["price"]), floats(fills["fee"])
    in_base = (fills["fee_asset"] == instrument.base).to_numpy()
    position = bought - np.where(in_base, fee, 0.0)
    cash = -bought * price - np.where(in_base, 0.0, fees_in_quote(fills, instrument, rates))
    return np.concatenate(([0.0], np.cumsum(position))), np.concatenate(([0.0], np.cumsum(cash)))


def _prices_at(grid: Times, fills: pl.DataFrame, sampled: pl.DataFrame | None) -> Floats:
    """The last price seen, sampled or filled at."""
    times, prices = times_of(fills), floats(fills["price"])
    if sampled is not None:
        times, prices = np.concatenate((times, times_of(sampled))), np.concatenate((prices, floats(sampled["price"])))
        order = np.argsort(times, kind="stable")
        times, prices = times[order], prices[order]
    return prices[np.maximum(np.searchsorted(times, grid, side="right") - 1, 0)]


def partitions(frame: pl.DataFrame, *by: str) -> list[tuple[tuple[Any, ...], pl.DataFrame]]:
    return list(frame.partition_by(*by, as_dict=True, maintain_order=True).items())
