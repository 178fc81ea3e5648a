"""A strategy as a machine: turns public data and the engine's answers into the author's callbacks, and what they return into messages.

Its life is here: starting, stopping, failing, being restored, being swapped, its timer. What it hears in between is in `prices`, `answers`,
`paper` and `depth`. An exception in the author's code ends this strategy and nothing else.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.message import Address, Envelope, Message, Restarted, Tick
from seawall.api.signals import StartStrategy, StopStrategy, StrategyFailed, StrategyStopped
from seawall.api.units import Nanos
from seawall.runtime.floats import base_as_float
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng
from seawall.strategy.base import TradingStrategy
from seawall.strategy.core.answers import answer_handlers
from seawall.strategy.core.depth import DepthState, follow
from seawall.strategy.core.failures import AUTHOR_ERRORS, describe
from seawall.strategy.core.feed import Feed
from seawall.strategy.core.history import History, hear_again
from seawall.strategy.core.introduction import introduce, timer_interval
from seawall.strategy.core.paper import paper_handlers
from seawall.strategy.core.plain import unpacked
from seawall.strategy.core.prices import price_handlers
from seawall.strategy.core.translate import to_message
from seawall.strategy.events import MarketSignal, OpenOrder, OrderIds, Wish
from seawall.strategy.random import StrategyRandom
from seawall.strategy.warm_up import need_of

Factory = Callable[[dict[str, Any]], TradingStrategy]


class StrategyState(msgspec.Struct):
    rng: Rng
    order_ids: OrderIds = msgspec.field(default_factory=OrderIds)
    positions: dict[InstrumentId, int] = {}  # Base minor units.
    price_cache: dict[str, dict[str, float]] = {}
    feeds: dict[InstrumentId, Feed] = {}
    open_orders: dict[str, OpenOrder] = {}
    timer_interval: int = 0  # 0: no timer.
    next_timer: int = 0
    now: int = 0
    running: bool = False
    failure: str = ""
    saved: bytes = b""  # What `save_state` returned, filled in when a snapshot is taken.
    depth: DepthState = msgspec.field(default_factory=DepthState)  # Of strategies that follow order books.
    unsaved: str = ""  # Or why it could not: a strategy restored from this has lost its memory, and must not go on.
    trade_from: int = 0
    history: History = {}  # As much as the strategy asks for, where a host keeps it.
    told: int = 0  # Prices, so far, that went into it.


_encode = msgspec.msgpack.Encoder(enc_hook=unpacked).encode


class StrategyMachine:
    def __init__(
        self, address: Address, engine: Address, factory: Factory, config: dict[str, Any], instruments: Sequence[Instrument], seed: int,
        *, remembers: bool = False,
    ) -> None:  # fmt: skip
        """`remembers`: keeps what the strategy wants to hear again if it is restarted, or another version takes over."""
        self.address = address
        self.engine = engine
        self.factory = factory
        self.config = config
        self.instruments = {i.id: i for i in instruments}
        self.remembers = remembers
        self.ignored = 0  # Signals, orders and cancels of a strategy that heard history. Not state: a recovery hears it anew.
        self._listed: dict[str, list[InstrumentId]] = {}
        for instrument in instruments:
            self._listed.setdefault(instrument.symbol, []).append(instrument.id)
        self.handlers: dict[type[Message], Handler] = {
            StartStrategy: self._start,
            StopStrategy: self._stop,
            Restarted: self._restarted,
            Tick: self._tick,
            **price_handlers(self),
            **answer_handlers(self),
            **paper_handlers(self),
        }
        feeds = {i.id: Feed(symbol=i.symbol, venue=i.venue) for i in instruments}
        cache: dict[str, dict[str, float]] = {i.symbol: {} for i in instruments}
        self.facts = StrategyState(rng=Rng(seed), feeds=feeds, price_cache=cache)
        self._attach(factory(config.copy()))

    @property
    def state(self) -> StrategyState:
        """Taking a snapshot changes nothing for a strategy whose `save_state` raises; that shows when the snapshot is restored."""
        state, strategy = self.facts, self.strategy
        state.now = strategy.now_ns
        state.saved, state.unsaved = b"", ""
        try:
            state.saved = _encode(strategy.save_state())
        except AUTHOR_ERRORS as error:
            state.unsaved = describe(error, strategy.save_state)
        self.outbox.clear()
        return state

    @property
    def failure(self) -> str:
        """Why the author's code ended this strategy; empty: it did not."""
        return self.facts.failure

    @property
    def feeds(self) -> dict[InstrumentId, Feed]:
        return self.facts.feeds

    def restore(self, state: StrategyState) -> None:
        self.facts = state
        callback: Callable[..., Any] = getattr(self.factory, "__init__", self.factory)
        try:
            strategy = self.factory(self.config.copy())
            if state.running:
                callback = strategy.on_market_data
                self._hear_again(strategy, state.now)
            callback = strategy.load_state
            self._attach(strategy)
            if state.saved:
                strategy.load_state(msgspec.msgpack.decode(state.saved))
        except AUTHOR_ERRORS as error:
            self._attach(TradingStrategy(self.config))
            self.fail(error, callback)
        if state.unsaved:
            self._end(f"restored without its memory, because save_state had raised {state.unsaved}")
        self.outbox.clear()

    def swap(self, factory: Factory, config: dict[str, Any] | None, now: Nanos) -> list[Envelope]:
        """Another version takes over positions, orders, random numbers and what `save_state` returns. Returns its word to the engine.

        Raises: ValueError: it does not run, cannot save, or the new version cannot be made or load: the old one goes on.
        """
        state, before = self.state, self.strategy
        if not state.running:
            raise ValueError("the strategy does not run")
        if state.unsaved:
            raise ValueError(f"the running version cannot save its memory: {state.unsaved}")
        given = self.config if config is None else config
        callback: Callable[..., Any] = getattr(factory, "__init__", factory)
        try:
            strategy = factory(given.copy())
            introduced, interval = introduce(strategy, self.address), timer_interval(strategy)
            callback = strategy.on_market_data
            self._hear_again(strategy, now)
            callback = strategy.load_state
            self._attach(strategy)
            strategy.load_state(msgspec.msgpack.decode(state.saved))
        except AUTHOR_ERRORS as error:
            self._attach(before)
            raise ValueError(f"the new version fails: {describe(error, callback)}") from None
        self.outbox.clear()
        self.factory, self.config = factory, given
        if self.depth is None:
            state.depth = DepthState()
        if interval != state.timer_interval:
            state.timer_interval = interval
            self._plan_timer(now)
        return [Envelope(self.engine, introduced), *self._snapshots(now)]

    def again(self) -> "StrategyMachine":
        """A fresh machine of the version that runs now, to be restored."""
        instruments = list(self.instruments.values())
        return StrategyMachine(self.address, self.engine, self.factory, self.config, instruments, seed=0, remembers=self.remembers)

    def deadline(self) -> Nanos | None:
        return Nanos(self.facts.next_timer) if self.facts.next_timer else None

    def collect(self, returned: Sequence[MarketSignal] | None, now: Nanos) -> list[Envelope]:
        """Messages for what a callback queued and returned, in that order."""
        wishes: Sequence[Wish] = returned or ()
        if not isinstance(wishes, list | tuple):
            raise TypeError(f"a callback returns a list of MarketSignal or None, not {type(returned).__name__}")
        if self.outbox:
            wishes = [*self.outbox, *wishes]
            self.outbox.clear()
        if now < self.facts.trade_from:
            self.ignored += len(wishes)
            return []
        engine, address, state = self.engine, self.address, self.facts
        return [Envelope(engine, to_message(wish, address, state, now)) for wish in wishes]

    def fail(self, error: BaseException, callback: Callable[..., Any] | None = None) -> list[Envelope]:
        """Ends the strategy: the author's code raised, or returned what is no signal."""
        self._end(describe(error, callback or self.strategy.on_market_data))
        return self._report_failure()

    def _end(self, failure: str) -> None:
        self.facts.failure = failure
        self.facts.running = False
        self.facts.timer_interval = self.facts.next_timer = 0
        self.outbox.clear()

    def _report_failure(self) -> list[Envelope]:
        return [Envelope(self.engine, StrategyFailed(self.address, self.facts.failure))] if self.facts.failure else []

    def _restarted(self, message: Restarted, now: Nanos) -> list[Envelope]:
        """The engine may not know yet that this strategy failed: in the run that ended, or in the attempt to restore it."""
        return self._report_failure()

    def _attach(self, strategy: TradingStrategy) -> None:
        """Gives a fresh strategy object its share of the state: the very same dicts, so that there is one truth."""
        state = self.facts
        self.strategy = strategy
        strategy.price_cache = state.price_cache
        strategy.open_orders = state.open_orders
        strategy.order_ids = state.order_ids
        strategy.random = StrategyRandom(state.rng)
        strategy.active_symbols = list(state.price_cache)
        strategy.now_ns, strategy.trade_from_ns = state.now, state.trade_from
        strategy.positions = {}
        self.need = need_of(strategy)
        self.keeps = self.remembers and any(self.need)
        for key in state.positions:  # In their order: the author may iterate over them.
            self.show_position(self.instruments[key])
        self.outbox = strategy.outbox
        self.depth = follow(strategy, self.handlers, self.address, self.instruments, state.depth)
        # A callback that the author left alone is not worth a translation.
        self.hears_fills = _overrides(strategy, TradingStrategy.on_order_fill)
        self.hears_updates = _overrides(strategy, TradingStrategy.on_order_update)
        self.outbox.clear()  # Of what a constructor said: it may speak from the first callback on.

    def _snapshots(self, now: Nanos) -> list[Envelope]:
        return self.depth.ask(now) if self.depth is not None else []

    def _hear_again(self, strategy: TradingStrategy, now: int) -> None:
        """Before it is attached, or attached again. Whatever the author's code raises is the caller's."""
        if self.facts.history:
            strategy.active_symbols = list(self.facts.price_cache)
            self.ignored += hear_again(strategy, self.facts.history, now)

    def show_position(self, instrument: Instrument) -> None:
        positions, listed = self.facts.positions, self._listed[instrument.symbol]
        total = positions[instrument.id]
        if len(listed) > 1:
            total = 0
            for key in listed:
                total += positions.get(key, 0)
        self.strategy.positions[instrument.symbol] = base_as_float(instrument, total)

    def call(self, callback: Callable[..., Any], now: Nanos, *arguments: Any) -> list[Envelope]:
        if not self.facts.running:
            return []
        self.strategy.now_ns = now
        try:
            return self.collect(callback(*arguments), now)
        except AUTHOR_ERRORS as error:  # Whatever the author's code raises stays with this strategy.
            return self.fail(error, callback)

    def _start(self, message: StartStrategy, now: Nanos) -> list[Envelope]:
        strategy, state = self.strategy, self.facts
        try:
            started, state.timer_interval = introduce(strategy, self.address), timer_interval(strategy)
        except AUTHOR_ERRORS as error:
            return self.fail(error, strategy.on_start)
        state.running, state.failure = True, ""
        state.trade_from = strategy.trade_from_ns = message.trade_from
        self._plan_timer(now)
        out = [Envelope(self.engine, started), *self._snapshots(now), *self.call(strategy.on_start, now)]
        if state.running and state.history:
            try:
                self._hear_again(strategy, now)
            except AUTHOR_ERRORS as error:
                out += self.fail(error)
            state.now = now
            self._attach(strategy)
        return out

    def _stop(self, message: StopStrategy, now: Nanos) -> list[Envelope]:
        out = self.call(self.strategy.on_stop, now)
        self.facts.running = False
        self.facts.timer_interval = self.facts.next_timer = 0
        return [*out, Envelope(self.engine, StrategyStopped(self.address))]

    def _plan_timer(self, now: Nanos) -> None:
        """The next whole multiple of the interval, so that timers of equal intervals go off together."""
        interval = self.facts.timer_interval
        self.facts.next_timer = now - now % interval + interval if interval else 0

    def _tick(self, message: Tick, now: Nanos) -> list[Envelope]:
        state = self.facts
        if not state.next_timer or now < state.next_timer:
            return []
        self._plan_timer(now)
        return self.call(self.strategy.on_timer, now) if now >= state.trade_from else []


def _overrides(strategy: TradingStrategy, callback: Callable[..., Any]) -> bool:
    return getattr(type(strategy), callback.__name__) is not callback
