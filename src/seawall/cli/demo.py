"""`seawall demo`: two simulated exchanges, three strategies and a storm; live on the terminal, a report at the end."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.analytics.result import Result
    from seawall.cli.demo_screen import Screen
    from seawall.cli.run_files import RunDirectory, Status
    from seawall.cli.sim_config import SimConfig
    from seawall.sim.notes import Notes
    from seawall.sim.world import World

INTERRUPTED = 130
PACKAGED = "demo_strategies"  # Where pyproject.toml puts the strategies of an installed package.
LONGEST_HOURS = 24 * 365
SIZES = {"BTC-USDT": 0.05, "ETH-USDT": 1.0, "SOL-USDT": 20.0}
STRATEGIES: dict[str, dict[str, Any]] = {  # The name of the file -> parameters.
    "arbitrage": {"reference": "USDT", "fee_bps": 2.5, "min_spread_bps": 10, "max_position_size": 0.05, "max_inventory": 0.5},
    "ema_cross": {"fast": 200, "slow": 1_000, "max_position_size": SIZES},
    "mean_reversion": {"window": 120, "entry": 3.0, "max_position_size": SIZES},
}


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    seed: Annotated[int, typer.Option(help="Everything random is drawn from it: the same seed makes the same run.", min=0)] = 42,
    hours: Annotated[float, typer.Option(help="How long, in the market's time.")] = 1.0,
    faults: Annotated[str, typer.Option(help="What goes wrong on the way: none, mild, rough.")] = "mild",
    out: Annotated[Path, typer.Option(help="Directory for report, results and journal; an earlier run there is replaced.")] = Path(
        "runs/demo"
    ),
) -> None:
    """Watch three strategies trade while things go wrong. Two simulated exchanges; exits with 1 when an invariant is violated."""
    from seawall.cli.run_files import Status
    from seawall.cli.sim_config import configure

    if not 0 < hours <= LONGEST_HOURS:
        raise UserError(f"--hours {hours:g}: a run takes more than no time, and at most {LONGEST_HOURS}", "for example --hours 0.5")
    command = f"seawall demo --seed {seed} --hours {hours:g} --faults {faults}"
    status = run(configure(seed, hours, faults, strategy_files(), STRATEGIES), out, command)
    raise typer.Exit({Status.COMPLETE: 0, Status.INTERRUPTED: INTERRUPTED}.get(status, 1))


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


def run(config: "SimConfig", out: Path, command: str) -> "Status":
    import msgspec
    from rich.console import Console

    from seawall.analytics.recorder import Recorder
    from seawall.cli.demo_screen import open_screen
    from seawall.cli.demo_summary import summarise
    from seawall.cli.demo_view import Viewer
    from seawall.cli.run_files import RunDirectory
    from seawall.cli.sim_config import build_world
    from seawall.sim import scenario
    from seawall.sim.notes import Notes

    console = Console(highlight=False, soft_wrap=True)
    recorder = Recorder(scenario.INSTRUMENTS, scenario.VALUATION, scenario.DECIMALS)
    notes = Notes(scenario.ENGINE, recorder, scenario.opening_equity())
    world = build_world(config, [notes])
    notes.attach(world, scenario.opening_deposits())
    kept = RunDirectory.create(out, msgspec.to_builtins(config), command)
    world.record_to(kept, kept.stamp)
    began = time.perf_counter()
    faults = scenario.planned_faults(config.seed, config.hours, config.faults)
    viewer = Viewer(world, notes, scenario.duration_ns(config.hours), faults)
    with open_screen(viewer, console, f"seawall demo: seed {config.seed}, faults {config.faults}") as screen:
        kept.run.status, kept.run.failure = drive(world, notes, scenario.duration_ns(config.hours), screen)
    seconds = time.perf_counter() - began
    notes.finish(world.now)
    kept.run.entries, kept.run.digest, kept.run.state_digest = world.sequence, world.digest(), world.state_digest()
    kept.close()
    kept.save()
    result = _result(world, notes, kept, seconds)
    summarise(console, result, viewer, kept, result.write(out))
    return kept.run.status


def drive(world: "World", notes: "Notes", duration: int, screen: "Screen") -> tuple["Status", str]:
    """Runs minute by minute, taking notes between. Returns how it ended, and what failed."""
    from seawall.api.units import MINUTE, Nanos
    from seawall.cli.run_files import Status
    from seawall.sim.failures import RunFailed

    end = world.start + duration
    world.progress = screen.progress
    try:
        while world.now < end:
            if not world.run(Nanos(min(end, world.now - world.now % MINUTE + MINUTE))):
                return Status.INTERRUPTED, ""
            notes.sample(world.now)
            screen.progress(world)
    except RunFailed as failure:
        return Status.FAILED, str(failure)
    finally:
        world.progress = None
    if world.failures:
        return Status.FAILED, "; ".join(map(str, world.failures[:3]))
    return Status.COMPLETE, ""


def _result(world: "World", notes: "Notes", kept: "RunDirectory", seconds: float) -> "Result":
    from seawall.analytics.build import build_result
    from seawall.analytics.summary import RunSummary
    from seawall.cli.run_files import Status

    engine = notes.last_engine
    return build_result(
        notes.recorder,
        RunSummary(
            strategies=tuple(address for address in world.nodes if address.startswith("strategy:")),
            start=world.start,
            end=world.now,
            complete=kept.run.status is Status.COMPLETE,
            opening_equity=notes.opening_equity,
            marks=notes.final_marks(),
            rates=engine.rates.of_whole_units(),
            command=kept.run.command,
            seed=world.seed,
            config=kept.run.config,
            warnings=(*notes.gaps.warnings(), *([kept.run.failure] if kept.run.failure else [])),
            refusals=notes.refusals,
            counters={"messages": world.sequence, "fills": sum(notes.fills.values()), "orders": sum(notes.orders.values())},
            risk_breaches={str(strategy): count for strategy, count in notes.breaches.items()},
            wall_clock={"seconds": seconds, "messages_per_s": world.sequence / seconds},
        ),
    )
