"""Requests to a venue that concern more than placing or cancelling one order. Their answers are awaited like every other's."""

from collections.abc import Iterable

from seawall.api.message import Envelope
from seawall.api.orders import AmendOrder, OrderListType, PlaceOrder, PlaceOrderList, ReplaceOrder
from seawall.api.units import Nanos, Quantity
from seawall.engine.core.orders import Order
from seawall.engine.core.venues.session import VenueSession


def amend(session: VenueSession, order: Order, quantity: Quantity, now: Nanos) -> Envelope:
    order.amending, order.amend_until = quantity, session.valid_until(now)
    request = AmendOrder(session.settings.account, order.client_order_id, order.instrument, quantity, order.amend_until)
    return session.request(order, request, now)


def replace(session: VenueSession, old: Order, order: Order, now: Nanos) -> Envelope:
    """Never both trade: if more of the old one is filled than we know of, the venue does nothing."""
    settings, new = session.settings, session.place(order, now).message
    assert isinstance(new, PlaceOrder)
    session.ask_again_at(old, Nanos(now + settings.session.answer_timeout))
    known = old.cumulative_quantity
    request = ReplaceOrder(
        settings.account, old.client_order_id, old.instrument, new, valid_until=order.valid_until, cumulative_quantity=known
    )  # fmt: skip
    return Envelope(settings.address, request)


def place_list(session: VenueSession, list_type: OrderListType, orders: Iterable[Order], now: Nanos) -> Envelope:
    placed = [session.place(order, now).message for order in orders]
    members = tuple([member for member in placed if isinstance(member, PlaceOrder)])
    first, settings = members[0], session.settings
    return Envelope(settings.address, PlaceOrderList(settings.account, first.instrument, list_type, members, first.valid_until))
