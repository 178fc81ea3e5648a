"""Delays as people write them: 5ms, 2ms..9ms, 5ms~0.5, recorded+2ms, or a file of durations."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from seawall.api.units import Nanos
from seawall.cli import options
from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.backtest.latency import Delay

_QUANTILES = 1_000  # Of a distribution: what it is drawn from.


def delay(text: str, data: list[str]) -> "Delay":
    """A duration; LOW..HIGH (uniform); MEDIAN~SIGMA (lognormal); recorded+BASE: what the rows of `data` took from the venue's clock to the
    recorder's, over the fastest of them; a file with a duration in each line."""
    from seawall.backtest.latency import Drawn

    low, dots, high = text.partition("..")
    if dots:
        ends = options.duration(low, "--latency"), options.duration(high, "--latency")
        if ends[0] > ends[1]:
            raise UserError(f"--latency {text}: the first is the shorter one", "for example order=2ms..9ms")
        return Drawn(tuple(Nanos(ends[0] + (ends[1] - ends[0]) * each // _QUANTILES) for each in range(_QUANTILES + 1)))
    middle, tilde, sigma = text.partition("~")
    if tilde:
        return Drawn(_lognormal(options.duration(middle, "--latency"), sigma, text))
    name, plus, base = text.partition("+")
    if name == "recorded":
        return Drawn(_recorded(data, options.duration(base, "--latency") if plus else Nanos(0)))
    if Path(text).is_file():
        try:
            lines = [line for line in Path(text).read_text(encoding="utf-8").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"--latency {text}: cannot be read: {error}", "one duration in each line, like 3.2ms") from None
        if not lines:
            raise UserError(f"--latency {text}: the file is empty", "one duration in each line, like 3.2ms")
        return Drawn(tuple(options.duration(line, f"--latency {text}") for line in lines))
    return options.duration(text, "--latency")


def _lognormal(median: Nanos, sigma: str, text: str) -> tuple[Nanos, ...]:
    from math import exp
    from statistics import NormalDist

    try:
        width = float(sigma)
    except ValueError:
        width = -1.0
    if not 0 <= width <= 3:
        raise UserError(f"--latency {text}: the width is a number from 0 to 3", "for example order=5ms~0.5")
    normal = NormalDist()
    return tuple(Nanos(round(median * exp(width * normal.inv_cdf((each + 0.5) / _QUANTILES)))) for each in range(_QUANTILES))


def _recorded(data: list[str], base: Nanos) -> tuple[Nanos, ...]:
    """Clocks differ: only how much slower than the fastest row each was is known."""
    from glob import glob

    import polars as pl

    found: list[Any] = []
    for path in (match for name in data for match in sorted(glob(name)) if match.endswith((".parquet", ".pq"))):
        frame = pl.scan_parquet(path)
        if {"ts_recv", "ts_event"} <= {*frame.collect_schema().names()}:
            took = pl.col("ts_recv").dt.cast_time_unit("ns").cast(pl.Int64) - pl.col("ts_event").dt.cast_time_unit("ns").cast(pl.Int64)
            found.append(frame.select(took.alias("took")).drop_nulls().collect()["took"])
    if not found or not sum(map(len, found)):
        raise UserError("--latency recorded: no file with ts_recv and ts_event among the data", "name delays, like order=5ms")
    took = pl.concat(found).sort()
    return tuple(Nanos(int(took[len(took) * each // _QUANTILES]) - int(took[0]) + base) for each in range(_QUANTILES))
