"""A small market for replay tests: one exchange, a few random traders, links with latency and loss."""

from functools import partial
from itertools import count

import msgspec

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import define_spot
from seawall.api.market_data import QuoteChanged
from seawall.api.message import Address, Envelope, Message, Tick
from seawall.api.orders import AccountId, CancelOrder, ClientOrderId, OrderFilled, OrderType, PlaceOrder, Side, TimeInForce
from seawall.api.units import MILLISECOND, Currency, Money, Nanos, Price, Quantity
from seawall.audit.core.invariants import every_invariant
from seawall.exchange.core.machine import Exchange
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng
from seawall.sim.network import LinkSpec, LongTailed
from seawall.sim.node import NodeSpec
from seawall.sim.world import World

VENUE = Address("venue:alpha")
INSTRUMENT = define_spot("alpha", "BTC-USDT", tick="0.01", lot="0.001", maker_fee="0.0005", taker_fee="0.001")
INSTRUMENTS = {INSTRUMENT.id: INSTRUMENT}
TRADERS = tuple(Address(f"trader:{number}") for number in range(4))
TYPES = ((OrderType.LIMIT, TimeInForce.GTC), (OrderType.LIMIT, TimeInForce.IOC), (OrderType.MARKET, TimeInForce.GTC),
         (OrderType.LIMIT, TimeInForce.GTC), (OrderType.LIMIT_MAKER, TimeInForce.GTC), (OrderType.LIMIT, TimeInForce.FOK))  # fmt: skip


class TraderState(msgspec.Struct):
    rng: Rng
    next_order: Nanos = Nanos(MILLISECOND)
    orders: int = 0
    filled: int = 0
    middle: int = 10_000


class Trader:
    """Any valid order, and some that are not; cancels its recent orders whether they are open or not."""

    def __init__(self, number: int) -> None:
        self.address = TRADERS[number]
        self.account = AccountId(str(number))
        self.state = TraderState(Rng(number))
        self.handlers: dict[type[Message], Handler] = {Tick: self._act, QuoteChanged: self._quote, OrderFilled: self._filled}

    def restore(self, state: TraderState) -> None:
        self.state = state

    def deadline(self) -> Nanos | None:
        return self.state.next_order

    def _act(self, tick: Tick, now: Nanos) -> list[Envelope]:
        state, rng = self.state, self.state.rng
        state.next_order = Nanos(now + rng.between(100_000, 1_500_000))
        if rng.below(4) == 0:
            recent = ClientOrderId(str(state.orders - rng.below(4)))
            return [Envelope(VENUE, CancelOrder(self.account, recent, INSTRUMENT.id))]
        state.orders += 1
        kind, time_in_force = TYPES[rng.below(len(TYPES))]
        side, sign = ((Side.BUY, -1), (Side.SELL, 1))[rng.below(2)]
        price = 0 if kind is OrderType.MARKET else state.middle + sign * rng.between(-4, 12)
        order = PlaceOrder(
            self.account,
            ClientOrderId(str(state.orders)),
            INSTRUMENT.id,
            side,
            kind,
            time_in_force,
            Quantity(rng.between(0, 40)),
            Price(price),
            valid_until=Nanos(now + 4_000_000 if rng.below(3) == 0 else 0),
        )
        return [Envelope(VENUE, order)]

    def _quote(self, quote: QuoteChanged, now: Nanos) -> list[Envelope]:
        if quote.bid and quote.ask:
            self.state.middle = (quote.bid + quote.ask) // 2
        return []

    def _filled(self, fill: OrderFilled, now: Nanos) -> list[Envelope]:
        self.state.filled += fill.quantity
        return []


def exchange() -> Exchange:
    return Exchange(VENUE, [INSTRUMENT])


def trader(number: int) -> Trader:
    return Trader(number)


def market(seed: int, *, fsync_ns: int = 0, snapshot_every: int = 20_000, venue: NodeSpec | None = None) -> World:
    """Every trader's account is open before the first order."""
    world = World(
        [
            venue or NodeSpec(exchange, fsync_ns=fsync_ns),
            *(NodeSpec(partial(trader, number), subscribes=(VENUE,)) for number in range(len(TRADERS))),
        ],
        seed=seed,
        default_link=LinkSpec(LongTailed(50_000, 200_000, 20_000_000), loss_ppm=10_000, duplicate_ppm=10_000),
        invariants=every_invariant(INSTRUMENTS, {}),
        snapshot_every=snapshot_every,
    )
    rich = {Currency("BTC"): Money(10**12), Currency("USDT"): Money(10**16)}
    for number, owner in zip(count(), TRADERS, strict=False):
        world.send(VENUE, OpenAccount(AccountId(str(number)), owner, rich))
    return world
