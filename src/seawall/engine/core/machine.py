"""The trading engine, wired together: the objects that decide, and the parts that bring them what they decide on. Nothing is decided here.

signals, orders --sizing--> Intent --gate--> ApprovedOrder --session--> venue
venue's reports --booking--> orders, positions;  venue's answers --reconciliation--> the same
"""

import msgspec

from seawall.api.instruments import Filters, Instrument, Venue
from seawall.api.message import Address, Envelope, Message, Tick
from seawall.api.orders import AccountId
from seawall.api.supervision import TradingMode
from seawall.api.units import Nanos
from seawall.engine.core import modes
from seawall.engine.core.booking import Booking
from seawall.engine.core.exposure import Exposures
from seawall.engine.core.gate import Gate
from seawall.engine.core.halving import HalvingSizing
from seawall.engine.core.margins import Margins
from seawall.engine.core.market import Market
from seawall.engine.core.orders import Orders
from seawall.engine.core.parts.breakers import Breakers
from seawall.engine.core.parts.changes import Changes
from seawall.engine.core.parts.closer import Closer
from seawall.engine.core.parts.conduct import Conduct
from seawall.engine.core.parts.connections import Connections
from seawall.engine.core.parts.entry import Entry
from seawall.engine.core.parts.filters import VenueFilters
from seawall.engine.core.parts.halts import Halts
from seawall.engine.core.parts.operations import Operations
from seawall.engine.core.parts.paper import Paper
from seawall.engine.core.parts.part import Part
from seawall.engine.core.parts.perpetuals import Perpetuals
from seawall.engine.core.parts.prices import Prices
from seawall.engine.core.parts.reports import Reports
from seawall.engine.core.parts.strategies import Strategies
from seawall.engine.core.parts.supervision import Supervision
from seawall.engine.core.parts.timekeeping import Timekeeping
from seawall.engine.core.portfolio import Portfolio
from seawall.engine.core.rates import Rates
from seawall.engine.core.reconciliation import Reconciliation
from seawall.engine.core.settings import EngineSettings as EngineSettings
from seawall.engine.core.sizing import Sizing
from seawall.engine.core.state import EngineState as EngineState
from seawall.engine.core.strategies import StrategyAccount
from seawall.engine.core.venues.session import VenueSession
from seawall.engine.core.venues.state import SessionState, SessionStatus
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng


class Engine:
    def __init__(self, settings: EngineSettings) -> None:
        self.address = settings.address
        self.settings = settings
        self.entry = Entry()
        self.connections = Connections()
        prices = Prices(watch_depth=settings.feed.watch_depth)
        self.closer = Closer()
        self.breakers = Breakers()
        self.conduct = Conduct()
        self.supervision = Supervision()
        self.paper = Paper()
        self.timekeeping = Timekeeping()
        self.parts: tuple[Part, ...] = (
            self.entry, prices, Strategies(), Reports(), self.connections, self.closer, self.breakers, self.conduct, self.supervision,
            Perpetuals(),
            Operations(), Halts(), Changes(), VenueFilters(), self.timekeeping, self.paper,
        )  # fmt: skip
        self.handlers: dict[type[Message], Handler] = {Tick: self._tick}
        for part in self.parts:
            self.handlers |= part.handlers
        rng = Rng(settings.seed)
        sessions = {v.account: SessionState(rng=rng.split()) for v in settings.venues}
        markets = {i.id: Market() for i in settings.instruments}
        self.restore(EngineState(epoch=settings.epoch, limits=settings.limits, markets=markets, sessions=sessions))

    def restore(self, state: EngineState) -> None:
        self.state = state
        self.limits = state.limits
        settings = self.settings
        listed = tuple([_as_filtered(i, state.filters.get(i.id)) for i in settings.instruments])
        instruments = {i.id: i for i in listed}
        margined = {i.venue: True for i in settings.instruments if i.margin is not None}
        self.sessions = {
            v.account: VenueSession(v, state.sessions[v.account], self.follow, perpetuals=v.venue in margined) for v in settings.venues
        }
        self._sessions = tuple(self.sessions.values())
        self.session_of = {v.venue: self.sessions[v.account] for v in settings.venues}
        self.orders = Orders(state.orders, state.closed_orders)
        limits = self.limits
        of_strategies = limits.max_strategy_notional is not None or limits.max_position_notional is not None
        self.exposures = Exposures(settings.instruments, by_strategy=of_strategies)
        self.exposures.rebuild(state.positions, state.orders.values())
        self.rates = Rates(settings.valuation_currency, settings.instruments, state.markets, settings.parity)
        self.portfolio = Portfolio(instruments, state.markets, state.positions, self.exposures, self.rates)
        self.booking = Booking(instruments, self.orders, state.positions, state.netted, self.exposures)
        self.margins = Margins(self.booking, state.markets, self.exposures.by_instrument, self._sessions)
        self.reconciliation = Reconciliation(self.booking, self.margins)
        sized_by = listed, state.markets, self.is_live
        self.sizing = HalvingSizing(*sized_by, state.positions) if limits.watch_tilt else Sizing(*sized_by)
        self.gate = Gate(self)
        for part in self.parts:
            part.attach(self)
        fallback = (self.paper,) if limits.paper_after is not None or state.outages else ()
        self._clocks: tuple[Supervision | Closer | Paper, ...] = (self.supervision, self.closer, *fallback)

    def deadline(self) -> Nanos | None:
        soonest: Nanos | None = None
        for session in self._sessions:
            at = session.deadline()
            if at is not None and (soonest is None or at < soonest):
                soonest = at
        for part in self._clocks:
            at = part.deadline()
            if at is not None and (soonest is None or at < soonest):
                soonest = at
        return soonest

    @property
    def halted(self) -> bool:
        return self.state.mode is TradingMode.HALTED

    def is_live(self, venue: Venue) -> bool:
        session = self.session_of.get(venue)  # None: we only watch prices there.
        return session is not None and session.live

    def account(self, strategy: Address) -> StrategyAccount:
        """What is kept about a strategy, from the first time that it is heard of."""
        account = self.state.strategies.get(strategy)
        if account is None:
            account = self.state.strategies[strategy] = StrategyAccount(address=strategy)
        return account

    def heard(self, account: AccountId, now: Nanos) -> VenueSession | None:
        """The session of a venue that has just answered."""
        session = self.sessions.get(account)
        if session is not None:
            session.state.heard_at = now
        return session

    def reported(self, account: AccountId, now: Nanos) -> VenueSession | None:
        """The session of a venue that has just spoken of its own accord."""
        session = self.sessions.get(account)
        if session is not None:
            session.state.reported_at = now
        return session

    def follow(self) -> list[Envelope]:
        """The mode, after a venue came or went, or an operator has let trading go on."""
        live = [session.state.status is SessionStatus.LIVE for session in self._sessions]
        return [*modes.follow(self.state, live), *self.breakers.streams_speak()]

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        watched = [*self.timekeeping.on_time(now), *self.connections.on_time(now), *self.paper.on_time(now)]
        return [*watched, *self.supervision.on_time(now), *self.closer.on_time(now)]


def _as_filtered(instrument: Instrument, filters: Filters | None) -> Instrument:
    return instrument if filters is None else msgspec.structs.replace(instrument, **msgspec.structs.asdict(filters))
