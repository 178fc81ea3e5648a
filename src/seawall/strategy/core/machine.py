"""A strategy as a machine: turns public data and the engine's answers into the author's callbacks, and what they return into messages.

An exception in the author's code ends this strategy and nothing else. The backtest host's hot loop does inline what `_price` does here;
a test holds the two together.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.message import Address, Envelope, Message, Tick
from seawall.api.orders import OrderStatus
from seawall.api.signals import (
    BreachReported,
    FillApplied,
    OrderChanged,
    StartStrategy,
    StopStrategy,
    StrategyFailed,
    StrategyStarted,
    StrategyStopped,
)
from seawall.api.units import SECOND, Nanos
from seawall.runtime.floats import base_as_float, money_as_float, price_as_float, quantity_as_float
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng
from seawall.strategy.base import TradingStrategy
from seawall.strategy.core.feed import Feed
from seawall.strategy.core.translate import to_message
from seawall.strategy.events import (
    Bar,
    CancelWish,
    ExplicitOrder,
    MarketSignal,
    OpenOrder,
    OrderFill,
    OrderIds,
    OrderUpdate,
    PriceUpdate,
    RiskBreach,
)
from seawall.strategy.random import StrategyRandom

Factory = Callable[[dict[str, Any]], TradingStrategy]

_ENDED = (OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED)


class StrategyState(msgspec.Struct):
    rng: Rng
    order_ids: OrderIds = OrderIds()
    positions: dict[InstrumentId, int] = {}  # Base minor units.
    price_cache: dict[str, dict[str, float]] = {}
    feeds: dict[InstrumentId, Feed] = {}
    open_orders: dict[str, OpenOrder] = {}
    next_timer: int = 0  # 0: no timer.
    now: int = 0
    running: bool = False
    failure: str = ""
    saved: bytes = b""  # What `save_state` returned, filled in when a snapshot is taken.


class StrategyMachine:
    def __init__(
        self, address: Address, engine: Address, factory: Factory, config: dict[str, Any], instruments: Sequence[Instrument], seed: int
    ) -> None:
        self.address = address
        self.engine = engine
        self.factory = factory
        self.config = config
        self.instruments = {i.id: i for i in instruments}
        self.handlers: dict[type[Message], Handler] = {
            StartStrategy: self._start,
            StopStrategy: self._stop,
            Tick: self._tick,
            Traded: self._traded,
            QuoteChanged: self._quote_changed,
            BarClosed: self._bar_closed,
            FillApplied: self._fill_applied,
            OrderChanged: self._order_changed,
            BreachReported: self._breach_reported,
        }
        feeds = {i.id: Feed(symbol=i.symbol, venue=i.venue) for i in instruments}
        cache: dict[str, dict[str, float]] = {i.symbol: {} for i in instruments}
        self._state = StrategyState(rng=Rng(seed), feeds=feeds, price_cache=cache)
        self._attach(factory(dict(config)))

    @property
    def state(self) -> StrategyState:
        self._state.saved = msgspec.msgpack.encode(self.strategy.save_state())
        return self._state

    def restore(self, state: StrategyState) -> None:
        self._state = state
        self._attach(self.factory(dict(self.config)))
        if state.saved:
            self.strategy.load_state(msgspec.msgpack.decode(state.saved))

    def deadline(self) -> Nanos | None:
        return Nanos(self._state.next_timer) if self._state.next_timer else None

    def collect(self, returned: Sequence[MarketSignal] | None, now: Nanos) -> list[Envelope]:
        """Messages for what a callback queued and returned, in that order."""
        wishes: list[MarketSignal | ExplicitOrder | CancelWish] = []
        if self.outbox:
            wishes += self.outbox
            self.outbox.clear()
        if returned:
            wishes += returned
        return [Envelope(self.engine, to_message(wish, self.address, self._state, now)) for wish in wishes]

    def fail(self, error: Exception) -> list[Envelope]:
        """Ends the strategy: the author's code raised."""
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        where = f" at {frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame is not None else ""
        self._state.failure = f"{type(error).__name__}: {error}{where}"
        self._state.running = False
        self._state.next_timer = 0
        self.outbox.clear()
        return [Envelope(self.engine, StrategyFailed(self.address, self._state.failure))]

    def _attach(self, strategy: TradingStrategy) -> None:
        """Gives a fresh strategy object its share of the state: the very same dicts, so that there is one truth."""
        state = self._state
        self.strategy = strategy
        strategy.price_cache = state.price_cache
        strategy.open_orders = state.open_orders
        strategy.order_ids = state.order_ids
        strategy.random = StrategyRandom(state.rng)
        strategy.active_symbols = list(state.price_cache)
        strategy.now_ns = state.now
        strategy.positions = {}
        for key in state.positions:
            self._show_position(self.instruments[key])
        self.outbox = strategy.outbox

    def _show_position(self, instrument: Instrument) -> None:
        symbol = instrument.symbol
        same = [i for i in self.instruments.values() if i.symbol == symbol]
        total = 0
        for other in same:
            total += self._state.positions.get(other.id, 0)
        self.strategy.positions[symbol] = base_as_float(instrument, total)

    def _call(self, callback: Callable[..., Any], now: Nanos, *arguments: Any) -> list[Envelope]:
        if not self._state.running:
            return []
        self._state.now = self.strategy.now_ns = now
        try:
            return self.collect(callback(*arguments), now)
        except Exception as error:  # Whatever the author's code raises stays with this strategy.
            return self.fail(error)

    def _start(self, message: StartStrategy, now: Nanos) -> list[Envelope]:
        strategy, state = self.strategy, self._state
        size = getattr(strategy, "max_position_size", self.config.get("max_position_size", 1.0))
        sizes = {s: float(v) for s, v in size.items()} if isinstance(size, dict) else {}
        started = StrategyStarted(
            strategy=self.address,
            name=type(strategy).__name__,
            version=strategy.VERSION,
            max_position_size=0.0 if sizes else float(size),
            min_confidence=float(self.config.get("min_confidence", 0.1)),
            max_position_sizes=sizes,
        )
        state.running = True
        if strategy.TIMER_SECONDS:
            interval = self._timer_interval()
            state.next_timer = now - now % interval + interval
        return [Envelope(self.engine, started), *self._call(strategy.on_start, now)]

    def _stop(self, message: StopStrategy, now: Nanos) -> list[Envelope]:
        out = self._call(self.strategy.on_stop, now)
        self._state.running = False
        self._state.next_timer = 0
        return [*out, Envelope(self.engine, StrategyStopped(self.address))]

    def _timer_interval(self) -> int:
        return max(1, int((self.strategy.TIMER_SECONDS or 0) * SECOND))

    def _tick(self, message: Tick, now: Nanos) -> list[Envelope]:
        state = self._state
        if not state.next_timer or now < state.next_timer:
            return []
        interval = self._timer_interval()
        state.next_timer = now - now % interval + interval
        return self._call(self.strategy.on_timer, now)

    def _traded(self, trade: Traded, now: Nanos) -> list[Envelope]:
        instrument = self.instruments.get(trade.instrument)
        if instrument is None:
            return []
        return self._price(instrument, now, price_as_float(instrument, trade.price), quantity_as_float(instrument, trade.quantity), "trade")

    def _quote_changed(self, quote: QuoteChanged, now: Nanos) -> list[Envelope]:
        instrument = self.instruments.get(quote.instrument)
        if instrument is None:
            return []
        feed = self._state.feeds[instrument.id]
        feed.bid = price_as_float(instrument, quote.bid) if quote.bid else None
        feed.ask = price_as_float(instrument, quote.ask) if quote.ask else None
        feed.bid_size = quantity_as_float(instrument, quote.bid_quantity) if quote.bid else None
        feed.ask_size = quantity_as_float(instrument, quote.ask_quantity) if quote.ask else None
        if not quote.bid or not quote.ask:
            return []  # One side is empty: there is no middle to report.
        return self._price(instrument, now, price_as_float(instrument, quote.bid + quote.ask) / 2, None, "quote")

    def _bar_closed(self, bar: BarClosed, now: Nanos) -> list[Envelope]:
        instrument = self.instruments.get(bar.instrument)
        if instrument is None:
            return []
        volume = quantity_as_float(instrument, bar.volume)
        close = price_as_float(instrument, bar.close)
        out = self._price(instrument, now, close, volume, "bar")
        shown = Bar(
            symbol=instrument.symbol,
            venue=instrument.venue,
            open_time_ns=bar.open_time,
            close_time_ns=bar.close_time,
            open=price_as_float(instrument, bar.open),
            high=price_as_float(instrument, bar.high),
            low=price_as_float(instrument, bar.low),
            close=close,
            volume=volume,
        )
        return out + self._call(self.strategy.on_bar, now, shown)

    def _price(self, instrument: Instrument, now: Nanos, price: float, volume: float | None, source: str) -> list[Envelope]:
        feed = self._state.feeds[instrument.id]
        if now >= feed.next_roll:
            feed.roll(now, price)
        feed.sequence += 1
        self._state.price_cache[feed.symbol][feed.venue] = price
        update = PriceUpdate(
            feed.symbol, feed.venue, now, price, volume, feed.bid, feed.ask, feed.bid_size, feed.ask_size,
            feed.sequence, source, feed.reference_price,
        )  # fmt: skip
        return self._call(self.strategy.on_market_data, now, update)

    def _fill_applied(self, fill: FillApplied, now: Nanos) -> list[Envelope]:
        state = self._state
        instrument = self.instruments[fill.instrument]
        state.positions[instrument.id] = fill.position
        self._show_position(instrument)
        leaves = quantity_as_float(instrument, fill.leaves_quantity)
        if order := state.open_orders.get(fill.tag):
            order.leaves_quantity = leaves
            order.status = OrderStatus.PARTIALLY_FILLED
            if not leaves:
                del state.open_orders[fill.tag]
        shown = OrderFill(
            order_id=fill.tag,
            symbol=instrument.symbol,
            venue=instrument.venue,
            side=fill.side,
            quantity=quantity_as_float(instrument, fill.quantity),
            price=price_as_float(instrument, fill.price),
            fee=money_as_float(instrument, fill.fee_currency, fill.fee),
            fee_asset=fill.fee_currency,
            liquidity=fill.liquidity,
            leaves_quantity=leaves,
            timestamp_ns=fill.event_time,
        )
        return self._call(self.strategy.on_order_fill, now, shown)

    def _order_changed(self, change: OrderChanged, now: Nanos) -> list[Envelope]:
        open_orders = self._state.open_orders
        if change.status in _ENDED:
            open_orders.pop(change.tag, None)
        elif order := open_orders.get(change.tag):
            instrument = self.instruments[change.instrument]
            order.status = change.status
            order.venue = instrument.venue
            order.leaves_quantity = quantity_as_float(instrument, change.leaves_quantity)
        return self._call(self.strategy.on_order_update, now, OrderUpdate(change.tag, change.status, change.reason, now))

    def _breach_reported(self, breach: BreachReported, now: Nanos) -> list[Envelope]:
        shown = RiskBreach(
            breach_type=breach.breach_type,
            check=breach.check,
            limit=breach.limit,
            value=breach.value,
            unit=breach.unit,
            symbol=breach.symbol,
            venue=breach.venue,
            order_id=breach.tag,
            timestamp_ns=now,
        )
        return self._call(self.strategy.on_risk_breach, now, shown)
