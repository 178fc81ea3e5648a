"""The trading engine, wired together: which message goes to which part. The parts decide; this file only routes.

signals, orders --sizing--> Intent --gate--> ApprovedOrder --session--> venue
venue's reports --booking--> orders, positions;  venue's answers --reconciliation--> the same
"""

from typing import Any

import msgspec

from seawall.api import accounts, market_data, orders, risk, signals
from seawall.api.instruments import Instrument, InstrumentId, Venue
from seawall.api.message import Address, Envelope, Message, Restarted, Tick
from seawall.api.orders import AccountId, ClientOrderId, OrderStatus
from seawall.api.projections import PROJECTIONS
from seawall.api.units import Currency, Nanos
from seawall.engine.core.answers import clamp, drop, refuse
from seawall.engine.core.booking import Booking
from seawall.engine.core.exposure import Exposures
from seawall.engine.core.gate import ApprovedOrder, Gate
from seawall.engine.core.intent import Intent
from seawall.engine.core.market import Market
from seawall.engine.core.orders import Order, Orders
from seawall.engine.core.portfolio import Portfolio
from seawall.engine.core.positions import Position
from seawall.engine.core.rates import Rates
from seawall.engine.core.reconciliation import Reconciliation
from seawall.engine.core.sizing import Dropped, Sizing
from seawall.engine.core.strategies import StrategyAccount
from seawall.engine.core.venues.session import VenueSession
from seawall.engine.core.venues.settings import VenueSettings
from seawall.engine.core.venues.state import SessionState, SessionStatus
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng


class EngineSettings(msgspec.Struct, frozen=True):
    address: Address
    venues: tuple[VenueSettings, ...]
    instruments: tuple[Instrument, ...]
    limits: risk.Limits
    valuation_currency: Currency
    parity: tuple[Currency, ...] = ()  # Count as equal to the valuation currency while no market says otherwise.
    epoch: int = 1
    seed: int = 0


class EngineState(msgspec.Struct):
    epoch: int
    limits: risk.Limits
    markets: dict[InstrumentId, Market]
    sessions: dict[AccountId, SessionState]
    strategies: dict[Address, StrategyAccount] = {}
    orders: dict[ClientOrderId, Order] = {}
    closed_orders: dict[ClientOrderId, Order] = {}
    positions: dict[Address, dict[InstrumentId, Position]] = {}
    next_order: int = 1
    halt: risk.TradingHalted | None = None


class Engine:
    def __init__(self, settings: EngineSettings) -> None:
        self.address = settings.address
        self.settings = settings
        rng = Rng(settings.seed)
        sessions = {v.account: SessionState(rng=rng.split()) for v in settings.venues}
        markets = {i.id: Market() for i in settings.instruments}
        self.restore(EngineState(epoch=settings.epoch, limits=settings.limits, markets=markets, sessions=sessions))
        self.handlers: dict[type[Message], Handler] = {
            Tick: self._tick,
            Restarted: self._restarted,
            market_data.Traded: self._traded,
            market_data.QuoteChanged: self._quote_changed,
            market_data.BarClosed: self._bar_closed,
            signals.StrategyStarted: self._strategy_started,
            signals.StrategyStopped: self._strategy_stopped,
            signals.StrategyFailed: self._strategy_failed,
            signals.SignalGenerated: self._signal_generated,
            signals.OrderRequested: self._order_requested,
            signals.CancelRequested: self._cancel_requested,
            signals.StandingQueried: self._standing_queried,
            orders.OrderAccepted: self._order_accepted,
            orders.OrderRejected: self._order_rejected,
            orders.OrderFilled: self._order_filled,
            orders.OrderCanceled: self._order_ended,
            orders.OrderExpired: self._order_ended,
            orders.CancelRejected: self._cancel_rejected,
            accounts.LoggedOn: self._logged_on,
            accounts.LogonRefused: self._session_lost,
            accounts.SessionLost: self._session_lost,
            accounts.HeartbeatAnswered: self._heartbeat_answered,
            accounts.OrderReported: self._order_reported,
            accounts.OpenOrdersReported: self._open_orders_reported,
            accounts.FillsReported: self._fills_reported,
            accounts.BalancesReported: self._balances_reported,
            risk.HaltTrading: self._halt_trading,
            risk.ResumeTrading: self._resume_trading,
        }

    def restore(self, state: EngineState) -> None:
        self.state = state
        self.limits = state.limits
        self.halted = state.halt is not None
        self._prefix = f"{state.epoch:x}-"
        settings = self.settings
        instruments = {i.id: i for i in settings.instruments}
        self.sessions = {v.account: VenueSession(v, state.sessions[v.account]) for v in settings.venues}
        self._sessions = tuple(self.sessions.values())
        self.session_of = {v.venue: self.sessions[v.account] for v in settings.venues}
        self.orders = Orders(state.orders, state.closed_orders)
        self.exposures = Exposures(settings.instruments)
        self.exposures.rebuild(state.positions, state.orders.values())
        self.rates = Rates(settings.valuation_currency, settings.instruments, state.markets, settings.parity)
        self.portfolio = Portfolio(instruments, state.markets, state.positions, self.exposures, self.rates)
        self.booking = Booking(instruments, self.orders, state.positions, self.exposures)
        self.reconciliation = Reconciliation(self.booking)
        self.sizing = Sizing(settings.instruments, state.markets, self.is_live)
        self.gate = Gate(self)

    def deadline(self) -> Nanos | None:
        soonest: Nanos | None = None
        for session in self._sessions:
            at = session.deadline()
            if at is not None and (soonest is None or at < soonest):
                soonest = at
        return soonest

    def is_live(self, venue: Venue) -> bool:
        session = self.session_of.get(venue)  # None: we only watch prices there.
        return session is not None and session.live

    # Market data

    def _traded(self, trade: market_data.Traded, now: Nanos) -> list[Envelope]:
        if market := self.state.markets.get(trade.instrument):
            market.on_trade(trade, now)
        return []

    def _quote_changed(self, quote: market_data.QuoteChanged, now: Nanos) -> list[Envelope]:
        if market := self.state.markets.get(quote.instrument):
            market.on_quote(quote, now)
        return []

    def _bar_closed(self, bar: market_data.BarClosed, now: Nanos) -> list[Envelope]:
        if market := self.state.markets.get(bar.instrument):
            market.on_bar(bar, now)
        return []

    # Strategies

    def _strategy_started(self, started: signals.StrategyStarted, now: Nanos) -> list[Envelope]:
        account = self._account(started.strategy)
        account.name, account.version, account.running = started.name, started.version, True
        account.max_position_size, account.max_position_sizes = started.max_position_size, dict(started.max_position_sizes)
        account.min_confidence = started.min_confidence
        return []

    def _strategy_stopped(self, stopped: signals.StrategyStopped, now: Nanos) -> list[Envelope]:
        self._account(stopped.strategy).running = False
        return self._cancel_all(now, stopped.strategy)

    def _strategy_failed(self, failed: signals.StrategyFailed, now: Nanos) -> list[Envelope]:
        self._account(failed.strategy).running = False
        return self._cancel_all(now, failed.strategy)

    def _signal_generated(self, signal: signals.SignalGenerated, now: Nanos) -> list[Envelope]:
        account = self._account(signal.strategy)
        account.signals += 1
        wanted = self.sizing.of_signal(signal, account)
        if isinstance(wanted, Dropped):
            return drop(signal, account, wanted)
        out = self._submit(wanted, now)
        if abs(signal.strength) > 1.0:
            out.append(clamp(wanted, signal.strength))
        return out

    def _order_requested(self, request: signals.OrderRequested, now: Nanos) -> list[Envelope]:
        account = self._account(request.strategy)
        account.signals += 1
        wanted = self.sizing.of_request(request, account)
        return drop(request, account, wanted) if isinstance(wanted, Dropped) else self._submit(wanted, now)

    def _cancel_requested(self, request: signals.CancelRequested, now: Nanos) -> list[Envelope]:
        order = self.orders.by_tag(request.strategy, request.tag)
        return [] if order is None or order.cancel_wanted or order.ended is not None else self._cancel(order, now)

    def _standing_queried(self, query: signals.StandingQueried, now: Nanos) -> list[Envelope]:
        strategy, out = query.strategy, []
        for tag in query.tags:
            order = self.orders.by_tag(strategy, tag) or self.orders.closed_by_tag(strategy, tag)
            lost = signals.OrderChanged(strategy, tag, OrderStatus.REJECTED, "the engine has no such order")
            out.append(self.booking.tell(order) if order is not None else Envelope(strategy, lost))
        held = self.state.positions.get(strategy, {})
        positions = {key: position.quantity for key, position in held.items()}
        return [*out, Envelope(strategy, signals.StandingReported(strategy, positions))]

    def _submit(self, intent: Intent, now: Nanos) -> list[Envelope]:
        verdict = self.gate.review(intent, now)
        return [self._send(verdict)] if isinstance(verdict, ApprovedOrder) else refuse(intent, verdict)

    def _send(self, approved: ApprovedOrder) -> Envelope:
        """The one place from which orders leave."""
        assert approved.may_leave(), "only what the gate approved may leave"
        intent, now, state = approved.intent, approved.now, self.state
        instrument, account, side, quantity = intent.instrument, intent.account, intent.side, intent.quantity
        session = self.session_of[instrument.venue]
        key: Any = f"{self._prefix}{state.next_order}"
        state.next_order += 1
        order = Order(
            key, account.address, intent.tag, instrument.id, side, intent.order_type,
            intent.time_in_force, quantity, intent.price, intent.reference_price, now, session.valid_until(now),
        )  # fmt: skip
        self.orders.add(order)
        self.exposures.change(instrument.id, side, quantity)
        account.note_sent(now, self.limits.max_orders)
        return session.place(order, now)

    def _account(self, strategy: Address) -> StrategyAccount:
        account = self.state.strategies.get(strategy)
        if account is None:
            account = self.state.strategies[strategy] = StrategyAccount(address=strategy)
        return account

    # Cancels and halts

    def _cancel(self, order: Order, now: Nanos) -> list[Envelope]:
        """Wants the order gone. An order of unknown fate is cancelled too; while the venue is down the wish waits for reconciliation."""
        order.cancel_wanted = True
        if order.status is not OrderStatus.UNKNOWN:
            order.status = OrderStatus.PENDING_CANCEL
        session = self._session(order)
        return [session.cancel(order, now)] if session.connected else []

    def _cancel_all(self, now: Nanos, strategy: Address | None = None) -> list[Envelope]:
        wanted = [o for o in self.state.orders.values() if strategy in (None, o.strategy) and not o.cancel_wanted and o.ended is None]
        return [envelope for order in wanted for envelope in self._cancel(order, now)]

    def _halt_trading(self, command: risk.HaltTrading, now: Nanos) -> list[Envelope]:
        if self.state.halt is not None:
            return []
        self.state.halt = risk.TradingHalted(command.operator, command.reason)
        self.halted = True
        return [Envelope(PROJECTIONS, self.state.halt), *self._cancel_all(now)]

    def _resume_trading(self, command: risk.ResumeTrading, now: Nanos) -> list[Envelope]:
        if self.state.halt is None or not command.operator.strip():
            return []
        self.state.halt = None
        self.halted = False
        return [Envelope(PROJECTIONS, risk.TradingResumed(command.operator, command.reason))]

    # The venue's reports

    def _order_accepted(self, report: orders.OrderAccepted, now: Nanos) -> list[Envelope]:
        session = self._heard(report.account, now)
        order = self.state.orders.get(report.client_order_id)
        if session is None or order is None:
            return []
        if not order.cancel_wanted:
            session.settled(report.client_order_id)
        return self.booking.accepted(order, report.order_id)

    def _order_rejected(self, report: orders.OrderRejected, now: Nanos) -> list[Envelope]:
        session = self._heard(report.account, now)
        order = self.state.orders.get(report.client_order_id)
        if session is None or order is None or order.order_id:
            return []  # What was accepted once cannot be rejected: a copy of our request came late.
        if report.reason is orders.RejectReason.DUPLICATE_CLIENT_ORDER_ID:
            return [session.query(order, now)]  # The venue has it already: our request arrived twice.
        out = [session.ask_time(now)] if report.reason is orders.RejectReason.REQUEST_EXPIRED else []
        reason = f"{report.reason}: {report.detail}" if report.detail else str(report.reason)
        return out + self.booking.ended(session, order, OrderStatus.REJECTED, 0, reason, now)

    def _order_filled(self, fill: orders.OrderFilled, now: Nanos) -> list[Envelope]:
        session = self._heard(fill.account, now)
        if session is None or fill.instrument not in self.state.markets:
            return []
        return self.booking.filled(session, fill, now)

    def _order_ended(self, report: orders.OrderCanceled | orders.OrderExpired, now: Nanos) -> list[Envelope]:
        session = self._heard(report.account, now)
        order = self.state.orders.get(report.client_order_id)
        if session is None or order is None:
            return []
        status = OrderStatus.CANCELED if type(report) is orders.OrderCanceled else OrderStatus.EXPIRED
        order.order_id = order.order_id or report.order_id
        return self.booking.ended(session, order, status, report.cumulative_quantity, "", now)

    def _cancel_rejected(self, report: orders.CancelRejected, now: Nanos) -> list[Envelope]:
        """Nothing to cancel: it ended, or has not arrived yet. Only asking tells. Or our idea of the venue's clock is wrong."""
        session = self._heard(report.account, now)
        order = self.state.orders.get(report.client_order_id)
        if session is None or order is None or order.ended is not None:
            return []
        out = [session.ask_time(now)] if report.reason is orders.RejectReason.REQUEST_EXPIRED else []
        return [*out, session.query(order, now)]

    # The venue session

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        out: list[Envelope] = []
        for session in self.sessions.values():
            out += session.on_time(now, self._traded_on(session))
            out += self.reconciliation.patience_ended(session, now)
        return out

    def _restarted(self, restarted: Restarted, now: Nanos) -> list[Envelope]:
        """What we sent last may never have left: nothing about unanswered orders is known until the venue is asked."""
        if restarted.epoch > self.state.epoch:
            self.state.epoch, self.state.next_order = restarted.epoch, 1
            self._prefix = f"{restarted.epoch:x}-"
        out: list[Envelope] = []
        for session in self.sessions.values():
            out += self._drop_session(session, "restart", now)
            session.state.wake_at = now
        strategies = [account.address for account in self.state.strategies.values() if account.running]
        return [*out, *(Envelope(address, signals.EngineRestarted()) for address in strategies)]

    def _logged_on(self, report: accounts.LoggedOn, now: Nanos) -> list[Envelope]:
        session = self._heard(report.account, now)
        if session is None:
            return []
        session.measure_clock(report.request_id, report.event_time, now)
        return session.logged_on(now, self._traded_on(session))

    def _heartbeat_answered(self, report: accounts.HeartbeatAnswered, now: Nanos) -> list[Envelope]:
        if session := self._heard(report.account, now):
            session.measure_clock(report.request_id, report.event_time, now)
        return []

    def _session_lost(self, report: accounts.SessionLost | accounts.LogonRefused, now: Nanos) -> list[Envelope]:
        session = self.sessions.get(report.account)
        if session is None or session.state.status is SessionStatus.DOWN:
            return []
        return self._drop_session(session, report.reason, now)

    def _drop_session(self, session: VenueSession, reason: str, now: Nanos) -> list[Envelope]:
        out = session.drop(reason, now)
        for order in self.state.orders.values():
            if self._session(order) is session:
                out += self.reconciliation.doubt(order)
        return out

    def _order_reported(self, report: accounts.OrderReported, now: Nanos) -> list[Envelope]:
        session = self._heard(report.account, now)
        return self.reconciliation.order_reported(session, report, now) if session is not None else []

    def _open_orders_reported(self, report: accounts.OpenOrdersReported, now: Nanos) -> list[Envelope]:
        session = self._heard(report.account, now)
        if session is None or report.request_id not in session.state.awaited:
            return []  # The answer to a question we no longer ask may be older than what we know.
        return self.reconciliation.open_orders_reported(session, report, now) + session.answered(report.request_id, now)

    def _fills_reported(self, report: accounts.FillsReported, now: Nanos) -> list[Envelope]:
        session = self._heard(report.account, now)
        if session is None or report.instrument not in self.state.markets:
            return []
        return self.reconciliation.fills_reported(session, report, now) + session.answered(report.request_id, now)

    def _balances_reported(self, report: accounts.BalancesReported, now: Nanos) -> list[Envelope]:
        session = self._heard(report.account, now)
        if session is None or report.request_id not in session.state.awaited:
            return []
        return self.reconciliation.balances_reported(session, report, now) + session.answered(report.request_id, now)

    def _heard(self, account: AccountId, now: Nanos) -> VenueSession | None:
        session = self.sessions.get(account)
        if session is not None:
            session.state.heard_at = now
        return session

    def _session(self, order: Order) -> VenueSession:
        return self.session_of[self.booking.instruments[order.instrument].venue]

    def _traded_on(self, session: VenueSession) -> list[InstrumentId]:
        """Instruments of the session's venue that may have fills we do not know of."""
        state = self.state
        asked: dict[InstrumentId, bool] = dict.fromkeys(session.state.confirmed, True)
        asked.update(dict.fromkeys(session.state.applied, True))
        asked.update(dict.fromkeys(self.reconciliation.suspicious(session), True))
        for order in state.orders.values():
            if self._session(order) is session:
                asked[order.instrument] = True
        return list(asked)
