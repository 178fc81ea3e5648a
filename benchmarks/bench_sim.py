"""The simulated world: messages delivered per second with journal, digest and every invariant on, files included.

One exchange with two instruments, traders that quote, cancel and take on links with random latency, and a listener that hears everything.
"""

import tempfile
from pathlib import Path
from time import perf_counter

import msgspec

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import Instrument, define_spot
from seawall.api.market_data import DepthChanged, QuoteChanged, Traded
from seawall.api.message import Address, Envelope, Message, Tick
from seawall.api.orders import (
    AccountId,
    CancelOrder,
    ClientOrderId,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderType,
    PlaceOrder,
    Side,
    TimeInForce,
)
from seawall.api.units import MILLISECOND, SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.audit.core.invariants import every_invariant
from seawall.cli.run_files import RunDirectory
from seawall.exchange.core.machine import Exchange
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng
from seawall.sim.network import LinkSpec, Uniform
from seawall.sim.node import NodeSpec
from seawall.sim.world import World

ROUNDS = 3
DURATION_NS = 50 * SECOND
TRADERS = 8
MIDDLE = 10_000
VENUE = Address("venue:bench")
INSTRUMENTS = {
    instrument.id: instrument
    for instrument in (
        define_spot("bench", "BTC-USDT", tick="0.01", lot="0.00001"),
        define_spot("bench", "ETH-USDT", tick="0.01", lot="0.0001"),
    )
}


class TraderState(msgspec.Struct):
    rng: Rng
    next_order: Nanos
    orders: int = 0
    open: dict[ClientOrderId, bool] = {}
    middle: int = MIDDLE


class Trader:
    """Quotes around the middle, cancels its oldest order when it has many, sometimes takes."""

    def __init__(self, name: str, instrument: Instrument, seed: int) -> None:
        self.address = Address(f"trader:{name}")
        self.account = AccountId(name)
        self.instrument = instrument
        self.state = TraderState(Rng(seed), Nanos(MILLISECOND))
        self.handlers: dict[type[Message], Handler] = {
            Tick: self._trade,
            QuoteChanged: self._quote,
            OrderAccepted: self._ignore,
            OrderFilled: self._filled,
            OrderCanceled: self._ended,
            OrderExpired: self._ended,
        }

    def restore(self, state: TraderState) -> None:
        self.state = state

    def deadline(self) -> Nanos | None:
        return self.state.next_order

    def _trade(self, tick: Tick, now: Nanos) -> list[Envelope]:
        state = self.state
        bits = state.rng.next_u64()
        state.next_order = Nanos(now + MILLISECOND + (bits & 0xFFFFF) * 8)
        if len(state.open) > 10:
            oldest = next(iter(state.open))
            return [Envelope(VENUE, CancelOrder(self.account, oldest, self.instrument.id))]
        state.orders += 1
        order_id = ClientOrderId(f"{state.orders}")
        side, sign = (Side.BUY, 1) if bits & (1 << 60) else (Side.SELL, -1)
        away = (bits >> 20) % 30
        if (bits >> 40) % 10 == 0:
            time_in_force, price = TimeInForce.IOC, state.middle + sign * away
        else:
            time_in_force, price = TimeInForce.GTC, state.middle - sign * (1 + away)
            state.open[order_id] = True
        quantity = Quantity(1 + (bits >> 50) % 1000)
        order = PlaceOrder(self.account, order_id, self.instrument.id, side, OrderType.LIMIT, time_in_force, quantity, Price(price))
        return [Envelope(VENUE, order)]

    def _quote(self, quote: QuoteChanged, now: Nanos) -> list[Envelope]:
        if quote.instrument == self.instrument.id and quote.bid and quote.ask:
            self.state.middle = (quote.bid + quote.ask) >> 1
        return []

    def _ignore(self, message: Message, now: Nanos) -> list[Envelope]:
        return []

    def _filled(self, fill: OrderFilled, now: Nanos) -> list[Envelope]:
        if not fill.leaves_quantity:
            self.state.open.pop(fill.client_order_id, None)
        return []

    def _ended(self, report: OrderCanceled | OrderExpired, now: Nanos) -> list[Envelope]:
        self.state.open.pop(report.client_order_id, None)
        return []


class ListenerState(msgspec.Struct):
    heard: int = 0


class Listener:
    def __init__(self) -> None:
        self.address = Address("listener")
        self.state = ListenerState()
        self.handlers: dict[type[Message], Handler] = dict.fromkeys((Traded, QuoteChanged, DepthChanged), self._hear)

    def restore(self, state: ListenerState) -> None:
        self.state = state

    def deadline(self) -> Nanos | None:
        return None

    def _hear(self, message: Message, now: Nanos) -> list[Envelope]:
        self.state.heard += 1
        return []


def build() -> World:
    instruments = list(INSTRUMENTS.values())
    nodes = [NodeSpec(lambda: Exchange(VENUE, instruments)), NodeSpec(Listener, subscribes=(VENUE,))]
    for number in range(TRADERS):
        instrument = instruments[number % len(instruments)]
        nodes.append(NodeSpec(lambda n=number, i=instrument: Trader(f"{n}", i, n), subscribes=(VENUE,)))
    world = World(
        nodes,
        seed=42,
        default_link=LinkSpec(Uniform(100_000, 5_000_000)),
        invariants=every_invariant(INSTRUMENTS, {}),
    )
    rich = {currency: Money(10**16) for currency in (Currency("BTC"), Currency("ETH"), Currency("USDT"))}
    for number in range(TRADERS):
        world.send(VENUE, OpenAccount(AccountId(f"{number}"), Address(f"trader:{number}"), rich))
    return world


def messages_per_second() -> float:
    with tempfile.TemporaryDirectory() as directory:
        world = build()
        run = RunDirectory.create(Path(directory) / "run", {"benchmark": "sim"})
        world.record_to(run, run.stamp)
        start = perf_counter()
        world.run_for(DURATION_NS)
        digest = world.digest()
        elapsed = perf_counter() - start
    assert not world.failures, world.failures
    assert digest and world.sequence > 100_000, "a world with little in it proves nothing"
    return world.sequence / elapsed


def run() -> dict[str, float]:
    return {"sim_messages_per_s": max(messages_per_second() for _ in range(ROUNDS))}


if __name__ == "__main__":
    for name, figure in run().items():
        print(f"{name:24} {figure:12,.0f}")
