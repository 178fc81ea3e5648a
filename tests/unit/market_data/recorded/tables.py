"""Small tables of recorded market data, in the columns of real recordings."""

from collections.abc import Sequence
from typing import Any

import polars as pl

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
VENUE = "binance_spot"
START = 1_700_000_040 * SECOND  # A full minute.


def times(nanos: Sequence[int], unit: str = "ns") -> pl.Series:
    return pl.Series(nanos, dtype=pl.Int64).cast(pl.Datetime("ns", "UTC")).dt.cast_time_unit(unit)


def trades(
    prices: Sequence[float], *, start: int = START, step: int = SECOND, venue: str = VENUE, symbol: str = "BTCUSDT", **columns: Any
) -> pl.DataFrame:
    """One trade each step."""
    count = len(prices)
    return pl.DataFrame(
        {
            "ts_recv": times([start + n * step for n in range(count)]),
            "venue": [venue] * count,
            "symbol": [symbol] * count,
            "trade_id": list(range(1, count + 1)),
            "price": [float(price) for price in prices],
            "qty": [0.5] * count,
            "aggressor": ["buy", "sell"] * (count // 2) + ["buy"] * (count % 2),
            **columns,
        }
    )


def bars(
    closes: Sequence[float],
    *,
    start: int = START,
    step: int = MINUTE,
    venue: str = VENUE,
    symbol: str = "BTC-USDT",
    **columns: Any,
) -> pl.DataFrame:
    """One bar each step, which opens where it closes."""
    count = len(closes)
    return pl.DataFrame(
        {
            "ts": times([start + n * step for n in range(count)], "ms"),
            "venue": [venue] * count,
            "symbol": [symbol] * count,
            "open": [float(close) for close in closes],
            "high": [close + 0.5 for close in closes],
            "low": [close - 0.5 for close in closes],
            "close": [float(close) for close in closes],
            "volume": [2.0] * count,
            **columns,
        }
    )


def quotes(
    bids: Sequence[float], *, start: int = START, step: int = SECOND, venue: str = VENUE, symbol: str = "BTCUSDT", **columns: Any
) -> pl.DataFrame:
    """One quote each step, one cent wide."""
    count = len(bids)
    return pl.DataFrame(
        {
            "ts_recv": times([start + n * step for n in range(count)]),
            "venue": [venue] * count,
            "symbol": [symbol] * count,
            "update_id": list(range(count)),
            "bid_px": [float(bid) for bid in bids],
            "bid_qty": [1.0] * count,
            "ask_px": [bid + 0.01 for bid in bids],
            "ask_qty": [2.0] * count,
            **columns,
        }
    )


Change = tuple[str, float, float]  # Side, price, quantity.


def depth(
    messages: Sequence[tuple[int | None, int, Sequence[Change]]],
    *,
    start: int = START,
    step: int = SECOND,
    previous: Sequence[int] = (),
    **columns: Any,
) -> pl.DataFrame:
    """One message each step: (first update id, final update id, changes). Without a first id it is a snapshot."""
    rows = [
        {
            "ts_recv": start + n * step,
            "venue": columns.get("venue", VENUE),
            "symbol": columns.get("symbol", "BTCUSDT"),
            "msg_seq": n,
            "is_snapshot": first is None,
            "side": side,
            "price": float(price),
            "qty": float(quantity),
            "first_update_id": first,
            "final_update_id": final,
            "prev_update_id": previous[n] if previous else None,
        }
        for n, (first, final, changes) in enumerate(messages)
        for side, price, quantity in changes
    ]
    ids = dict.fromkeys(("first_update_id", "prev_update_id"), pl.Int64)
    return pl.DataFrame(rows, schema_overrides=ids).with_columns(ts_recv=times([row["ts_recv"] for row in rows]))


SNAPSHOT: Sequence[Change] = (("b", 100.00, 1), ("b", 99.99, 2), ("a", 100.02, 1), ("a", 100.03, 2))
