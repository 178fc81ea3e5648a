"""Takes down a simulated run for its result: an observer of what machines send, which no machine can notice.

Fills are the venues' word: each is told once, whatever links do to it. Whose order it was, the engine's books say, as soon as it is up.
"""

from collections import deque
from collections.abc import Mapping

import msgspec

from seawall.analytics.gaps import Gaps
from seawall.analytics.recorder import CashKind, Recorder
from seawall.api.instruments import InstrumentId, Venue
from seawall.api.margin import CashMovement, FundingPaid, LiquidationFeeCharged, LossCovered, made_by_venue
from seawall.api.message import Address, Message, Restarted, strategy_name
from seawall.api.orders import AccountId, ClientOrderId, OrderFilled, Side, TradeId
from seawall.api.paper import PaperEnded
from seawall.api.projections import BreakFound, IntentRefused, OrderClosed, SessionChanged
from seawall.api.risk import TradingHalted
from seawall.api.signals import FillApplied
from seawall.api.supervision import AlertRaised, BreakerTripped, LiquidationEnded, TierChanged, TradingModeChanged
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.audit.core.invariants.invariant import Watcher
from seawall.engine.core.booking import EXTERNAL
from seawall.engine.core.machine import Engine
from seawall.engine.core.modes import BY_ITSELF
from seawall.engine.core.orders import Order
from seawall.sim.world import World

Deposits = Mapping[Currency, Money]
Trade = tuple[InstrumentId, TradeId, Side]
CASH: dict[type[Message], CashKind] = {
    FundingPaid: CashKind.FUNDING,
    LiquidationFeeCharged: CashKind.LIQUIDATION_FEE,
    LossCovered: CashKind.INSURANCE,
}
Supervised = AlertRaised | BreakerTripped | TradingModeChanged | TradingHalted | TierChanged | LiquidationEnded


def told_of(told: Supervised) -> str:
    """In one line, for people."""
    if isinstance(told, AlertRaised):
        return f"{told.severity}: {told.monitor}{_of(told.scope)}, {told.value:g} against a limit of {told.limit:g} ({told.unit})"
    if isinstance(told, BreakerTripped):
        figures = f"{told.value:g} against a limit of {told.limit:g} ({told.unit})"
        return f"breaker {told.breaker} tripped{_of(told.scope)}: {figures}; {told.action.replace('_', ' ')}"
    if isinstance(told, LiquidationEnded):
        return f"positions closed with {told.orders} orders{_of(told.scope)}" + (f", left: {'; '.join(told.left)}" if told.left else "")
    if isinstance(told, TierChanged):
        return f"tier {told.tier}, before: {told.before}, with an equity of {told.equity:g}"
    if isinstance(told, TradingHalted):
        return f"trading halted by {told.operator}: {told.reason}"
    return f"trading is {told.mode.replace('_', ' ')}, by {told.operator}: {told.reason}"


def _of(scope: Address) -> str:
    return f" for {strategy_name(scope)}" if scope else ""


class Notes:
    """Observes one engine. `attach` it before the first run, `sample` as often as the result wants it, `finish` at the end."""

    name = "notes"

    def __init__(self, engine: Address, recorder: Recorder, opening_equity: Money) -> None:
        self.recorder = recorder
        self.opening_equity = opening_equity
        self.fills: dict[Address, int] = {}  # By strategy, and so the next two.
        self.orders: dict[Address, int] = {}
        self.breaches: dict[Address, int] = {}
        self.refusals: dict[str, int] = {}  # By check.
        self.gaps = Gaps()
        self.breaks = 0  # Found by reconciliation, and put right.
        self.sessions: list[tuple[Nanos, SessionChanged]] = []
        self.supervision: list[tuple[Nanos, Supervised]] = []  # Alerts, breakers, modes of trading.
        self.sent: dict[type[Message], Watcher] = {
            OrderFilled: self._filled,
            FillApplied: self._applied,
            **dict.fromkeys(CASH, self._moved),
            OrderClosed: self._closed,
            IntentRefused: self._refused,
            BreakFound: self._broke,
            SessionChanged: self._session_changed,
            AlertRaised: self._supervised,
            BreakerTripped: self._supervised,
            TradingModeChanged: self._supervised,
            TradingHalted: self._supervised,
            TierChanged: self._supervised,
            LiquidationEnded: self._supervised,
            PaperEnded: self._paper_ended,
        }
        self.paper: list[tuple[PaperEnded, Nanos]] = []  # What strategies did on paper, and until when.
        self.delivered: dict[type[Message], Watcher] = {Restarted: self._restarted}
        self._engine = engine
        self._accounts: dict[AccountId, Deposits] = {}
        self._venues: dict[AccountId, Venue] = {}
        self._unclaimed: deque[OrderFilled] = deque()
        self._told: dict[ClientOrderId, bool] = {}  # Orders that were taken down.
        self._forced: dict[Trade, OrderFilled] = {}  # What venues of perpetuals traded for our accounts by themselves,
        self._shared: dict[Trade, dict[Address, FillApplied]] = {}  # and whom the engine booked it to.
        self._world: World | None = None
        self._last_engine: Engine | None = None

    def attach(self, world: World, deposits: Mapping[AccountId, Deposits]) -> None:
        self._world = world
        self._accounts = dict(deposits)
        engine = self.engine()
        assert engine is not None, "attach notes before the first run"
        for session in engine.sessions.values():
            settings = session.settings
            self._venues[settings.account] = settings.venue
            for currency, amount in self._accounts[settings.account].items():
                self.recorder.cash(world.now, settings.venue, settings.account, currency, amount, CashKind.TRANSFER)

    def engine(self) -> Engine | None:
        """None: it is down."""
        assert self._world is not None, "attach the notes first"
        machine = self._world.nodes[self._engine].machine
        if machine is not None:
            assert isinstance(machine, Engine), f"{self._engine} is no engine"
            self._last_engine = machine
            return machine
        return None

    @property
    def last_engine(self) -> Engine:
        """As it was when it was last up."""
        return self.engine() or self._last_engine  # type: ignore[return-value]

    def sample(self, now: Nanos) -> None:
        """The portfolio as the engine sees it. While it is down, nobody does."""
        engine = self.engine()
        if engine is None:
            return
        totals = engine.portfolio.totals()
        if self.gaps.whole(totals.unpriced, totals.unrated):
            self.recorder.sample(now, Money(self.opening_equity + totals.profit), Money(totals.gross), Money(totals.net))
        for use in engine.margins.uses():
            self.recorder.margin(*use)
        for key, market in engine.state.markets.items():
            if mark := market.mark():
                self.recorder.price(now, key, mark)
                self.gaps.known[key] = mark

    def final_marks(self) -> dict[InstrumentId, Price]:
        engine = self.last_engine
        marks = {key: market.mark() for key, market in engine.state.markets.items()}
        return self.gaps.final_marks(marks, engine.portfolio.totals().unpriced)

    def finish(self, now: Nanos) -> None:
        """Takes down what is left: the last sample, and orders that nobody told the end of."""
        self.sample(now)
        self._rest_of_forced()
        engine = self.engine()
        if engine is not None:
            self._claim(engine)
            self._sweep(engine, now)
            for order in engine.state.orders.values():
                self._take_down(order, now)
            self.paper += [(standing, now) for standing in engine.paper.standing(now)]

    def _filled(self, venue: Address, fill: OrderFilled, now: Nanos) -> None:
        if fill.account in self._accounts and made_by_venue(fill.client_order_id):
            self._forced[fill.instrument, fill.trade_id, fill.side] = fill
        elif fill.account in self._accounts:
            self._unclaimed.append(fill)
            engine = self.engine()
            if engine is not None:
                self._claim(engine)

    def _applied(self, engine: Address, fill: FillApplied, now: Nanos) -> None:
        """Of what a venue did by itself: a strategy's part of it. A recovered engine may say it again."""
        if made_by_venue(fill.client_order_id):
            shared = self._shared.setdefault((fill.instrument, fill.trade_id, fill.side), {})
            if fill.strategy not in shared:
                shared[fill.strategy] = fill
                self._record(fill.strategy, fill)

    def _rest_of_forced(self) -> None:
        """What the engine has booked to nobody, or could not tell of."""
        for trade, fill in self._forced.items():
            parts = self._shared.get(trade, {}).values()
            left, fee = fill.quantity - sum(part.quantity for part in parts), fill.fee - sum(part.fee for part in parts)
            if left > 0:
                self._record(EXTERNAL, msgspec.structs.replace(fill, quantity=Quantity(left), fee=Money(fee)))
        self._forced.clear()

    def _record(self, strategy: Address, fill: OrderFilled | FillApplied) -> None:
        self.gaps.known[fill.instrument] = fill.price
        self.fills[strategy] = self.fills.get(strategy, 0) + 1
        self.recorder.fill(strategy, fill)

    def _moved(self, sender: Address, movement: CashMovement, now: Nanos) -> None:
        """The venue's word; the engine passes it on."""
        if sender != self._engine and movement.account in self._accounts:
            name, kind = self._venues[movement.account], CASH[type(movement)]
            self.recorder.cash(movement.event_time, name, movement.account, movement.currency, movement.amount, kind)

    def _claim(self, engine: Engine) -> None:
        while self._unclaimed:
            fill = self._unclaimed.popleft()
            order = engine.orders.find(fill.client_order_id)
            strategy = order.strategy if order is not None else EXTERNAL
            self._record(strategy, fill)

    def _closed(self, engine: Address, order: OrderClosed, now: Nanos) -> None:
        if order.client_order_id not in self._told:
            self._told[order.client_order_id] = True
            self.orders[order.strategy] = self.orders.get(order.strategy, 0) + 1
            self.recorder.order(order)

    def _restarted(self, machine: Address, restarted: Restarted, now: Nanos) -> None:
        engine = self.engine()
        if machine == self._engine and engine is not None:
            self._claim(engine)
            self._sweep(engine, now)

    def _sweep(self, engine: Engine, now: Nanos) -> None:
        """Orders that closed just before a crash, so that the engine could not tell."""
        for order in engine.state.closed_orders.values():
            self._take_down(order, now)

    def _take_down(self, order: Order, now: Nanos) -> None:
        quantity, notional = Quantity(order.cumulative_quantity), Money(order.cumulative_notional)
        closed = OrderClosed(
            order.strategy, order.tag, order.client_order_id, order.order_id, order.instrument, order.side, order.order_type,
            order.time_in_force, order.quantity, order.price, quantity, notional, order.status, order.end_reason, order.decision_price,
            order.created, now,
        )  # fmt: skip
        self._closed(self._engine, closed, now)

    def _refused(self, engine: Address, refusal: IntentRefused, now: Nanos) -> None:
        self.refusals[refusal.check] = self.refusals.get(refusal.check, 0) + 1
        self.breaches[refusal.strategy] = self.breaches.get(refusal.strategy, 0) + 1

    def _broke(self, engine: Address, found: BreakFound, now: Nanos) -> None:
        self.breaks += 1

    def _supervised(self, engine: Address, told: Supervised, now: Nanos) -> None:
        by_itself = isinstance(told, TradingModeChanged) and told.mode in BY_ITSELF  # Sessions tell as much.
        if not (by_itself or (isinstance(told, TierChanged) and told.before is None)):
            self.supervision.append((now, told))

    def _paper_ended(self, engine: Address, ended: PaperEnded, now: Nanos) -> None:
        if (ended, now) not in self.paper[-10:]:  # The strategy is told, too.
            self.paper.append((ended, now))

    def counted(self) -> dict[str, int]:
        """How often each alert was raised and each breaker tripped."""
        counts: dict[str, int] = {}
        for _, told in self.supervision:
            if isinstance(told, AlertRaised):
                what = f"alert: {told.monitor} ({told.severity})"
            elif isinstance(told, BreakerTripped):
                what = f"breaker: {told.breaker}"
            else:
                continue
            counts[what] = counts.get(what, 0) + 1
        return counts

    def _session_changed(self, engine: Address, change: SessionChanged, now: Nanos) -> None:
        self.sessions.append((now, change))
