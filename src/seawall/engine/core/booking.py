"""What the venue's reports mean for orders, positions and money. Every fill is booked once, in whatever order reports arrive."""

from collections.abc import Mapping

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.message import Address, Envelope
from seawall.api.orders import OrderFilled, OrderId, OrderStatus, Side
from seawall.api.projections import PROJECTIONS, BreakFound, OrderClosed
from seawall.api.signals import FillApplied, OrderChanged
from seawall.api.units import Money, Nanos, Quantity
from seawall.engine.core.exposure import Exposures
from seawall.engine.core.orders import Order, Orders
from seawall.engine.core.positions import Position
from seawall.engine.core.venues.session import VenueSession

EXTERNAL = Address("external")  # Owner of fills that no order of ours explains: trades made by hand on the account.


class Booking:
    def __init__(
        self,
        instruments: Mapping[InstrumentId, Instrument],
        orders: Orders,
        positions: dict[Address, dict[InstrumentId, Position]],
        exposures: Exposures,
    ) -> None:
        self.instruments = instruments
        self.orders = orders
        self.positions = positions
        self.exposures = exposures

    def accepted(self, order: Order, order_id: OrderId) -> list[Envelope]:
        """The venue has the order. Only the first word of it, and only for an order that may rest, is news to the strategy."""
        order.order_id = order_id
        order.queries = 0
        if order.status in (OrderStatus.PENDING_NEW, OrderStatus.UNKNOWN):
            order.status = OrderStatus.PARTIALLY_FILLED if order.cumulative_quantity else OrderStatus.NEW
            if order.cancel_wanted:
                order.status = OrderStatus.PENDING_CANCEL
            if order.price:
                return [self.tell(order)]
        return []

    def filled(self, session: VenueSession, fill: OrderFilled, now: Nanos) -> list[Envelope]:
        """Books a fill, once."""
        if not session.is_new(fill.instrument, fill.trade_id, fill.side):
            return []
        instrument = self.instruments[fill.instrument]
        order = self.orders.find(fill.client_order_id)
        strategy = order.strategy if order is not None else EXTERNAL
        position = self._book(session, instrument, strategy, fill)
        out = []
        tag = ""
        if order is not None:
            tag = order.tag
            if not order.order_id:
                order.order_id = fill.order_id
            out += self._advance(session, order, instrument, fill, now)
        out.append(
            Envelope(
                strategy if order is not None else PROJECTIONS,
                FillApplied(
                    strategy, tag, fill.client_order_id, fill.instrument, fill.order_id, fill.trade_id, fill.side, fill.price,
                    fill.quantity, fill.leaves_quantity, fill.liquidity, fill.fee, fill.fee_currency, position.quantity, fill.event_time,
                ),
            )
        )  # fmt: skip
        if session.wants_confirmation(fill.instrument):
            out.append(session.ask_fills(fill.instrument))
        return out

    def ended(
        self, session: VenueSession, order: Order, status: OrderStatus, cumulative_quantity: Quantity, reason: str, now: Nanos
    ) -> list[Envelope]:
        """The venue ended the order. If it reports more filled than is booked, the order waits for those fills, still exposed to them."""
        session.settled(order.client_order_id)
        if order.client_order_id not in self.orders.open:
            return []
        missing = cumulative_quantity - order.cumulative_quantity
        if missing <= 0:
            return self.close(order, status, reason, now)
        before = order.leaves_quantity
        order.ended, order.end_quantity, order.end_reason = status, cumulative_quantity, reason
        self.exposures.work(order.instrument, order.side, order.leaves_quantity - before)
        return [session.ask_fills(order.instrument)]

    def close(self, order: Order, status: OrderStatus, reason: str, now: Nanos) -> list[Envelope]:
        """Ends an order in our books."""
        self.exposures.work(order.instrument, order.side, -order.leaves_quantity)
        self.orders.close(order, status)
        closed = OrderClosed(
            order.strategy, order.tag, order.client_order_id, order.order_id, order.instrument, order.side, order.order_type,
            order.time_in_force, order.quantity, order.price, order.cumulative_quantity, order.cumulative_notional, status, reason,
            order.decision_price, order.created, now,
        )  # fmt: skip
        out = [Envelope(PROJECTIONS, closed)]
        if status is not OrderStatus.FILLED:
            out.append(self.tell(order, reason))
        return out

    def tell(self, order: Order, reason: str = "") -> Envelope:
        """News of the order for its strategy."""
        return Envelope(
            order.strategy,
            OrderChanged(order.strategy, order.tag, order.status, reason, order.client_order_id, order.instrument, order.leaves_quantity),
        )

    def _book(self, session: VenueSession, instrument: Instrument, strategy: Address, fill: OrderFilled) -> Position:
        held = self.positions.get(strategy)
        if held is None:
            held = self.positions[strategy] = {}
        position = held.get(instrument.id)
        if position is None:
            position = held[instrument.id] = Position()
        before = position.quantity
        position.apply_fill(instrument, fill.side, fill.price, fill.quantity, fill.fee, fill.fee_currency)
        self.exposures.move(instrument.id, position.quantity - before)
        session.state.last_fill = max(session.state.last_fill, fill.event_time)
        if session.state.balances_known:
            balances = session.state.balances
            amount = fill.quantity * instrument.lot_value
            notional = fill.quantity * fill.price * instrument.tick_value
            if fill.side is Side.SELL:
                amount, notional = -amount, -notional
            balances[instrument.base] = Money(balances.get(instrument.base, 0) + amount)
            balances[instrument.quote] = Money(balances.get(instrument.quote, 0) - notional)
            balances[fill.fee_currency] = Money(balances.get(fill.fee_currency, 0) - fill.fee)
        return position

    def _advance(self, session: VenueSession, order: Order, instrument: Instrument, fill: OrderFilled, now: Nanos) -> list[Envelope]:
        """Moves the order on by a fill that is new."""
        still_open = order.client_order_id in self.orders.open
        leaves = order.leaves_quantity
        order.cumulative_quantity = Quantity(order.cumulative_quantity + fill.quantity)
        order.cumulative_notional = Money(order.cumulative_notional + fill.price * fill.quantity * instrument.tick_value)
        overfilled = order.cumulative_quantity - order.quantity
        out = []
        if overfilled > 0:
            subject = f"order {order.client_order_id}"
            theirs = f"{order.cumulative_quantity} lots filled"
            out = [Envelope(PROJECTIONS, BreakFound(session.settings.address, subject, f"{order.quantity} lots ordered", theirs))]
        if not still_open:
            return out
        self.exposures.work(order.instrument, order.side, order.leaves_quantity - leaves)
        order.queries = 0
        if order.leaves_quantity <= 0:
            return out + self._close_filled(session, order, now)
        if order.status in (OrderStatus.PENDING_NEW, OrderStatus.NEW, OrderStatus.UNKNOWN):
            order.status = OrderStatus.PENDING_CANCEL if order.cancel_wanted else OrderStatus.PARTIALLY_FILLED
        if fill.cumulative_quantity != order.cumulative_quantity:
            return [session.ask_fills(order.instrument)]  # An earlier fill is missing, or this one came late.
        if not order.cancel_wanted:
            session.settled(order.client_order_id)
        return []

    def _close_filled(self, session: VenueSession, order: Order, now: Nanos) -> list[Envelope]:
        session.settled(order.client_order_id)
        if order.ended is not None:
            return self.close(order, order.ended, order.end_reason, now)
        return self.close(order, OrderStatus.FILLED, "", now)
