"""What one run of a sweep leaves behind: enough for every table and figure, and small enough to keep thousands."""

from typing import Any

import msgspec

from seawall.analytics.figures import StrategyPerformance


class Outcome(msgspec.Struct, frozen=True):
    """A set of parameters over one window of time. Without figures, `error` says why."""

    parameters: dict[str, Any]
    window: str  # START-END in nanoseconds.
    figures: StrategyPerformance | None = None
    returns: list[float] = []  # Of every period in order; empty where the equity was not positive throughout.
    currency: str = ""
    warnings: list[str] = []
    error: str = ""
    rows: int = 0
    seconds: float = 0.0  # Its share of the batch it ran in.
