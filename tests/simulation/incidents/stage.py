"""Where incidents are played: an engine and two real venues in simulated time, every invariant on, and words for faults. Another trader
makes the markets; a strategy's wishes are given to the engine, and what it hears is kept."""

from collections.abc import Callable
from functools import partial
from typing import Any

from seawall.api.accounts import OpenAccount
from seawall.api.control import CrashMachine, InjectFault, LinkFault, RemoveFault, RestartMachine, Selector, SetClock
from seawall.api.instruments import Instrument, Venue
from seawall.api.message import Address, Message
from seawall.api.orders import AccountId, CancelOrder, ClientOrderId, OrderFilled, OrderType, PlaceOrder, Side, TimeInForce
from seawall.api.projections import PROJECTIONS
from seawall.api.rate_limits import RateLimits
from seawall.api.risk import Limits
from seawall.api.signals import CancelRequested, OrderRequested, OrderTerms, StrategyStarted
from seawall.api.units import MILLISECOND, SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.audit.core.invariants import Bounds, Invariant, every_invariant
from seawall.engine.core.machine import Engine, EngineSettings
from seawall.engine.core.orders import Order
from seawall.engine.core.venues.settings import SessionSettings, VenueSettings
from seawall.engine.core.venues.state import SessionState, SessionStatus
from seawall.exchange.core.machine import Exchange
from seawall.sim.agreement import disagreements
from seawall.sim.disk import Disk
from seawall.sim.network import Constant, LinkSpec
from seawall.sim.node import NodeSpec
from seawall.sim.vocabulary import decode_entry
from seawall.sim.world import World
from tests.simulation.toys import Spy
from tests.unit.engine.rig import ALPHA_BTC, COIN, ENGINE, INSTRUMENTS, LAX, OTHER, PATIENCE, RICHES, START, STRATEGY, USDT

ALPHA, BETA = Address("venue:alpha"), Address("venue:beta")
BUY, SELL = Side.BUY, Side.SELL
LATENCY = Nanos(5 * MILLISECOND)
PRIVATE = ("OrderAccepted", "OrderRejected", "OrderFilled", "OrderCanceled", "OrderExpired", "OrderTriggered", "CancelRejected")
PUBLIC = ("Traded", "QuoteChanged", "DepthChanged")


class Stage:
    def __init__(
        self,
        limits: Limits = LAX,
        session: SessionSettings = PATIENCE,
        instruments: tuple[Instrument, ...] = INSTRUMENTS,
        *,
        make: Callable[[EngineSettings], Engine] = Engine,
        fsync_ns: int = 0,
        live: bool = True,
        index: dict[Any, Any] | None = None,
        nodes: tuple[NodeSpec, ...] = (),
        observers: tuple[Invariant, ...] = (),
        deposits: dict[Currency, Money] = RICHES,
        **more: Any,  # Of the engine's settings.
    ) -> None:
        venues = tuple(dict.fromkeys(i.venue for i in instruments))
        at = {venue: Address(f"venue:{venue}") for venue in venues}
        self.instruments = {i.id: i for i in instruments}
        ours = tuple(VenueSettings(v, at[v], AccountId(f"{v}-main"), session) for v in venues)
        settings = EngineSettings(ENGINE, ours, instruments, limits, USDT, seed=7, **more)
        listed = [(v, [i for i in instruments if i.venue == v]) for v in venues]
        others = {venue: tuple(each for each in at.values() if each != at[venue]) for venue in venues}
        exchanges = [
            NodeSpec(partial(Exchange, at[venue], own, _index_of(index, own), RateLimits()), subscribes=others[venue])
            for venue, own in listed
        ]
        self.spy = Spy(PlaceOrder, CancelOrder, OrderFilled)
        self.world = World(
            [*exchanges, NodeSpec(lambda: make(settings), subscribes=tuple(at.values()), fsync_ns=fsync_ns), *nodes],
            seed=1,
            start=Nanos(START),
            default_link=LinkSpec(Constant(LATENCY)),
            invariants=[self.spy, *observers, *every_invariant(self.instruments, {ENGINE: Bounds(limits, USDT)})],
        )
        self.news: list[Any] = []  # What the strategy and the projections were told.
        for listener in (STRATEGY, PROJECTIONS):
            self.world.listen(listener, lambda message, now: self.news.append(message))
        self.deposits: dict[AccountId, dict[Currency, Money]] = {}
        for venue, own in listed:
            moved = [c for i in own for c in ((i.quote,) if i.margin else (i.base, i.quote))]
            for account, owner, money in ((AccountId(f"{venue}-main"), ENGINE, deposits), (AccountId("other"), OTHER, RICHES)):
                self.deposits[account] = {c: money.get(c, Money(0)) for c in dict.fromkeys(moved)}
                self.world.send(at[venue], OpenAccount(account, owner, self.deposits[account]))
        self.hands = 0
        self.faults = 0
        if live:
            self.seconds(1)
            assert all(session.live for session in self.engine.sessions.values())
            self.world.send(ENGINE, StrategyStarted(STRATEGY, "S", "1", 1.0, 0.1))
            for instrument in instruments:
                self.other(BUY, 0.1, 98, instrument)
                self.other(SELL, 0.1, 102, instrument)
            self.seconds(0.1)

    # Time

    def seconds(self, seconds: float) -> None:
        self.world.run_for(round(seconds * SECOND))

    def until(self, true: Callable[[], bool], seconds: float = 120) -> float:
        """Runs until it is so, and returns after how many seconds that was."""
        start = self.world.now
        while not true():
            assert self.world.now - start <= seconds * SECOND, "it never became so"
            self.world.run_for(LATENCY)
        return (self.world.now - start) / SECOND

    # Faults

    def fault(self, fault: LinkFault, *messages: str, source: Address = ALPHA, target: Address = ENGINE, **on: Any) -> str:
        """From now on, by default on what alpha tells the engine. Returns its name."""
        self.faults += 1
        name = f"fault-{self.faults}"
        self.world.schedule(self.world.now, InjectFault(name, source, target, fault, Selector(messages, **on)))
        self.seconds(0)
        return name

    def outward(self, fault: LinkFault, *messages: str, target: Address = ALPHA, **on: Any) -> str:
        """On what the engine tells a venue."""
        return self.fault(fault, *messages, source=ENGINE, target=target, **on)

    def heal(self, name: str) -> int:
        """Ends a fault that has done something; returns how often."""
        self.world.schedule(self.world.now, RemoveFault(name))
        self.seconds(0)
        bites = self.world.bites()[name]
        assert bites, f"{name} never bit"
        return bites

    def crash(self, machine: Address = ENGINE, *, torn_bytes: int = 0, for_seconds: float = 1) -> None:
        self.world.schedule(self.world.now, CrashMachine(machine, torn_bytes))
        self.seconds(for_seconds)
        self.restart(machine)

    def restart(self, machine: Address = ENGINE) -> None:
        self.world.schedule(self.world.now, RestartMachine(machine))
        self.seconds(0)

    def lose_disk(self) -> None:
        """The engine, which is down, begins on an empty disk. Only the number of its run goes on: hosts never give one twice."""
        node = self.world.nodes[ENGINE]
        epoch, node.disk = node.disk.epoch, Disk(decode_entry)
        node.disk.epoch, node.write = epoch, node.disk.write

    def clock(self, machine: Address, seconds: float = 0, *, drift_ppb: int = 0) -> None:
        """From now on that machine's clock is so far ahead, and gains so much."""
        self.world.schedule(self.world.now, SetClock(machine, round(seconds * SECOND), drift_ppb))
        self.seconds(0)

    # Doings

    def want(
        self, side: Side = BUY, quantity: float = 1.0, price: float = 100.0, tag: str = "t", *, instrument: Instrument = ALPHA_BTC,
        tif: TimeInForce = TimeInForce.GTC, order_type: OrderType | None = None, terms: OrderTerms | None = None,
        strategy: Address = STRATEGY,
    ) -> None:  # fmt: skip
        """The strategy's order; price 0 for a market order."""
        kind = order_type or (OrderType.LIMIT if price else OrderType.MARKET)
        request = OrderRequested(
            strategy, instrument.symbol, side, quantity, tag, self.world.now, instrument.venue, kind, tif, price, terms=terms
        )
        self.give(request)

    def cancel(self, tag: str = "t") -> None:
        self.give(CancelRequested(STRATEGY, tag))

    def give(self, message: Message, to: Address = ENGINE) -> None:
        self.world.send(to, message)
        self.seconds(0)

    def hand(
        self, side: Side, quantity: float, price: float, instrument: Instrument = ALPHA_BTC, tif: TimeInForce = TimeInForce.GTC,
        account: str = "other",
    ) -> tuple[Address, PlaceOrder]:  # fmt: skip
        """The venue and another trader's order, or one made by hand on the engine's own account."""
        self.hands += 1
        key = ClientOrderId(f"hand-{self.hands}")
        ticks = Price(round(price * instrument.price_scale / instrument.tick))
        lots = Quantity(round(quantity * COIN / instrument.lot_value))
        order = PlaceOrder(AccountId(account), key, instrument.id, side, OrderType.LIMIT, tif, lots, ticks)
        return Address(f"venue:{instrument.venue}"), order

    def other(self, side: Side, quantity: float, price: float, *more: Any, **further: Any) -> ClientOrderId:
        """Places it now."""
        venue, order = self.hand(side, quantity, price, *more, **further)
        self.give(order, venue)
        return order.client_order_id

    def fall(self, price: float, instrument: Instrument = ALPHA_BTC) -> None:
        """Somebody sells through all bids down to that price, where others still buy."""
        self.other(BUY, 50, price, instrument)
        self.other(SELL, 20, price, instrument, TimeInForce.IOC)

    # Looking

    @property
    def engine(self) -> Engine:
        engine = self.world.machines[ENGINE]
        assert isinstance(engine, Engine)
        return engine

    def venue(self, address: Address = ALPHA) -> Exchange:
        venue = self.world.machines[address]
        assert isinstance(venue, Exchange)
        return venue

    def session(self, venue: str = "alpha") -> SessionState:
        return self.engine.state.sessions[AccountId(f"{venue}-main")]

    def status(self, venue: str = "alpha") -> SessionStatus:
        return self.session(venue).status

    def order(self, tag: str = "t") -> Order:
        """Of the strategy: the open one of that tag, else the last that closed."""
        state = self.engine.state
        found = [order for order in (*state.closed_orders.values(), *state.orders.values()) if order.tag == tag]
        return found[-1]

    def position(self, instrument: Instrument = ALPHA_BTC, owner: Address | None = None) -> int:
        """Of all owners or one, in base minor units."""
        held = self.engine.state.positions
        return sum(own[instrument.id].quantity for who, own in held.items() if instrument.id in own and owner in (None, who))

    def exposed(self, instrument: Instrument = ALPHA_BTC) -> int:
        return self.engine.exposures.by_instrument[instrument.id].reach

    def heard(self, *kinds: type[Any]) -> list[Any]:
        return [message for message in self.news if type(message) in kinds]

    def left(self, kind: type[Message] = PlaceOrder) -> list[Any]:
        """What has left the engine."""
        return [message for message in self.spy.was_sent.get(ENGINE, []) if type(message) is kind]

    def open_at(self, instrument: Instrument = ALPHA_BTC) -> list[ClientOrderId]:
        """The engine's orders that live at the venue."""
        market = self.venue(Address(f"venue:{instrument.venue}")).state.markets[instrument.id]
        account = f"{instrument.venue}-main"
        return [order.client_order_id for order in (*market.orders.values(), *market.stops.values()) if order.account == account]

    def filled_at(self, instrument: Instrument = ALPHA_BTC) -> int:
        """What the venue's executions have moved the engine's account by, fees in the base currency included, in base minor units."""
        moved, account = 0, AccountId(f"{instrument.venue}-main")
        for fill in self.spy.was_sent.get(Address(f"venue:{instrument.venue}"), []):
            if isinstance(fill, OrderFilled) and fill.account == account and fill.instrument == instrument.id:
                amount = fill.quantity * instrument.lot_value
                moved += (amount if fill.side is BUY else -amount) - (fill.fee if fill.fee_currency == instrument.base else 0)
        return moved

    # What must hold once everything has healed

    def check(self) -> None:
        """Engine and venues are of one mind, no intent left twice, nothing crashed that was not told to."""
        assert disagreements(self.world, ENGINE, self.deposits) == []
        self.check_sent_once()

    def check_sent_once(self) -> None:
        sent = [order.client_order_id for order in self.left()]
        assert len(sent) == len(dict.fromkeys(sent)), "an order left twice"
        assert self.world.failures == []


def _index_of(index: dict[Any, Any] | None, own: list[Instrument]) -> dict[Any, Any]:
    return {key: spots for key, spots in (index or {}).items() if key in [i.id for i in own]}


__all__ = ["ALPHA", "BETA", "BUY", "LATENCY", "PRIVATE", "PUBLIC", "SELL", "Stage", "Venue"]
