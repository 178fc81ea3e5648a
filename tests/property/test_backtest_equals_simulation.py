"""With zero latency and no faults the backtest host and the simulated host lead the same machines to the same orders and the same state."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.message import PUBLIC, Address, Envelope, Message, Tick
from seawall.api.orders import Side, TradeId
from seawall.api.projections import PROJECTIONS, OrderClosed
from seawall.api.signals import StartStrategy, StopStrategy
from seawall.api.units import SECOND, Nanos
from seawall.backtest.latency import Latency
from seawall.backtest.run import Run, Setup
from seawall.market_data.recorded import Kind, Recording, open_recording
from seawall.runtime.machine import Handler, Machine, snapshot
from seawall.sim.network import Constant, LinkSpec
from seawall.sim.node import NodeSpec
from seawall.sim.world import World
from seawall.strategy import Bar, MarketSignal, OrderFill, OrderUpdate, PriceUpdate, TradingStrategy

FEED = Address("feed")
START = 1_700_000_000 * SECOND
INSTANT = Latency()
AMENDED: list[str] = []  # By any run.


class Restless(TradingStrategy):
    """Signals, orders that rest, cancels, timers, its own dice: whatever could tell the two hosts apart."""

    TIMER_SECONDS = 7.0

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        dice = self.random.random()
        symbol, price = price_update.symbol, price_update.price
        if dice < 0.1:
            return [MarketSignal(symbol, self.random.choice([1.0, -1.0, 1.5]), self.random.random())]
        if dice < 0.2:
            self.buy(symbol, 0.01, venue=price_update.venue, limit_price=price * 0.999)
        elif dice < 0.3:
            self.sell(
                symbol, 0.01, venue=price_update.venue, limit_price=price * self.random.choice([0.99, 1.001]), order_type="limit_maker"
            )
        elif dice < 0.35 and self.open_orders:
            self.cancel(self.random.choice(sorted(self.open_orders)))
        elif dice < 0.4:
            self.buy(symbol, 0.02, limit_price=price * self.random.choice([0.99, 1.01]), time_in_force=self.random.choice(["ioc", "fok"]))
        elif dice < 0.5:
            self.condition(symbol, price, price_update.venue)
        elif dice < 0.6:
            self.change(symbol, price, price_update.venue)
        return None

    def change(self, symbol: str, price: float, venue: str) -> None:
        """A pair, or another wish for an order that is open or was a moment ago."""
        kind, far = self.random.choice(["pair", "amend", "replace"]), price * self.random.choice([0.0001, 0.0005, 0.003])
        if kind == "pair":
            side, sign = self.random.choice([("buy", 1), ("sell", -1)])
            stop, limit = {"stop_price": price + sign * far}, {"limit_price": price - sign * far}
            above, below = (stop, limit) if sign > 0 else (limit, stop)
            self.oco(side, symbol, 0.02, above=above, below=below, venue=venue)
        elif self.open_orders:
            order_id = self.random.choice(sorted(self.open_orders))
            if kind == "amend":
                self.amend(order_id, self.random.choice([0.005, 0.01, 0.015]))
            else:
                self.replace(order_id, 0.01, limit_price=price * self.random.choice([0.999, 1.001]))

    def condition(self, symbol: str, price: float, venue: str) -> None:
        """An order with terms: a stop, a take profit, one that trails, one good for a while, an iceberg, one that may only reduce."""
        kind = self.random.choice(["stop", "profit", "trail", "while", "berg", "reduce", "guard"])
        side, sign = self.random.choice([(self.buy, 1), (self.sell, -1)])
        far = price * self.random.choice([0.0005, 0.001, 0.003])
        if kind == "stop":
            side(
                symbol,
                0.01,
                venue=venue,
                stop_price=price + sign * far,
                **self.random.choice([{}, {"limit_price": price + sign * 2 * far}]),
            )
        elif kind == "profit":
            side(symbol, 0.01, venue=venue, stop_price=price - sign * far, order_type="take_profit")
        elif kind == "trail":
            side(symbol, 0.01, venue=venue, trailing_bps=self.random.choice([3, 10, 30]))
        elif kind == "reduce":
            side(symbol, 0.01, venue=venue, limit_price=price - sign * far, reduce_only=True)
        elif kind == "guard":
            side(symbol, 0.01, venue=venue, stop_price=price + sign * far, reduce_only=True)
        elif kind == "while":
            side(symbol, 0.01, venue=venue, limit_price=price - sign * far, good_for=self.random.choice([0.5, 3, 10]))
        else:
            side(symbol, 0.02, venue=venue, limit_price=price - sign * far, display=0.01, self_trade_prevention="expire_taker")

    def on_order_update(self, update: OrderUpdate) -> None:
        if update.reason == "amended":
            AMENDED.append(update.order_id)

    def on_bar(self, bar: Bar) -> list[MarketSignal] | None:
        return [MarketSignal(bar.symbol, 1.0 if bar.close > bar.open else -1.0)] if self.random.random() < 0.3 else None

    def on_timer(self) -> list[MarketSignal] | None:
        for symbol in self.active_symbols:
            self.emit(MarketSignal(symbol, -0.5))
        return None

    def on_order_fill(self, fill: OrderFill) -> None:
        if self.random.random() < 0.1:
            self.sell(fill.symbol, fill.quantity, venue=fill.venue)


class FeedState(msgspec.Struct):
    row: int = 0


class Feed:
    """Says every recorded row in public, at its time."""

    address = FEED

    def __init__(self, rows: list[tuple[int, Message]]) -> None:
        self.rows = rows
        self.state = FeedState()
        self.handlers: dict[type[Message], Handler] = {Tick: self._tick}

    def restore(self, state: FeedState) -> None:
        self.state = state

    def deadline(self) -> Nanos | None:
        return Nanos(self.rows[self.state.row][0]) if self.state.row < len(self.rows) else None

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        if self.state.row >= len(self.rows) or self.rows[self.state.row][0] > now:
            return []
        self.state.row += 1
        return [Envelope(PUBLIC, self.rows[self.state.row - 1][1])]


def rows_of(recording: Recording) -> list[tuple[int, Message]]:
    found: list[tuple[int, Message]] = []
    for chunk in recording.chunks():
        width = len(chunk.columns)
        for number, (time, index) in enumerate(zip(chunk.time, chunk.stream, strict=True)):
            stream = recording.streams[index]
            a, b, c, d, e = (int(chunk.columns[k][number]) if k < width else 0 for k in range(5))
            key = stream.instrument.id
            message: Message
            if stream.kind is Kind.TRADE:
                message = Traded(key, TradeId(d), a, b, Side.SELL if c < 0 else Side.BUY, Nanos(time))
            elif stream.kind is Kind.QUOTE:
                message = QuoteChanged(key, 0, a, b, c, d, Nanos(time))
            else:
                message = BarClosed(key, Nanos(time - stream.interval), Nanos(time), a, b, c, d, e)
            found.append((time, message))
    return found


def tables(seed: int, rows: int) -> list[dict[str, Any]]:
    """Trades and quotes of one venue, bars of another, with equal times among them."""
    rng = np.random.default_rng(seed)
    walk = 1_000 + np.cumsum(rng.integers(-30, 31, rows)) * 0.01
    times = START + np.cumsum(rng.integers(0, 3, rows)) * SECOND
    price = np.round(walk, 2)
    trades = {
        "ts": times,
        "price": price,
        "qty": rng.integers(1, 100, rows) * 0.01,
        "venue": ["alpha"] * rows,
        "symbol": ["BTC-USDT"] * rows,
    }
    quotes = {
        "ts": times,
        "bid": np.round(price - 0.02, 2),
        "bid_size": [1.0] * rows,
        "ask": np.round(price + 0.02, 2),
        "ask_size": [2.0] * rows,
        "venue": ["alpha"] * rows,
        "symbol": ["BTC-USDT"] * rows,
    }
    open_, close = price, np.round(walk + rng.integers(-20, 21, rows) * 0.01, 2)
    bars = {
        "ts": START + np.arange(rows, dtype=np.int64) * SECOND,
        "open": open_,
        "high": np.round(np.maximum(open_, close) + 0.1, 2),
        "low": np.round(np.minimum(open_, close) - 0.1, 2),
        "close": close,
        "volume": [5.0] * rows,
        "venue": ["beta"] * rows,
        "symbol": ["BTC-USDT"] * rows,
    }
    chosen = [trades, quotes, bars]
    random.Random(seed).shuffle(chosen)
    return chosen[: 1 + seed % 3]


def margined(seed: int, rows: int) -> list[dict[str, Any]]:
    """The same trades and quotes of a perpetual, with wider steps: its account is small."""
    rng = np.random.default_rng(seed)
    price = np.round(1_000 + np.cumsum(rng.integers(-30, 31, rows)).astype(float), 2).clip(min=100)
    common = {
        "ts": START + np.cumsum(rng.integers(0, 3, rows)) * SECOND, "venue": ["gamma"] * rows, "symbol": ["BTC-USDT-PERP"] * rows,
    }  # fmt: skip
    trades = {**common, "price": price, "qty": rng.integers(1, 100, rows) * 0.01}
    quotes = {**common, "bid": price - 0.02, "bid_size": [1.0] * rows, "ask": price + 0.02, "ask_size": [2.0] * rows}
    return [trades, {key: np.round(value, 2) if key in ("bid", "ask") else value for key, value in quotes.items()}]


def built(recording: Recording, seed: int, latency: Latency) -> Run:
    # Whether two orders of ours would meet depends on which of two reports of one instant came first: see the docstring below.
    limits = {"prevent_self_match": "none"} if latency.report else {}
    balances, rates = None, None
    if any(stream.instrument.margin is not None for stream in recording.streams):
        balances = {"*": {"USDT": "12"}}
        paid = {"ts": [START + k * 20 * SECOND for k in range(1, 10)], "funding_rate": [0.001 * (-1) ** k for k in range(9)]}
        rates = {**paid, "venue": ["gamma"] * 9, "symbol": ["BTC-USDT-PERP"] * 9}
    setup = Setup(
        seed=seed, fill_model="touch", slippage_bps=3, latency=latency, limits=limits, balances=balances, funding_rates=rates,
    )  # fmt: skip
    return Run([Restless, Restless], recording, {"max_position_size": 0.1}, setup)


def backtest(recording: Recording, seed: int, latency: Latency) -> tuple[dict[str, bytes], list[OrderClosed]]:
    run = built(recording, seed, latency)
    orders: list[OrderClosed] = []
    note: Callable[[OrderClosed, Nanos], None] = lambda order, now: orders.append(order)  # noqa: E731
    run.notes.handlers = {**run.notes.handlers, OrderClosed: note}
    run.host = run.new_host()
    run.drive(None, lambda: False)
    assert not run.failures
    return {m.address: snapshot(m) for m in (run.engine, *run.venues, *run.machines)}, orders


def simulation(recording: Recording, seed: int, latency: Latency) -> tuple[dict[str, bytes], list[OrderClosed]]:
    run = built(recording, seed, latency)
    machines: list[Machine] = [*run.venues, run.engine, *run.machines]
    feed = Feed(rows_of(recording))
    nodes = [NodeSpec(lambda machine=machine: machine, subscribes=(FEED,)) for machine in machines]
    links = {}
    for machine in (run.engine, *run.machines):
        links[FEED, machine.address] = LinkSpec(Constant(latency.feed))
    for venue in run.venues:
        links[run.engine.address, venue.address] = LinkSpec(Constant(latency.order))
        links[venue.address, run.engine.address] = LinkSpec(Constant(latency.report))
    start = run.start - 1 - 4 * (latency.order + latency.report)
    world = World([*nodes, NodeSpec(lambda: feed)], links, seed=0, start=Nanos(start))
    orders: list[OrderClosed] = []
    world.listen(PROJECTIONS, lambda message, now: orders.append(message) if isinstance(message, OrderClosed) else None)
    for envelope in run.funding.commands:
        world.send(envelope.target, envelope.message)
    world.run(Nanos(run.start - 1))
    for machine in run.machines:
        world.send(machine.address, StartStrategy())
    world.run(Nanos(run.end - 1))
    for machine in run.machines:
        world.send(machine.address, StopStrategy())
    world.run(Nanos(run.end - 1 + 20 * (latency.order + latency.report)))
    return {m.address: snapshot(m) for m in (run.engine, *run.venues, *run.machines)}, orders


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(20, 300))
def test_equal_orders_and_equal_state(seed: int, rows: int) -> None:
    data = tables(seed, rows)
    states, orders = backtest(open_recording(data), seed, INSTANT)
    expected, expected_orders = simulation(open_recording(data), seed, INSTANT)
    assert orders == expected_orders
    assert states == expected


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.integers(20, 200))
def test_equal_orders_and_equal_state_with_margin(seed: int, rows: int) -> None:
    """Funding, margin calls and liquidations among them."""
    data = margined(seed, rows)
    states, orders = backtest(open_recording(data), seed, INSTANT)
    expected, expected_orders = simulation(open_recording(data), seed, INSTANT)
    assert orders == expected_orders
    assert states == expected


def test_what_is_margined_is_paid_for_and_liquidated() -> None:
    """Or the property above would hold of nothing."""
    told: dict[str, int] = {}
    for seed in range(6):
        run = built(open_recording(margined(seed, 200)), seed, INSTANT)
        run.host = run.new_host()
        run.drive(None, lambda: False)
        kinds = [movement.kind for movement in run.recorder.movements] + [what.split("(")[-1] for what in run.notes.alerts]
        for kind in kinds:
            told[kind] = told.get(kind, 0) + 1
        told["refused"] = told.get("refused", 0) + run.notes.refusals.get("margin", 0)
    assert told["funding"] > 5 and told["liquidation_fee"] >= 2 and told["liquidation)"] >= 2 and told["refused"] > 5, told


def test_the_strategy_really_trades() -> None:
    """Or the property above would hold of nothing."""
    orders = [order for seed in range(6) for order in backtest(open_recording(tables(seed, 200)), seed, INSTANT)[1]]
    assert {"filled", "canceled", "rejected", "expired"} <= {order.status for order in orders}
    assert len(orders) > 200
    ended = {(order.order_type, order.status) for order in orders}
    assert {(kind, "filled") for kind in ("stop_loss", "take_profit")} <= ended
    assert "order_list" in {order.reason for order in orders}
    assert len(AMENDED) > 5


@settings(max_examples=10)
@given(st.integers(0, 10_000), st.integers(20, 200), st.integers(1, 3 * SECOND), st.integers(1, 2 * SECOND))
def test_equal_orders_with_constant_latency(seed: int, rows: int, order_ns: int, report_ns: int) -> None:
    """Latencies off the grid of the rows: within one instant the hosts may differ in what arrives first."""
    latency = Latency(feed=Nanos(0), order=Nanos(order_ns * 2 + 1), cancel=Nanos(order_ns * 2 + 1), report=Nanos(report_ns * 2 + 1))
    data = tables(seed, rows)
    assert backtest(open_recording(data), seed, latency)[1] == simulation(open_recording(data), seed, latency)[1]
