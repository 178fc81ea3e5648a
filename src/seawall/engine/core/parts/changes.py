"""What strategies want changed of orders that work: smaller, another one in its place. And orders that depend on each other.

Nothing here is decided by silence: until the venue speaks, an order that is to become smaller counts in full, and of orders that exclude
each other (an order and its replacement, the two of an OCO) the largest counts, for that is the most of them that can trade.
"""

from typing import TYPE_CHECKING

import msgspec

from seawall.api.message import Address, Envelope
from seawall.api.orders import AmendRejected, OrderAmended, OrderStatus, RejectReason
from seawall.api.signals import AmendRequested, ListRequested, OrderChanged, OrderRequested, ReplaceRequested
from seawall.api.units import Nanos, Quantity
from seawall.engine.core.answers import drop, refuse
from seawall.engine.core.gate import ApprovedOrder
from seawall.engine.core.intent import Intent, Refusal
from seawall.engine.core.orders import Order
from seawall.engine.core.parts.part import Part
from seawall.engine.core.sizing import Dropped
from seawall.engine.core.steps import lots_fitted
from seawall.engine.core.strategies import StrategyAccount
from seawall.engine.core.terms import LARGEST
from seawall.engine.core.venues.changes import amend, place_list, replace
from seawall.runtime.floats import lots_below

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine

REJECTED = OrderStatus.REJECTED
Verdict = ApprovedOrder | list[Refusal]


class Changes(Part):
    def __init__(self) -> None:
        self.handlers = {
            AmendRequested: self._amend_requested,
            ReplaceRequested: self._replace_requested,
            ListRequested: self._list_requested,
            OrderAmended: self._amended,
            AmendRejected: self._amend_rejected,
        }

    def attach(self, engine: "Engine") -> None:
        self.state, self.entry, self.gate, self.sizing = engine.state, engine.entry, engine.gate, engine.sizing
        self.orders, self.exposures, self.booking, self.heard = engine.orders, engine.exposures, engine.booking, engine.heard
        self.limits, self.account, self.breakers = engine.limits, engine.account, engine.breakers
        self.conduct = engine.conduct
        self.instruments, self.session_of = engine.booking.instruments, engine.session_of

    # Smaller

    def _amend_requested(self, request: AmendRequested, now: Nanos) -> list[Envelope]:
        """Always allowed, for it takes risk away; it counts among the messages, like a cancel."""
        order = self.orders.by_tag(request.strategy, request.tag)
        if order is None:
            return [_over(request.strategy, request.tag, "amend refused: no open order has this id")]
        instrument = self.instruments[order.instrument]
        lots = lots_fitted(instrument, lots_below(instrument, request.quantity)) if 0 <= request.quantity < LARGEST else 0
        session = self.entry.session(order)
        if order.cancel_wanted or order.ended is not None:
            why = "it is being cancelled"
        elif order.amending:
            why = "an earlier amend has no answer yet"
        elif not order.cumulative_quantity < lots < order.quantity:
            why = f"an amend makes an order smaller: under {order.quantity} and over {order.cumulative_quantity} lots, not {lots}"
        elif not session.connected:
            why = "the venue cannot be reached"
        else:
            if self.limits.max_messages is not None:
                self.account(order.strategy).note_message(now, self.limits.max_messages)
            return [amend(session, order, Quantity(lots), now)]
        return [self.booking.tell(order, f"amend refused: {why}")]

    def _amended(self, report: OrderAmended, now: Nanos) -> list[Envelope]:
        session = self.heard(report.account, now)
        order = self.state.orders.get(report.client_order_id)
        if session is None or order is None:
            return []
        out = self.booking.accepted(order, report.order_id) + self.booking.amended(session, order, report.quantity, now)
        if not order.cancel_wanted and not order.amending and order.ended is None:
            session.settled(report.client_order_id)
        return out

    def _amend_rejected(self, report: AmendRejected, now: Nanos) -> list[Envelope]:
        session = self.heard(report.account, now)
        order = self.state.orders.get(report.client_order_id)
        if session is None or order is None or not order.amending:
            return []
        order.amending = 0
        out = [session.ask_time(now)] if report.reason is RejectReason.REQUEST_EXPIRED else []
        if report.reason is RejectReason.UNKNOWN_ORDER:
            out.append(session.query(order, now))  # It ended, or has not arrived yet.
        elif not order.cancel_wanted:
            session.settled(report.client_order_id)
        return [*out, self.booking.tell(order, f"amend refused: {report.reason}{': ' if report.detail else ''}{report.detail}")]

    # Another one

    def _replace_requested(self, request: ReplaceRequested, now: Nanos) -> list[Envelope]:
        account = self.account(request.strategy)
        account.signals += 1
        old = self.orders.by_tag(request.strategy, request.tag)
        if old is None or old.cancel_wanted or old.ended is not None:
            return [_over(request.strategy, request.new_tag, f"nothing to replace: {request.tag} is not open")]
        instrument = self.instruments[old.instrument]
        wish = OrderRequested(
            request.strategy, instrument.symbol, old.side, request.quantity, request.new_tag, request.signal_time, instrument.venue,
            request.order_type, request.time_in_force, request.limit_price, request.metadata, request.terms,
        )  # fmt: skip
        sized = self.sizing.of_request(wish, account)
        if isinstance(sized, Dropped):
            return drop(wish, account, sized)
        group = old.group or old.client_order_id
        intent = msgspec.structs.replace(sized, replaces=group)
        verdict = self._review_without(old, intent, now)
        if not isinstance(verdict, ApprovedOrder):
            return refuse(intent, verdict) + self.breakers.refused(account, verdict, now)
        self.exposures.join(old, group)
        if self.limits.watch_tilt:
            self.conduct.taken_back(old)
        return [replace(self.entry.session(old), old, self.entry.enter(verdict, group), now)]

    def _review_without(self, old: Order, intent: Intent, now: Nanos) -> Verdict:
        """As a new order, less what would give way to it."""
        lots, change = self.exposures.counted(old), self.exposures.change
        change(old.strategy, old.instrument, old.side, -lots)
        verdict = self.gate.review(intent, now)
        change(old.strategy, old.instrument, old.side, lots)
        return verdict

    # Lists

    def _list_requested(self, request: ListRequested, now: Nanos) -> list[Envelope]:
        account = self.account(request.strategy)
        account.signals += len(request.orders)
        intents = self._sized(request, account)
        if isinstance(intents, Dropped):
            return [said for order in request.orders for said in drop(order, account, intents)]
        verdicts = self._review_each(intents, account, now)
        approved = [verdict for verdict in verdicts if isinstance(verdict, ApprovedOrder)]
        if len(approved) == len(intents):
            group = f"{self.entry.prefix}{self.state.next_order}"
            orders = [self.entry.enter(verdict, group, repeats=verdict is approved[0]) for verdict in approved]
            return [place_list(self.entry.session(orders[0]), request.list_type, orders, now)]
        out: list[Envelope] = []
        for intent, verdict in zip(intents, verdicts, strict=True):
            if isinstance(verdict, ApprovedOrder):
                out.append(_over(request.strategy, intent.tag, "the other order of its list was refused"))
            else:
                out += refuse(intent, verdict) + self.breakers.refused(account, verdict, now)
        return out

    def _sized(self, request: ListRequested, account: StrategyAccount) -> list[Intent] | Dropped:
        """All on the venue of the first one."""
        sized: list[Intent] = []
        for order in request.orders:
            venue = sized[0].instrument.venue if sized else order.venue
            intent = self.sizing.of_request(msgspec.structs.replace(order, venue=venue), account)
            if isinstance(intent, Dropped):
                return intent
            sized.append(intent)
        if len(sized) != 2 or sized[0].tag == sized[1].tag or _what(sized[0]) != _what(sized[1]):
            return Dropped(f"an {request.list_type} is two orders of one symbol, side and quantity under two names", malformed=True)
        return sized

    def _review_each(self, intents: list[Intent], account: StrategyAccount, now: Nanos) -> list[Verdict]:
        """Each counts in the rates of those behind it. In exposure none does: only one of them will trade."""
        verdicts: list[Verdict] = []
        for intent in intents:
            verdicts.append(self.gate.review(intent, now))
            if isinstance(verdicts[-1], ApprovedOrder):
                account.note_sent(now, self.limits.max_orders)
                if self.limits.max_messages is not None:
                    account.note_message(now, self.limits.max_messages)
        for verdict in verdicts:
            if isinstance(verdict, ApprovedOrder):
                account.forget_latest(self.limits)
        return verdicts


def _what(intent: Intent) -> tuple[str, str, int]:
    return intent.instrument.id, intent.side, intent.quantity


def _over(strategy: Address, tag: str, reason: str) -> Envelope:
    """News of what is no order: it never became one, or has ended."""
    return Envelope(strategy, OrderChanged(strategy, tag, REJECTED, reason))
