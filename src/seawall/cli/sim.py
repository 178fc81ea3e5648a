"""`seawall sim`: strategies in the simulated world; figures at the end, a journal to replay."""

import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from seawall.cli import options, risk_options
from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.cli.interrupt import Interrupt
    from seawall.cli.sim_config import SimConfig
    from seawall.cli.sim_run import Progress, SimRun
    from seawall.sim.world import World


def register(app: typer.Typer) -> None:
    app.command("sim")(sim)


def sim(
    strategies: Annotated[list[str] | None, typer.Argument(help="Strategy files that trade in it.", metavar="[STRATEGY]...")] = None,
    seed: options.Seed = 42,
    hours: options.Hours = 1.0,
    faults: options.Faults = "mild",
    market: options.Market = None,
    config: options.Config = None,
    set_: options.Set = [],  # noqa: B006
    limits: risk_options.LimitFiles = [],  # noqa: B006
    limit: risk_options.OneLimit = [],  # noqa: B006
    out: Annotated[
        Path | None,
        typer.Option(help="Where to keep the run; an earlier run there is replaced. Default: runs/sim-SEED.", metavar="DIRECTORY"),
    ] = None,
    log_level: options.LogLevel = "warning",
    digest: Annotated[bool, typer.Option("--digest", help="Print the digests of journal and states.")] = False,
) -> None:
    """Run strategies in a generated market with a faulty network, reproducibly.

    Without strategies the market is on its own. Exits with 1 when an invariant is violated or a machine has a bug.
    """
    from seawall.cli.interrupt import Interrupt
    from seawall.cli.log import strategies_log
    from seawall.cli.sim_config import configure, stem
    from seawall.cli.sim_run import SimRun

    options.check_hours(hours)
    files = strategies or []
    parameters = msgspec.to_builtins(options.parameters(config, set_))  # As run.json will hold them: a date is a text.
    if parameters and not files:
        raise UserError("--set and --config are for strategies, and none is named", "seawall sim STRATEGY.py --set KEY=VALUE")
    own = {stem(name): parameters for name in files} if parameters else {}
    configured = configure(seed, hours, faults, files, own, market or "", risk_options.rules(limits, limit, files))
    with strategies_log(log_level), Interrupt() as interrupt:
        run = SimRun(configured, out if out is not None else Path("runs") / f"sim-{seed}", _command(configured, parameters))
        with _bar(run, interrupt) as progress:
            run.drive(progress)
    _report(run, show_digest=digest)
    raise typer.Exit(run.exit_code)


def _command(config: "SimConfig", parameters: dict[str, Any]) -> str:
    """Makes the run again, without the files that parameters and limits may have come from."""
    from seawall.cli.sim_config import market_of
    from seawall.engine.core.limit_files import listed

    settings = (word for key, value in parameters.items() for word in ("--set", f"{key}={msgspec.json.encode(value).decode()}"))
    words = ("--seed", str(config.seed), "--hours", f"{config.hours:g}", "--faults", config.faults)
    market = ("--market", config.market) if config.market else ()
    said = listed(config.rules.file_limits, market_of(config).instruments) | config.rules.limits
    limits = (word for key, value in said.items() for word in ("--limit", f"{key}={value}"))
    switched = risk_options.spoken(config.rules.switches)
    return shlex.join([*switched, "seawall", "sim", *config.strategies, *words, *market, *settings, *limits])


@contextmanager
def _bar(run: "SimRun", interrupt: "Interrupt") -> "Iterator[Progress]":
    """Shows how far the run is, and lets Ctrl-C end it between two messages, never within one."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console, began = Console(stderr=True), time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("starting", total=run.duration)

        def progress(world: "World") -> bool:
            rate = world.sequence / max(time.monotonic() - began, 1e-9)
            bar.update(task, completed=world.now - world.start, description=f"{world.sequence:,} messages, {rate:,.0f}/s")
            return interrupt.asked

        yield progress


def _report(run: "SimRun", *, show_digest: bool) -> None:
    from seawall.cli.run_files import Status

    world, outcome = run.world, run.kept.run
    report = _results(run) if run.config.strategies else None
    passed = (world.now - world.start) / 3.6e12
    rate = outcome.entries / max(run.seconds, 1e-9)
    typer.echo(f"seed {world.seed}: {passed:.4g} h, {outcome.entries:,} messages in {run.seconds:.1f} s ({rate:,.0f}/s)")
    for line in run.closings.lines():
        typer.echo(line)
    if outcome.status is Status.INTERRUPTED:
        typer.echo("interrupted: the run is valid and ends here")
    if show_digest:
        typer.echo(f"digest {outcome.digest}")
        typer.echo(f"states {outcome.state_digest}")
    if report is not None:
        typer.echo(f"report {report}")
    typer.echo(f"run    {run.kept.path}")
    if outcome.status is Status.FAILED:
        typer.echo(f"\nFAILED: {outcome.failure}\nreproduce: {outcome.command}", err=True)


def _results(run: "SimRun") -> Path:
    """Written, and shown; where the report is."""
    from rich.console import Console

    from seawall.cli.run_files import Status
    from seawall.cli.summary import figures_table, show_remarks

    result = run.result()
    report = result.write(run.kept.path)
    console = Console(highlight=False, soft_wrap=True)
    console.print(figures_table(result))
    if run.status is not Status.FAILED:  # What failed is told last, once.
        show_remarks(console, result)
    return report
