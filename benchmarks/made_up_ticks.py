"""Ten minutes of trades, best quotes and depth of two instruments, made up: for benchmarks where no recording is at hand.

The touch wanders tick by tick, prints hit it, and ten times a second a message tells what has changed in the book, most of it near the
touch. Rows of each kind are about as many as of BTC and ETH on a large exchange. What it cannot have is real queues.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

START, SECONDS = 1_700_000_000_000_000_000, 600
QUOTES, TRADES, PER_MESSAGE, LEVELS = 60_000, 15_000, 30, 1_000
SYMBOLS = {"BTC-USDT": (60_000.0, 1.0), "ETH-USDT": (3_000.0, 20.0)}  # Opening price, size at the touch.
TICK = 0.01


def write(folder: Path) -> list[str]:
    """Three Parquet files. Returns their names."""
    frames: dict[str, list[pl.DataFrame]] = {"trades": [], "quotes": [], "depth": []}
    for seed, (symbol, (opening, size)) in enumerate(SYMBOLS.items()):
        for kind, columns in _market(np.random.default_rng(seed), round(opening / TICK), size).items():
            frames[kind].append(pl.DataFrame(columns).with_columns(venue=pl.lit("binance_spot"), symbol=pl.lit(symbol)))
    names = []
    for kind, parts in frames.items():
        names.append(str(folder / f"{kind}.parquet"))
        pl.concat(parts).write_parquet(names[-1])
    return names


def _market(rng: np.random.Generator, opening: int, size: float) -> dict[str, dict[str, Any]]:
    times = START + np.sort(rng.integers(0, SECONDS * 10**9, QUOTES))
    bid = opening + np.cumsum(rng.integers(-1, 2, QUOTES) * (rng.random(QUOTES) < 0.15))
    hit, buys = np.sort(rng.choice(QUOTES, TRADES, replace=False)), rng.random(TRADES) < 0.5
    quotes = {
        "ts_recv": times,
        "bid_px": _price(bid),
        "bid_qty": _sizes(rng, size, QUOTES),
        "ask_px": _price(bid + 1),
        "ask_qty": _sizes(rng, size, QUOTES),
    }
    trades = {
        "ts_recv": times[hit] + 1,
        "price": _price(bid[hit] + buys),
        "qty": _sizes(rng, size / 20, TRADES),
        "aggressor": np.where(buys, "buy", "sell"),
    }
    return {"trades": trades, "quotes": quotes, "depth": _depth(rng, times, bid, size)}


def _depth(rng: np.random.Generator, times: Any, bid: Any, size: float) -> dict[str, Any]:
    rows = [np.concatenate(columns) for columns in zip(*_messages(rng, times, bid), strict=True)]
    message, is_ask, price, filled = rows
    return {
        "ts_recv": START + message * 100_000_000,
        "is_snapshot": message == 0,
        "side": np.where(is_ask == 1, "a", "b"),
        "price": _price(price),
        "qty": _sizes(rng, size, len(price)) * filled,
        "first_update_id": message * 10 - 9,
        "final_update_id": message * 10,
    }


def _messages(rng: np.random.Generator, times: Any, bid: Any) -> Iterator[tuple[Any, ...]]:
    """Number, side, price in ticks, and whether anything stands there. What the touch has left behind is taken away."""
    before = int(bid[0])
    yield _rows(0, [(before - n, 1) for n in range(LEVELS)], [(before + 1 + n, 1) for n in range(LEVELS)])
    for number in range(1, SECONDS * 10):
        now = int(bid[np.searchsorted(times, START + number * 100_000_000) - 1])
        away, keeps = rng.exponential(30, PER_MESSAGE).astype(int).tolist(), (rng.random(PER_MESSAGE) < 0.6).astype(int).tolist()
        sides: list[list[tuple[int, int]]] = [[(now, 1)], [(now + 1, 1)]]
        for place, (distance, keep) in enumerate(zip(away, keeps, strict=True)):
            sides[place % 2].append((now + 2 + distance, keep) if place % 2 else (now - 1 - distance, keep))
        sides[0] += [(price, 0) for price in range(now + 1, before + 1)]
        sides[1] += [(price, 0) for price in range(before + 1, now + 1)]
        before = now
        yield _rows(number, *sides)


def _rows(number: int, bids: list[tuple[int, int]], asks: list[tuple[int, int]]) -> tuple[Any, ...]:
    prices, filled = (np.array(column) for column in zip(*bids, *asks, strict=True))
    return np.full(len(prices), number), np.repeat([0, 1], [len(bids), len(asks)]), prices, filled


def _price(ticks: Any) -> Any:
    return np.round(ticks * TICK, 2)


def _sizes(rng: np.random.Generator, mean: float, count: int) -> Any:
    return np.maximum(np.round(rng.exponential(mean, count), 3), 0.001)
