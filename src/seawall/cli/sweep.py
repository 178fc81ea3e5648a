"""`seawall sweep`: one strategy with every combination of a grid, on every core, to one table and one report."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from seawall.cli import backtest as shared
from seawall.cli import grids, options, risk_options
from seawall.cli.errors import UserError

Strategy = Annotated[str, typer.Argument(help="A strategy file; FILE::CLASS where it holds several.", metavar="STRATEGY")]
Grid = Annotated[
    list[str], typer.Option(help="Values of one parameter: fast=5,10,20 or slow=50:200:50 (both ends). Repeatable.", metavar="NAME=VALUES")
]
Where = Annotated[
    list[str], typer.Option(help='Leave out what makes no sense, like "fast < slow". Repeatable: all must hold.', metavar="CONDITION")
]
Rank = Annotated[str, typer.Option(help="The figure to sort by and to choose with.", metavar="FIGURE")]
Folds = Annotated[int, typer.Option("--walk-forward", help="So many tests, each with what was best before it. 0: none.", min=0)]
Train = Annotated[int, typer.Option(help="Length of a training, in tests.", min=1, metavar="NUMBER")]
Anchored = Annotated[bool, typer.Option("--anchored", help="Training starts with the data instead of rolling on.")]
Workers = Annotated[int | None, typer.Option(help="Processes. Default: one for each core.", min=1, metavar="NUMBER")]
Top = Annotated[int, typer.Option(help="How many runs to show.", min=1, metavar="NUMBER")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Run everything again, also what --out has finished already.")]
Out = Annotated[Path | None, typer.Option(help="Results; also to go on from. Default: runs/sweep-STRATEGY.", metavar="DIRECTORY")]


def register(app: typer.Typer) -> None:
    app.command("sweep")(sweep)


def sweep(
    strategy: Strategy,
    data: shared.Data,
    grid: Grid,
    where: Where = [],  # noqa: B006
    rank: Rank = "sharpe_ratio",
    folds: Folds = 0,
    train: Train = 3,
    anchored: Anchored = False,
    workers: Workers = None,
    top: Top = 10,
    out: Out = None,
    fresh: Fresh = False,
    config: options.Config = None,
    set_: options.Set = [],  # noqa: B006
    balances: shared.Balances = [],  # noqa: B006
    capital: shared.Capital = None,
    currency: shared.Currency = None,
    instruments: shared.Instruments = None,
    venue: shared.Venue = "recorded",
    symbol: shared.Symbol = None,
    venues: shared.Venues = None,
    symbols: shared.Symbols = None,
    from_: shared.From = None,
    to: shared.To = None,
    warm_up: shared.WarmUp = None,
    latency: shared.Latencies = [],  # noqa: B006
    fill_model: shared.FillModel = "trade_through",
    fill_volume: shared.FillVolume = None,
    slippage_bps: shared.Slippage = 0,
    funding_rates: shared.FundingRates = None,
    limits: risk_options.LimitFiles = [],  # noqa: B006
    limit: risk_options.OneLimit = [],  # noqa: B006
    seed: shared.Seed = 0,
) -> None:
    """Run a strategy with every combination of a grid, and say how far the best can be trusted."""
    from seawall.backtest.run import Setup
    from seawall.market_data.recorded import RecordingError, open_recording
    from seawall.strategy.loader import StrategyError, load_strategy

    values, condition = grids.grid(grid), grids.condition(where, grid)
    parameters = options.parameters(config, set_)
    if double := next((name for name in values if name in parameters), None):
        raise UserError(f"{double} is in the grid and among the other parameters", "name it once: in --grid, or in --set or --config")
    try:
        kind = load_strategy(Path(strategy))
        recording = open_recording(
            data,
            instruments=instruments,
            venues=shared.listed(venues),
            symbols=shared.listed(symbols),
            venue=venue,
            symbol=symbol,
        )
    except (StrategyError, RecordingError) as error:
        raise UserError(error.message, error.hint) from None
    setup = Setup(
        balances=options.balances(balances),
        capital=capital,
        currency=currency,
        funding_rates=funding_rates,
        limits=options.pairs(limit, "--limit"),
        limit_files=risk_options.limit_files(limits),
        switches=risk_options.switches(),
        latency=shared.latencies(latency, data),
        fill_model=fill_model,
        limited=shared.limited(fill_volume),
        slippage_bps=slippage_bps,
        start=options.moment(from_, "--from"),
        end=options.moment(to, "--to"),
        warm_up=options.duration(warm_up, "--warm-up") if warm_up else None,
        seed=seed,
        command=shlex.join(["seawall", *sys.argv[1:]]),
    )
    folder = shared.folder_of(out or Path("runs") / f"sweep-{Path(strategy.split('::')[0]).stem}")
    more = {
        "config": parameters,
        "rank": rank,
        "folds": folds,
        "train": train,
        "anchored": anchored,
        "workers": workers,
        "fresh": fresh,
    }
    raise typer.Exit(_run(kind, recording, values, condition, setup, folder, top, more))


def _run(
    kind: Any, recording: Any, values: Any, condition: Callable[[Any], bool], setup: Any, folder: Path, top: int, more: dict[str, Any]
) -> int:
    """Runs, writes, shows. The exit code."""
    from seawall.backtest.sweep import SweepFailed
    from seawall.backtest.sweep import sweep as run_sweep
    from seawall.cli.main import show
    from seawall.cli.sweep_progress import Live, summarise

    with Live() as live:
        try:
            result = run_sweep(
                kind, recording, values, setup=setup, where=condition, out=folder, progress=live.show, stop=live.interrupted, **more
            )
        except SweepFailed as error:
            show(UserError(str(error), f"what was finished is kept: the same command goes on from {folder}"))
            return 1
        except ValueError as error:
            raise UserError(str(error)) from None
    summarise(result, folder, top, live.console)
    return 130 if live.interrupted() else 0 if result.best else 1
