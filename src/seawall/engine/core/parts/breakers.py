"""Alerts and breakers: what is raised and cleared, what a breaker does when it trips, and what operators do by hand."""

from typing import TYPE_CHECKING

from seawall.api.instruments import Symbol, Venue
from seawall.api.message import Address, Envelope
from seawall.api.projections import PROJECTIONS
from seawall.api.signals import BreachReported, BreachType
from seawall.api.supervision import EVERYTHING, AlertCleared, AlertRaised, BreakerAction, BreakerTripped, Severity, TradingMode
from seawall.api.units import Nanos
from seawall.engine.core import modes
from seawall.engine.core.intent import Refusal
from seawall.engine.core.monitors import BREAKERS
from seawall.engine.core.monitors.monitor import Measure
from seawall.engine.core.parts.part import Part
from seawall.engine.core.strategies import StrategyAccount, Suspension
from seawall.engine.core.venues.session import VenueSession
from seawall.engine.core.venues.state import SessionStatus

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine

_MOST_BPS = 8_000  # Of a limit: from there on it is worth a warning.
MUTE = "private_stream"

_PASSING = (BreakerAction.HALVE, BreakerAction.PAUSE)

BREACHES = {  # What strategies hear; the others are `circuit_breaker`.
    "drawdown": BreachType.DRAWDOWN,
    "strategy_drawdown": BreachType.DRAWDOWN,
    "rapid_drawdown": BreachType.DRAWDOWN,
    "daily_loss": BreachType.DAILY_LOSS,
    "trade_storm": BreachType.ORDER_RATE,
    "execution_throttle": BreachType.ORDER_RATE,
}


class Breakers(Part):
    def __init__(self) -> None:
        self.handlers = {}

    def attach(self, engine: "Engine") -> None:
        self.engine, self.state, self.limits, self.rates = engine, engine.state, engine.limits, engine.rates
        self.risk, self.switches = engine.state.risk, engine.settings.switches
        self.entry, self.closer = engine.entry, engine.closer

    def judge(self, name: str, measure: Measure, now: Nanos) -> list[Envelope]:
        if measure.value >= measure.limit:
            out = self.raise_alert(name, measure, Severity.CRITICAL)
            action = BREAKERS.get(name)
            if action is not None and self.switches.circuit_breakers:
                limit, value = self._shown(measure)
                out += self._trip(name, measure.scope, limit, value, measure.unit, now)
            return out
        most = measure.limit * _MOST_BPS if measure.warn_at is None else measure.warn_at * 10_000
        if measure.value * 10_000 >= most:
            return self.raise_alert(name, measure, Severity.WARNING)
        self._pass_over(name, measure.scope)
        return self.clear(name, measure.scope)

    def refused(self, account: StrategyAccount, refusals: list[Refusal], now: Nanos) -> list[Envelope]:
        """The gate said no. Some checks do not only refuse one order: they trip a breaker, while breakers act at all."""
        if not self.switches.circuit_breakers:
            return []
        for refusal in refusals:
            if refusal.check in BREAKERS and account.suspended is None:
                return self._trip(refusal.check, account.address, refusal.limit, refusal.value, refusal.unit, now)
        return []

    def stream_mute(self, session: VenueSession) -> list[Envelope]:
        """A venue's answers told what its private stream did not."""
        most = session.settings.session.misses_allowed
        what = Measure(most, most, "facts in a row that only answers told", session.settings.address)
        return self.raise_alert(MUTE, what, Severity.CRITICAL)

    def streams_speak(self) -> list[Envelope]:
        """Of sessions that have become live, they do."""
        live = [session for session in self.engine.sessions.values() if session.state.status is SessionStatus.LIVE]
        return [envelope for session in live for envelope in self.clear(MUTE, session.settings.address)]

    def liquidate(self, by: str, reason: str, now: Nanos) -> list[Envelope]:
        """Cancel all, close all, halt; with emergency liquidation switched off: cancel all, halt."""
        if self.switches.emergency_liquidation:
            out = [modes.change(self.state, TradingMode.LIQUIDATING, by, reason)]
            return out + self.closer.start(EVERYTHING, by, reason, now)
        if not modes.allowed(self.state, TradingMode.HALTED):
            return []
        return [modes.change(self.state, TradingMode.HALTED, by, reason), *self.entry.cancel_all(now)]

    def restrict(self, by: str, reason: str, now: Nanos) -> list[Envelope]:
        """Cancel all, reduce only."""
        if not modes.allowed(self.state, TradingMode.REDUCE_ONLY):
            return []
        return [modes.change(self.state, TradingMode.REDUCE_ONLY, by, reason), *self.entry.cancel_all(now)]

    def count_anew(self, scope: Address) -> tuple[str, ...]:
        """Losses are counted from now on. Returns the breakers that had tripped."""
        risk = self.risk
        if scope == EVERYTHING:
            risk.base = risk.peak = risk.day_open = risk.equity
        elif scope in risk.strategies:
            track = risk.strategies[scope]
            track.base = track.peak = track.profit
            track.samples.clear()
        risk.alerts = {key: severity for key, severity in risk.alerts.items() if key[1] != scope}
        return tuple(risk.tripped.pop(scope, {}))

    def raise_alert(self, name: str, measure: Measure, severity: Severity) -> list[Envelope]:
        key = name, measure.scope
        before = self.risk.alerts.get(key)
        if before is severity or before is Severity.CRITICAL:
            return []  # One that was critical is told again only when it has been clear in between.
        self.risk.alerts[key] = severity
        limit, value = self._shown(measure)
        return [Envelope(PROJECTIONS, AlertRaised(name, severity, measure.scope, limit, value, measure.unit))]

    def clear(self, name: str, scope: Address) -> list[Envelope]:
        if self.risk.alerts.pop((name, scope), None) is None:
            return []
        return [Envelope(PROJECTIONS, AlertCleared(name, scope))]

    def _pass_over(self, name: str, scope: Address) -> None:
        """What a breaker did that ends by itself is over."""
        action = BREAKERS.get(name)
        if action in _PASSING and name in self.risk.tripped.get(scope, {}):
            del self.risk.tripped[scope][name]
            account = self.engine.account(scope)
            if action is BreakerAction.HALVE:
                account.halved = False
            elif account.suspended is not None and account.suspended.breaker == name:
                account.suspended = None

    def _trip(self, name: str, scope: Address, limit: float, value: float, unit: str, now: Nanos) -> list[Envelope]:
        tripped = self.risk.tripped.setdefault(scope, {})
        if name in tripped:
            return []
        tripped[name] = True
        action = BREAKERS[name]
        by, reason = f"breaker {name}", f"{value:g} against a limit of {limit:g} ({unit})"
        told = [Envelope(PROJECTIONS, BreakerTripped(name, scope, action, limit, value, unit))]
        concerned = [a.address for a in self.state.strategies.values() if a.running and scope in (EVERYTHING, a.address)]
        breach = BREACHES.get(name, BreachType.CIRCUIT_BREAKER)
        told += [Envelope(a, BreachReported(a, breach, name, limit, value, unit, Symbol(""), Venue(""), "")) for a in concerned]
        if action is BreakerAction.LIQUIDATE:
            return told + (self.liquidate(by, reason, now) if modes.allowed(self.state, TradingMode.LIQUIDATING) else [])
        if action is BreakerAction.REDUCE_ONLY:
            return told + self.restrict(by, reason, now)
        account = self.engine.account(scope)
        if action is BreakerAction.HALVE:
            account.halved = True
            return told
        until = Nanos(now + self.limits.tilt_pause if action is BreakerAction.PAUSE else 0)
        if account.suspended is None or not until:
            account.suspended = Suspension(name, reason, until)
        if action is BreakerAction.FLATTEN and self.switches.emergency_liquidation:
            return told + self.closer.start(scope, by, reason, now)
        return told + self.entry.cancel_all(now, scope)

    def _shown(self, measure: Measure) -> tuple[float, float]:
        if not measure.money:
            return measure.limit, measure.value
        return self.rates.as_float(measure.limit), self.rates.as_float(measure.value)
