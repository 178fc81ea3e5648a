"""A simulated run from its configuration to its files: what `seawall sim` and `seawall demo` have in common. What they show is theirs."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from seawall.analytics.build import build_result
from seawall.analytics.recorder import Recorder
from seawall.analytics.result import Result
from seawall.analytics.summary import RunSummary
from seawall.api.message import is_strategy
from seawall.api.units import MINUTE, SECOND, Nanos
from seawall.cli.run_files import RunDirectory, Status
from seawall.cli.sim_config import SimConfig, build_world, market_of
from seawall.engine.core.limit_files import foreign
from seawall.engine.core.market import refusals
from seawall.sim import scenario
from seawall.sim.failures import RunFailed
from seawall.sim.notes import Notes, told_of
from seawall.sim.recovery import Recovery, longest, recoveries
from seawall.sim.venue_closings import VenueClosings
from seawall.sim.world import World
from seawall.strategy.core.machine import StrategyMachine
from seawall.strategy.parameters import Asked

INTERRUPTED = 130

Progress = Callable[[World], bool]  # Shown every few thousand messages; True ends the run.


class SimRun:
    """Raises: UserError: a strategy or a market that cannot be loaded, unknown faults, a directory that holds something else."""

    def __init__(self, config: SimConfig, out: Path, command: str) -> None:
        self.config = config
        self.duration = scenario.duration_ns(config.hours)
        self.market = market = market_of(config)
        recorder = Recorder(market.instruments, market.valuation, scenario.DECIMALS)
        self.notes = Notes(scenario.ENGINE, recorder, scenario.opening_equity(market))
        self.closings = VenueClosings(market.instruments)
        self._asked = Asked()
        self.world = build_world(config, [self.notes, self.closings], self._asked)
        self.notes.attach(self.world, scenario.opening_deposits(market))
        self.faults = scenario.planned_faults(config.seed, config.hours, config.faults, market)
        self.kept = RunDirectory.create(out, msgspec.to_builtins(config), command)
        self.world.record_to(self.kept, self.kept.stamp)
        self.seconds = 0.0

    @property
    def status(self) -> Status:
        return self.kept.run.status

    @property
    def exit_code(self) -> int:
        return {Status.COMPLETE: 0, Status.INTERRUPTED: INTERRUPTED}.get(self.status, 1)

    def drive(self, progress: Progress) -> None:
        """Runs it to its end, and keeps journal and run.json."""
        began, run, world = time.perf_counter(), self.kept.run, self.world
        run.status, run.failure = drive(world, self.notes, self.duration, progress)
        self.seconds = time.perf_counter() - began
        self.notes.finish(world.now)
        run.entries, run.digest, run.state_digest = world.sequence, world.digest(), world.state_digest()
        self.kept.close()
        self.kept.save()

    def result(self) -> Result:
        world, notes, run = self.world, self.notes, self.kept.run
        strategies = tuple(address for address in world.nodes if is_strategy(address))
        recovered = self.recoveries()
        slowest = longest(recovered)
        unread = self._asked.unread(dict.fromkeys(name for own in self.config.parameters.values() for name in own))
        return build_result(
            notes.recorder,
            RunSummary(
                strategies=strategies,
                start=world.start,
                end=world.now,
                complete=run.status is Status.COMPLETE,
                opening_equity=notes.opening_equity,
                marks=notes.final_marks(),
                rates=notes.last_engine.rates.of_whole_units(),
                command=run.command,
                seed=world.seed,
                config=run.config,
                warnings=(
                    *foreign(self.config.rules.file_limits, self.market.instruments),
                    *map(told_of, (told for _, told in notes.supervision)),
                    *(f"not recovered before the end: {each.fault}" for each in recovered if each.took is None),
                    *notes.gaps.warnings(),
                    *unread,
                    *([run.failure] if run.failure else []),
                ),
                refusals=notes.refusals,
                paper=tuple(notes.paper),
                counters={"messages": world.sequence, "fills": sum(notes.fills.values()), "orders": sum(notes.orders.values())}
                | notes.counted()
                | refusals(notes.last_engine.state.markets.values()),
                risk_breaches={str(strategy): count for strategy, count in notes.breaches.items()},
                emergency_stops={str(m.address): 1 for m in world.machines.values() if isinstance(m, StrategyMachine) and m.failure},
                chaos_recovery_times={str(address): slowest / SECOND for address in strategies} if slowest is not None else {},
                wall_clock={"seconds": self.seconds, "messages_per_s": world.sequence / self.seconds},
            ),
        )

    def recoveries(self) -> list[Recovery]:
        """How soon all was well again after each fault of the storm."""
        venues = [session.settings.address for session in self.notes.last_engine.sessions.values()]
        return recoveries(self.faults, self.notes.sessions, venues, scenario.ENGINE, self.world.now)


def drive(world: World, notes: Notes, duration: int, progress: Progress) -> tuple[Status, str]:
    """Runs minute by minute, taking notes between. Returns how it ended, and what failed."""
    end = world.start + duration
    world.progress = progress
    try:
        while world.now < end:
            if not world.run(Nanos(min(end, world.now - world.now % MINUTE + MINUTE))):
                return Status.INTERRUPTED, ""
            notes.sample(world.now)
            if progress(world) and world.now < end:  # A quiet market has minutes in which the world does not ask.
                return Status.INTERRUPTED, ""
    except RunFailed as failure:
        return Status.FAILED, str(failure)
    finally:
        world.progress = None
    if world.failures:
        return Status.FAILED, "; ".join(map(str, world.failures[:3]))
    return Status.COMPLETE, ""
