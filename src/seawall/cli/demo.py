"""`seawall demo`: two simulated exchanges, three strategies and a storm; live on the terminal, a report at the end."""

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from seawall.cli import options, risk_options
from seawall.cli.errors import UserError

PACKAGED = "demo_strategies"  # Where pyproject.toml puts the strategies of an installed package.
SIZES = {"BTC-USDT": 0.05, "ETH-USDT": 1.0, "SOL-USDT": 20.0}
STRATEGIES: dict[str, dict[str, Any]] = {  # The name of the file -> parameters.
    "arbitrage": {"reference": "USDT", "fee_bps": 2.5, "min_spread_bps": 10, "max_position_size": 0.05, "max_inventory": 0.5},
    "ema_cross": {"fast": 200, "slow": 1_000, "max_position_size": SIZES},
    "mean_reversion": {"window": 120, "entry": 3.0, "max_position_size": SIZES},
}


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    seed: options.Seed = 42,
    hours: options.Hours = 1.0,
    faults: options.Faults = "mild",
    market: options.Market = None,
    out: Annotated[
        Path, typer.Option(help="Directory for report, results and journal; an earlier run there is replaced.", metavar="DIRECTORY")
    ] = Path("runs/demo"),
    log_level: options.LogLevel = "warning",
) -> None:
    """Watch three strategies trade while things go wrong. Two simulated exchanges; exits with 1 when an invariant is violated."""
    from rich.console import Console

    from seawall.cli.demo_screen import display_on, open_screen
    from seawall.cli.demo_summary import summarise
    from seawall.cli.demo_view import Viewer
    from seawall.cli.interrupt import Interrupt
    from seawall.cli.log import strategies_log
    from seawall.cli.sim_config import configure
    from seawall.cli.sim_run import SimRun

    options.check_hours(hours)
    command = f"seawall demo --seed {seed} --hours {hours:g} --faults {faults}"
    if market is not None:
        command += f" --market {shlex.quote(market)}"
    rules = risk_options.rules()
    command = " ".join([*risk_options.spoken(rules.switches), command])
    with strategies_log(log_level), Interrupt() as interrupt:
        run = SimRun(configure(seed, hours, faults, strategy_files(), STRATEGIES, market or "", rules), out, command)
        console = Console(highlight=False, soft_wrap=True)
        viewer = Viewer(run.world, run.notes, run.duration, run.faults, run.market)
        with open_screen(viewer, display_on(console, f"seawall demo: seed {seed}, faults {faults}"), interrupt) as progress:
            run.drive(progress)
    result = run.result()
    summarise(console, result, viewer, run.kept, result.write(out))
    raise typer.Exit(run.exit_code)


def strategy_files() -> list[str]:
    """The demo's own: part of an installed package, in a checkout beside the sources. Named as seen from here, if they are below."""
    import seawall

    package = Path(seawall.__file__).parent
    for folder in (package / PACKAGED, package.parents[1] / "strategies"):
        files = [folder / f"{name}.py" for name in STRATEGIES]
        if all(file.is_file() for file in files):
            here = Path.cwd()
            return [str(file.relative_to(here) if file.is_relative_to(here) else file) for file in files]
    raise UserError(
        f"the demo's strategies ({', '.join(STRATEGIES)}) are not in {package}",
        "install seawall again, or run the demo from a checkout; seawall sim STRATEGY... runs your own",
    )
