"""The backtest host: drives recorded rows straight through the machines that also run in simulation and live.

Prices go straight through; everything that lies in the future (orders and reports in flight, deadlines, samples of the equity) waits
behind one integer, `wake`, that each row is compared with. Order within one instant: messages in the order they were sent; then Ticks of
the venues, the engine and the strategies; then the equity sample; then the next row, at the venue first, at the engine second, at the
strategies last.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from typing import Any, Protocol

from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.message import Address, Envelope, Message, Tick
from seawall.api.orders import CancelOrder, Side, TradeId
from seawall.api.projections import PROJECTIONS
from seawall.api.signals import FillApplied, StartStrategy, StopStrategy, StrategyFailed
from seawall.api.units import Nanos, Price
from seawall.backtest.latency import Drawn, Latency, longest
from seawall.backtest.recorded_venue import RecordedVenue
from seawall.backtest.routes import StreamRoute, build_routes
from seawall.backtest.rows import Row
from seawall.engine.core.machine import Engine
from seawall.market_data.recorded.kinds import Kind
from seawall.market_data.recorded.rows import Stream
from seawall.runtime.codec import MESSAGES
from seawall.runtime.floats import nearest_lots
from seawall.runtime.machine import Handler, Machine, handle
from seawall.runtime.rng import Rng
from seawall.strategy.core.failures import AUTHOR_ERRORS
from seawall.strategy.core.machine import StrategyMachine
from seawall.strategy.events import Bar, PriceUpdate

NEVER = Nanos(1 << 62)
_ROUND_TRIPS = 4  # To log on and synchronise, and then some.


Note = Callable[[Any, Nanos], None]


class Observer(Protocol):
    """What takes down the run. Not a machine: it answers nothing."""

    handlers: Mapping[type[Message], Note]  # Of what goes to PROJECTIONS, and of FillApplied.

    def sample(self, now: Nanos) -> None:
        """Notes the equity."""
        ...


class Backtest:
    def __init__(
        self,
        engine: Engine,
        venues: Sequence[RecordedVenue],
        strategies: Sequence[StrategyMachine],
        streams: Sequence[Stream],
        observer: Observer,
        *,
        latency: Latency,
        sample_interval: Nanos,
        seed: int = 0,
    ) -> None:
        self.engine = engine
        self.strategies = list(strategies)
        self.observer = observer
        self.latency = latency
        self.now = Nanos(0)
        self.sample_interval = sample_interval
        self._rng = Rng(seed)  # Of drawn latencies.
        self._last_arrival: dict[Address, int] = {}  # Where they are drawn.
        self.wake = NEVER
        self._next_sample = NEVER
        self._sequence = 0
        self.queue: list[Envelope] = []
        self._future: list[tuple[int, int, Envelope]] = []
        self._venues = {venue.address: venue for venue in venues}
        self._guarded = engine.settings.feed.guards
        self.plain = not self._guarded and all(stream.kind is not Kind.DEPTH for stream in streams)  # Rows are prices and nothing more.
        self._delayed = bool(latency.order or latency.cancel or latency.report)
        self.routes = build_routes(streams, engine, self._venues, strategies, split=bool(latency.feed))
        timed = [machine for machine in strategies if machine.strategy.TIMER_SECONDS is not None]
        self._ticking: list[Machine] = [*venues, engine, *timed]
        machines: list[Machine] = [engine, *venues, *strategies]
        deaf: dict[type[Message], Any] = dict.fromkeys(MESSAGES, _ignore)
        self._handlers: dict[Address, dict[type[Message], Callable[[Any, Nanos], list[Envelope] | None]]] = {
            m.address: deaf | m.handlers for m in machines
        }
        self._handlers[PROJECTIONS] = deaf | dict(observer.handlers)
        for machine in strategies:
            own = self._handlers[machine.address]
            own[FillApplied] = _observed(observer.handlers[FillApplied], own[FillApplied])
        of_engine = self._handlers[engine.address]
        of_engine[StrategyFailed] = _observed(self._silence_failed, of_engine[StrategyFailed])

    def start(self, now: Nanos, commands: Sequence[Envelope], trade_from: Nanos = Nanos(0)) -> None:
        """Just before `now` the accounts open (`commands` to the venues) and the sessions synchronise; at `now` the strategies start. What
        comes before `trade_from` is history to them, and no part of the result."""
        at = Nanos(now - _ROUND_TRIPS * (longest(self.latency.order) + longest(self.latency.report)))
        self.queue.extend(commands)
        self.drain(at)
        self._send(self.engine.address, handle(self.engine, Tick(), at), at)
        self.drain(at)
        self.wake_up(now)
        assert all(session.live for session in self.engine.sessions.values()), "a venue session is not live when the strategies start"
        self.queue.extend(Envelope(machine.address, StartStrategy(trade_from)) for machine in self.strategies)
        self.drain(now)
        self._next_sample = Nanos(max(now + 1, trade_from))
        self._plan()
        self.now = now

    def finish(self, now: Nanos) -> None:
        """Everything due until `now` happens; the strategies stop; what is still in flight arrives."""
        self.wake_up(now)
        self.queue.extend(Envelope(machine.address, StopStrategy()) for machine in self.strategies)
        self.drain(now)
        while self._future:
            now = max(now, Nanos(self._future[0][0]))
            self.wake_up(now)
        self.now = now
        self.observer.sample(now)

    def run(self, rows: Iterable[Row]) -> None:
        """The hot loop, longer than the rest so that a price costs no more than it must: one comparison with the future, the last price at
        venue and engine, resting orders if there are any, the strategies. Guarded by `backtest_noop_ticks_per_s` in benchmarks."""
        if self._guarded:
            return self._run_by_message(rows)
        routes, queue, update_of = self.routes, self.queue, PriceUpdate
        trade, quote, depth = Kind.TRADE, Kind.QUOTE, Kind.DEPTH
        wake, now, current, told = self.wake, self.now, -1, None
        volume: Any
        for now, index, a, fa, fb, rest in rows:
            if now >= wake:
                self.wake_up(now)
                wake = self.wake
            if index != current:
                current, route = index, routes[index]
                kind, market, at_venue, resting = route.kind, route.market, route.venue_market, route.resting
            if kind is trade:
                price, volume = fa, fb
                market.last = at_venue.last = a
                market.trade_time = now
                if resting and (said := _printed(route, a, fb, rest, now)):
                    wake = self._report(route, said, now)
            elif kind is quote:
                b, c, d, _, fc, fd, _ = rest
                if not 0 < a < c:
                    self._deliver(route, now, _as_message(route, now, a, fb, rest))
                    wake = self.wake
                    continue
                price, volume = (fa + fc) / 2, None
                market.bid = at_venue.bid = a
                market.ask = at_venue.ask = c
                market.quote_time = now
                at_venue.bid_quantity, at_venue.ask_quantity = b, d
                if resting and (said := route.venue.on_quote(route.instrument.id, a, b, c, d, now)):
                    wake = self._report(route, said, now)
                listener = route.first_listener
                while listener is not None:
                    feed = listener.feed
                    feed.bid, feed.bid_size, feed.ask, feed.ask_size = fa, fb, fc, fd
                    listener = listener.next
            elif kind is depth:
                whole = route.book.run(*rest)
                if resting:
                    route.venue.on_depth(route.instrument.id, rest[0], rest[1], now)
                if not whole or not route.quotes or (top := self._on_top(route, now)) is None:
                    continue
                wake, volume = self.wake, None
                fa, fb, fc, fd = top
                price = (fa + fc) / 2
                listener = route.first_listener
                while listener is not None:
                    feed = listener.feed
                    feed.bid, feed.bid_size, feed.ask, feed.ask_size = fa, fb, fc, fd
                    listener = listener.next
            else:
                b, c, d, e, fc, price, volume = rest
                if not 0 < c <= d <= b:
                    self._deliver(route, now, _as_message(route, now, a, fb, rest))
                    wake = self.wake
                    continue
                market.last = at_venue.last = d
                market.trade_time = now
                if resting:
                    wake = self._report(route, route.venue.on_bar(route.instrument.id, a, b, c, d, e, now - route.interval, now), now)
            listener = route.first_listener
            while listener is not None:
                if listener is not told:  # One strategy on one stream is told everything: looked up once.
                    told, feed, strategy, prices = listener, listener.feed, listener.strategy, listener.prices
                    symbol, venue, outbox = listener.symbol, listener.venue, listener.outbox
                    on_market_data, on_bar = listener.on_market_data, listener.on_bar
                if now >= feed.next_roll:
                    feed.roll(now, price)
                feed.sequence = sequence = feed.sequence + 1
                prices[venue] = price
                strategy.now_ns = now
                try:
                    if feed.bid is None:
                        update = update_of(symbol, venue, now, price, volume, sequence, feed.reference_price, kind)
                    else:
                        update = update_of(
                            symbol, venue, now, price, volume, sequence, feed.reference_price, kind,
                            feed.bid, feed.ask, feed.bid_size, feed.ask_size,
                        )  # fmt: skip
                    returned = on_market_data(update)
                    if returned or outbox:
                        queue.extend(listener.machine.collect(returned, now))
                    if on_bar is not None:
                        returned = on_bar(Bar(symbol, venue, now - route.interval, now, fa, fb, fc, price, volume))
                        if returned or outbox:
                            queue.extend(listener.machine.collect(returned, now))
                except AUTHOR_ERRORS as error:
                    queue.extend(listener.machine.fail(error))
                listener = listener.next
            if queue:
                self.drain(now)
                wake = self.wake
        self.now = now
        return None

    def _run_by_message(self, rows: Iterable[Row]) -> None:
        """Every row through the handlers: for an engine whose feed looks at more than the figures. The top of a book comes as a quote."""
        for now, index, a, _, fb, rest in rows:
            if now >= self.wake:
                self.wake_up(now)
            self.now, route = now, self.routes[index]
            if route.kind is not Kind.DEPTH:
                self._deliver(route, now, _as_message(route, now, a, fb, rest))
                continue
            whole = route.book.run(*rest)
            if route.resting:
                route.venue.on_depth(route.instrument.id, rest[0], rest[1], now)
            if whole and route.quotes and (top := route.book.top()) != route.top:
                route.top = top
                self._deliver(route, now, QuoteChanged(route.instrument.id, route.book.update_id, *top, now))

    def _on_top(self, route: StreamRoute, now: Nanos) -> tuple[float, float, float, float] | None:
        """A message has changed the book: if that moved its top, it is the new quote, here as floats. A side may be empty, and then nobody
        has a quote; the last good one stays, and ages."""
        bid, bid_quantity, ask, ask_quantity = top = route.book.top()
        if not 0 < bid < ask or top == route.top:
            return None
        route.top = top
        market, at_venue, instrument = route.market, route.venue_market, route.instrument
        market.bid, market.ask, market.quote_time = bid, ask, now
        at_venue.bid, at_venue.bid_quantity, at_venue.ask, at_venue.ask_quantity = top
        if route.resting:
            self._report(route, route.venue.on_quote(instrument.id, bid, bid_quantity, ask, ask_quantity, now), now)
        tick, scale, lot, lot_scale = instrument.tick, instrument.price_scale, instrument.lot, instrument.quantity_scale
        return bid * tick / scale, bid_quantity * lot / lot_scale, ask * tick / scale, ask_quantity * lot / lot_scale

    def meet(self, row: Row) -> Nanos:
        """What rests at the venue meets a price that its market holds already; when to wake up after it."""
        now, index, a, _, fb, rest = row
        route = self.routes[index]
        venue, key = route.venue, route.instrument.id
        if route.kind is Kind.TRADE:
            said = _printed(route, a, fb, rest, now)
        elif route.kind is Kind.QUOTE:
            b, c, d, *_ = rest
            said = venue.on_quote(key, a, b, c, d, now)
        else:
            b, c, d, e, *_ = rest
            said = venue.on_bar(key, a, b, c, d, e, now - route.interval, now)
        return self._report(route, said, now)

    def _deliver(self, route: StreamRoute, now: Nanos, message: Message) -> None:
        """A row as a message through the handlers, as every other host delivers it: for rows that are odd enough to be refused."""
        if route.at_venue:
            self._send(route.venue.address, handle(route.venue, message, now), now)
        if route.at_engine:
            self.queue.extend(handle(self.engine, message, now))
            for machine in self.strategies:
                self.queue.extend(handle(machine, message, now))
        self.drain(now)

    def drain(self, now: Nanos) -> None:
        """Delivers what is queued, and what that leads to, in the order it was sent."""
        queue, handlers, delayed = self.queue, self._handlers, self._delayed
        for envelope in queue:  # It grows meanwhile.
            target, message = envelope.target, envelope.message
            out = handlers[target][type(message)](message, now)
            if out:
                if delayed:
                    self._send(target, out, now)
                else:
                    queue += out
        queue.clear()
        self._plan()

    def _send(self, source: Address, envelopes: Sequence[Envelope], now: Nanos) -> None:
        """Queues what a machine returned, or lets it travel."""
        if not self._delayed:
            self.queue.extend(envelopes)
            return
        for envelope in envelopes:
            delay = self._delay(source, envelope, now)
            if delay:
                self._sequence += 1
                heappush(self._future, (now + delay, self._sequence, envelope))
                self.wake = min(self.wake, Nanos(now + delay))
            else:
                self.queue.append(envelope)

    def _report(self, route: StreamRoute, envelopes: Sequence[Envelope], now: Nanos) -> Nanos:
        """Sends what a row made the venue say; when to wake up after it."""
        self._send(route.venue.address, envelopes, now)
        return self.wake

    def _delay(self, source: Address, envelope: Envelope, now: Nanos) -> int:
        if envelope.target in self._venues:
            delay = self.latency.cancel if type(envelope.message) is CancelOrder else self.latency.order
        else:
            delay = self.latency.report if source in self._venues else Nanos(0)
        if not isinstance(delay, Drawn):
            return delay
        link = envelope.target if envelope.target in self._venues else source
        way = Address(f"to {link}" if link is envelope.target else f"from {link}")
        arrival = max(now + delay.draw(self._rng), self._last_arrival.get(way, 0))
        self._last_arrival[way] = arrival
        return arrival - now

    def _plan(self) -> None:
        """Works out when the next thing other than a row happens."""
        wake = self._next_sample
        if self._future:
            wake = min(wake, Nanos(self._future[0][0]))
        for machine in self._ticking:
            deadline = machine.deadline()
            if deadline is not None and deadline < wake:
                wake = deadline
        self.wake = wake

    def wake_up(self, now: Nanos) -> None:
        """Lets everything happen that is due at or before `now`, in order of time; the equity is sampled last in an instant."""
        while self.wake <= now:
            at = self.wake
            if self._future and self._future[0][0] <= at:
                self.queue.append(heappop(self._future)[2])
            elif (machine := self._due(at)) is not None:
                self._send(machine.address, handle(machine, Tick(), at), at)
            else:
                self.observer.sample(at)
                self._next_sample = Nanos(max(at + 1, now) // self.sample_interval * self.sample_interval + self.sample_interval)
            self.drain(at)

    def _due(self, at: Nanos) -> Machine | None:
        """The first machine whose deadline has come."""
        for machine in self._ticking:
            deadline = machine.deadline()
            if deadline is not None and deadline <= at:
                return machine
        return None

    def _silence_failed(self, failed: StrategyFailed, now: Nanos) -> None:
        for machine in self.strategies:
            if machine.address == failed.strategy:
                for route in self.routes:
                    route.silence(machine)


def _printed(route: StreamRoute, price: int, quantity: float, rest: Any, now: Nanos) -> list[Envelope]:
    """A print at the venue. `rest` is the aggressor, or among rows of other kinds (quantity, aggressor, ...)."""
    lots, aggressor = (nearest_lots(route.instrument, quantity), rest) if type(rest) is int else rest[:2]
    return route.venue.on_trade(route.instrument.id, price, lots, now, aggressor)


def _ignore(message: Message, now: Nanos) -> None:
    """A machine without a handler for a message."""


def _observed(observe: Note, handler: Any) -> Handler:
    def observed(message: Any, now: Nanos) -> list[Envelope]:
        observe(message, now)
        envelopes: list[Envelope] = handler(message, now)
        return envelopes

    return observed


def _as_message(route: StreamRoute, now: Nanos, a: int, fb: float, rest: Any) -> Message:
    """A trade has no id here; an aggressor that was not told is called a buyer."""
    key = route.instrument.id
    if route.kind is Kind.TRADE:
        lots, aggressor = (nearest_lots(route.instrument, fb), rest) if type(rest) is int else rest[:2]
        return Traded(key, TradeId(0), Price(a), lots, Side.SELL if aggressor < 0 else Side.BUY, now)
    b, c, d, e, *_ = rest
    if route.kind is Kind.QUOTE:
        return QuoteChanged(key, 0, Price(a), b, c, d, now)
    return BarClosed(key, Nanos(now - route.interval), now, Price(a), b, c, d, e)
