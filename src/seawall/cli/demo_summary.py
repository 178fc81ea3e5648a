"""What a demo says when it is over: the figures, what was withstood, where the report is and how to make the run again."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from seawall.analytics.result import Result
from seawall.audit.core.invariants import INVARIANTS
from seawall.cli.demo_view import Viewer, clock
from seawall.cli.run_files import RunDirectory, Status
from seawall.cli.summary import figures_table
from seawall.sim.agreement import disagreements
from seawall.sim.scenario import ENGINE, opening_deposits


def summarise(console: Console, result: Result, viewer: Viewer, kept: RunDirectory, report: Path) -> None:
    console.print(figures_table(result))
    console.print()
    for line in _withstood(result, viewer, kept):
        console.print(line)
    console.print()
    console.print(Text.assemble(("report  ", "dim"), (str(report), "bold")))
    console.print(Text.assemble(("again   ", "dim"), kept.run.command))
    console.print(Text.assemble(("digest  ", "dim"), kept.run.digest))
    console.print(Text.assemble(("replay  ", "dim"), f"seawall replay {kept.path}"))
    if kept.run.status is Status.FAILED:
        console.print(Text.assemble(("\nFAILED: ", "bold red"), kept.run.failure, f"\nreproduce: {kept.run.command}"))


def _withstood(result: Result, viewer: Viewer, kept: RunDirectory) -> list[Text]:
    world, notes = viewer.world, viewer.notes
    passed = clock(world.now - world.start)
    rate = result.wall_clock["messages_per_s"]
    lines = [Text(f"{passed} of market, {world.sequence:,} messages in {result.wall_clock['seconds']:.1f} s ({rate:,.0f}/s)")]
    met = [fault for fault in viewer.faults if fault.at <= world.now]
    crashes = sum(fault.is_crash for fault in met)
    if met:
        put_right = f"; reconciliation put {notes.breaks} things right" if notes.breaks else ""
        lines.append(Text(f"{_count(len(met) - crashes, 'partition')}, {_count(crashes, 'crash', 'crashes')}{put_right}"))
    if kept.run.status is not Status.FAILED:
        lines.append(Text(f"{len(INVARIANTS)} invariants held, message by message", "green"))
    if kept.run.status is Status.INTERRUPTED:
        return [*lines, Text("interrupted: results and report end here", "bold yellow")]
    found = disagreements(world, ENGINE, opening_deposits(viewer.market))
    if not found:
        return [*lines, Text("engine and venues agree on every order, every fill and all money", "green")]
    return [*lines, *(Text(f"not settled: {what}", "yellow") for what in found)]


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"
