"""Runs a backtest from data and strategies to a result. The shell around the host: it opens files, keeps time, reports progress.

result = run_backtest(MyStrategy, data, config={"fast": 10})
result.figures.portfolio.sharpe_ratio, result.fills, result.write("runs/mine")
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import perf_counter
from typing import Any

import msgspec

from seawall.analytics.build import build_result
from seawall.analytics.recorder import CashKind, Recorder
from seawall.analytics.result import Result
from seawall.analytics.summary import Input, RunSummary
from seawall.api.instruments import Instrument, Venue
from seawall.api.message import Address, strategy_address, strategy_name, venue_address
from seawall.api.risk import Limits
from seawall.api.units import DAY, HOUR, MINUTE, SECOND, Money, Nanos
from seawall.backtest.fill_models import FillModel, fill_model
from seawall.backtest.fill_models.measured import measured
from seawall.backtest.funding import Funding, account_of, fund
from seawall.backtest.funding_rates import read_funding_rates
from seawall.backtest.host import Backtest
from seawall.backtest.latency import Drawn, Latency, in_words, longest
from seawall.backtest.notes import Notes
from seawall.backtest.recorded_margin import FundingRates
from seawall.backtest.recorded_venue import RecordedVenue
from seawall.backtest.rows import Row, RowMaker
from seawall.backtest.warm_up import shortage, warm_up_of
from seawall.engine.core.feed import FeedSettings
from seawall.engine.core.feed_words import feed_from
from seawall.engine.core.limit_files import foreign, listed, words_of
from seawall.engine.core.limit_words import as_texts, limits_from
from seawall.engine.core.machine import Engine, EngineSettings
from seawall.engine.core.market import refusals
from seawall.engine.core.settings import Switches
from seawall.engine.core.venues.settings import SessionSettings, VenueSettings
from seawall.market_data.recorded import FeedDelay, Recording, open_recording
from seawall.market_data.recorded.kinds import Kind
from seawall.runtime.rng import Rng
from seawall.strategy.base import TradingStrategy
from seawall.strategy.catalogue import distinct
from seawall.strategy.core.machine import StrategyMachine
from seawall.strategy.events import as_datetime
from seawall.strategy.parameters import Asked

ENGINE = Address("engine")
SAMPLES = 2_000  # Of the equity, at most, over a span of years.
SAMPLE_INTERVALS = (  # Each goes into a day, so that there is a sample at every midnight: what daily returns are made of.
    *(n * SECOND for n in (1, 2, 5, 10, 30)),
    *(n * MINUTE for n in (1, 2, 5, 10, 30)),
    *(n * HOUR for n in (1, 2, 4, 12)),
)

StrategyClass = Callable[[dict[str, Any]], TradingStrategy]


class Progress(msgspec.Struct, frozen=True):
    rows: int  # Done.
    rows_total: int  # In the recording: an upper bound where a time span was chosen.
    time: Nanos  # Of the market.
    seconds: float  # Since the start.
    fills: int
    orders: int


class BacktestFailed(Exception):
    """A strategy's code raised. `result` holds what happened until then."""

    def __init__(self, message: str, result: Result) -> None:
        super().__init__(message)
        self.result = result


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that shapes a run beside strategies and data."""

    balances: Mapping[str, Mapping[str, str]] | None = None  # Venue ("*": every venue) -> currency -> amount. None: ample.
    capital: str | None = None  # What returns are measured against. None: the balances' value at the first prices, or 1,000,000.
    currency: str | None = None  # The valuation currency. None: USD, USDT, USDC or else the first quote currency of the data.
    limits: Mapping[str, str | float | None] = {}  # Over `default_limits` and files: see `limit_words.limits_from`.
    limit_files: Sequence[tuple[str, Any]] = ()  # Names, and contents as YAML has them: see `limit_files.words_of`.
    switches: Switches = Switches()
    latency: Latency = Latency()
    fill_model: str | FillModel = "trade_through"  # A name of FILL_MODELS, or a model of your own.
    limited: bool | None = None  # Fills, to the recorded volume. None: with a queue model, and at venues whose depth is recorded.
    slippage_bps: int = 0
    start: Nanos | None = None
    end: Nanos | None = None
    warm_up: Nanos | None = None  # Of data before `start`: strategies hear it and do not trade. None: as much as they ask for.
    seed: int = 0
    command: str = ""
    funding_rates: Any = None  # Of perpetuals: a file or table of ts, venue, symbol, funding_rate, mark_price. None: they pay nothing.


def run_backtest(
    strategies: StrategyClass | Sequence[StrategyClass],
    data: Any,
    *,
    config: Mapping[str, Any] | None = None,
    setup: Setup | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
    **recording: Any,
) -> Result:
    """Runs strategies over recorded data.

    Args:
        strategies: one class derived from TradingStrategy, or several; each gets a copy of `config`.
        data: files, patterns, polars or pandas frames, dicts of arrays, or an open Recording.
        setup: accounts, limits, latency, fill model, time span; see Setup.
        progress: called after every chunk of rows.
        stop: asked after every chunk; True ends the run early with a valid, partial result.
        recording: passed to `open_recording` (instruments, venues, symbols, venue, symbol, ...).

    Raises:
        RecordingError: the data cannot be used; says what, where, and what is allowed.
        ValueError: a setting makes no sense.
        BacktestFailed: a strategy raised; carries the partial result.
    """
    classes = list(strategies) if isinstance(strategies, Sequence) else [strategies]
    source = data if isinstance(data, Recording) else open_recording(data, **recording)
    run = Run(classes, source, dict(config or {}), setup or Setup())
    run.drive(progress, stop)
    result = run.result()
    if run.failures:
        raise BacktestFailed("; ".join(run.failures), result)
    return result


class Run:
    """One run, to be driven whole, or piece by piece by whoever has rows to give: `begin`, `take` as often as there are, `finish`."""

    def __init__(self, classes: list[StrategyClass], recording: Recording, config: dict[str, Any], setup: Setup) -> None:
        self.recording = recording
        self.setup = setup
        self.config = config
        instruments = recording.instruments
        self.start = Nanos(max(recording.span[0], setup.start or 0))
        self.end = Nanos(min(recording.span[1] + 1, setup.end if setup.end is not None else recording.span[1] + 1))
        if self.start >= self.end:
            first, last = (f"{as_datetime(time):%Y-%m-%d %H:%M:%S}" for time in recording.span)
            raise ValueError(f"no data between --from and --to: the recording spans {first} to {last} UTC")
        self.funding: Funding = fund(recording, setup.balances, setup.capital, setup.currency, self.start, self.end)
        self.inputs = tuple(Input(*each) for each in recording.inputs())  # Now: when the run is over, a file may have moved.
        self.engine = Engine(_engine_settings(recording, self.funding, setup))
        self.funding_rates, self.funding_warnings = read_funding_rates(setup.funding_rates, instruments, self.start, self.end)
        self.venues = _venues(recording, setup, self.funding_rates)
        self.asked = Asked()
        self.machines = _strategy_machines(classes, self.asked.watch(config), instruments, setup.seed)
        wanted = warm_up_of(self.machines, recording.streams) if setup.warm_up is None else setup.warm_up
        self.hear_from = Nanos(max(min(recording.span[0], self.start), self.start - wanted))
        self.shortage = shortage(wanted, self.start, Nanos(recording.span[0]))
        self.recorder = Recorder(instruments, self.funding.currency, self.funding.decimals)
        for venue, amounts in self.funding.deposits.items():
            for currency, amount in amounts.items():
                self.recorder.cash(self.start, venue, account_of(venue), currency, amount, CashKind.TRANSFER)
        self.notes = Notes(self.recorder, self.engine, self.funding.capital)
        self.host = self.new_host()
        self.rows = 0
        self.complete = False
        self.seconds = 0.0

    def new_host(self) -> Backtest:
        span = self.end - self.start
        interval = next((each for each in SAMPLE_INTERVALS if each * SAMPLES >= span), DAY)
        return Backtest(
            self.engine,
            self.venues,
            self.machines,
            self.recording.streams,
            self.notes,
            latency=self.setup.latency,
            sample_interval=Nanos(interval),
            seed=self.setup.seed,
        )

    @property
    def failures(self) -> list[str]:
        return [f"{strategy_name(m.address)} failed: {m.failure}" for m in self.machines if m.failure]

    def drive(self, progress: Callable[[Progress], None] | None, stop: Callable[[], bool]) -> None:
        began = perf_counter()
        maker, complete = RowMaker(self.recording.streams), False
        self.begin()
        for piece in self.recording.read(self.hear_from, self.end, feed=feed_delay(self.setup)):
            self.take(maker.rows(piece), len(piece.time))
            if progress is not None:
                seconds = perf_counter() - began
                progress(Progress(self.rows, self.recording.rows, self.host.now, seconds, self.notes.fills, self.notes.orders))
            if stop() or self.failures:
                break
        else:
            complete = True
        self.finish(complete=complete)
        self.seconds = perf_counter() - began

    def begin(self) -> None:
        self.host.start(Nanos(self.hear_from - 1), self.funding.commands, self.start if self.hear_from < self.start else Nanos(0))

    def take(self, rows: Iterable[Row], count: int) -> None:
        self.host.run(rows)
        self.rows += count

    def finish(self, *, complete: bool) -> None:
        """After the last row; not complete: there would have been more."""
        self.complete = complete
        self.host.finish(Nanos(max(self.host.now, self.end - 1) if complete else self.host.now))

    def result(self) -> Result:
        engine = self.engine
        marks = self.notes.final_marks()
        summary = RunSummary(
            strategies=tuple(machine.address for machine in self.machines),
            start=self.start,
            end=Nanos(max(self.start, self.end - 1) if self.complete else self.host.now),
            complete=self.complete,
            opening_equity=self.funding.capital,
            marks=marks,
            rates=engine.rates.of_whole_units(),
            command=self.setup.command,
            seed=self.setup.seed,
            config=self.config,
            assumptions=_assumptions(self.setup),
            inputs=self.inputs,
            warnings=self._warnings(),
            refused_rows=self._refused_rows(),
            refusals=self.notes.refusals,
            counters=self._counters(),
            risk_breaches=self.notes.breaches,
            emergency_stops=self._emergency_stops(),
            wall_clock={"seconds": self.seconds, "rows_per_s": self.rows / self.seconds if self.seconds else 0.0},
        )
        return build_result(self.recorder, summary)

    def _warnings(self) -> tuple[str, ...]:
        setup, instruments = self.setup, self.recording.instruments
        limits = (*foreign(words_of(setup.limit_files), instruments), *_needless(setup))
        short = (self.shortage,) if self.shortage else ()
        assumed = (*short, *self.recording.warnings, *self.funding.warnings, *self.funding_warnings, *self.notes.gaps.warnings())
        return (*limits, *assumed, *self._bookless(), *self.asked.unread(self.config), *self.notes.surprises, *self.failures)

    def _bookless(self) -> list[str]:
        """Strategies that follow order books where none are recorded."""
        deep = {stream.instrument.id: True for stream in self.recording.streams if stream.kind is Kind.DEPTH}
        shallow = ", ".join(instrument.id for instrument in self.recording.instruments if instrument.id not in deep)
        followers = [strategy_name(machine.address) for machine in self.machines if shallow and machine.strategy.DEPTH]
        return [f"{name} follows order books, and no depth is recorded of {shallow}: there its books are empty" for name in followers]

    def _emergency_stops(self) -> dict[str, int]:
        """By breakers, of its own and of all trading, and by its own failure."""
        tripped = self.notes.stops
        return {m.address: tripped.get(m.address, 0) + tripped.get("", 0) + bool(m.failure) for m in self.machines}

    def _refused_rows(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        for reasons in self.recording.refused.values():
            for reason, count in reasons.items():
                counted[str(reason)] = counted.get(str(reason), 0) + count
        return counted

    def _counters(self) -> dict[str, int]:
        counters = {"rows": self.rows, "fills": self.notes.fills, "orders": self.notes.orders, **self.notes.alerts}
        for account in self.engine.state.strategies.values():
            counters["signals"] = counters.get("signals", 0) + account.signals
            if account.clamped:
                counters["signals clamped"] = counters.get("signals clamped", 0) + account.clamped
            for reason, count in account.dropped.items():
                counters[f"dropped: {reason}"] = counters.get(f"dropped: {reason}", 0) + count
        if ignored := sum(machine.ignored for machine in self.machines):
            counters["signals while warming up"] = ignored
        return counters | refusals(self.engine.state.markets.values())


def feed_delay(setup: Setup) -> FeedDelay | None:
    """How the run's rows are to be read. None: all hear of a row when it happens."""
    feed = setup.latency.feed
    return FeedDelay(feed.sample if isinstance(feed, Drawn) else (feed,), setup.seed) if feed else None


def default_limits(recording: Recording, decimals: int) -> Limits:
    """What holds unless told otherwise. A price may be as old as two bars; money in the valuation currency's minor units."""
    longest = max(stream.interval for stream in recording.streams)
    return Limits(
        max_order_value=Money(1_000_000 * 10**decimals),
        max_total_notional=Money(10_000_000 * 10**decimals),
        max_price_age=Nanos(max(2 * MINUTE, 2 * longest)),
        max_orders=100,
        max_concentration_bps=None,
        hunter_equity=Money(2_000 * 10**decimals),
        strategist_equity=Money(10_000 * 10**decimals),
    )


def _limits(recording: Recording, funding: Funding, setup: Setup) -> Limits:
    """The defaults, then what files say, then what was said by itself."""
    defaults, words = default_limits(recording, funding.decimals), words_of(setup.limit_files)
    if setup.limit_files:
        defaults = msgspec.structs.replace(defaults, max_concentration_bps=Limits().max_concentration_bps)
    said = listed(words, recording.instruments) | as_texts(setup.limits)
    return limits_from(said, defaults, recording.instruments, funding.decimals)


def _feed(setup: Setup) -> FeedSettings:
    """Rows were looked at when they were read; they bear one clock, and are in order. What is left to ask for is a look at their prices."""
    said = feed_from(_said(setup), FeedSettings())
    return FeedSettings(max_jump_bps=said.max_jump_bps, confirmations=said.confirmations)


def _needless(setup: Setup) -> list[str]:
    """What to say of the other settings of the gate."""
    said = [key for key in ("in_order", "max_lag", "max_lead") if _said(setup).get(key, "none") != "none"]
    return [f"{', '.join(said)}: recorded rows bear one clock and are in order, so that there is nothing to refuse"] if said else []


def _said(setup: Setup) -> dict[str, str]:
    """Of limits, in files and beside them."""
    return {**words_of(setup.limit_files), **as_texts(setup.limits)}


def _monitor_interval(recording: Recording) -> Nanos:
    """Between bars no price moves: looking there would find nothing new."""
    intervals = [stream.interval for stream in recording.streams]
    return Nanos(max(SECOND, min(intervals)))


def _engine_settings(recording: Recording, funding: Funding, setup: Setup) -> EngineSettings:
    latency = setup.latency
    patience = max(2 * SECOND, 4 * (longest(latency.order) + longest(latency.cancel) + longest(latency.report)))
    session = SessionSettings(
        answer_timeout=Nanos(patience), order_validity=Nanos(10 * patience), heartbeat_interval=None, reconcile_interval=None
    )
    return EngineSettings(
        address=ENGINE,
        venues=tuple(VenueSettings(venue, venue_address(venue), account_of(venue), session) for venue in funding.venues),
        instruments=recording.instruments,
        limits=_limits(recording, funding, setup),
        feed=_feed(setup),
        capital=funding.capital,
        monitor_interval=_monitor_interval(recording),
        switches=setup.switches,
        valuation_currency=funding.currency,
        parity=funding.parity,
        seed=setup.seed,
    )


def _model(setup: Setup) -> FillModel:
    return fill_model(setup.fill_model) if isinstance(setup.fill_model, str) else setup.fill_model


def _assumptions(setup: Setup) -> dict[str, str]:
    model, latency = _model(setup), setup.latency
    wished = {None: "as the model and the data want", True: "limited to what was recorded", False: "unlimited"}
    delays = (f"{name} {in_words(delay)}" for name in latency.__struct_fields__ if (delay := getattr(latency, name)))
    return {
        "fill model": model.name or type(model).__name__,
        "measured error": measured(model.name),
        "fill volume": wished[setup.limited],
        "latency": ", ".join(delays) or "none",
    }


def _venues(recording: Recording, setup: Setup, rates: FundingRates) -> list[RecordedVenue]:
    depth = {stream.instrument.venue: True for stream in recording.streams if stream.kind is Kind.DEPTH}
    model = _model(setup)
    bars_only = {instrument.id for instrument in recording.bars_only}
    by_venue: dict[Venue, list[Instrument]] = {}
    for instrument in recording.instruments:
        by_venue.setdefault(instrument.venue, []).append(instrument)
    return [
        RecordedVenue(
            venue_address(venue),
            own,
            fill_model=model,
            limited=(model.limited or venue in depth) if setup.limited is None else setup.limited,
            slippage_bps=setup.slippage_bps,
            bars_only=[i.id for i in own if i.id in bars_only],
            funding_rates={i.id: rates[i.id] for i in own if i.id in rates},
        )
        for venue, own in by_venue.items()
    ]


def _strategy_machines(
    classes: Sequence[StrategyClass], config: dict[str, Any], instruments: Sequence[Instrument], seed: int
) -> list[StrategyMachine]:
    rng = Rng(seed)
    names = distinct(getattr(factory, "__name__", type(factory).__name__) for factory in classes)
    return [
        StrategyMachine(strategy_address(name), ENGINE, factory, config, instruments, rng.next_u64())
        for name, factory in zip(names, classes, strict=True)
    ]
