"""`seawall backtest`: strategies over recorded data, to a directory of results."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seawall.cli import options, risk_options
from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.backtest.latency import Latency
    from seawall.backtest.run import Setup, StrategyClass
    from seawall.market_data.recorded import Recording

Strategies = Annotated[
    list[str],
    typer.Argument(
        help="Strategy files (FILE::CLASS where one holds several), or lists of them in YAML (FILE::NAME for one).", metavar="STRATEGY..."
    ),
]
Data = Annotated[list[str], typer.Option(help="Parquet or CSV files of bars, trades or quotes; patterns work. Repeatable.", metavar="FILE")]
Out = Annotated[Path | None, typer.Option(help="Where the results go. Default: runs/STRATEGY.", metavar="DIRECTORY")]
Balances = Annotated[
    list[str],
    typer.Option(
        help="USDT=1000,BTC=2 for every venue, kraken:USD=500 for one. Repeatable. "
        "Default: a million of each quote currency, and as much worth of each base currency.",
        metavar="BALANCES",
    ),
]
Capital = Annotated[
    str | None,
    typer.Option(
        help="What returns are measured against. Default: what --balances are worth at the first prices, else 1000000.", metavar="AMOUNT"
    ),
]
Currency = Annotated[
    str | None, typer.Option(help="Value everything in it. Default: USD, USDT or USDC, else the first quote currency.", metavar="CURRENCY")
]
Instruments = Annotated[
    Path | None, typer.Option(help="YAML with ticks, lots and fees of venues, laid over the one built in.", metavar="FILE")
]
Venue = Annotated[str, typer.Option(help="Of data without a venue column.", metavar="VENUE")]
Symbol = Annotated[str | None, typer.Option(help="Of data without a symbol column, like BTC-USD.", metavar="SYMBOL")]
Venues = Annotated[str | None, typer.Option(help="Read only these venues of the data, separated by commas.", metavar="VENUES")]
Symbols = Annotated[str | None, typer.Option(help="Read only these symbols of the data, separated by commas.", metavar="SYMBOLS")]
From = Annotated[str | None, typer.Option("--from", help="Start, like 2023-03-10 or 2023-03-10T12:30:00 (UTC).", metavar="TIME")]
To = Annotated[str | None, typer.Option(help="End, exclusive.", metavar="TIME")]
WarmUp = Annotated[
    str | None,
    typer.Option(
        "--warm-up",
        help="Data before --from that strategies hear without trading, like 4h or 30d. Default: as much as each asks for.",
        metavar="DURATION",
    ),
]
Latencies = Annotated[
    list[str],
    typer.Option(
        "--latency",
        help="feed=1ms,order=5ms,cancel=5ms,report=5ms. All but feed also 2ms..9ms (uniform), 5ms~0.5 (lognormal), recorded+2ms, or a file "
        "of durations. Default: none.",
        metavar="LATENCIES",
    ),
]
FillModel = Annotated[
    str,
    typer.Option(
        help="When a resting order fills: trade_through (once the market goes beyond its price), touch (reaches it), or by the volume "
        "before it in the queue: queue_trades, queue_proportional, queue_square, queue_power, queue_log, queue_front. See docs/fills.md.",
        metavar="MODEL",
    ),
]
FillVolume = Annotated[
    str | None,
    typer.Option(
        help="How much an order gets: recorded (no more than a print traded and a quote shows, shared by your own orders) or any. "
        "Default: recorded with a queue model or where depth is recorded, else any.",
        metavar="VOLUME",
    ),
]
Slippage = Annotated[int, typer.Option(help="Worsens the price of every taking order, in basis points.", min=0, metavar="NUMBER")]
FundingRates = Annotated[
    Path | None,
    typer.Option(
        help="Funding of perpetuals: Parquet or CSV with ts, venue, symbol, funding_rate and, where known, mark_price. Default: zero.",
        metavar="FILE",
    ),
]
Seed = Annotated[int, typer.Option(help="Of the strategies' random numbers.", metavar="NUMBER")]


def register(app: typer.Typer) -> None:
    app.command("backtest")(backtest)


def backtest(
    strategies: Strategies,
    data: Data,
    out: Out = None,
    config: options.Config = None,
    set_: options.Set = [],  # noqa: B006
    balances: Balances = [],  # noqa: B006
    capital: Capital = None,
    currency: Currency = None,
    instruments: Instruments = None,
    venue: Venue = "recorded",
    symbol: Symbol = None,
    venues: Venues = None,
    symbols: Symbols = None,
    from_: From = None,
    to: To = None,
    warm_up: WarmUp = None,
    latency: Latencies = [],  # noqa: B006
    fill_model: FillModel = "trade_through",
    fill_volume: FillVolume = None,
    slippage_bps: Slippage = 0,
    funding_rates: FundingRates = None,
    limits: risk_options.LimitFiles = [],  # noqa: B006
    limit: risk_options.OneLimit = [],  # noqa: B006
    seed: Seed = 0,
    log_level: options.LogLevel = "warning",
) -> None:
    """Run strategies over recorded markets. Writes exact results and a report."""
    from seawall.backtest.run import Setup
    from seawall.cli.log import strategies_log
    from seawall.market_data.recorded import RecordingError, open_recording
    from seawall.strategy.catalogue import load_strategies
    from seawall.strategy.loader import StrategyError

    parameters = options.parameters(config, set_)
    with strategies_log(log_level):
        try:
            classes = load_strategies(strategies, parameters)
            recording = open_recording(
                data, instruments=instruments, venues=listed(venues), symbols=listed(symbols), venue=venue, symbol=symbol
            )
        except (StrategyError, RecordingError) as error:
            raise UserError(error.message, error.hint) from None
        setup = Setup(
            balances=options.balances(balances),
            funding_rates=funding_rates,
            capital=capital,
            currency=currency,
            limits=options.pairs(limit, "--limit"),
            limit_files=risk_options.limit_files(limits, strategies),
            switches=risk_options.switches(),
            latency=latencies(latency, data),
            fill_model=fill_model,
            limited=limited(fill_volume),
            slippage_bps=slippage_bps,
            start=options.moment(from_, "--from"),
            end=options.moment(to, "--to"),
            warm_up=options.duration(warm_up, "--warm-up") if warm_up else None,
            seed=seed,
            command=shlex.join(["seawall", *sys.argv[1:]]),
        )
        folder = folder_of(out or Path("runs") / "-".join(Path(name.split("::")[0]).stem for name in strategies))
        exit_code = _run(classes, recording, parameters, setup, folder)
    raise typer.Exit(exit_code)


def _run(classes: "Sequence[StrategyClass]", recording: "Recording", parameters: dict[str, Any], setup: "Setup", folder: Path) -> int:
    """Runs, writes, shows. The exit code."""
    from seawall.backtest.run import BacktestFailed, run_backtest
    from seawall.cli.backtest_progress import Live, summarise
    from seawall.cli.main import show

    failure = ""
    with Live(recording) as live:
        try:
            result = run_backtest(classes, recording, config=parameters, setup=setup, progress=live.show, stop=live.interrupted)
        except BacktestFailed as error:
            result, failure = error.result, str(error)
        except ValueError as error:
            raise UserError(str(error)) from None
    summarise(result, result.write(folder), live.console)
    if failure:
        show(UserError(failure, "the result holds what happened until then"))
        return 1
    return 130 if live.interrupted() else 0


def limited(fill_volume: str | None) -> bool | None:
    choices = {"recorded": True, "any": False}
    if fill_volume is None:
        return None
    if fill_volume not in choices:
        raise UserError(f"--fill-volume {fill_volume}: no such volume", f"there are {', '.join(choices)}")
    return choices[fill_volume]


def listed(text: str | None) -> list[str] | None:
    return text.split(",") if text else None


def latencies(texts: list[str], data: list[str]) -> "Latency":
    from seawall.backtest.latency import Latency
    from seawall.cli.delays import delay

    delays: dict[str, Any] = {key: delay(value, data) for key, value in options.pairs(texts, "--latency").items()}
    if unknown := [key for key in delays if key not in Latency.__struct_fields__]:
        raise UserError(f"--latency {unknown[0]}: no such latency", f"there are {', '.join(Latency.__struct_fields__)}")
    return Latency(**delays)


def folder_of(path: Path) -> Path:
    """Made before the run: a result that cannot be written is worse than none."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--out {path}: {error.strerror}", "name a directory that exists or can be made") from None
    return path
