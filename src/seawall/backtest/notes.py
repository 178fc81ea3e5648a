"""Takes down a backtest: what the engine tells its projections, and the portfolio at every sample."""

from collections.abc import Callable, Mapping
from typing import Any

from seawall.analytics.gaps import Gaps
from seawall.analytics.recorder import CashKind, Recorder
from seawall.api.instruments import InstrumentId
from seawall.api.margin import CashMovement, FundingPaid, LiquidationFeeCharged, LossCovered, MarginCalled
from seawall.api.message import Message, strategy_name
from seawall.api.projections import BreakFound, ClosedByVenue, IntentRefused, OrderClosed
from seawall.api.risk import TradingHalted
from seawall.api.signals import FillApplied
from seawall.api.supervision import AlertRaised, BreakerTripped, LiquidationEnded, TierChanged, TradingModeChanged
from seawall.api.units import Money, Nanos, Price
from seawall.engine.core.machine import Engine
from seawall.engine.core.modes import BY_ITSELF
from seawall.strategy.events import as_datetime


def shown_time(now: Nanos) -> str:
    return f"{as_datetime(now):%Y-%m-%d %H:%M:%S}"


class Notes:
    """The host's observer."""

    def __init__(self, recorder: Recorder, engine: Engine, opening_equity: Money) -> None:
        self.recorder = recorder
        self.engine = engine
        self.opening_equity = opening_equity
        self.refusals: dict[str, int] = {}
        self.breaches: dict[str, int] = {}
        self.surprises: list[str] = []  # What should not happen in a backtest.
        self.alerts: dict[str, int] = {}  # What venues did by themselves, alerts raised, breakers tripped: how often.
        self.stops: dict[str, int] = {}  # Breakers that tripped for one strategy; under an empty name: for all trading.
        self.gaps = Gaps()
        self.fills = 0
        self.orders = 0
        self.handlers: Mapping[type[Message], Callable[[Any, Nanos], None]] = {
            FillApplied: self._fill,
            OrderClosed: self._order,
            IntentRefused: self._refusal,
            BreakFound: self._break,
            TradingHalted: self._halt,
            FundingPaid: self._cash(CashKind.FUNDING),
            LiquidationFeeCharged: self._cash(CashKind.LIQUIDATION_FEE),
            LossCovered: self._cash(CashKind.INSURANCE),
            MarginCalled: self._margin_call,
            ClosedByVenue: self._closed,
            TradingModeChanged: self._mode,
            BreakerTripped: self._breaker,
            AlertRaised: self._alert,
            TierChanged: self._tier,
            LiquidationEnded: self._liquidated,
        }

    def sample(self, now: Nanos) -> None:
        engine, recorder = self.engine, self.recorder
        totals = engine.portfolio.totals()
        if self.gaps.whole(totals.unpriced, totals.unrated):
            recorder.sample(now, Money(self.opening_equity + totals.profit), Money(totals.gross), Money(totals.net))
        for use in engine.margins.uses():
            recorder.margin(*use)
        for key, market in engine.state.markets.items():
            if mark := market.mark():
                recorder.price(now, key, mark)
                self.gaps.known[key] = mark

    def final_marks(self) -> dict[InstrumentId, Price]:
        engine = self.engine
        marks = {key: market.mark() for key, market in engine.state.markets.items()}
        return self.gaps.final_marks(marks, engine.portfolio.totals().unpriced)

    def _fill(self, fill: FillApplied, now: Nanos) -> None:
        self.fills += 1
        self.gaps.known[fill.instrument] = fill.price
        self.recorder.fill(fill.strategy, fill)

    def _order(self, order: OrderClosed, now: Nanos) -> None:
        self.orders += 1
        self.recorder.order(order)

    def _refusal(self, refusal: IntentRefused, now: Nanos) -> None:
        self.refusals[refusal.check] = self.refusals.get(refusal.check, 0) + 1
        self.breaches[refusal.strategy] = self.breaches.get(refusal.strategy, 0) + 1

    def _break(self, found: BreakFound, now: Nanos) -> None:
        self.surprises.append(f"{found.venue}: {found.subject}: ours {found.ours}, theirs {found.theirs}")

    def _cash(self, kind: CashKind) -> Callable[[CashMovement, Nanos], None]:
        def note(movement: CashMovement, now: Nanos) -> None:
            venue = self.engine.sessions[movement.account].settings.venue
            self.recorder.cash(movement.event_time, venue, movement.account, movement.currency, movement.amount, kind)

        return note

    def _margin_call(self, call: MarginCalled, now: Nanos) -> None:
        self._count(f"{call.account}: margin calls")

    def _closed(self, closed: ClosedByVenue, now: Nanos) -> None:
        self._count(f"{closed.instrument}: closed by the venue ({closed.what})")

    def _count(self, what: str) -> None:
        self.alerts[what] = self.alerts.get(what, 0) + 1

    def _halt(self, halt: TradingHalted, now: Nanos) -> None:
        self.surprises.append(f"{shown_time(now)} trading halted by {halt.operator}: {halt.reason}")

    def _mode(self, change: TradingModeChanged, now: Nanos) -> None:
        if change.mode in BY_ITSELF:
            return
        self.surprises.append(f"{shown_time(now)} trading is {change.mode.replace('_', ' ')}, by {change.operator}: {change.reason}")

    def _breaker(self, trip: BreakerTripped, now: Nanos) -> None:
        self._count(f"breaker: {trip.breaker}")
        self.stops[trip.scope] = self.stops.get(trip.scope, 0) + 1
        who = strategy_name(trip.scope) if trip.scope else "all trading"
        figures = f"{trip.value:g} against a limit of {trip.limit:g} ({trip.unit})"
        self.surprises.append(f"{shown_time(now)} breaker {trip.breaker} tripped for {who}: {figures}; {trip.action.replace('_', ' ')}")

    def _alert(self, alert: AlertRaised, now: Nanos) -> None:
        self._count(f"alert: {alert.monitor} ({alert.severity})")

    def _tier(self, change: TierChanged, now: Nanos) -> None:
        if change.before is not None:
            self.surprises.append(f"{shown_time(now)} tier {change.tier}, before: {change.before}, with an equity of {change.equity:g}")

    def _liquidated(self, ended: LiquidationEnded, now: Nanos) -> None:
        left = f", left: {'; '.join(ended.left)}" if ended.left else ""
        self.surprises.append(f"{shown_time(now)} positions were closed with {ended.orders} orders{left}")
