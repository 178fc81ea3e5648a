"""Recorded depth applied to books: read from a parquet file, turned into ticks and lots, and every level set, message by message.

The recording is the one of `SEAWALL_DATA` (default ../shared/data) where it is there; else one is made up that moves alike: a thousand
levels a side, messages of fifty, half of them levels that come or go.
"""

import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from seawall.market_data.recorded import open_recording
from seawall.market_data.recorded.depth import feed
from seawall.runtime.books import BookBuilder

ROUNDS = 5
RECORDED = Path(os.environ.get("SEAWALL_DATA") or Path(__file__).parents[2] / "shared" / "data") / "binance_ticks_20240808_depth_l2.parquet"


def made_up(rows: int, per_message: int = 50) -> pl.DataFrame:
    rng = np.random.default_rng(7)
    snapshot = np.concatenate([np.arange(59_001, 60_001), np.arange(60_001, 61_001)])
    side = rng.integers(0, 2, rows).astype(bool)
    away = np.minimum(rng.exponential(300, rows).astype(np.int64), 5_000)
    price = np.concatenate([snapshot, np.where(side, 60_001 + away, 60_000 - away)])
    message = np.concatenate([np.zeros(2_000, np.int64), 1 + np.arange(rows) // per_message])
    side = np.concatenate([snapshot > 60_000, side])
    order = np.lexsort((side, message))
    quantity = np.concatenate([np.ones(2_000), rng.integers(0, 2, rows) * rng.integers(1, 10_000, rows) * 0.001])
    return pl.DataFrame(
        {
            "ts_recv": 1_700_000_000_000_000_000 + message * 100_000_000,
            "is_snapshot": message == 0,
            "side": np.where(side, "a", "b")[order],
            "price": price[order] * 0.1,
            "qty": quantity[order],
            "first_update_id": message * 10 - 9,
            "final_update_id": message * 10,
        }
    ).with_columns(price=pl.col("price").round(1))


def rate(path: Path) -> float:
    recording = open_recording(path, trading=False, symbol="BTC-USD")
    best = 0.0
    for _ in range(ROUNDS):
        began, rows = perf_counter(), 0
        for stream in recording.streams:
            book = BookBuilder()
            for piece in recording.alone(stream):
                rows += len(piece.time)
                for _ in feed(book, piece):
                    pass
            assert book.live and not book.state.gaps
        best = max(best, rows / (perf_counter() - began))
    return best


def run() -> dict[str, float]:
    if RECORDED.exists():
        print(f"  {RECORDED.name}", file=sys.stderr)
        return {"depth_rows_per_s": rate(RECORDED)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "depth.parquet"
        made_up(1_000_000).write_parquet(path)
        print("  made up: no recording at hand", file=sys.stderr)
        return {"depth_rows_per_s": rate(path)}


if __name__ == "__main__":
    print(run())
