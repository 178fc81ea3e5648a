"""The connection to one account at one venue: log on, ask what is true, go live, notice silence, start again.

    DOWN --wake--> CONNECTING --LoggedOn--> SYNCHRONISING --every question answered--> LIVE <--ails, recovers--> DEGRADED
      ^                |                        |                                       |                           |
      +----------------+------- patience ends, SessionLost, silence, a mute stream -----+---------------------------+

The session owns requests and their patience, nothing else: what answers mean for orders and money is decided in `reconciliation` and
`booking`. A request whose answer stays out is never taken for a failure.
"""

from collections.abc import Callable, Iterable

import msgspec

from seawall.api.accounts import Heartbeat, Logon, QueryBalances, QueryFills, QueryOpenOrders, QueryOrder
from seawall.api.instruments import InstrumentId
from seawall.api.margin import QueryCash, QueryPositions
from seawall.api.message import Envelope, Message
from seawall.api.orders import CancelOrder, ClientOrderId, PlaceOrder, Side, TradeId
from seawall.api.projections import PROJECTIONS, SessionChanged
from seawall.api.units import Nanos
from seawall.api.venue_operations import QueryTradingStatus
from seawall.engine.core.orders import Order
from seawall.engine.core.terms import Terms
from seawall.engine.core.venues.settings import VenueSettings
from seawall.engine.core.venues.state import SessionState, SessionStatus

NEVER = Nanos((1 << 63) - 1)
_Question = type[QueryOpenOrders] | type[QueryTradingStatus] | type[QueryBalances] | type[QueryPositions]
SELL = Side.SELL
LIVE, DEGRADED = SessionStatus.LIVE, SessionStatus.DEGRADED
_UP = (LIVE, DEGRADED)


def fill_key(trade_id: TradeId, side: Side) -> int:
    """Tells fills of one instrument apart: an account that trades with itself has two of one trade."""
    return trade_id * 2 + (side is SELL)


class VenueSession:
    def __init__(
        self, settings: VenueSettings, state: SessionState, follow: Callable[[], list[Envelope]] = list, *, perpetuals: bool = False
    ) -> None:
        """`follow`: what else a new status leads to. `perpetuals`: the venue lists them, so there are positions and cash to ask for."""
        self.settings = settings
        self._follow = follow
        self.state = state
        self.perpetuals = perpetuals
        beats = settings.session.heartbeat_interval is not None  # Without them a countdown would run out.
        self._cancel_after = (settings.session.cancel_after or Nanos(0)) if beats else Nanos(0)
        self._never_silent = settings.session.heartbeat_interval is None and settings.session.reconcile_interval is None
        self._soonest = min(state.in_flight.values(), default=NEVER)  # No patience ends before; none may end even then.

    @property
    def live(self) -> bool:
        """Whether new orders may go there: all, or one as a probe."""
        return self.state.status is LIVE or (self.state.status is DEGRADED and not self.state.in_flight)

    @property
    def connected(self) -> bool:
        """Whether the venue can be reached: enough for cancels and questions, not for what adds risk."""
        return self.state.status in _UP or self.state.status is SessionStatus.SYNCHRONISING

    @property
    def ails(self) -> str:
        """Why new orders are kept back, though the venue can be reached; empty: they are not."""
        state = self.state
        if state.failures >= self.settings.session.failures_allowed:
            return f"{state.failures} order requests in a row without an answer"
        return "the private stream is mute" if state.mute and state.reported_at <= state.missed_at else ""

    def deadline(self) -> Nanos | None:
        """When `overdue` or `on_time` has something to do."""
        state = self.state
        if not state.in_flight and self._never_silent and state.status is LIVE:
            return None
        times = [self._soonest] if state.in_flight else []
        if state.status not in _UP or self.settings.session.heartbeat_interval is not None:
            times.append(state.wake_at)
        if state.status in _UP and self.settings.session.reconcile_interval is not None:
            times.append(state.reconcile_at)
        if state.status is DEGRADED and not self.ails:
            times.append(state.live_at)  # At once.
        return min(times) if times else None

    # Requests about orders

    def place(self, order: Order, now: Nanos) -> Envelope:
        key, settings = order.client_order_id, self.settings
        self._await_answer(key, now + settings.session.answer_timeout)
        request = PlaceOrder(
            settings.account, key, order.instrument, order.side, order.order_type, order.time_in_force, order.quantity, order.price,
            valid_until=order.valid_until,
        )  # fmt: skip
        if settings.session.requests is not None:
            self._count_in(now)
            self.state.requests += 1
        return Envelope(settings.address, request if order.terms is None else self._with(request, order.terms))

    def _with(self, request: PlaceOrder, terms: Terms) -> PlaceOrder:
        return msgspec.structs.replace(
            request,
            stop_price=terms.stop_price,
            trailing_delta_bps=terms.trailing_delta_bps,
            display_quantity=terms.display_quantity,
            expire_time=Nanos(terms.expire_time + self.state.clock_offset if terms.expire_time else 0),
            reduce_only=terms.reduce_only,
            self_trade_prevention=terms.self_trade_prevention,
        )

    def request(self, order: Order, message: Message, now: Nanos) -> Envelope:
        """About an order: counted, and its answer awaited."""
        self._count_in(now)
        self._await_answer(order.client_order_id, now + self.settings.session.answer_timeout)
        return self._send(message)

    def cancel(self, order: Order, now: Nanos) -> Envelope:
        self._count_in(now)
        self._await_answer(order.client_order_id, now + self.settings.session.answer_timeout)
        return self._send(CancelOrder(self.settings.account, order.client_order_id, order.instrument, self.valid_until(now)))

    def query(self, order: Order, now: Nanos) -> Envelope:
        """Asks what became of an order, each time more patiently."""
        self._await_answer(order.client_order_id, now + self.settings.session.answer_timeout + self._backoff(order.queries))
        order.queries += 1
        return self._send(QueryOrder(self.settings.account, self._request(), order.instrument, order.client_order_id))

    def ask_again_at(self, order: Order, at: Nanos) -> None:
        """Lets an order of unknown fate rest until asking makes sense."""
        self._await_answer(order.client_order_id, at)

    def ask_again_later(self, order: Order, attempts: int, now: Nanos) -> None:
        """The more attempts there were, the later."""
        self._await_answer(order.client_order_id, now + self._backoff(attempts))

    def settled(self, client_order_id: ClientOrderId) -> None:
        """The venue has spoken about this order: no request about it is open any more."""
        self.state.in_flight.pop(client_order_id, None)
        if self.state.failures:
            self.state.failures = 0

    def failed(self, now: Nanos) -> list[Envelope]:
        """An order request went unanswered. After some of them in a row the session is degraded, and its breaker keeps orders back."""
        state = self.state
        state.failures += 1
        if not self.ails:
            return []
        state.probe_at = Nanos(now + self.settings.session.probe_interval)
        return self._become(DEGRADED, self.ails) if state.status is LIVE else []

    def may_order(self, now: Nanos) -> bool:
        """Of a degraded session: one order at a time, as a probe. Any word about an order ends it, or any of a stream that was mute."""
        return not self.ails or (now >= self.state.probe_at and not self.state.in_flight)

    def missed(self, happened: Nanos, now: Nanos) -> None:
        """An answer told what happened then, while we were live, and the private stream has not."""
        state, settings = self.state, self.settings.session
        if state.status not in _UP or happened < state.live_at or now < happened + settings.answer_timeout:
            return
        state.missed = 1 if state.reported_at > state.missed_at else state.missed + 1
        state.missed_at = now

    def falls_mute(self, now: Nanos) -> bool:
        """Whether so much was missed that only a new beginning helps. From then on the session ails until the stream speaks."""
        state, settings = self.state, self.settings.session
        if state.missed < settings.misses_allowed:
            return False
        state.missed, state.mute = 0, True
        state.probe_at = Nanos(now + settings.probe_interval)
        return True

    def requests_left(self, now: Nanos) -> int:
        """For orders: what cancels and questions are kept is not among them. Only where the venue says how many it allows."""
        state, settings = self.state, self.settings.session
        assert settings.requests is not None, "no budget"
        self._count_in(now)
        return settings.requests * (100 - settings.reserve_percent) // 100 - state.requests

    def overdue(self, now: Nanos) -> list[ClientOrderId]:
        """Takes out the orders whose answer has not come in time."""
        in_flight = self.state.in_flight
        if now < self._soonest:
            return []
        late = [key for key, until in in_flight.items() if until <= now]
        for key in late:
            del in_flight[key]
        self._soonest = min(in_flight.values(), default=NEVER)
        return late

    def valid_until(self, now: Nanos) -> Nanos:
        """On the venue's clock: when a request sent now shall no longer be taken."""
        return now + self.state.clock_offset + self.settings.session.order_validity  # type: ignore[return-value]

    # The connection

    def on_time(self, now: Nanos, instruments: Iterable[InstrumentId]) -> list[Envelope]:
        """What is due: log on, give up, heartbeat, notice silence, reconcile `instruments`."""
        state, settings = self.state, self.settings.session
        self._count_in(now)
        if state.status is SessionStatus.DOWN:
            return self._connect(now) if now >= state.wake_at else []
        if state.status not in _UP:
            return self.drop("no answer in time", now) if now >= state.wake_at else []
        if settings.heartbeat_interval is not None and now - max(state.heard_at, state.reported_at) >= settings.silence_limit:
            return self.drop("silence", now)
        out = []
        if state.status is DEGRADED and not self.ails:
            state.mute = False
            out += self._become(LIVE, "it speaks about orders again")
        if settings.heartbeat_interval is not None and now >= state.wake_at:
            state.wake_at = Nanos(now + settings.heartbeat_interval)
            out.append(self.ask_time(now))
        if settings.reconcile_interval is not None and now >= state.reconcile_at:
            state.reconcile_at = Nanos(now + settings.reconcile_interval)
            state.awaited.clear()
            out += self._questions(instruments, now)
        return out

    def logged_on(self, now: Nanos, instruments: Iterable[InstrumentId]) -> list[Envelope]:
        if self.state.status is not SessionStatus.CONNECTING:
            return []  # An answer to an attempt we had given up.
        self.state.awaited.clear()
        self.state.wake_at = Nanos(now + self.settings.session.answer_timeout)
        return [*self._become(SessionStatus.SYNCHRONISING, "logged on"), *self._questions(instruments, now)]

    def unguarded(self, granted: Nanos, now: Nanos) -> bool:
        """Whether our orders have stood at the venue for longer than they should, and it does not see to their end."""
        away = now - max(self.state.heard_at, self.state.reported_at)
        return bool(self._cancel_after) and not granted and away >= self._cancel_after

    def answered(self, request_id: int, now: Nanos) -> list[Envelope]:
        """A question has its answer. When all have, the balances are asked for; with those a synchronising session is live."""
        state, settings = self.state, self.settings.session
        progress = state.awaited.pop(request_id, None) is not None
        if progress and state.status is SessionStatus.SYNCHRONISING:
            state.wake_at = Nanos(now + settings.answer_timeout)
        if state.awaited:
            return []
        if state.positions_due:
            state.positions_due = False
            return [self._ask(QueryPositions)]
        if state.balances_due:
            state.balances_due = False
            return [self._ask(QueryBalances)]
        if state.status is not SessionStatus.SYNCHRONISING:
            return []
        state.attempts = 0
        state.wake_at = Nanos(now + (settings.heartbeat_interval or 0))
        state.reconcile_at = Nanos(now + (settings.reconcile_interval or 0))
        state.live_at = now
        return self._become(DEGRADED if self.ails else LIVE, self.ails or "synchronised")

    def drop(self, reason: str, now: Nanos) -> list[Envelope]:
        """The connection is gone. Open requests may or may not have arrived; they stay in flight until the venue is asked."""
        state = self.state
        wait, most = self._backoff(state.attempts), int(self.settings.session.probe_interval)
        if state.status is SessionStatus.CONNECTING:
            most = max(most - (now - state.clock_asked), 0)  # From one attempt to the next.
        state.attempts += 1
        state.wake_at = Nanos(now + min(wait, most))
        state.awaited.clear()
        return self._become(SessionStatus.DOWN, reason)

    def set_back(self, now: Nanos) -> None:
        """Our clock stands before times that were noted: none may lie in the future. Patience with what is unanswered begins again."""
        state, patience = self.state, Nanos(now + self.settings.session.answer_timeout)
        for name in ("heard_at", "reported_at", "live_at", "missed_at", "reconcile_at", "orders_asked", "probe_at"):
            setattr(state, name, min(getattr(state, name), now))
        state.in_flight = {key: min(until, patience) for key, until in state.in_flight.items()}
        self._soonest = patience

    # The venue's clock

    def ask_time(self, now: Nanos) -> Envelope:
        state = self.state
        state.clock_request, state.clock_asked = self._request(), now
        return self._send(Heartbeat(self.settings.account, state.clock_request))

    def measure_clock(self, request_id: int, venue_time: Nanos, now: Nanos) -> None:
        """The venue said its time half way through the round trip, give or take. Late and doubled answers tell nothing."""
        state = self.state
        if request_id != state.clock_request:
            return
        state.clock_request = 0
        round_trip = now - state.clock_asked
        if round_trip <= self.settings.session.order_validity:
            state.clock_offset = venue_time - state.clock_asked - round_trip // 2

    # Fills

    def is_new(self, instrument: InstrumentId, trade_id: TradeId, side: Side) -> bool:
        """Whether this fill has not been booked yet; from now on it has."""
        state = self.state
        if trade_id <= state.confirmed.get(instrument, 0):
            return False
        applied = state.applied.get(instrument)
        if applied is None:
            applied = state.applied[instrument] = {}
        key = trade_id * 2 + (side is SELL)  # fill_key, without the call.
        if key in applied:
            return False
        applied[key] = True
        return True

    def confirm(self, instrument: InstrumentId, trade_id: TradeId) -> None:
        """The venue has listed every fill up to `trade_id`, and all are booked."""
        state = self.state
        if trade_id <= state.confirmed.get(instrument, 0):
            return
        state.confirmed[instrument] = trade_id
        state.applied[instrument] = {key: True for key in state.applied.get(instrument, {}) if key // 2 > trade_id}

    def ask_fills(self, instrument: InstrumentId) -> Envelope:
        request = self._request()
        self.state.awaited[request] = "fills"
        after = self.state.confirmed.get(instrument, TradeId(0))
        return self._send(QueryFills(self.settings.account, request, instrument, after))

    def ask_cash(self) -> Envelope:
        request = self._request()
        self.state.awaited[request] = "cash"
        return self._send(QueryCash(self.settings.account, request, self.state.cash_seen))

    # Inside

    def _connect(self, now: Nanos) -> list[Envelope]:
        state = self.state
        state.wake_at = Nanos(now + self.settings.session.answer_timeout)
        state.clock_request, state.clock_asked = self._request(), now
        logon = self._send(Logon(self.settings.account, state.clock_request, self._cancel_after))
        return [*self._become(SessionStatus.CONNECTING, "logging on"), logon]

    def _questions(self, instruments: Iterable[InstrumentId], now: Nanos) -> list[Envelope]:
        """Balances come last: they can only be compared once every fill is known."""
        self.state.balances_due, self.state.orders_asked = True, now
        self.state.positions_due = self.perpetuals
        questions = [*(self.ask_fills(instrument) for instrument in instruments), self._ask(QueryOpenOrders), self._ask(QueryTradingStatus)]
        return [*questions, self.ask_cash()] if self.perpetuals else questions

    def _ask(self, query: _Question) -> Envelope:
        request = self._request()
        self.state.awaited[request] = query.__name__
        return self._send(query(self.settings.account, request))

    def _become(self, status: SessionStatus, reason: str) -> list[Envelope]:
        self.state.status = status
        return [Envelope(PROJECTIONS, SessionChanged(self.settings.address, status, reason)), *self._follow()]

    def _count_in(self, now: Nanos) -> None:
        """Requests are counted in windows of fixed places."""
        window = now // self.settings.session.request_window
        if window != self.state.request_window:
            self.state.request_window, self.state.requests = window, 0

    def _send(self, message: Message) -> Envelope:
        self.state.requests += 1
        return Envelope(self.settings.address, message)

    def _request(self) -> int:
        self.state.next_request += 1
        return self.state.next_request

    def _await_answer(self, key: ClientOrderId, until: int) -> None:
        in_flight = self.state.in_flight
        if until < self._soonest or not in_flight:  # What was the soonest may be settled since.
            self._soonest = Nanos(until)
        in_flight[key] = Nanos(until)

    def _backoff(self, attempts: int) -> int:
        """Doubles from the first to the last interval, then jitters between a half and the whole of it."""
        settings = self.settings.session
        interval = min(settings.backoff_first << min(attempts, 20), settings.backoff_last)
        return interval // 2 + self.state.rng.below(interval // 2 + 1)
