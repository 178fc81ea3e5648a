"""What the venue's answers mean. The venue's word is the truth; silence, and "not found" asked too early, are no answer."""

from collections.abc import Mapping

from seawall.api.accounts import BalancesReported, FillsReported, OpenOrdersReported, OrderReported, OrderState
from seawall.api.instruments import InstrumentId
from seawall.api.margin import PositionsReported
from seawall.api.message import Envelope
from seawall.api.orders import CancelOrder, ClientOrderId, OrderId, OrderStatus, Side, TradeId
from seawall.api.projections import PROJECTIONS, BreakFound
from seawall.api.risk import OrderWrittenOff, WriteOffOrder, WriteOffRefused
from seawall.api.units import Currency, Nanos
from seawall.engine.core.booking import Booking
from seawall.engine.core.forced import EXTERNAL
from seawall.engine.core.margins import Margins, PositionMargin
from seawall.engine.core.orders import Order
from seawall.engine.core.venues.session import VenueSession, fill_key

_ENDED = (OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED)


class Reconciliation:
    def __init__(self, booking: Booking, margins: Margins) -> None:
        self.booking, self.margins = booking, margins
        self.orders = booking.orders

    def patience_ended(self, session: VenueSession, now: Nanos) -> list[Envelope]:
        """Orders whose last request went unanswered: their fate is unknown, so the venue is asked. While it is down, they wait."""
        out: list[Envelope] = []
        for key in session.overdue(now):
            order = self.orders.open.get(key)
            if order is not None:
                out += self.doubt(order)
                out += session.failed(now)
                if session.connected:
                    out.append(session.query(order, now))
        return out

    def doubt(self, order: Order) -> list[Envelope]:
        """A new order without an answer becomes UNKNOWN, and its strategy learns so."""
        if order.order_id or order.status is OrderStatus.UNKNOWN:
            return []
        order.status = OrderStatus.UNKNOWN
        return [self.booking.tell(order, "no answer from the venue")]

    def order_reported(self, session: VenueSession, report: OrderReported, now: Nanos) -> list[Envelope]:
        order = self.orders.open.get(report.client_order_id)
        if order is None:
            return []
        if report.order is not None:
            return self._known(session, order, report.order, report.event_time, now)
        if order.order_id:
            return self._forgotten(session, order, now) if order.queries else []  # No query: the question is older than the venue's word.
        believable = order.valid_until + session.settings.session.absence_margin
        if report.event_time > believable:
            return self.booking.ended(session, order, OrderStatus.REJECTED, 0, "never reached the venue", now)
        session.ask_again_at(order, Nanos(now + believable - report.event_time + 1))
        return []

    def cancel_refused(self, session: VenueSession, order: Order, refused_at: Nanos, now: Nanos) -> list[Envelope]:
        """Nothing to cancel: it ended, or has not arrived yet. Only asking tells. A venue that goes on to show the order as open and never
        finds it is asked ever less often, and somebody is told."""
        if refused_at <= order.refused_at or not session.connected:
            return []  # A copy; or nothing can be asked now, and the wish waits.
        order.refused_at = refused_at
        order.refused_cancels += 1
        if order.refused_cancels == 1:
            return [session.query(order, now)]
        session.ask_again_later(order, order.refused_cancels, now)
        if order.refused_cancels != session.settings.session.failures_allowed:
            return []
        return [_break(session, f"order {order.client_order_id}", str(order.status), "its cancels find nothing")]

    def open_orders_reported(self, session: VenueSession, report: OpenOrdersReported, now: Nanos) -> list[Envelope]:
        out: list[Envelope] = []
        listed: dict[ClientOrderId, bool] = {}
        for theirs in report.orders:
            listed[theirs.client_order_id] = True
            order = self.orders.open.get(theirs.client_order_id)
            if order is not None:
                out += self._known(session, order, theirs, report.event_time, now)
            else:
                out += self._unexpected(session, theirs)
        out += self._group_lists(session, report)
        for order in [o for o in self.orders.open.values() if self._of(session, o)]:
            key = order.client_order_id
            if key not in listed and key not in session.state.in_flight and order.ended is None:
                out += self.doubt(order)
                out.append(session.query(order, now))
        return out

    def _group_lists(self, session: VenueSession, report: OpenOrdersReported) -> list[Envelope]:
        """Two of ours that the venue holds as an OCO of which we did not know: it counts once from now on."""
        out: list[Envelope] = []
        first_of: dict[OrderId, Order] = {}
        for theirs in report.orders:
            order = self.orders.open.get(theirs.client_order_id) if theirs.list_id else None
            if order is None:
                continue
            first = first_of.setdefault(theirs.list_id, order)
            alike = first is not order and first.side is order.side and first.instrument == order.instrument
            if alike and not first.group and not order.group:
                for member in (first, order):
                    self.booking.exposures.join(member, first.client_order_id)
                out.append(_break(session, f"order {order.client_order_id}", "alone", f"an OCO with {first.client_order_id}"))
        return out

    def fills_reported(self, session: VenueSession, report: FillsReported, now: Nanos) -> list[Envelope]:
        out: list[Envelope] = []
        known, confirmed = session.state.applied.get(report.instrument, {}), session.state.confirmed.get(report.instrument, 0)
        for fill in report.fills:
            if fill.event_time < session.state.opened_at:
                continue  # Of a life before ours.
            if fill_key(fill.trade_id, fill.side) not in known and fill.instrument == report.instrument:
                if fill.trade_id > confirmed:
                    session.missed(Nanos(fill.event_time - session.state.clock_offset), now)
                out += self.booking.filled(session, fill, now)
        if report.gap:
            ours = f"booked up to trade {session.state.confirmed.get(report.instrument, 0)}"
            subject = f"fills {report.instrument}"
            out.append(_break(session, subject, ours, "older fills are no longer listed"))
            session.state.fills_lost = True
        if report.fills:
            session.confirm(report.instrument, TradeId(report.fills[-1].trade_id))
            if not report.complete:
                out.append(session.ask_fills(report.instrument))
        return out

    def balances_reported(self, session: VenueSession, report: BalancesReported, now: Nanos) -> list[Envelope]:
        """Compares the venue's balances with our books. A difference may be a fill that got lost, even on an instrument we do not trade:
        fills are asked for once more, and only what is still the same difference then is a break. The venue's balances are adopted."""
        state = session.state
        if state.opening is not None and report.event_time <= state.last_fill:
            return []
        booked = self.booking.balance_changes(session.settings.venue)
        theirs = {b.currency: b.free + b.locked for b in report.balances}
        opening = {c: theirs.get(c, 0) - booked.get(c, 0) for c in dict.fromkeys([*theirs, *booked])}
        if state.opening is None:
            state.opened_at = report.event_time
        before = opening if state.opening is None else state.opening
        moved = {c: by for c in dict.fromkeys([*before, *opening]) if (by := opening.get(c, 0) - before.get(c, 0))}
        if moved != state.suspected:
            first = not state.suspected
            state.suspected = moved
            state.balances_due = first
            return [session.ask_fills(key) for key in self.suspicious(session)] if first else []
        state.opening, state.suspected = opening, {}
        return [_break(session, f"balance {c}", str(theirs.get(c, 0) - by), str(theirs.get(c, 0))) for c, by in moved.items()]

    def positions_reported(self, session: VenueSession, report: PositionsReported) -> list[Envelope]:
        """Compares the venue's positions with the sum of ours, as balances are: fills are asked for first, and what is then still the same
        difference is a break. It is adopted as EXTERNAL, at the venue's mark; what the venue has none of, at what it cost."""
        state, instruments = session.state, self.booking.instruments
        if report.event_time <= state.last_fill:
            return []
        theirs = {position.instrument: position for position in report.positions if position.instrument in instruments}
        ours: dict[InstrumentId, int] = {}
        for held in self.booking.positions.values():
            for key, own in held.items():
                if instruments[key].venue == session.settings.venue and instruments[key].margin is not None:
                    ours[key] = ours.get(key, 0) + own.quantity // instruments[key].lot_value
        counted = {key: theirs[key].quantity if key in theirs else 0 for key in dict.fromkeys([*ours, *theirs])}
        off = {key: lots - ours.get(key, 0) for key, lots in counted.items() if lots != ours.get(key, 0)}
        if off != state.position_doubts:
            first = not state.position_doubts
            state.position_doubts = off
            state.positions_due = first
            return [session.ask_fills(key) for key in off] if first else []
        state.position_doubts = {}
        out: list[Envelope] = self._margins_reported(session, report) if not off else []
        for key, lots in off.items():
            instrument, external = instruments[key], self.booking.position_of(EXTERNAL, key)
            at = theirs[key].mark if key in theirs else 0
            cost = lots * at * instrument.tick_value if at else self._cost(key) * lots // ours[key]
            for position in (external, self.booking.netted_of(key)):
                position.cost += cost
                position.quantity += lots * instrument.lot_value
            self.booking.exposures.change(EXTERNAL, key, Side.BUY, 0, lots * instrument.lot_value)
            out.append(_break(session, f"position {key}", f"{ours.get(key, 0)} lots", f"{counted[key]} lots"))
        return out

    def _margins_reported(self, session: VenueSession, report: PositionsReported) -> list[Envelope]:
        """The venue reckons margin, and so do we, at the marks it names. A difference that stands at two looks in a row is a break: told
        once, for as long as it lasts."""
        marks = {position.instrument: int(position.mark) for position in report.positions}
        ours = {p.instrument.id: p for c in self._settled_in(session, report) for p in self._margins_of(session, c, marks)}
        doubts, out = session.state.margin_doubts, list[Envelope]()
        off: dict[InstrumentId, int] = {}
        for theirs in report.positions:
            own = ours.get(theirs.instrument)
            if own is None or (own.maintenance, own.liquidation_price) == (theirs.maintenance, theirs.liquidation_price):
                continue
            looks = off[theirs.instrument] = doubts.get(theirs.instrument, 0) + 1
            if looks == 2:
                said = [f"maintenance {each.maintenance}, liquidated at {each.liquidation_price}" for each in (own, theirs)]
                out.append(_break(session, f"margin {theirs.instrument}", *said))
        session.state.margin_doubts = off
        return out

    def _settled_in(self, session: VenueSession, report: PositionsReported) -> list[Currency]:
        listed = self.booking.instruments
        return list(dict.fromkeys(listed[p.instrument].quote for p in report.positions if p.instrument in listed))

    def _margins_of(self, session: VenueSession, currency: Currency, marks: Mapping[InstrumentId, int]) -> tuple[PositionMargin, ...]:
        view = self.margins.view(session.settings.venue, currency, marks)
        return view.positions if view is not None else ()

    def _cost(self, key: InstrumentId) -> int:
        return sum(held[key].cost for held in self.booking.positions.values() if key in held)

    def write_off(self, command: WriteOffOrder, now: Nanos) -> list[Envelope]:
        """An operator's word for an order of which the venue has none. Only what cannot be cancelled is written off: an order of unknown
        fate, or one that ended and whose last fills are never listed."""
        key, operator = command.client_order_id, command.operator
        order = self.orders.open.get(key)
        if not operator.strip() or not command.reason.strip():
            why = "it takes an operator's name and a reason"
        elif order is None:
            why = "no order of that id is open"
        elif order.status is not OrderStatus.UNKNOWN and order.ended is None:
            why = f"it is {order.status}, not unknown: cancel it"
        else:
            written_off = OrderWrittenOff(key, order.instrument, operator, command.reason)
            closed = self.booking.close(order, OrderStatus.CANCELED, f"written off by {operator}: {command.reason}", now)
            return [Envelope(PROJECTIONS, written_off), *closed]
        return [Envelope(PROJECTIONS, WriteOffRefused(key, operator, why))]

    def suspicious(self, session: VenueSession) -> list[InstrumentId]:
        """Instruments on which a lost fill would explain how the balances have moved."""
        suspected, venue = session.state.suspected, session.settings.venue
        if not suspected:
            return []
        listed = self.booking.instruments.values()
        return [i.id for i in listed if i.venue == venue and i.base in suspected and i.quote in suspected]

    def _known(self, session: VenueSession, order: Order, theirs: OrderState, at: Nanos, now: Nanos) -> list[Envelope]:
        """The venue knows our order, as it was `at` that time of its own."""
        if not order.order_id:
            session.missed(order.created, now)
        if theirs.status in _ENDED:
            order.order_id = theirs.order_id
            return self.booking.ended(session, order, theirs.status, theirs.cumulative_quantity, "found by reconciliation", now)
        out = self.booking.accepted(order, theirs.order_id)
        out += self.booking.amended(session, order, theirs.quantity, now)
        if order.client_order_id not in self.orders.open:
            return out  # Made so small that it is done.
        if theirs.triggered:
            out += self.booking.triggered(order, theirs.order_id)
        if order.cancel_wanted:
            out.append(session.cancel(order, now))
        elif order.amending and at <= (believable := order.amend_until + session.settings.session.absence_margin):
            session.ask_again_at(order, Nanos(now + believable - at + 1))
        else:
            if order.amending:
                order.amending = 0
                out.append(self.booking.tell(order, "amend refused: it never reached the venue"))
            session.settled(order.client_order_id)
        if theirs.cumulative_quantity > order.cumulative_quantity:
            out.append(session.ask_fills(order.instrument))
        return out

    def _forgotten(self, session: VenueSession, order: Order, now: Nanos) -> list[Envelope]:
        """The venue acknowledged this order once and now knows nothing of it: that proves nothing. It stays exposed, and we ask again."""
        out: list[Envelope] = []
        if order.status is not OrderStatus.UNKNOWN:
            out.append(_break(session, f"order {order.client_order_id}", str(order.status), "no such order"))
            order.status = OrderStatus.UNKNOWN
            out.append(self.booking.tell(order, "the venue no longer knows it"))
        session.ask_again_at(order, Nanos(now + session.settings.session.backoff_last))
        return [*out, session.ask_fills(order.instrument)]

    def _unexpected(self, session: VenueSession, theirs: OrderState) -> list[Envelope]:
        """Open at the venue, not open here: an order of ours that we believed dead is cancelled, a stranger's is only reported."""
        subject = f"order {theirs.client_order_id}"
        order = self.orders.closed.get(theirs.client_order_id)
        if order is None:
            return [_break(session, subject, "not ours", str(theirs.status))]
        if order.closed >= session.state.orders_asked:
            return []  # It ended after we had asked: the list may be older than its end.
        cancel = CancelOrder(session.settings.account, theirs.client_order_id, theirs.instrument)
        return [_break(session, subject, str(order.status), str(theirs.status)), Envelope(session.settings.address, cancel)]

    def _of(self, session: VenueSession, order: Order) -> bool:
        return self.booking.instruments[order.instrument].venue == session.settings.venue


def _break(session: VenueSession, subject: str, ours: str, theirs: str) -> Envelope:
    return Envelope(PROJECTIONS, BreakFound(session.settings.address, subject, ours, theirs))
