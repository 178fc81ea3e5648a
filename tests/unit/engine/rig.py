"""An engine and real exchanges on wires that a test holds in its hands: it may deliver, drop, double, delay and reorder whatever travels.

`hands_off()` delivers everything in order, as an undisturbed link without latency would. After every message the engine's exposure is
compared with one made from scratch, and all it said has been through the codec.
"""

from collections.abc import Callable, Iterable
from math import isnan
from typing import Any

from seawall.api.accounts import OpenAccount, SessionLost
from seawall.api.instruments import Instrument, InstrumentId, Symbol, Venue, define_spot
from seawall.api.market_data import QuoteChanged, Traded
from seawall.api.message import PUBLIC, Address, Envelope, Message, Restarted, Tick
from seawall.api.orders import (
    AccountId,
    ClientOrderId,
    OrderFilled,
    OrderListType,
    OrderType,
    PlaceOrder,
    PlaceOrderList,
    ReplaceOrder,
    Side,
    TimeInForce,
)
from seawall.api.risk import Limits
from seawall.api.signals import (
    AmendRequested,
    ListRequested,
    OrderRequested,
    OrderTerms,
    ReplaceRequested,
    SignalGenerated,
    StrategyStarted,
)
from seawall.api.units import SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.api.venue_operations import TradingStatusChanged
from seawall.engine.core.exposure import Exposure, Exposures
from seawall.engine.core.machine import Engine, EngineSettings
from seawall.engine.core.orders import Order
from seawall.engine.core.venues.settings import SessionSettings, VenueSettings
from seawall.engine.core.venues.state import SessionStatus
from seawall.exchange.core.machine import Exchange
from seawall.runtime.codec import decode_message, encode
from seawall.runtime.machine import handle, restore, snapshot

ENGINE, STRATEGY, OTHER = Address("engine"), Address("strategy:s"), Address("trader:other")
START = 1_700_000_000 * SECOND
COIN = 10**8
BTC, ETH, USDT, USDC = Currency("BTC"), Currency("ETH"), Currency("USDT"), Currency("USDC")
RICHES = {BTC: Money(1_000 * COIN), ETH: Money(10_000 * COIN), USDT: Money(10**7 * COIN), USDC: Money(10**7 * COIN)}
ALPHA_BTC = define_spot("alpha", "BTC-USDT", tick="0.01", lot="0.001", min_notional="5", max_quantity="500", max_price="1000000")
ALPHA_ETH = define_spot("alpha", "ETH-USDT", tick="0.01", lot="0.001")
BETA_BTC = define_spot("beta", "BTC-USDT", tick="0.05", lot="0.0001")
INSTRUMENTS = (ALPHA_BTC, ALPHA_ETH, BETA_BTC)
LAX = Limits(price_collar_bps=None, max_price_age=None, max_signal_age=None, max_concentration_bps=None)
PATIENCE = SessionSettings()
LOT = ALPHA_BTC.lot_value


class Rig:
    def __init__(
        self,
        limits: Limits = LAX,
        session: SessionSettings = PATIENCE,
        instruments: tuple[Instrument, ...] = INSTRUMENTS,
        *,
        skew: int = 0,  # How far the venues' clocks are ahead.
        live: bool = True,
        quoted: bool = True,
        parity: tuple[Currency, ...] = (),
        deposits: dict[Currency, Money] = RICHES,
        **more: Any,  # Of the engine's settings.
    ) -> None:
        venues = dict.fromkeys(i.venue for i in instruments)
        self.instruments = {i.id: i for i in instruments}
        self.settings = EngineSettings(
            ENGINE,
            tuple(VenueSettings(v, Address(f"venue:{v}"), AccountId(f"{v}-main"), session) for v in venues),
            instruments, limits, USDT, parity, seed=7, **more,
        )  # fmt: skip
        self.now, self.skew, self.epoch = Nanos(START), skew, 1
        self.engine = Engine(self.settings)
        self.exchanges = {v: Exchange(Address(f"venue:{v}"), [i for i in instruments if i.venue == v]) for v in venues}
        self.out: dict[Venue, list[Message]] = {v: [] for v in venues}  # Travelling to a venue.
        self.back: dict[Venue, list[Message]] = {v: [] for v in venues}  # Travelling to the engine.
        self.news: list[tuple[Address, Message]] = []  # What strategies and projections were told.
        self.placed: dict[ClientOrderId, int] = {}  # How often each order left the engine.
        self.journal: list[tuple[Nanos, Message]] = []
        self.snapshots: list[tuple[int, bytes]] = [(0, snapshot(self.engine))]
        self.outputs: list[bytes] = []
        self.hands = 0
        for venue, exchange in self.exchanges.items():
            traded = dict.fromkeys(currency for i in instruments if i.venue == venue for currency in (i.base, i.quote))
            for account, owner, money in ((f"{venue}-main", ENGINE, deposits), ("other", OTHER, RICHES)):
                self._at_venue(venue, OpenAccount(AccountId(account), owner, {c: m for c, m in money.items() if c in traded}))
            assert len(exchange.state.ledger.accounts) == 2
        if live:
            self.wait(0)
            assert all(session.live for session in self.engine.sessions.values())
            self.tell(StrategyStarted(STRATEGY, "S", "1", 1.0, 0.1))
        if quoted:
            for instrument in instruments:
                self.quote(100, 101, instrument)

    # Time

    def wait(self, nanos: int = 0, *, hands_off: bool = True) -> None:
        """Time passes; the engine gets its Ticks, and unless told otherwise everything is delivered at once."""
        end = self.now + nanos
        for _ in range(10_000):
            if hands_off:
                self.hands_off()
            wanted = self.engine.deadline()
            if wanted is None or wanted > end:
                break
            self.now = max(self.now, wanted)
            self.tell(Tick())
        else:
            raise AssertionError("the engine wants a Tick again and again and time does not pass")
        self.now = Nanos(end)

    def seconds(self, seconds: float, *, hands_off: bool = True) -> None:
        self.wait(round(seconds * SECOND), hands_off=hands_off)

    # The wires

    def tell(self, message: Message) -> list[Message]:
        """Gives the engine a message and puts its answers on the wires; returns what it sent to venues."""
        self.journal.append((self.now, message))
        before = len(self.news)
        sent: list[Message] = []
        out = handle(self.engine, message, self.now)
        self.outputs.append(encode_all(out))
        for envelope in out:
            copy = decode_message(encode(envelope.message))
            assert copy == envelope.message or isnan(getattr(copy, "value", 0)), envelope  # NaN equals nothing.
            venue = Venue(envelope.target.removeprefix("venue:"))
            if venue in self.out:
                self.out[venue].append(copy)
                sent.append(copy)
                for order in _placed(copy):
                    self.placed[order.client_order_id] = self.placed.get(order.client_order_id, 0) + 1
            else:
                self.news.append((envelope.target, copy))
        self.latest = [message for _, message in self.news[before:]]
        self.check_exposure()
        return sent

    def _at_venue(self, venue: Venue, message: Message) -> None:
        for envelope in handle(self.exchanges[venue], message, Nanos(self.now + self.skew)):
            if envelope.target == ENGINE:
                self.back[venue].append(envelope.message)
            elif envelope.target == PUBLIC and isinstance(envelope.message, Traded | TradingStatusChanged):
                self.tell(envelope.message)

    def deliver_out(self, venue: str = "alpha", index: int = 0) -> None:
        self._at_venue(Venue(venue), self.out[Venue(venue)].pop(index))

    def deliver_back(self, venue: str = "alpha", index: int = 0) -> list[Message]:
        return self.tell(self.back[Venue(venue)].pop(index))

    def hands_off(self) -> None:
        """Everything arrives, in the order it was sent."""
        for _ in range(10_000):
            for venue in self.out:
                if self.out[venue]:
                    self.deliver_out(venue)
                elif self.back[venue]:
                    self.deliver_back(venue)
            if not any(self.out.values()) and not any(self.back.values()):
                return
        raise AssertionError("engine and venue talk without end")

    def cut(self, venue: str = "alpha", *, announced: bool = True) -> None:
        """The connection breaks: what travelled is gone."""
        self.out[Venue(venue)].clear()
        self.back[Venue(venue)].clear()
        if announced:
            self.tell(SessionLost(AccountId(f"{venue}-main"), "cut"))

    # Doings

    def quote(self, bid: int, ask: int, instrument: Instrument = ALPHA_BTC) -> None:
        """In whole quote currency, straight to the engine."""
        ticks = [Price(price * instrument.price_scale // instrument.tick) for price in (bid, ask)]
        self.tell(QuoteChanged(instrument.id, 1, ticks[0], Quantity(1), ticks[1], Quantity(1), self.now))

    def want(
        self, side: Side = Side.BUY, quantity: float = 1.0, price: float = 100.0, tag: str = "", venue: str = "alpha",
        symbol: str = "BTC-USDT", tif: TimeInForce = TimeInForce.GTC, strategy: Address = STRATEGY, order_type: OrderType | None = None,
        terms: OrderTerms | None = None,
    ) -> list[Message]:  # fmt: skip
        """A strategy's explicit order; price 0 for a market order. Returns what the engine sent to venues."""
        kind = order_type or (OrderType.LIMIT if price else OrderType.MARKET)
        tag = tag or f"t{len(self.journal)}"
        return self.tell(
            OrderRequested(strategy, Symbol(symbol), side, quantity, tag, self.now, Venue(venue), kind, tif, price, terms=terms)
        )

    def amend(self, tag: str, quantity: float) -> list[Message]:
        return self.tell(AmendRequested(STRATEGY, tag, quantity))

    def replace(self, tag: str, quantity: float = 1.0, price: float = 100.0, new_tag: str = "", **more: Any) -> list[Message]:
        """By a limit order."""
        new_tag = new_tag or f"t{len(self.journal)}"
        return self.tell(ReplaceRequested(STRATEGY, tag, new_tag, quantity, self.now, OrderType.LIMIT, limit_price=price, **more))

    def oco(
        self, side: Side = Side.SELL, quantity: float = 1.0, limit: float = 110.0, stop: float = 90.0, tag: str = "", venue: str = "alpha",
        symbol: str = "BTC-USDT",
    ) -> list[Message]:  # fmt: skip
        """A limit_maker tagged TAG-limit and a stop loss tagged TAG-stop."""
        tag = tag or f"t{len(self.journal)}"
        of_all = (STRATEGY, Symbol(symbol), side, quantity)
        resting = OrderRequested(*of_all, f"{tag}-limit", self.now, Venue(venue), OrderType.LIMIT_MAKER, limit_price=limit)
        waiting = OrderRequested(*of_all, f"{tag}-stop", self.now, Venue(venue), OrderType.STOP_LOSS, terms=OrderTerms(stop))
        return self.tell(ListRequested(STRATEGY, OrderListType.OCO, (resting, waiting)))

    def signal(self, strength: float = 1.0, confidence: float = 1.0, symbol: str = "BTC-USDT", **more: Any) -> list[Message]:
        tag = f"t{len(self.journal)}"
        return self.tell(SignalGenerated(STRATEGY, Symbol(symbol), strength, confidence, tag, self.now, **more))

    def other(self, side: Side, quantity: int, price: int, instrument: Instrument = ALPHA_BTC, tif: TimeInForce = TimeInForce.GTC) -> None:
        """Another trader's order, in lots and whole quote currency."""
        self._by_hand(AccountId("other"), side, quantity, price, instrument, tif)

    def by_hand(
        self, side: Side, quantity: int, price: int, instrument: Instrument = ALPHA_BTC, tif: TimeInForce = TimeInForce.GTC
    ) -> None:
        """Somebody trades on the engine's own account, past the engine."""
        self._by_hand(AccountId(f"{instrument.venue}-main"), side, quantity, price, instrument, tif)

    def _by_hand(self, account: AccountId, side: Side, quantity: int, price: int, instrument: Instrument, tif: TimeInForce) -> None:
        self.hands += 1
        ticks = Price(price * instrument.price_scale // instrument.tick)
        key = ClientOrderId(f"hand-{self.hands}")
        self._at_venue(instrument.venue, PlaceOrder(account, key, instrument.id, side, OrderType.LIMIT, tif, Quantity(quantity), ticks))

    # Death and life

    def save(self) -> None:
        self.snapshots.append((len(self.journal), snapshot(self.engine)))

    def restart(self) -> None:
        """The engine's process dies and comes back from its latest snapshot and the journal behind it. What travelled is gone."""
        for venue in self.out:
            self.cut(venue, announced=False)
        at, data = self.snapshots[-1]
        state = snapshot(self.engine)
        self.engine = Engine(self.settings)
        restore(self.engine, data)
        for now, message in self.journal[at:]:
            handle(self.engine, message, now)
        assert snapshot(self.engine) == state, "replay leads to another state"
        self.epoch += 1
        self.tell(Restarted(self.epoch))

    # Looking

    @property
    def open(self) -> dict[ClientOrderId, Order]:
        return self.engine.state.orders

    def only(self) -> Order:
        (order,) = self.open.values()
        return order

    def closed(self) -> Order:
        return list(self.engine.state.closed_orders.values())[-1]

    def status(self, venue: str = "alpha") -> SessionStatus:
        return self.engine.state.sessions[AccountId(f"{venue}-main")].status

    def position(self, instrument: Instrument = ALPHA_BTC) -> int:
        """Of all owners, in base minor units."""
        return sum(held[instrument.id].quantity for held in self.engine.state.positions.values() if instrument.id in held)

    def heard(self, kind: type[Message]) -> list[Any]:
        return [message for _, message in self.news if type(message) is kind]

    def balances(self, venue: str) -> dict[Currency, int]:
        """As the engine's books have them."""
        opening = self.engine.state.sessions[AccountId(f"{venue}-main")].opening
        assert opening is not None
        booked = self.engine.booking.balance_changes(Venue(venue))
        return {currency: opening.get(currency, 0) + booked.get(currency, 0) for currency in dict.fromkeys([*opening, *booked])}

    def fills_at(self, venue: str) -> list[OrderFilled]:
        """Every fill of the engine's account, as the venue has them."""
        client = self.exchanges[Venue(venue)].state.clients[AccountId(f"{venue}-main")]
        return [fill for window in client.fills.values() for fill in window.fills]

    def open_at(self, venue: str) -> list[ClientOrderId]:
        markets = self.exchanges[Venue(venue)].state.markets.values()
        return [
            o.client_order_id
            for market in markets
            for o in (*market.orders.values(), *market.stops.values())
            if o.account == f"{venue}-main"
        ]

    def balances_at(self, venue: str) -> dict[Currency, int]:
        account = self.exchanges[Venue(venue)].state.ledger.accounts[AccountId(f"{venue}-main")]
        return {currency: free + account.locked.get(currency, 0) for currency, free in account.free.items()}

    # What must always hold

    def check_exposure(self) -> None:
        engine = self.engine
        scratch = Exposures(self.settings.instruments)
        scratch.rebuild(engine.state.positions, engine.state.orders.values())
        for mine, theirs in ((engine.exposures.by_symbol, scratch.by_symbol), (engine.exposures.by_instrument, scratch.by_instrument)):
            assert {k: _figures(v) for k, v in mine.items()} == {k: _figures(v) for k, v in theirs.items()}

    def check_agreement(self) -> None:
        """Engine and venues tell the same story: fills, positions, open orders, balances. No order is of unknown fate."""
        for venue in self.exchanges:
            expected: dict[InstrumentId, int] = {}
            for fill in self.fills_at(venue):
                instrument = self.instruments[fill.instrument]
                amount = fill.quantity * instrument.lot_value * (1 if fill.side is Side.BUY else -1)
                expected[fill.instrument] = (
                    expected.get(fill.instrument, 0) + amount - (fill.fee if fill.fee_currency == instrument.base else 0)
                )
            for key, quantity in expected.items():
                assert self.position(self.instruments[key]) == quantity, f"position in {key}"
            ours = [key for key, order in self.open.items() if self.instruments[order.instrument].venue == venue]
            assert sorted(ours) == sorted(key for key in self.open_at(venue) if not key.startswith("hand")), f"open orders at {venue}"
            assert self.balances(venue) == self.balances_at(venue), f"balances at {venue}"
        assert [order for order in self.open.values() if order.status == "unknown"] == []
        assert [key for key, times in self.placed.items() if times != 1] == [], "an order left twice"


def encode_all(envelopes: Iterable[Envelope]) -> bytes:
    return b"".join(encode((envelope.target, envelope.message)) for envelope in envelopes)


def _figures(exposure: Exposure) -> tuple[int, int, int, int]:
    return exposure.position, exposure.buying, exposure.selling, exposure.reach


def kinds(messages: Iterable[Message]) -> list[str]:
    return [type(message).__name__ for message in messages]


def only(messages: Iterable[Any], kind: type[Any] | None = None, where: Callable[[Any], bool] = lambda message: True) -> Any:
    (found,) = [message for message in messages if (kind is None or type(message) is kind) and where(message)]
    return found


def _placed(message: Message) -> tuple[PlaceOrder, ...]:
    """The orders that a request would place."""
    if isinstance(message, PlaceOrderList):
        return message.orders
    if isinstance(message, ReplaceOrder):
        return (message.order,)
    return (message,) if isinstance(message, PlaceOrder) else ()
