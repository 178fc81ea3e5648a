"""What the venue's reports mean for orders, positions and money. Every fill is booked once, in whatever order reports arrive."""

from collections.abc import Callable, Mapping

from seawall.api.instruments import Instrument, InstrumentId, Venue
from seawall.api.margin import made_by_venue
from seawall.api.message import Address, Envelope
from seawall.api.orders import OrderFilled, OrderId, OrderStatus
from seawall.api.projections import PROJECTIONS, BreakFound, OrderClosed
from seawall.api.signals import FillApplied, OrderChanged
from seawall.api.units import Currency, Nanos, Quantity
from seawall.engine.core.exposure import Exposures
from seawall.engine.core.forced import EXTERNAL as EXTERNAL
from seawall.engine.core.forced import closed_by_venue
from seawall.engine.core.orders import Order, Orders
from seawall.engine.core.positions import Position
from seawall.engine.core.venues.session import VenueSession

# Members of an enum are looked up slowly: twenty times the cost of a global.
FILLED, NEW, PARTIALLY_FILLED = OrderStatus.FILLED, OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED
PENDING_CANCEL, PENDING_NEW, UNKNOWN = OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_NEW, OrderStatus.UNKNOWN
_UNACKNOWLEDGED = (PENDING_NEW, UNKNOWN)


class Booking:
    def __init__(
        self,
        instruments: Mapping[InstrumentId, Instrument],
        orders: Orders,
        positions: dict[Address, dict[InstrumentId, Position]],
        netted: dict[InstrumentId, Position],
        exposures: Exposures,
    ) -> None:
        self.instruments = instruments
        self.orders = orders
        self.positions = positions
        self.netted = netted
        self.exposures = exposures
        self.watch: Callable[[Order, int, Nanos], None] | None = None  # Told of each fill of an order: what it realised, and when.

    def accepted(self, order: Order, order_id: OrderId) -> list[Envelope]:
        """The venue has the order. Only the first word of it, and only for an order that may rest, is news to the strategy."""
        order.order_id = order_id
        if order.queries:
            order.queries = 0
        if order.status not in _UNACKNOWLEDGED:
            return []
        if order.cancel_wanted:
            order.status = PENDING_CANCEL
        else:
            order.status = PARTIALLY_FILLED if order.cumulative_quantity else NEW
        return [self.tell(order)] if order.price or order.terms is not None else []

    def triggered(self, order: Order, order_id: OrderId) -> list[Envelope]:
        """A conditional order works from now on. That proves, too, that the venue has it."""
        self.accepted(order, order_id)
        if order.triggered:
            return []
        order.triggered = True
        return [self.tell(order, "triggered")]

    def amended(self, session: VenueSession, order: Order, quantity: int, now: Nanos) -> list[Envelope]:
        """The venue has made the order smaller: we wished so, or another one of its list is. It never grows: what says so is old."""
        if quantity <= order.amending:
            order.amending = 0
        if quantity >= order.quantity:
            return []
        before = order.leaves_quantity
        order.quantity = Quantity(quantity)
        self.exposures.change_order(order, order.leaves_quantity - before)
        if order.leaves_quantity <= 0 and order.ended is None:
            session.settled(order.client_order_id)
            return self.close(order, FILLED, "", now)
        return [self.tell(order, "amended")]

    def filled(self, session: VenueSession, fill: OrderFilled, now: Nanos) -> list[Envelope]:
        """Books a fill, once."""
        key, side, quantity = fill.instrument, fill.side, fill.quantity
        if not session.is_new(key, fill.trade_id, side):
            return []
        order = working = self.orders.open.get(fill.client_order_id)
        if order is None:
            order = self.orders.closed.get(fill.client_order_id)
            if order is None and (what := made_by_venue(fill.client_order_id)):
                return closed_by_venue(self, session, fill, what)
        whole = True
        if order is not None:
            whole = order.ahead is None
            follows = whole and fill.cumulative_quantity == order.cumulative_quantity + quantity
            if not follows and order.has_booked(fill.cumulative_quantity, quantity):
                return [_named_anew(session, order, fill)]
        strategy, tag = (EXTERNAL, "") if order is None else (order.strategy, order.tag)
        instrument, position = self.instruments[key], self.position_of(strategy, key)
        held, realised = position.quantity, position.realised
        position.apply_fill(instrument, side, fill.price, quantity, fill.fee, fill.fee_currency)
        if instrument.margin is not None:
            self.net(fill)
        lots = -quantity if working is not None else 0
        if working is not None and working.group:
            lots = self.exposures.grouped(working, lots)
        self.exposures.change(strategy, key, side, lots, position.quantity - held)
        if fill.event_time > session.state.last_fill:
            session.state.last_fill = fill.event_time
        out: list[Envelope] = []
        if order is not None:
            if self.watch is not None:
                self.watch(order, position.realised - realised, now)
            if not order.order_id:
                order.order_id = fill.order_id
            filled = order.cumulative_quantity = order.cumulative_quantity + quantity
            order.cumulative_notional += fill.price * quantity * instrument.tick_value
            if filled > order.quantity:
                subject, ours, theirs = f"order {order.client_order_id}", f"{order.quantity} lots ordered", f"{filled} lots filled"
                out.append(Envelope(PROJECTIONS, BreakFound(session.settings.address, subject, ours, theirs)))
            if working is not None:
                out += self._advance(session, order, now, whole=whole)
        applied = FillApplied(
            strategy, tag, fill.client_order_id, key, fill.order_id, fill.trade_id, side, fill.price, quantity,
            fill.leaves_quantity, fill.liquidity, fill.fee, fill.fee_currency, position.quantity, fill.event_time,
        )  # fmt: skip
        out.append(Envelope(strategy if order is not None else PROJECTIONS, applied))
        if len(session.state.applied[key]) == session.settings.session.trade_window:
            out.append(session.ask_fills(key))  # Time that the venue confirms them.
        return out

    def ended(
        self, session: VenueSession, order: Order, status: OrderStatus, cumulative_quantity: int, reason: str, now: Nanos
    ) -> list[Envelope]:
        """The venue ended the order. If it reports more filled than is booked, the order waits for those fills, still exposed to them."""
        session.settled(order.client_order_id)
        if cumulative_quantity <= order.cumulative_quantity:
            return self.close(order, status, reason, now)
        before = order.leaves_quantity
        order.ended, order.end_quantity, order.end_reason = status, cumulative_quantity, reason
        self.exposures.change_order(order, order.leaves_quantity - before)
        return [session.ask_fills(order.instrument)]

    def close(self, order: Order, status: OrderStatus, reason: str, now: Nanos) -> list[Envelope]:
        """Ends an order in our books."""
        lots = -order.leaves_quantity
        self.exposures.change(order.strategy, order.instrument, order.side, self.exposures.grouped(order, lots) if order.group else lots)
        return self._close(order, status, reason, now)

    def _close(self, order: Order, status: OrderStatus, reason: str, now: Nanos) -> list[Envelope]:
        self.orders.close(order, status)
        order.closed = now
        closed = OrderClosed(
            order.strategy, order.tag, order.client_order_id, order.order_id, order.instrument, order.side, order.order_type,
            order.time_in_force, order.quantity, order.price, order.cumulative_quantity, order.cumulative_notional,
            status, reason, order.decision_price, order.created, now,
        )  # fmt: skip
        if status is FILLED:
            return [Envelope(PROJECTIONS, closed)]
        return [Envelope(PROJECTIONS, closed), self.tell(order, reason)]

    def tell(self, order: Order, reason: str = "") -> Envelope:
        """News of the order for its strategy. What has ended leaves nothing."""
        leaves = Quantity(order.leaves_quantity if order.client_order_id in self.orders.open else 0)
        news = OrderChanged(order.strategy, order.tag, order.status, reason, order.client_order_id, order.instrument, leaves)
        return Envelope(order.strategy, news)

    def balance_changes(self, venue: Venue) -> dict[Currency, int]:
        """How much all that is booked so far has moved the account's balances at a venue. What it earns on a perpetual is what it earns on
        all of it together: strategies that stand against each other have closed nothing of their own."""
        changes: dict[Currency, int] = {}
        for key, position in self.netted.items():
            instrument = self.instruments[key]
            if instrument.venue == venue:
                earned = changes.get(instrument.quote, 0) + position.cash() + position.cost
                changes[instrument.quote] = earned
                for currency, fee in position.other_fees.items():
                    changes[currency] = changes.get(currency, 0) - fee
        for held in self.positions.values():
            for key, position in held.items():
                instrument = self.instruments[key]
                if instrument.venue == venue and instrument.margin is None:
                    moves = {instrument.base: position.quantity, instrument.quote: position.cash()}
                    for currency, fee in position.other_fees.items():
                        moves[currency] = moves.get(currency, 0) - fee
                    for currency, amount in moves.items():
                        changes[currency] = changes.get(currency, 0) + amount
        return changes

    def net(self, fill: OrderFilled) -> None:
        instrument = self.instruments[fill.instrument]
        self.netted_of(fill.instrument).apply_fill(instrument, fill.side, fill.price, fill.quantity, fill.fee, fill.fee_currency)

    def netted_of(self, key: InstrumentId) -> Position:
        position = self.netted.get(key)
        if position is None:
            position = self.netted[key] = Position()
        return position

    def position_of(self, strategy: Address, key: InstrumentId) -> Position:
        try:
            return self.positions[strategy][key]
        except KeyError:
            return self.positions.setdefault(strategy, {}).setdefault(key, Position())

    def _advance(self, session: VenueSession, order: Order, now: Nanos, *, whole: bool) -> list[Envelope]:
        """A working order has just been filled further; it leaves something or ends. `whole`: until then no fill of it was missing."""
        filled = order.cumulative_quantity
        leaves = (order.quantity if order.ended is None else order.end_quantity) - filled
        if leaves <= 0:
            session.settled(order.client_order_id)
            if leaves:
                self.exposures.change_order(order, -leaves)
            return self._close(order, order.ended or FILLED, order.end_reason, now)
        order.queries = 0
        if order.status in _UNACKNOWLEDGED or order.status is NEW:
            order.status = PENDING_CANCEL if order.cancel_wanted else PARTIALLY_FILLED
        if order.ahead is not None:
            return [session.ask_fills(order.instrument)] if whole else []  # An earlier fill is missing: asked for once.
        if not order.cancel_wanted and not order.amending:
            session.settled(order.client_order_id)
        return []


def _named_anew(session: VenueSession, order: Order, fill: OrderFilled) -> Envelope:
    """The venue has told of this fill before, under another trade id."""
    ours, theirs = f"booked: order {order.client_order_id} up to {fill.cumulative_quantity} lots", "the same lots under another trade id"
    return Envelope(PROJECTIONS, BreakFound(session.settings.address, f"trade {fill.trade_id}", ours, theirs))
