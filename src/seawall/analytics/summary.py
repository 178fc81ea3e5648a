"""What a host says about its run, and what result.json says about it."""

from decimal import Decimal
from typing import Any

import msgspec

from seawall.analytics.attribution import Attribution
from seawall.analytics.figures import Figures
from seawall.analytics.perpetuals import Carried
from seawall.api.instruments import Instrument, InstrumentId, Symbol, Venue
from seawall.api.paper import PaperEnded
from seawall.api.units import Currency, Money, Nanos, Price


class Input(msgspec.Struct, frozen=True):
    """Recorded data that a run read."""

    name: str  # The file as it was named, or where in the arguments the table stood.
    sha256: str  # Of the file's bytes; of a table in memory, of its values.
    rows: int


class PaperAccount(msgspec.Struct, frozen=True):
    """What a strategy did on paper while a venue was unusable: in no other figure."""

    strategy: str
    venue: Venue
    start_ns: Nanos
    end_ns: Nanos  # The venue was back; or the run ended.
    fills: int
    pnl: Decimal | None  # Fees taken off, what was open valued at the end. None: it has no price or no rate.


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What `build_result` needs beside the recorder. Strategies by address; in a result they are called by name."""

    strategies: tuple[str, ...]  # All of them, those without a fill too.
    start: Nanos  # Of the market time replayed.
    end: Nanos
    complete: bool  # False: stopped before the data ended.
    opening_equity: Money  # In valuation minor units; what returns are measured against.
    marks: dict[InstrumentId, Price]  # The last price of every instrument that was traded.
    rates: dict[Currency, tuple[int, int]]  # One unit of the currency is numerator / denominator units of the valuation currency.
    command: str = ""  # That repeats the run.
    seed: int | None = None
    config: dict[str, Any] = {}  # Plain JSON.
    assumptions: dict[str, str] = {}  # What the host assumed of fills and time, in words.
    inputs: tuple[Input, ...] = ()
    warnings: tuple[str, ...] = ()
    refused_rows: dict[str, int] = {}  # Rows of recorded data, by reason.
    refusals: dict[str, int] = {}  # Orders, by check.
    counters: dict[str, int] = {}  # Signals, updates, and what else was counted.
    risk_breaches: dict[str, int] = {}  # By strategy.
    emergency_stops: dict[str, int] = {}  # By strategy.
    paper: tuple[tuple[PaperEnded, Nanos], ...] = ()  # Each with when it ended.
    chaos_recovery_times: dict[str, float] = {}  # Seconds from a fault's end to the steady state, the longest, by strategy.
    wall_clock: dict[str, float] = {}  # Seconds taken, rates reached: all that differs between equal runs.


class Mark(msgspec.Struct, frozen=True):
    venue: Venue
    symbol: Symbol
    price: Decimal


class Span(msgspec.Struct, frozen=True):
    start: str  # ISO 8601, UTC, to the nanosecond.
    end: str
    start_ns: Nanos
    end_ns: Nanos


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """result.json. Decimals are written as strings."""

    complete: bool
    span: Span
    valuation_currency: Currency
    valuation_decimals: int
    total_pnl: Decimal
    opening_equity: Decimal
    pnl_by_quote_currency: dict[Currency, Decimal]  # Each in its own currency, not converted.
    final_marks: list[Mark]
    final_rates: dict[Currency, Decimal]  # Twenty significant digits; total_pnl is computed from exactly these.
    figures: Figures
    attribution: dict[str, list[Attribution]]  # strategy, symbol, venue, hour (of the day, UTC).
    fees: dict[Currency, Decimal]  # Each in its own currency.
    warnings: list[str]
    refused_rows: dict[str, int]
    refusals: dict[str, int]
    counters: dict[str, int]
    paper: list[PaperAccount]
    seed: int | None
    command: str
    config: dict[str, Any]
    assumptions: dict[str, str]
    inputs: list[Input]
    instruments: list[Instrument]
    versions: dict[str, str]
    perpetuals: list[Carried] = []  # Where there are any.
