"""The running demo on a terminal: one screen, drawn anew a few times a second; or plain lines, where there is no terminal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from seawall.api.units import MINUTE
from seawall.audit.core.invariants import INVARIANTS
from seawall.cli.demo_view import Event, View, Viewer, clock
from seawall.cli.interrupt import Interrupt
from seawall.cli.sim_run import Progress
from seawall.sim.world import World

REDRAW_SECONDS = 0.1
EVENTS_SHOWN = 8
LINE_EVERY = 5 * MINUTE  # Of the market's time, without a terminal.


class Display(Protocol):
    def begin(self) -> None: ...

    def show(self, viewer: Viewer) -> None: ...

    def end(self) -> None: ...


class Lines:
    """A line every few minutes of the market, and one for each event."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._next = 0
        self._events = 0

    def begin(self) -> None:
        self._console.print(self._title)

    def end(self) -> None:
        """Nothing to clear away."""

    def show(self, viewer: Viewer) -> None:
        for event in viewer.events()[self._events :]:
            self._events += 1
            self._console.print(f"{clock(event.at)}  {event.text}")
        if viewer.world.now - viewer.world.start >= self._next:
            view = viewer.look()
            self._next = view.passed - view.passed % LINE_EVERY + LINE_EVERY
            profits = "  ".join(f"{row.name} {_signed(row.profit)}" for row in view.strategies)
            self._console.print(f"{clock(view.passed)}  {view.messages:,} messages, {view.rate:,.0f}/s  {profits}")


class Dashboard:
    def __init__(self, console: Console, title: str) -> None:
        self._title = title
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._next = 0.0

    def begin(self) -> None:
        self._live.start()

    def end(self) -> None:
        self._live.stop()

    def show(self, viewer: Viewer) -> None:
        now = time.perf_counter()
        if now >= self._next:
            self._next = now + REDRAW_SECONDS
            self._live.update(draw(self._title, viewer.look()), refresh=True)


def draw(title: str, view: View) -> RenderableType:
    return Group(_head(title, view), Text(), _quotes(view), Text(), _strategies(view), Text(), *_events(view), _foot(view))


def _head(title: str, view: View) -> RenderableType:
    line = Table.grid(padding=(0, 1))
    line.add_row(
        Text(f"{clock(view.passed)} of {clock(view.duration)}", "bold"),
        ProgressBar(total=view.duration, completed=view.passed, width=16),
        Text(f"{view.messages:,} messages, {view.rate:,.0f}/s", "cyan", no_wrap=True),
        Text(f"{view.seconds_left:.0f} s left", "dim", no_wrap=True),
    )
    return Group(Text(title, "bold"), line)


def _quotes(view: View) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("bid / ask")
    for venue in next(iter(view.quotes.values())):
        table.add_column(venue, min_width=16)
    for symbol, quotes in view.quotes.items():
        table.add_row(symbol, *quotes.values())
    return table


def _strategies(view: View) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim", show_footer=True)
    table.add_column("strategy", footer="together" if view.engine_up else Text("engine is down", "bold red"))
    table.add_column("P&L, USDT", footer=_signed(view.profit), justify="right", min_width=10)
    table.add_column("orders", justify="right")
    table.add_column("fills", justify="right")
    table.add_column("position")
    for row in view.strategies:
        table.add_row(row.name, _signed(row.profit), f"{row.orders:,}", f"{row.fills:,}", row.position)
    return table


def _signed(profit: float | None) -> Text:
    if profit is None:
        return Text("no price", "yellow")
    return Text(f"{profit:+,.2f}", "green" if profit > 0 else "red" if profit < 0 else "")


def _events(view: View) -> list[RenderableType]:
    shown = view.events[-EVENTS_SHOWN:]
    lines: list[RenderableType] = [_event(event) for event in shown]
    return [Text("what went wrong", "dim"), *lines, *[Text()] * (EVENTS_SHOWN - len(shown))]


def _event(event: Event) -> Text:
    return Text.assemble((f"{clock(event.at)}  ", "dim"), (event.text, "yellow" if event.bad else "green"))


def _foot(view: View) -> RenderableType:
    return Text(f"{len(INVARIANTS)} invariants watch every message, and hold", "green")


@contextmanager
def open_screen(viewer: Viewer, display: Display, interrupt: Interrupt) -> Iterator[Progress]:
    """A context for the run: shows how it goes, and ends it between two messages when it is interrupted."""

    def progress(world: World) -> bool:
        display.show(viewer)
        return interrupt.asked

    display.begin()
    try:
        yield progress
    finally:
        display.end()


def display_on(console: Console, title: str) -> Display:
    return Dashboard(console, title) if console.is_terminal else Lines(console, title)
