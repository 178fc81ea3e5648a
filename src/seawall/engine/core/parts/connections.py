"""The venue sessions: what they want when time passes, what their venues answer, what a restart means for them."""

from typing import TYPE_CHECKING

from seawall.api.accounts import (
    BalancesReported,
    FillsReported,
    HeartbeatAnswered,
    LoggedOn,
    LogonRefused,
    OpenOrdersReported,
    OrderReported,
    SessionLost,
)
from seawall.api.instruments import InstrumentId
from seawall.api.message import Envelope, Restarted
from seawall.api.rate_limits import RequestRefused
from seawall.api.units import Nanos
from seawall.engine.core.parts.part import Part
from seawall.engine.core.venues.session import VenueSession
from seawall.engine.core.venues.state import SessionStatus

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine


class Connections(Part):
    def __init__(self) -> None:
        self.handlers = {
            Restarted: self._restarted,
            LoggedOn: self._logged_on,
            LogonRefused: self._lost,
            SessionLost: self._lost,
            HeartbeatAnswered: self._heartbeat_answered,
            OrderReported: self._order_reported,
            OpenOrdersReported: self._open_orders_reported,
            FillsReported: self._fills_reported,
            BalancesReported: self._balances_reported,
            RequestRefused: self._request_refused,
        }

    def attach(self, engine: "Engine") -> None:
        self.state, self.sessions, self.reconciliation = engine.state, engine.sessions, engine.reconciliation
        self.heard, self.entry, self.breakers = engine.heard, engine.entry, engine.breakers

    def on_time(self, now: Nanos) -> list[Envelope]:
        out: list[Envelope] = []
        for session in self.sessions.values():
            out += session.on_time(now, self._traded_on(session))
            out += self.reconciliation.patience_ended(session, now)
        return out

    def _restarted(self, restarted: Restarted, now: Nanos) -> list[Envelope]:
        """What we sent last may never have left: nothing about unanswered orders is known until the venue is asked."""
        if restarted.epoch > self.state.epoch:
            self.entry.new_epoch(restarted.epoch)
        return self.begin_anew("restart", now)

    def begin_anew(self, reason: str, now: Nanos) -> list[Envelope]:
        """With every venue, at once."""
        out: list[Envelope] = []
        for session in self.sessions.values():
            out += self._drop(session, reason, now)
            session.state.wake_at = now
        return out

    def _logged_on(self, report: LoggedOn, now: Nanos) -> list[Envelope]:
        session = self.sessions.get(report.account)
        if session is None:
            return []
        unguarded = session.unguarded(report.cancel_after, now)
        self.heard(report.account, now)
        session.measure_clock(report.request_id, report.event_time, now)
        out = session.logged_on(now, self._traded_on(session))
        return out + self._cancel_all(session, now) if out and unguarded else out

    def _cancel_all(self, session: VenueSession, now: Nanos) -> list[Envelope]:
        """What the venue would have done while we were away, if it could."""
        ours = [order for order in self.state.orders.values() if self.entry.session(order) is session]
        working = [order for order in ours if not order.cancel_wanted and order.ended is None]
        return [envelope for order in working for envelope in self.entry.cancel(order, now)]

    def _heartbeat_answered(self, report: HeartbeatAnswered, now: Nanos) -> list[Envelope]:
        if session := self.heard(report.account, now):
            session.measure_clock(report.request_id, report.event_time, now)
        return []

    def _lost(self, report: SessionLost | LogonRefused, now: Nanos) -> list[Envelope]:
        session = self.sessions.get(report.account)
        if session is None or session.state.status is SessionStatus.DOWN:
            return []
        return self._drop(session, report.reason, now)

    def _request_refused(self, report: RequestRefused, now: Nanos) -> list[Envelope]:
        """We ask too much. Whatever is sent now would be refused and counted against us: so nothing is, not even a question, until the time
        that the venue named. Then the session begins anew."""
        session = self.heard(report.account, now)
        if session is None:
            return []
        used = report.usage
        reason = "banned" if used is None else f"rate limited: {used.used} of {used.limit.limit} ({used.limit.kind})"
        out = [] if session.state.status is SessionStatus.DOWN else self._drop(session, reason, now)
        session.state.wake_at = Nanos(max(session.state.wake_at, report.retry_at - session.state.clock_offset))
        return out

    def _drop(self, session: VenueSession, reason: str, now: Nanos) -> list[Envelope]:
        out = session.drop(reason, now)
        for order in self.state.orders.values():
            if self.entry.session(order) is session:
                out += self.reconciliation.doubt(order)
        return out

    def _order_reported(self, report: OrderReported, now: Nanos) -> list[Envelope]:
        session = self.heard(report.account, now)
        if session is None:
            return []
        session.state.failures = 0  # It speaks about orders.
        return self._unless_mute(session, self.reconciliation.order_reported(session, report, now), now)

    def _open_orders_reported(self, report: OpenOrdersReported, now: Nanos) -> list[Envelope]:
        session = self.heard(report.account, now)
        if session is None or report.request_id not in session.state.awaited:
            return []  # The answer to a question we no longer ask may be older than what we know.
        out = self.reconciliation.open_orders_reported(session, report, now) + session.answered(report.request_id, now)
        return self._unless_mute(session, out, now)

    def _fills_reported(self, report: FillsReported, now: Nanos) -> list[Envelope]:
        session = self.heard(report.account, now)
        if session is None or report.instrument not in self.state.markets:
            return []
        out = self.reconciliation.fills_reported(session, report, now) + session.answered(report.request_id, now)
        return self._unless_mute(session, out, now)

    def _balances_reported(self, report: BalancesReported, now: Nanos) -> list[Envelope]:
        session = self.heard(report.account, now)
        if session is None or report.request_id not in session.state.awaited:
            return []
        out = self.reconciliation.balances_reported(session, report, now)
        if session.state.fills_lost and not session.state.suspected:
            session.state.fills_lost = False
            if out:  # Differences that are no longer doubted, and that no fill will explain: what we hold is not known.
                why = f"{session.settings.address}: fills are missing that it no longer lists"
                out += self.breakers.restrict("reconciliation", why, now)
        return out + session.answered(report.request_id, now)

    def _unless_mute(self, session: VenueSession, out: list[Envelope], now: Nanos) -> list[Envelope]:
        """Answers told too much that the private stream should have: it begins anew with the session, and all that is true is asked for."""
        if not session.falls_mute(now):
            return out
        return [*out, *self.breakers.stream_mute(session), *self._drop(session, "the private stream is mute", now)]

    def _traded_on(self, session: VenueSession) -> list[InstrumentId]:
        """Instruments of the session's venue that may have fills we do not know of."""
        asked: dict[InstrumentId, bool] = dict.fromkeys(session.state.confirmed, True)
        asked.update(dict.fromkeys(session.state.applied, True))
        asked.update(dict.fromkeys(self.reconciliation.suspicious(session), True))
        for order in self.state.orders.values():
            if self.entry.session(order) is session:
                asked[order.instrument] = True
        return list(asked)
