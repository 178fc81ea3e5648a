"""From wishes to orders at venues, and from second thoughts to cancels. Whatever becomes an order does so here; changes
of orders that work are requested in changes.py."""

from typing import TYPE_CHECKING, Any

from seawall.api.message import Address, Envelope
from seawall.api.orders import OrderStatus
from seawall.api.signals import CancelRequested, OrderRequested, SignalGenerated
from seawall.api.units import Nanos
from seawall.engine.core.answers import clamp, drop, refuse
from seawall.engine.core.gate import ApprovedOrder
from seawall.engine.core.intent import Intent
from seawall.engine.core.orders import Order
from seawall.engine.core.parts.part import Part
from seawall.engine.core.sizing import Dropped
from seawall.engine.core.venues.session import VenueSession

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine

UNKNOWN, PENDING_CANCEL = OrderStatus.UNKNOWN, OrderStatus.PENDING_CANCEL


class Entry(Part):
    def __init__(self) -> None:
        self.handlers = {
            SignalGenerated: self._signal_generated,
            OrderRequested: self._order_requested,
            CancelRequested: self._cancel_requested,
        }

    def attach(self, engine: "Engine") -> None:
        self.state, self.limits, self.gate, self.sizing = engine.state, engine.limits, engine.gate, engine.sizing
        self.orders, self.exposures, self.instruments = engine.orders, engine.exposures, engine.booking.instruments
        self.session_of, self.account = engine.session_of, engine.account
        self.prefix = f"{engine.state.epoch:x}-"
        self.breakers, self.conduct = engine.breakers, engine.conduct
        limits = engine.limits
        self._watches_tilt = limits.watch_tilt
        self.paper, self._on_paper = engine.paper, limits.paper_after is not None
        self._remembers = limits.max_repeats is not None or limits.duplicate_window is not None or limits.watch_tilt
        self._most_messages = limits.max_messages
        self._open, self._strategies = engine.state.orders, engine.state.strategies

    def _signal_generated(self, signal: SignalGenerated, now: Nanos) -> list[Envelope]:
        account = self._strategies.get(signal.strategy) or self.account(signal.strategy)
        account.signals += 1
        wanted = self.sizing.of_signal(signal, account)
        if isinstance(wanted, Dropped):
            return drop(signal, account, wanted)
        out = self.submit(wanted, now)
        if abs(signal.strength) > 1.0:
            out.append(clamp(wanted, signal.strength))
        return out

    def _order_requested(self, request: OrderRequested, now: Nanos) -> list[Envelope]:
        account = self._strategies.get(request.strategy) or self.account(request.strategy)
        account.signals += 1
        wanted = self.sizing.of_request(request, account)
        return drop(request, account, wanted) if isinstance(wanted, Dropped) else self.submit(wanted, now)

    def _cancel_requested(self, request: CancelRequested, now: Nanos) -> list[Envelope]:
        order = self.orders.by_tag(request.strategy, request.tag)
        if order is None or order.cancel_wanted or order.ended is not None:
            return []
        if self._watches_tilt:
            self.conduct.taken_back(order)
        return self.cancel(order, now)

    def submit(self, intent: Intent, now: Nanos) -> list[Envelope]:
        verdict = self.gate.review(intent, now)
        if isinstance(verdict, ApprovedOrder):
            return [self.session_of[intent.instrument.venue].place(self.enter(verdict), now)]
        if self._on_paper and (filled := self.paper.take(intent, now)):
            return filled
        return refuse(intent, verdict) + self.breakers.refused(intent.account, verdict, now)

    def enter(self, approved: ApprovedOrder, group: str = "", *, repeats: bool = True) -> Order:
        """Makes it an order, which has to leave now: the one way to one. `repeats` False: it is no repetition of the one before."""
        assert approved.may_leave(), "only what the gate approved may leave"
        intent, now, state = approved.intent, approved.now, self.state
        instrument, account, side, quantity = intent.instrument, intent.account, intent.side, intent.quantity
        key: Any = f"{self.prefix}{state.next_order}"
        state.next_order += 1
        order = Order(
            key, account.address, intent.tag, instrument.id, side, intent.order_type,
            intent.time_in_force, quantity, intent.price, intent.reference_price, now, self.session_of[instrument.venue].valid_until(now),
        )  # fmt: skip
        if intent.terms is not None:
            order.terms = intent.terms
        self.orders.add(order)
        if group:
            order.group = group
            self.exposures.change_order(order, quantity)
        else:
            self.exposures.change(account.address, instrument.id, side, quantity)
        account.note_sent(now, self.limits.max_orders)
        if self._remembers and repeats:
            account.remember(instrument.id, side, quantity, intent.price, now, self.limits)
            if self._watches_tilt and not intent.closing:
                self.conduct.ordered(intent, now)
        if self._most_messages is not None:
            account.note_message(now, self._most_messages)
        return order

    def cancel(self, order: Order, now: Nanos) -> list[Envelope]:
        """Wants the order gone. An order of unknown fate is cancelled too; while the venue is down the wish waits for reconciliation."""
        order.cancel_wanted = True
        if order.status is not UNKNOWN:
            order.status = PENDING_CANCEL
        if self._most_messages is not None:
            self.account(order.strategy).note_message(now, self._most_messages)
        session = self.session(order)
        return [session.cancel(order, now)] if session.connected else []

    def cancel_all(self, now: Nanos, strategy: Address | None = None) -> list[Envelope]:
        wanted = [o for o in self._open.values() if strategy in (None, o.strategy) and not o.cancel_wanted and o.ended is None]
        return [envelope for order in wanted for envelope in self.cancel(order, now)]

    def new_epoch(self, epoch: int) -> None:
        """Ids start anew, under a prefix that was never used."""
        self.state.epoch, self.state.next_order = epoch, 1
        self.prefix = f"{epoch:x}-"

    def session(self, order: Order) -> VenueSession:
        return self.session_of[self.instruments[order.instrument].venue]
