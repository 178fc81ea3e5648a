"""Where the rows of one recorded stream go, looked up once so that the hot loop need not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from seawall.api.instruments import Instrument
from seawall.api.message import Address
from seawall.backtest.recorded_venue import MarketState, RecordedVenue
from seawall.engine.core.machine import Engine
from seawall.engine.core.market import Market
from seawall.market_data.recorded.kinds import Kind
from seawall.market_data.recorded.rows import Stream
from seawall.runtime.books import BookBuilder
from seawall.strategy.base import TradingStrategy
from seawall.strategy.core.feed import Feed
from seawall.strategy.core.machine import StrategyMachine
from seawall.strategy.events import Bar, MarketSignal, PriceUpdate

Callback = Callable[[PriceUpdate], list[MarketSignal] | None]
BarCallback = Callable[[Bar], list[MarketSignal] | None]


class Listener:
    """One strategy's share of a stream: its memory of the instrument, and its callbacks. `next` is the next strategy's: a chain is walked
    three times as fast as a list."""

    __slots__ = ("feed", "machine", "next", "on_bar", "on_market_data", "outbox", "prices", "strategy", "symbol", "venue")

    def __init__(self, machine: StrategyMachine, instrument: Instrument, kind: Kind) -> None:
        strategy = machine.strategy
        self.machine = machine
        self.next: Listener | None = None
        self.strategy = strategy
        self.feed: Feed = machine.feeds[instrument.id]
        self.symbol: str = instrument.symbol
        self.venue: str = instrument.venue
        self.prices = strategy.price_cache[instrument.symbol]
        self.outbox: list[Any] = machine.outbox
        self.on_market_data: Callback = strategy.on_market_data
        overridden = type(strategy).on_bar is not TradingStrategy.on_bar
        self.on_bar: BarCallback | None = strategy.on_bar if overridden and kind is Kind.BAR else None


class StreamRoute:
    """Everything a row touches. A route that spares the venue, or the engine, writes into a market that nobody reads."""

    __slots__ = (
        "at_engine", "at_venue", "book", "first_listener", "instrument", "interval", "kind", "market", "quotes", "resting", "top",
        "venue", "venue_market",
    )  # fmt: skip

    def __init__(
        self,
        stream: Stream,
        engine: Engine,
        venue: RecordedVenue,
        machines: Sequence[StrategyMachine],
        *,
        at_venue: bool,
        at_engine: bool,
        quotes: bool,
    ) -> None:
        self.at_engine = at_engine
        self.interval = stream.interval
        self.kind: Kind = stream.kind
        self.instrument = stream.instrument
        self.venue = venue
        self.at_venue = at_venue
        self.quotes = quotes  # Depth: the top of the book is the market's quote, for nothing else tells it.
        self.top: tuple[int, int, int, int] = (0, 0, 0, 0)  # The one last told: bid and its quantity, ask and its quantity.
        self.book = BookBuilder()  # Of depth; as far as those on this route have heard.
        key = stream.instrument.id
        self.venue_market: MarketState = venue.market(key) if at_venue else MarketState()
        self.resting: Mapping[Any, Any] = venue.resting(key) if at_venue else {}
        self.market: Market = engine.state.markets[key] if at_engine else Market()
        if at_venue and stream.kind is Kind.DEPTH:
            venue.use_book(key, self.book)
        if at_engine and stream.kind is Kind.DEPTH:
            for machine in machines:
                if machine.depth is not None:
                    machine.depth.lend(key, self.book)
        self.first_listener: Listener | None = None
        for machine in reversed(machines if at_engine else ()):
            listener = Listener(machine, stream.instrument, stream.kind)
            listener.next, self.first_listener = self.first_listener, listener

    def silence(self, machine: StrategyMachine) -> None:
        """The strategy has stopped or failed: it hears no more."""
        before, listener = None, self.first_listener
        while listener is not None:
            if listener.machine is not machine:
                before = listener
            elif before is None:
                self.first_listener = listener.next
            else:
                before.next = listener.next
            listener = listener.next


def build_routes(
    streams: Sequence[Stream], engine: Engine, venues: Mapping[Address, RecordedVenue], machines: Sequence[StrategyMachine], *, split: bool
) -> list[StreamRoute]:
    """One route a stream; with `split` (a feed latency) one for the venue and, behind all of those, one for engine and strategies."""

    quoted = {stream.instrument.id: True for stream in streams if stream.kind is Kind.QUOTE}

    def route(stream: Stream, *, at_venue: bool, at_engine: bool) -> StreamRoute:
        venue = venues[engine.session_of[stream.instrument.venue].settings.address]
        quotes = stream.instrument.id not in quoted
        return StreamRoute(stream, engine, venue, machines, at_venue=at_venue, at_engine=at_engine, quotes=quotes)

    routes = [route(stream, at_venue=True, at_engine=not split) for stream in streams]
    if split:
        routes += [route(stream, at_venue=False, at_engine=True) for stream in streams]
    return routes
