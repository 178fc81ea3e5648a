"""Looks at profit and loss at intervals, while a limit asks for it: raises alerts, trips breakers.

What has no price or no rate is unknown: there is no look then, and an alert says so instead.
"""

from typing import TYPE_CHECKING

from seawall.api.instruments import Symbol, Venue
from seawall.api.message import Address, Envelope
from seawall.api.orders import Side
from seawall.api.projections import PROJECTIONS
from seawall.api.risk import Tier
from seawall.api.signals import BreachReported, BreachType
from seawall.api.supervision import (
    EVERYTHING,
    AlertCleared,
    AlertRaised,
    BreakerAction,
    BreakerTripped,
    Severity,
    TierChanged,
    TradingMode,
)
from seawall.api.units import Nanos
from seawall.engine.core import modes
from seawall.engine.core.books import Books
from seawall.engine.core.intent import Intent, Refusal
from seawall.engine.core.monitors import BREAKERS, MONITORS
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor
from seawall.engine.core.orders import Order
from seawall.engine.core.parts.part import Part
from seawall.engine.core.strategies import StrategyAccount, Suspension
from seawall.engine.core.tiers import climb, rank, threshold
from seawall.engine.core.tilt import Tilt
from seawall.engine.core.venues.session import VenueSession
from seawall.engine.core.venues.state import SessionStatus

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine

NEVER = Nanos(1 << 62)
_MOST_BPS = 8_000  # Of a limit: from there on it is worth a warning.
UNVALUED, MUTE = "valuation", "private_stream"

_PASSING = (BreakerAction.HALVE, BreakerAction.PAUSE)

BREACHES = {  # What strategies hear; the others are `circuit_breaker`.
    "drawdown": BreachType.DRAWDOWN,
    "strategy_drawdown": BreachType.DRAWDOWN,
    "rapid_drawdown": BreachType.DRAWDOWN,
    "daily_loss": BreachType.DAILY_LOSS,
    "trade_storm": BreachType.ORDER_RATE,
    "execution_throttle": BreachType.ORDER_RATE,
}


class Supervision(Part):
    def __init__(self) -> None:
        self.handlers = {}

    def attach(self, engine: "Engine") -> None:
        self.engine, self.state, self.limits, self.rates = engine, engine.state, engine.limits, engine.rates
        self.risk, self.settings = engine.state.risk, engine.settings
        self.entry, self.closer = engine.entry, engine.closer
        self.books = Books(engine)
        made = [(make.__name__, make(engine)) for make in MONITORS]
        self.monitors: list[tuple[str, Monitor]] = [(name, monitor) for name, monitor in made if monitor is not None]
        defaults = ("concentration",)  # Set without being asked for: alone it is no reason to look.
        self.looking = any(name not in defaults for name, _ in self.monitors) or self.limits.max_leverage_bps is not None
        limits = self.limits
        self.tiered = any(account.tier is not Tier.SNIPER for account in engine.state.strategies.values())
        self.looking = self.looking or self.tiered
        counted = limits.max_trades is not None or limits.max_daily_trades is not None or limits.watch_tilt
        engine.booking.watch = self._traded if counted else None

    def deadline(self) -> Nanos | None:
        return self.risk.look_at if self.looking else None

    def on_time(self, now: Nanos) -> list[Envelope]:
        if not self.looking or now < self.risk.look_at:
            return []
        interval = self.settings.monitor_interval
        self.risk.look_at = Nanos(now // interval * interval + interval)
        equity, opening = self.books.bring_up_to_date(now), self.risk.opening
        if equity is None or opening is None or opening <= 0:
            return self._raise(UNVALUED, Measure(1, 1, "portfolios that cannot be valued"), Severity.WARNING)
        out = self._clear(UNVALUED, EVERYTHING)
        if self.tiered:
            out += self._climb(equity, now)
        look = Look(now, self.risk, opening, equity)
        for name, monitor in self.monitors:
            for measure in monitor(look):
                out += self._judge(name, measure, now)
        return out

    def refused(self, account: StrategyAccount, refusals: list[Refusal], now: Nanos) -> list[Envelope]:
        """The gate said no. Some checks do not only refuse one order: they trip a breaker, while breakers act at all."""
        if not self.settings.switches.circuit_breakers:
            return []
        for refusal in refusals:
            if refusal.check in BREAKERS and account.suspended is None:
                return self._trip(refusal.check, account.address, refusal.limit, refusal.value, refusal.unit, now)
        return []

    def stream_mute(self, session: VenueSession) -> list[Envelope]:
        """A venue's answers told what its private stream did not."""
        most = session.settings.session.misses_allowed
        what = Measure(most, most, "facts in a row that only answers told", session.settings.address)
        return self._raise(MUTE, what, Severity.CRITICAL)

    def streams_speak(self) -> list[Envelope]:
        """Of sessions that have become live, they do."""
        live = [session for session in self.engine.sessions.values() if session.state.status is SessionStatus.LIVE]
        return [envelope for session in live for envelope in self._clear(MUTE, session.settings.address)]

    def liquidate(self, by: str, reason: str, now: Nanos) -> list[Envelope]:
        """Cancel all, close all, halt; with emergency liquidation switched off: cancel all, halt."""
        if self.settings.switches.emergency_liquidation:
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

    def _traded(self, order: Order, realised: int, now: Nanos) -> None:
        account = self.state.strategies[order.strategy]
        limit = self.limits.max_trades
        account.note_trade(now, limit)
        if self.limits.watch_tilt:
            worth = order.quantity * order.decision_price * self.engine.booking.instruments[order.instrument].tick_value
            self._tilt(account).traded(order, realised, worth)
        if limit is not None and len(account.trade_times) >= limit:
            self.risk.look_at = min(self.risk.look_at, now)

    # Tiers and tilt

    def _climb(self, equity: int, now: Nanos) -> list[Envelope]:
        """Who needs a tier that is lost takes its orders back, and is told."""
        before, tier = self.risk.tier, climb(self.risk, self.limits, equity, now)
        if tier is before:
            return []
        self.risk.tier = tier
        worth = self.rates.as_float(equity)
        out = [Envelope(PROJECTIONS, TierChanged(tier, before, worth))]
        for account in self.state.strategies.values():
            if account.running and before is not None and rank(tier) < rank(account.tier) <= rank(before):
                least, unit = self.rates.as_float(threshold(self.limits, account.tier)), f"{self.rates.currency} of equity"
                told = BreachReported(
                    account.address, BreachType.CIRCUIT_BREAKER, "tier", least, worth, unit, Symbol(""), Venue(""), ""
                )  # fmt: skip
                out += [Envelope(account.address, told), *self.entry.cancel_all(now, account.address)]
        return out

    def ordered(self, intent: Intent, now: Nanos) -> None:
        """An order of a strategy has just left. A sign of tilt is looked at at once."""
        account, instrument = intent.account, intent.instrument
        tilt = self._tilt(account)
        position = self.state.positions.get(account.address, {}).get(instrument.id)
        held = 0 if position is None else position.quantity
        adds = held >= 0 if intent.side is Side.BUY else held <= 0
        signs = adds and tilt.ordered(instrument.id, intent.quantity, now, self.limits)
        if tilt.hurried(now, self.limits) or signs:
            self.risk.look_at = min(self.risk.look_at, now)

    def taken_back(self, order: Order) -> None:
        self._tilt(self.state.strategies[order.strategy]).canceled += 1

    @staticmethod
    def _tilt(account: StrategyAccount) -> Tilt:
        if account.tilt is None:
            account.tilt = Tilt()
        return account.tilt

    # Alerts and breakers

    def _judge(self, name: str, measure: Measure, now: Nanos) -> list[Envelope]:
        if measure.value >= measure.limit:
            out = self._raise(name, measure, Severity.CRITICAL)
            action = BREAKERS.get(name)
            if action is not None and self.settings.switches.circuit_breakers:
                limit, value = self._shown(measure)
                out += self._trip(name, measure.scope, limit, value, measure.unit, now)
            return out
        most = measure.limit * _MOST_BPS if measure.warn_at is None else measure.warn_at * 10_000
        if measure.value * 10_000 >= most:
            return self._raise(name, measure, Severity.WARNING)
        self._pass_over(name, measure.scope)
        return self._clear(name, measure.scope)

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
        if action is BreakerAction.FLATTEN and self.settings.switches.emergency_liquidation:
            return told + self.closer.start(scope, by, reason, now)
        return told + self.entry.cancel_all(now, scope)

    def _raise(self, name: str, measure: Measure, severity: Severity) -> list[Envelope]:
        key = name, measure.scope
        before = self.risk.alerts.get(key)
        if before is severity or before is Severity.CRITICAL:
            return []  # One that was critical is told again only when it has been clear in between.
        self.risk.alerts[key] = severity
        limit, value = self._shown(measure)
        return [Envelope(PROJECTIONS, AlertRaised(name, severity, measure.scope, limit, value, measure.unit))]

    def _clear(self, name: str, scope: Address) -> list[Envelope]:
        if self.risk.alerts.pop((name, scope), None) is None:
            return []
        return [Envelope(PROJECTIONS, AlertCleared(name, scope))]

    def _shown(self, measure: Measure) -> tuple[float, float]:
        if not measure.money:
            return measure.limit, measure.value
        return self.rates.as_float(measure.limit), self.rates.as_float(measure.value)
