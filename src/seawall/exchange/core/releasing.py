"""Orders that have been accepted before they are active: what a list of them needs, how they enter, and the release of pending ones.

A released order meets the market of that moment. What a venue would refuse then expires: its stop price is reached (`refused`), or its
account cannot pay for it (`no_funds`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from seawall.api.message import Envelope
from seawall.api.orders import CONDITIONAL, ExpiryReason, OrderReleased, OrderStatus, PlaceOrder, RejectReason
from seawall.api.units import Currency, Money, Nanos, Quantity
from seawall.exchange.core.accounts import transfer
from seawall.exchange.core.admission import cannot_carry, lock_for, review, wait
from seawall.exchange.core.closing import EXPIRED, expired
from seawall.exchange.core.filters import Refusal
from seawall.exchange.core.floor import Floor, Listing, Member, OrderList
from seawall.exchange.core.lists import NO_LIST, OCO
from seawall.exchange.core.order_book import ANY_PRICE, Order, Terms
from seawall.exchange.core.working import work

BROKE = (RejectReason.INSUFFICIENT_BALANCE, RejectReason.INSUFFICIENT_MARGIN)


class Legs(NamedTuple):
    """Orders that may enter, and what they lock together: the larger of what each would, since only one of them can trade."""

    orders: tuple[tuple[PlaceOrder, Terms, Quantity], ...]
    currency: Currency
    locked: int


def review_legs(floor: Floor, listing: Listing, member: Member, requests: Sequence[tuple[PlaceOrder, Terms]], now: Nanos) -> Legs | Refusal:
    """One order, or an OCO."""
    legs: list[tuple[PlaceOrder, Terms, Quantity]] = []
    currency, locked = listing.instrument.quote, 0
    for request, terms in requests:
        lots = review(listing, member, request, terms, now)
        if isinstance(lots, tuple):
            return lots
        currency, amount = lock_for(listing, request, terms, lots)
        refusal = cannot_carry(floor, listing, member, request, terms, lots, amount)
        if refusal is not None:
            return refusal
        legs.append((request, terms, lots))
        locked = max(locked, amount)
    return Legs(tuple(legs), currency, locked)


def enter(floor: Floor, listing: Listing, member: Member, orders: Sequence[Order], out: list[Envelope], now: Nanos) -> None:
    """Accepted, their money locked. Those that wait come first: what may end at once finds them where they are."""
    for order in orders:
        if order.order_type in CONDITIONAL:
            wait(floor, listing, member, order)
    for order in orders:
        if order.order_type not in CONDITIONAL:
            work(floor, listing, member, order, order.price or ANY_PRICE[order.side], out, now)


def release(floor: Floor, listing: Listing, first: Order, out: list[Envelope], now: Nanos) -> None:
    """The working order of the list that `first` is pending in is filled."""
    market, member = listing.market, floor.members[first.account]
    assert first.terms is not None
    whole = market.lists.pop(first.terms.list_id)
    orders = [market.pending.pop(order_id) for order_id in whole.orders[1:]]
    requests: list[tuple[PlaceOrder, Terms]] = []
    for order in orders:
        assert order.terms is not None
        del member.open[order.client_order_id]
        order.terms.list_id, order.status = NO_LIST, OrderStatus.NEW
        requests.append((_request(order, order.terms), order.terms))
    verdict = review_legs(floor, listing, member, requests, now)
    if not isinstance(verdict, Legs):
        _refuse(member, orders, ExpiryReason.NO_FUNDS if verdict[0] in BROKE else ExpiryReason.REFUSED, out, now)
        return
    transfer(member.account.free, member.account.locked, verdict.currency, verdict.locked)
    for order in orders:
        released = OrderReleased(order.account, order.client_order_id, order.instrument, order.order_id, now)
        out.append(Envelope(member.owner, released))
    if len(orders) > 1:
        number = orders[0].order_id
        market.lists[number] = OrderList(OCO, tuple(order.order_id for order in orders), Money(verdict.locked))
        for _, terms in requests:
            terms.list_id = number
    enter(floor, listing, member, orders, out, now)


def _refuse(member: Member, orders: Sequence[Order], reason: ExpiryReason, out: list[Envelope], now: Nanos) -> None:
    for order in orders:
        assert order.terms is not None
        order.status, order.terms.locked = EXPIRED, Money(0)
        member.archive(order)
        out.append(Envelope(member.owner, expired(order, now, reason)))


def _request(order: Order, terms: Terms) -> PlaceOrder:
    """As it was when it came."""
    return PlaceOrder(
        order.account, order.client_order_id, order.instrument, order.side, order.order_type, order.time_in_force, order.quantity,
        order.price, stop_price=terms.stop_price, trailing_delta_bps=terms.trailing_delta_bps, display_quantity=terms.display_quantity,
        expire_time=terms.expire_time, reduce_only=terms.reduce_only, self_trade_prevention=terms.self_trade_prevention,
    )  # fmt: skip
