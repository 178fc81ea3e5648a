"""What the exchange's handlers share: its state, and the look-ups rebuilt from it.

State holds each fact once: open orders stand in their market, closed ones in their client's window, balances in the ledger.
"""

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush, heapreplace

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, InstrumentKind, guards_fault
from seawall.api.message import Envelope
from seawall.api.orders import AccountId, ClientOrderId, OrderFilled, OrderId, OrderListType, TradeId
from seawall.api.rate_limits import RateLimits
from seawall.api.units import PPB, Currency, Money, Nanos, Price
from seawall.exchange.core.accounts import Account, Ledger, new_ledger
from seawall.exchange.core.filters import plain_bounds
from seawall.exchange.core.margin.cash import CashHistory
from seawall.exchange.core.margin.marks import Perpetual
from seawall.exchange.core.order_book import Order, OrderBook
from seawall.exchange.core.triggers import TriggerBook

Index = Mapping[InstrumentId, Sequence[Instrument]]  # Of each perpetual: the spot markets, on other venues, that it is measured by.

KEPT = 1_000  # The last closed orders per account, and the last fills per account and instrument, that a query still finds.
SURPLUS = 250  # How many more may gather before the oldest go, all at once.


class OrderList(msgspec.Struct):
    """Orders that depend on each other, while they do."""

    list_type: OrderListType
    orders: tuple[OrderId, ...]
    locked: Money  # What all of them together may spend, in the currency that each of them would.


class Slot(msgspec.Struct):
    """Trades of a short stretch of time."""

    number: int  # Of stretches since 1970.
    time: Nanos  # Of the last trade in it.
    total: int  # Of prices.
    trades: int
    low: int
    high: int


class PriceGuard(msgspec.Struct):
    """Of an instrument with price bands or a velocity pause."""

    recent: list[Slot] = []  # What the bands are made of.
    fast: list[Slot] = []  # What the velocity is.
    lower: int = 0  # Between which it may trade, as of the last order.
    upper: int = 2**63 - 1
    until: Nanos = Nanos(0)  # When the limit state or the pause ends; 0: there is none.


class Market(msgspec.Struct):
    """One instrument. `orders` are those in the book by id, in the order of time priority: the book's truth."""

    orders: dict[OrderId, Order] = {}
    last_trade_id: TradeId = TradeId(0)
    update_id: int = 0  # Of the last DepthChanged.
    perpetual: Perpetual | None = None  # None: spot.
    last_price: Price = Price(0)  # Of the last trade; 0: none yet.
    stops: dict[OrderId, Order] = {}  # Conditional orders that wait, in the order in which they began to.
    halted: str = ""  # Why; empty: it trades.
    changed: Instrument | None = None  # Its filters and fees as an operator has set them; None: as it was listed.
    guard: PriceGuard | None = None  # None: its prices are not bounded.
    lists: dict[OrderId, OrderList] = {}  # By the id of the first order in it.
    pending: dict[OrderId, Order] = {}  # Of lists whose working order is not filled yet. They lock nothing.

    def find(self, order_id: OrderId) -> Order | None:
        """An open order."""
        return self.orders.get(order_id) or self.stops.get(order_id) or self.pending.get(order_id)


class FillHistory(msgspec.Struct):
    fills: list[OrderFilled] = []  # Oldest first.
    forgotten: TradeId = TradeId(0)  # The latest that is gone.


class Client(msgspec.Struct):
    """What an account may still ask about."""

    closed: list[Order] = []  # In the order they closed.
    fills: dict[InstrumentId, FillHistory] = {}
    cash: CashHistory | None = None  # None: nothing but fills has ever moved its money.
    cancel_after: Nanos = Nanos(0)  # Cancel-on-disconnect, as asked for at logon,
    cancel_at: Nanos = Nanos(0)  # and when its countdown runs out. 0: it does not run.


class Meter(msgspec.Struct):
    """What one account has used of each limit, in their order."""

    intervals: list[int]  # Which, by number since 1970.
    used: list[int]
    refusals: int = 0  # In a row.
    retry_at: Nanos = Nanos(0)  # When the last one said to come again.
    banned_until: Nanos = Nanos(0)
    bans: int = 0  # That are not forgotten.


class ExchangeState(msgspec.Struct):
    ledger: Ledger
    markets: dict[InstrumentId, Market]
    clients: dict[AccountId, Client] = {}
    last_order_id: OrderId = OrderId(0)
    rate_limits: RateLimits = RateLimits()
    meters: dict[AccountId, Meter] = {}  # Of accounts, where there are limits.
    dropped: int = 0  # Messages of unknown accounts: there is nobody to answer.


class Listing:
    """An instrument with its market and the book over it."""

    __slots__ = ("book", "instrument", "market", "plain", "triggers")

    def __init__(self, instrument: Instrument, market: Market) -> None:
        self.market = market
        self.terms_are(market.changed or instrument)
        self.book = OrderBook(market.orders)
        self.triggers = TriggerBook(market.stops)

    def terms_are(self, instrument: Instrument) -> None:
        """As listed, or as changed since."""
        self.instrument = instrument
        self.plain = plain_bounds(instrument)

    @property
    def mark(self) -> int:
        """Of a perpetual, in ticks; 0: not known."""
        perpetual = self.market.perpetual
        return perpetual.mark if perpetual is not None else 0


class Member:
    """An account with everything that belongs to it."""

    __slots__ = ("account", "client", "open", "owner")

    def __init__(self, account: Account, client: Client) -> None:
        self.owner = account.owner
        self.account = account
        self.client = client
        self.open: dict[ClientOrderId, Order] = {}

    def archive(self, order: Order) -> None:
        closed = self.client.closed
        closed.append(order)
        if len(closed) >= KEPT + SURPLUS:
            del closed[:SURPLUS]

    def remember(self, fill: OrderFilled) -> None:
        history = self.client.fills.get(fill.instrument)
        if history is None:
            history = self.client.fills[fill.instrument] = FillHistory()
        fills = history.fills
        fills.append(fill)
        if len(fills) >= KEPT + SURPLUS:
            history.forgotten = fills[SURPLUS - 1].trade_id
            del fills[:SURPLUS]


class Floor:
    __slots__ = ("_expiries", "_index", "free", "instruments", "listings", "members", "state", "watched")

    def __init__(self, instruments: Sequence[Instrument], index: Index | None = None) -> None:
        """Raises: ValueError: instruments that one venue cannot list together."""
        _check(instruments)
        self._index = index or {}
        listed = [instrument.id for instrument in instruments if instrument.margin is not None]
        if strangers := [key for key in self._index if key not in listed]:
            raise ValueError(f"an index for {', '.join(strangers)}: no perpetual of that name is listed here")
        self.instruments = {instrument.id: instrument for instrument in instruments}
        currencies = dict.fromkeys(currency for instrument in instruments for currency in _moved(instrument))
        markets = {i.id: _new_market(i) for i in instruments}
        self.restore(ExchangeState(new_ledger(currencies), markets))

    def restore(self, state: ExchangeState) -> None:
        self.state = state
        self.listings = {key: Listing(self.instruments[key], market) for key, market in state.markets.items()}
        self.sort_out()
        self.watched: dict[InstrumentId, list[tuple[Listing, Instrument]]] = {}
        for key, spots in self._index.items():
            for spot in spots:
                self.watched.setdefault(spot.id, []).append((self.listings[key], spot))
        self.members = {key: Member(account, state.clients[key]) for key, account in state.ledger.accounts.items()}
        # A heap. Entries of orders that are gone are skipped, countdowns (of no order, by account) that were begun anew are put back.
        self._expiries: list[tuple[Nanos, OrderId, str]] = []
        for account, client in state.clients.items():
            if client.cancel_at:
                heappush(self._expiries, (client.cancel_at, OrderId(0), account))
        for market in state.markets.values():
            for order in (*market.orders.values(), *market.stops.values(), *market.pending.values()):
                self.members[order.account].open[order.client_order_id] = order
                self.note_expiry(order)

    def admit(self, account: AccountId) -> None:
        """Makes a member of an account that the ledger has just opened."""
        client = self.state.clients[account] = Client()
        self.members[account] = Member(self.state.ledger.accounts[account], client)

    def sort_out(self) -> None:
        """Keeps the listings apart whose orders are asked nothing before they are looked at."""
        self.free = {key: each for key, each in self.listings.items() if not each.market.halted and not _ruled(each.instrument)}

    def note_expiry(self, order: Order) -> None:
        if order.terms is not None and order.terms.expire_time:
            heappush(self._expiries, (order.terms.expire_time, order.order_id, order.instrument))

    def count_down(self, account: AccountId, now: Nanos) -> None:
        """Begins the countdown anew."""
        client = self.state.clients[account]
        at = Nanos(now + client.cancel_after) if client.cancel_after else Nanos(0)
        if at and not 0 < client.cancel_at <= at:
            heappush(self._expiries, (at, OrderId(0), account))
        client.cancel_at = at

    def next_expiry(self) -> tuple[Nanos, Order | Member] | None:
        """What ends next, and when: an order that expires, or the countdown of a member."""
        expiries = self._expiries
        while expiries:
            at, order_id, key = expiries[0]
            if order_id:
                order = self.listings[key].market.find(order_id)  # type: ignore[index]
                if order is not None:
                    return at, order
                heappop(expiries)
                continue
            cancel_at = self.state.clients[key].cancel_at  # type: ignore[index]
            if cancel_at == at:
                return at, self.members[key]  # type: ignore[index]
            if cancel_at:
                heapreplace(expiries, (cancel_at, order_id, key))
            else:
                heappop(expiries)
        return None

    def write_peaks(self) -> None:
        """Before a look at the state: what trailing orders follow is kept by their index."""
        for listing in self.listings.values():
            if listing.market.stops:
                listing.triggers.write_peaks()

    def next_guard(self) -> tuple[Nanos, Listing] | None:
        """The limit state or pause that ends first, and when."""
        guards = [(market.guard.until, key) for key, market in self.state.markets.items() if market.guard is not None]
        guards = [(at, key) for at, key in guards if at]
        if not guards:
            return None
        at, key = min(guards)
        return at, self.listings[key]

    def drop(self) -> list[Envelope]:
        self.state.dropped += 1
        return []


def _moved(instrument: Instrument) -> tuple[Currency, ...]:
    """The currencies that change hands."""
    return (instrument.quote,) if instrument.margin is not None else (instrument.base, instrument.quote)


def _ruled(instrument: Instrument) -> bool:
    return (
        instrument.percent_price is not None
        or bool(instrument.max_open_orders or instrument.max_conditional_orders)
        or _guarded(instrument)
    )


def _guarded(instrument: Instrument) -> bool:
    return instrument.price_bands is not None or instrument.velocity_pause is not None


def _new_market(instrument: Instrument) -> Market:
    return Market(perpetual=Perpetual() if instrument.margin is not None else None, guard=PriceGuard() if _guarded(instrument) else None)


def _check(instruments: Sequence[Instrument]) -> None:
    decimals: dict[Currency, int] = {}
    seen: dict[InstrumentId, Instrument] = {}
    for instrument in instruments:
        if (instrument.kind is InstrumentKind.PERPETUAL) != (instrument.margin is not None):
            raise ValueError(f"{instrument.id} is a {instrument.kind}; perpetuals, and only they, have margin terms: use define_perpetual")
        if instrument.kind is not instruments[0].kind:
            raise ValueError(
                f"{instrument.id} is a {instrument.kind}, {instruments[0].id} is not; give each kind a venue of its own: "
                "one wallet cannot pay for coins and stand for positions"
            )
        if fault := guards_fault(instrument):
            raise ValueError(f"{instrument.id}: {fault}")
        if instrument.id in seen:
            raise ValueError(f"{instrument.id} is listed twice; an instrument has one market per venue")
        seen[instrument.id] = instrument
        if max(abs(instrument.maker_fee_ppb), abs(instrument.taker_fee_ppb)) > PPB:
            raise ValueError(f"{instrument.id}: a fee above 100 % takes more than a fill brings; fees are parts per billion of it")
        for currency, places in ((instrument.base, instrument.base_decimals), (instrument.quote, instrument.quote_decimals)):
            if decimals.setdefault(currency, places) != places:
                raise ValueError(
                    f"{instrument.id}: {currency} has {places} decimals here and {decimals[currency]} elsewhere; use one number"
                )
