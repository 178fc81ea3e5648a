"""What a running demo has to show, as texts: read from the world between two messages. How it is laid out is `demo_screen`'s business."""

from collections.abc import Sequence
from time import perf_counter

import msgspec

from seawall.api.instruments import Instrument
from seawall.api.message import Address, is_strategy, strategy_name
from seawall.api.supervision import LiquidationEnded
from seawall.api.units import SECOND, Nanos, format_decimal
from seawall.engine.core.machine import Engine
from seawall.engine.core.venues.state import SessionStatus
from seawall.market_data.core.market import Market
from seawall.market_data.core.standing import STANDING
from seawall.sim import scenario
from seawall.sim.notes import Notes, told_of
from seawall.sim.storm import PlannedFault
from seawall.sim.world import World

DUST = 10 * scenario.COIN  # Positions worth less are not shown: what fees in coins leave, and no venue here would take.


class StrategyRow(msgspec.Struct, frozen=True):
    name: str
    profit: float | None  # None: something it holds cannot be valued just now.
    position: str
    orders: int
    fills: int


class Event(msgspec.Struct, frozen=True):
    at: Nanos  # Since the start, and so everywhere here.
    text: str
    bad: bool


class View(msgspec.Struct, frozen=True):
    passed: Nanos
    duration: Nanos
    messages: int
    seconds: float
    quotes: dict[str, dict[str, str]]  # Symbol -> venue -> bid / ask.
    strategies: list[StrategyRow]
    profit: float | None
    events: list[Event]  # Oldest first.
    engine_up: bool

    @property
    def rate(self) -> float:
        return self.messages / self.seconds

    @property
    def seconds_left(self) -> float:
        return self.seconds * (self.duration - self.passed) / max(self.passed, 1)


class Viewer:
    def __init__(self, world: World, notes: Notes, duration: Nanos, faults: list[PlannedFault], market: Market = STANDING) -> None:
        self.world = world
        self.notes = notes
        self.duration = duration
        self.faults = faults
        self.market = market
        self.strategies = [address for address in world.nodes if is_strategy(address)]
        self._began = perf_counter()

    def look(self) -> View:
        world, notes = self.world, self.notes
        engine = notes.last_engine
        return View(
            passed=Nanos(world.now - world.start),
            duration=self.duration,
            messages=world.sequence,
            seconds=perf_counter() - self._began,
            quotes=_quotes(engine, self.market.instruments),
            strategies=[self._row(engine, address) for address in self.strategies],
            profit=_money(engine, None),
            events=self.events(),
            engine_up=notes.engine() is not None,
        )

    def events(self) -> list[Event]:
        """What went wrong so far, and what the engine noticed of it."""
        now, start = self.world.now, self.world.start
        events = [Event(Nanos(fault.at - start), str(fault), True) for fault in self.faults if fault.at <= now]
        lost: dict[Address, bool] = {}
        for time, change in self.notes.sessions:
            at, venue = Nanos(time - start), change.venue
            if change.status == SessionStatus.DOWN and lost.get(venue) is False:
                events.append(Event(at, f"engine has lost {venue}: {change.reason}", True))
                lost[venue] = True
            elif change.status == SessionStatus.LIVE:
                if lost.get(venue):
                    events.append(Event(at, f"engine and {venue} are in agreement again", False))
                lost[venue] = False
        for time, told in self.notes.supervision:
            events.append(Event(Nanos(time - start), told_of(told), not isinstance(told, LiquidationEnded)))
        return sorted(events, key=lambda event: event.at)

    def _row(self, engine: Engine, address: Address) -> StrategyRow:
        return StrategyRow(
            name=strategy_name(address),
            profit=_money(engine, address),
            position=_position(engine, address),
            orders=self.notes.orders.get(address, 0),
            fills=self.notes.fills.get(address, 0),
        )


def clock(ns: int) -> str:
    minutes, seconds = divmod(ns // SECOND, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def _money(engine: Engine, strategy: Address | None) -> float | None:
    total = engine.portfolio.total(strategy)
    return None if total is None else engine.rates.as_float(total)


def _quotes(engine: Engine, instruments: Sequence[Instrument]) -> dict[str, dict[str, str]]:
    quotes: dict[str, dict[str, str]] = {}
    for instrument in instruments:
        market = engine.state.markets[instrument.id]
        bid, ask = (format_decimal(price, instrument.tick, instrument.price_scale) if price else "-" for price in (market.bid, market.ask))
        quotes.setdefault(instrument.symbol, {})[instrument.venue] = f"{bid} / {ask}"
    return quotes


def _position(engine: Engine, strategy: Address) -> str:
    """Per coin, over all venues. What has no price is shown, however little it is."""
    held: dict[str, int] = {}
    worth: dict[str, int] = {}
    for key, position in engine.state.positions.get(strategy, {}).items():
        instrument, mark = engine.booking.instruments[key], engine.state.markets[key].mark()
        held[instrument.base] = held.get(instrument.base, 0) + position.quantity
        value = position.quantity * mark * instrument.tick_value // instrument.lot_value if mark or not position.quantity else DUST
        worth[instrument.base] = worth.get(instrument.base, 0) + value
    return "  ".join(f"{coin} {held[coin] / scenario.COIN:+.4g}" for coin in held if abs(worth[coin]) >= DUST) or "flat"
