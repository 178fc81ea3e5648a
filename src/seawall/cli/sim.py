"""`seawall sim`: runs the simulated world and keeps its journal."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.cli.run_files import RunDirectory
    from seawall.sim.world import World

INTERRUPTED = 130
LONGEST_HOURS = 24 * 365


def register(app: typer.Typer) -> None:
    app.command("sim")(sim)


def sim(
    strategies: Annotated[list[str] | None, typer.Argument(help="Strategy files that trade in it.", metavar="[STRATEGY]...")] = None,
    seed: Annotated[int, typer.Option(help="Everything random is drawn from it: the same seed makes the same run.", min=0)] = 42,
    hours: Annotated[float, typer.Option(help="How long, in the world's time.")] = 1.0,
    faults: Annotated[str, typer.Option(help="What goes wrong on the way: none, mild, rough.")] = "mild",
    out: Annotated[
        Path | None, typer.Option(help="Where to keep the run; an earlier run there is replaced. Default: runs/sim-SEED.")
    ] = None,
    digest: Annotated[bool, typer.Option("--digest", help="Print the digests of journal and states.")] = False,
) -> None:
    """Run a small market with a faulty network, reproducibly. Exits with 1 when an invariant is violated or a machine has a bug."""
    from seawall.cli.run_files import RunDirectory, Status
    from seawall.cli.sim_config import build_world, configure
    from seawall.sim.scenario import duration_ns

    if not 0 < hours <= LONGEST_HOURS:
        raise UserError(f"--hours {hours:g}: a run takes more than no time, and at most {LONGEST_HOURS}", "for example --hours 0.5")
    config = configure(seed, hours, faults, strategies or [])
    world = build_world(config)
    run = RunDirectory.create(out if out is not None else Path("runs") / f"sim-{seed}", msgspec.to_builtins(config), config.command)
    world.record_to(run, run.stamp)
    started = time.monotonic()
    with _progress(world, duration_ns(hours)):
        run.run.status, run.run.failure = _run(world, duration_ns(hours))
    run.run.entries, run.run.digest, run.run.state_digest = world.sequence, world.digest(), world.state_digest()
    run.close()
    run.save()
    _report(run, world, time.monotonic() - started, show_digest=digest)
    raise typer.Exit({Status.COMPLETE: 0, Status.INTERRUPTED: INTERRUPTED}.get(run.run.status, 1))


def _run(world: "World", ns: int) -> tuple[Any, str]:
    """The run's status, and what failed."""
    from seawall.cli.run_files import Status
    from seawall.sim.failures import RunFailed

    try:
        finished = world.run_for(ns)
    except RunFailed as failure:
        return Status.FAILED, str(failure)
    if world.failures:
        return Status.FAILED, "; ".join(map(str, world.failures[:3]))
    return (Status.COMPLETE if finished else Status.INTERRUPTED), ""


@contextmanager
def _progress(world: "World", ns: int) -> Iterator[None]:
    """Shows how far the run is, and lets Ctrl-C stop it between two messages, never within one."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: asked.append(number))
    start, began = world.now, time.monotonic()
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    try:
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("starting", total=ns)

            def show(world: "World") -> bool:
                rate = world.sequence / max(time.monotonic() - began, 1e-9)
                bar.update(task, completed=world.now - start, description=f"{world.sequence:,} messages, {rate:,.0f}/s")
                return bool(asked)

            world.progress = show
            yield
    finally:
        world.progress = None
        signal.signal(signal.SIGINT, before)


def _report(run: "RunDirectory", world: "World", seconds: float, *, show_digest: bool) -> None:
    from seawall.cli.run_files import Status

    outcome = run.run
    passed = (world.now - world.start) / 3.6e12
    typer.echo(f"seed {world.seed}: {passed:.4g} h, {outcome.entries:,} messages in {seconds:.1f} s ({outcome.entries / seconds:,.0f}/s)")
    if outcome.status is Status.INTERRUPTED:
        typer.echo("interrupted: the run is valid and ends here")
    if show_digest:
        typer.echo(f"digest {outcome.digest}")
        typer.echo(f"states {outcome.state_digest}")
    typer.echo(f"run    {run.path}")
    if outcome.status is Status.FAILED:
        typer.echo(f"\nFAILED: {outcome.failure}\nreproduce: {outcome.command}", err=True)
