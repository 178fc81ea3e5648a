"""The report's charts as plain data: series thinned to what a screen can show, peaks and troughs kept. The page draws them.

Times are milliseconds since the epoch, the first absolute, the others as differences.
"""

import math
from typing import Any

import numpy as np
import polars as pl

from seawall.analytics.curves import (
    Floats,
    Times,
    fees_in_quote,
    floats,
    in_time,
    partitions,
    signs,
    strategy_curves,
    times_of,
)
from seawall.analytics.figures import Curve, period_returns
from seawall.analytics.result import Result
from seawall.api.instruments import Instrument, InstrumentId, instrument_id
from seawall.api.units import DAY, HOUR, MILLISECOND, MINUTE, Currency

POINTS = 2_400  # Of a curve.
PRICE_POINTS = 30_000  # Of all price curves together.
MARKERS = 1_000  # Of one side on one instrument.
BINS = 41
PERIODS = {DAY: "day", HOUR: "hour", MINUTE: "minute"}
PERIODS_MIN = 20  # With fewer of them, returns are shown over the next shorter period.

Spec = dict[str, Any]
Drawn = dict[str, Spec]


def charts(result: Result, curve: Curve) -> Drawn:
    """By the name of the figure that shows it. Only what the run has data for. `curve`: the portfolio's."""
    opening = curve.opening
    found = {
        **_equity(result, opening),
        **_strategies(result, opening),
        **_returns(curve),
        **_round_trips(result),
        **_costs(result),
    }
    markets = _markets(result)
    return found | ({"market": {"markets": markets}} if markets else {})


def rates_of(result: Result) -> dict[Currency, float]:
    return {currency: float(rate) for currency, rate in result.summary.final_rates.items()}


def instruments_of(result: Result) -> dict[InstrumentId, Instrument]:
    return {instrument.id: instrument for instrument in result.summary.instruments}


def _equity(result: Result, opening: float) -> Drawn:
    if result.equity.is_empty():
        return {}
    times, equity = times_of(result.equity), floats(result.equity["equity"])
    peak = np.maximum(np.maximum.accumulate(equity), opening)
    drawdown = np.where(peak > 0, (equity - peak) / np.where(peak > 0, peak, 1.0), 0.0)
    held = times_of(result.exposure)
    return {
        "equity": {"series": [_series("Equity", times, equity, kind="area")], "base": opening},
        "drawdown": {"series": [_series("Drawdown", times, drawdown, kind="area", color="loss")], "base": 0},
        "exposure": {
            "series": [
                _series("Gross", held, floats(result.exposure["gross"]), kind="area", points=POINTS // 2),
                _series("Net", held, floats(result.exposure["net"]), color="c1", points=POINTS // 2),
            ],
            "base": 0,
        },
    }


def _strategies(result: Result, opening: float) -> Drawn:
    if len(result.figures.strategies) < 2 or result.equity.is_empty() or result.fills.is_empty():
        return {}
    curves = strategy_curves(result.fills, result.prices, times_of(result.equity), opening, instruments_of(result), rates_of(result))
    series = [
        _series(name, np.array(curve.times), np.array(curve.equity) - opening, color=f"c{n % 8}", points=POINTS // 2)
        for n, name in enumerate(sorted(result.figures.strategies))
        if (curve := curves.get(name)) is not None
    ]
    return {"strategies": {"series": series, "base": 0}}


def _markets(result: Result) -> list[Spec]:
    sampled = {instrument_id(*key): frame for key, frame in partitions(result.prices, "venue", "symbol")}
    traded = sorted(partitions(in_time(result.fills), "venue", "symbol"), key=lambda one: -len(one[1]))
    points = max(200, min(POINTS, PRICE_POINTS // max(1, len(traded))))
    markets = []
    for key, fills in traded:
        prices = sampled.get(instrument_id(*key), fills)
        series = [_series("Price", times_of(prices), floats(prices["price"]), color="muted", points=points)]
        series += [_markers(fills, side) for side in ("buy", "sell")]
        markets.append({"name": " ".join(reversed(key)), "fills": len(fills), "series": series})
    return markets


def _markers(fills: pl.DataFrame, side: str) -> Spec:
    """One marker per fill; where there are more than `MARKERS`, one per stretch of time: their number, quantity and average price."""
    own = fills.filter(pl.col("side") == side).select(
        pl.col("ts").to_physical(), pl.col("quantity").cast(pl.Float64), pl.col("price").cast(pl.Float64)
    )
    if len(own) > MARKERS:
        first, last = fills["ts"].to_physical().min(), fills["ts"].to_physical().max()
        stretch = (int(last) - int(first)) // MARKERS + 1  # type: ignore[arg-type]
        own = own.with_columns(stretch=(pl.col("ts") - first) // stretch)
    else:
        own = own.with_row_index("stretch")
    marks = own.group_by("stretch", maintain_order=True).agg(
        pl.col("ts").mean().cast(pl.Int64),
        ((pl.col("price") * pl.col("quantity")).sum() / pl.col("quantity").sum()).alias("price"),
        pl.col("quantity").sum(),
        pl.len().alias("count"),
    )
    return {
        "name": f"{side.capitalize()}s",
        "kind": side,
        "color": side,
        "t": _millis(marks["ts"].to_numpy()),
        "y": _short(floats(marks["price"])),
        "quantity": _short(floats(marks["quantity"])),
        "count": marks["count"].to_list(),
    }


def _returns(curve: Curve) -> Drawn:
    period = next((p for p in PERIODS if len(period_returns(curve, p)) >= PERIODS_MIN), min(PERIODS))
    returns, name = period_returns(curve, period), PERIODS[period]
    if len(returns) < 2:
        return {}
    times, values = np.array(list(returns)) * period, np.array(list(returns.values()))
    return {
        "returns": {"series": [_series("Return", times, values, kind="bars")], "base": 0, "period": name},
        "histogram": {**_histogram(values), "period": name},
    }


def round_trip_profits(result: Result) -> Floats:
    """In the valuation currency, at final rates."""
    trips = result.round_trips
    return floats(trips["pnl"]) * floats(trips["currency"].replace_strict(rates_of(result), return_dtype=pl.Float64))


def _round_trips(result: Result) -> Drawn:
    return {"profits": _histogram(round_trip_profits(result))} if len(result.round_trips) >= 2 else {}


def _histogram(values: Floats) -> Spec:
    """Around zero; the two per cent furthest from it are counted in the outermost bins."""
    reach = float(np.quantile(np.abs(values), 0.98)) or float(np.abs(values).max()) or 1.0
    edges = np.linspace(-reach, reach, BINS + 1)
    counts, _ = np.histogram(np.clip(values, -reach, reach), edges)
    return {"edges": _short(edges), "counts": counts.tolist()}


def _costs(result: Result) -> Drawn:
    if result.fills.is_empty():
        return {}
    run = times_of(result.equity)
    series = [_summed("Fees", *_fees(result), run, color="c1")]
    times, slippage = _slippage(result)
    if len(times):
        series.append(_summed("Slippage", times, slippage, run, color="c2"))
    return {"costs": {"series": series, "base": 0}}


def _fees(result: Result) -> tuple[Times, Floats]:
    instruments, rates = instruments_of(result), rates_of(result)
    times, fees = [], []
    for key, fills in partitions(result.fills.select("ts", "venue", "symbol", "price", "fee", "fee_asset"), "venue", "symbol"):
        instrument = instruments[instrument_id(*key)]
        times.append(times_of(fills))
        fees.append(fees_in_quote(fills, instrument, rates) * rates[instrument.quote])
    return np.concatenate(times), np.concatenate(fees)


def _slippage(result: Result) -> tuple[Times, Floats]:
    order = ["venue", "symbol", "order_id"]
    rates = {str(instrument.symbol): rates_of(result).get(instrument.quote, 0.0) for instrument in result.summary.instruments}
    fills = result.fills.select("ts", "side", "quantity", "price", *order).join(
        result.orders.select("decision_price", *order).drop_nulls(), on=order, maintain_order="left"
    )
    rate = floats(fills["symbol"].replace_strict(rates, return_dtype=pl.Float64))
    return times_of(fills), signs(fills) * (floats(fills["price"]) - floats(fills["decision_price"])) * floats(fills["quantity"]) * rate


def _summed(name: str, times: Times, values: Floats, run: Times, *, color: str) -> Spec:
    """From nothing at the start of the run, and until the first of them, to the sum at its end."""
    order = np.argsort(times, kind="stable")
    sums = np.cumsum(values[order])
    span = np.concatenate((run, times))
    whole = np.concatenate(([np.min(span), np.min(times)], times[order], [np.max(span)]))
    return _series(name, whole, np.concatenate(([0.0, 0.0], sums, sums[-1:])), color=color, points=POINTS // 2)


def _series(name: str, times: Times, values: Floats, *, kind: str = "line", color: str = "c0", points: int = POINTS) -> Spec:
    if kind != "bars":
        keep = _peaks_and_troughs(values, points)
        times, values = times[keep], values[keep]
    return {"name": name, "kind": kind, "color": color, "t": _millis(times), "y": _short(values)}


def _peaks_and_troughs(values: Floats, points: int) -> Times:
    """Indices of about `points` values: of every stretch its lowest and its highest, and the first and the last of all."""
    count = len(values)
    if count <= points:
        return np.arange(count)
    stretch = -(-2 * count // points)
    whole = count // stretch * stretch
    blocks = values[:whole].reshape(-1, stretch)
    starts = np.arange(0, whole, stretch)
    return np.unique(np.concatenate((starts + blocks.argmin(axis=1), starts + blocks.argmax(axis=1), [0, count - 1])))


def _millis(times: Times) -> list[int]:
    millis = times // MILLISECOND
    differences: list[int] = np.diff(millis, prepend=0).tolist()
    return differences


def _short(values: Floats) -> list[float]:
    """Seven significant digits, and of a curve that hardly moves four of what it moves by: more than a screen shows."""
    finite = values[np.isfinite(values)]
    span = float(np.max(finite) - np.min(finite)) if len(finite) else 0.0
    least = 4 - math.floor(math.log10(span)) if span else -10
    return [_rounded(value, least) for value in values.tolist()]


def _rounded(value: float, decimals: int) -> float:
    if not value or not math.isfinite(value):
        return value
    return float(round(value, max(decimals, 6 - math.floor(math.log10(abs(value))))))
