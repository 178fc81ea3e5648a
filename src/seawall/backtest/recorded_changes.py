"""What becomes of open orders at a recorded venue by their owner's wish: amended, replaced, canceled; and two placed as an OCO.

As at an exchange, and in large part by its own functions. What an amended order has before it in the queue stays as it was.
"""

from collections.abc import Mapping
from functools import partial

from seawall.api.instruments import InstrumentId
from seawall.api.message import Envelope, Message
from seawall.api.orders import (
    CONDITIONAL,
    AmendOrder,
    CancelOrder,
    OrderAccepted,
    OrderAmended,
    OrderListType,
    OrderStatus,
    PlaceOrder,
    PlaceOrderList,
    RejectReason,
    ReplaceOrder,
)
from seawall.api.units import Nanos, Price, Quantity
from seawall.backtest.recorded_conditions import Conditions, last_price
from seawall.backtest.recorded_fills import RecordedVenueState, end, withdraw
from seawall.backtest.recorded_lists import dissolve, enlist, listed, shrunk
from seawall.backtest.recorded_matching import Matcher
from seawall.backtest.recorded_orders import Waiting, Waitlist
from seawall.exchange.core.answers import reject, reject_amend, reject_cancel
from seawall.exchange.core.closing import canceled
from seawall.exchange.core.filters import Refusal, reject_reason
from seawall.exchange.core.floor import Floor, Member
from seawall.exchange.core.list_entry import contradiction
from seawall.exchange.core.order_changes import amend_refusal, swap
from seawall.exchange.core.terms import is_special, terms_of
from seawall.exchange.core.triggers import estimate
from seawall.runtime.machine import Handler

NO_INSTRUMENT = RejectReason.UNKNOWN_INSTRUMENT


class Changes:
    def __init__(self, floor: Floor, conditions: Conditions, matcher: Matcher, place: Handler) -> None:
        """`place`: what the venue does with a single order."""
        self._floor, self._conditions, self._matcher, self._place = floor, conditions, matcher, place
        self.handlers: dict[type[Message], Handler] = {
            CancelOrder: self._cancel,
            AmendOrder: self._amend,
            ReplaceOrder: self._replace,
            PlaceOrderList: self._place_list,
        }

    def restore(self, state: RecordedVenueState, waitlists: Mapping[InstrumentId, Waitlist]) -> None:
        self._state, self._waitlists = state, waitlists

    def _cancel(self, request: CancelOrder, now: Nanos) -> list[Envelope]:
        """Of an OCO, both."""
        member = self._floor.members.get(request.account)
        if member is None:
            return self._floor.drop()
        if request.valid_until and now > request.valid_until:
            return reject_cancel(member, request, RejectReason.REQUEST_EXPIRED, now)
        waitlist = self._waitlists.get(request.instrument)
        if waitlist is None:
            return reject_cancel(member, request, NO_INSTRUMENT, now)
        order = member.open.get(request.client_order_id)
        if order is None or order.instrument != request.instrument:
            return reject_cancel(member, request, RejectReason.UNKNOWN_ORDER, now)
        out = dissolve(waitlist, member, order, now, cancel=True) if listed(order) else []
        withdraw(waitlist, member, waitlist.orders[order.order_id])
        end(member, order, OrderStatus.CANCELED)
        out.append(Envelope(member.owner, canceled(order, now)))
        return out

    def _amend(self, request: AmendOrder, now: Nanos) -> list[Envelope]:
        """Of an OCO, both."""
        member, waitlist = self._floor.members.get(request.account), self._waitlists.get(request.instrument)
        if member is None:
            return self._floor.drop()
        if request.valid_until and now > request.valid_until:
            return reject_amend(member, request, RejectReason.REQUEST_EXPIRED, now, f"valid until {request.valid_until}, it is {now} here")
        if waitlist is None:
            return reject_amend(member, request, NO_INSTRUMENT, now, f"{request.instrument} is not listed here")
        order = member.open.get(request.client_order_id)
        if order is None or order.instrument != request.instrument:
            return reject_amend(member, request, RejectReason.UNKNOWN_ORDER, now, "no open order has this client_order_id")
        waiting = waitlist.orders[order.order_id]
        refusal = amend_refusal(waitlist.instrument, order, request.quantity, waiting.locked_price or last_price(waitlist))
        if refusal is not None:
            return reject_amend(member, request, refusal[0], now, refusal[1])
        by = Quantity(order.quantity - request.quantity)
        whole = waitlist.listed.lists.get(order.terms.list_id) if order.terms is not None else None
        if whole is None:
            return [self._shrink(waitlist, member, waiting, by, now)]
        out = [self._shrink(waitlist, member, waitlist.orders[order_id], by, now) for order_id in whole.orders]
        shrunk(waitlist, member, whole)
        return out

    @staticmethod
    def _shrink(waitlist: Waitlist, member: Member, waiting: Waiting, by: Quantity, now: Nanos) -> Envelope:
        order = waiting.order
        if not listed(order):
            waiting.free(waitlist.instrument, member.account, by)
        order.quantity, order.leaves_quantity = Quantity(order.quantity - by), Quantity(order.leaves_quantity - by)
        name = order.account, order.client_order_id, order.instrument
        return Envelope(member.owner, OrderAmended(*name, order.order_id, order.quantity, order.leaves_quantity, now))

    def _replace(self, request: ReplaceOrder, now: Nanos) -> list[Envelope]:
        member = self._floor.members.get(request.account)
        if member is None:
            return self._floor.drop()
        return swap(member, request, partial(self._refusal, request, now), self._cancel, self._place, now)

    def _refusal(self, request: ReplaceOrder, now: Nanos) -> Refusal | None:
        """What can be told of the new order before the old one is gone."""
        new, waitlist = request.order, self._waitlists.get(request.instrument)
        if waitlist is None:
            return NO_INSTRUMENT, f"{request.instrument} is not listed here"
        special, instrument = is_special(new), waitlist.instrument
        if special and (refusal := self._conditions.refusal(waitlist, new, now)) is not None:
            return refusal
        reference = estimate(new.side, terms_of(new), last_price(waitlist)) if special and new.order_type in CONDITIONAL else 0
        return reject_reason(instrument, new, Price(reference or waitlist.offer(new.side)))

    # Lists

    def _place_list(self, request: PlaceOrderList, now: Nanos) -> list[Envelope]:
        member, waitlist = self._floor.members.get(request.account), self._waitlists.get(request.instrument)
        if member is None:
            return self._floor.drop()
        verdict = self._review(waitlist, member, request, now)
        if waitlist is None or isinstance(verdict, tuple):
            assert isinstance(verdict, tuple)
            named = [PlaceOrder(request.account, o.client_order_id, request.instrument, o.side, o.order_type) for o in request.orders]
            return [said for order in named for said in reject(member, order, now, *verdict)]
        members = [self._conditions.waiting(waitlist, o, at, now) for o, at in zip(request.orders, verdict, strict=True)]
        enlist(waitlist, member, members)
        for waiting in members:
            if waiting.order.order_type not in CONDITIONAL and not waitlist.bars_only:
                self._matcher.join(waitlist, waiting, now)
        orders = [waiting.order for waiting in members]
        return [Envelope(member.owner, OrderAccepted(o.account, o.client_order_id, o.instrument, o.order_id, now)) for o in orders]

    def _review(self, waitlist: Waitlist | None, member: Member, request: PlaceOrderList, now: Nanos) -> list[Price] | Refusal:
        """The price at which each of them locks, or why there is no list."""
        if request.valid_until and now > request.valid_until:
            return RejectReason.REQUEST_EXPIRED, f"valid until {request.valid_until}, it is {now} here"
        if waitlist is None:
            return NO_INSTRUMENT, f"{request.instrument} is not listed here"
        if request.list_type is not OrderListType.OCO:
            return RejectReason.INVALID_ORDER, f"an {request.list_type} is not built at recorded venues: only oco"
        problem = contradiction(request)
        if problem:
            return RejectReason.INVALID_ORDER, problem
        prices: list[Price] = []
        for order in request.orders:
            price = self._conditions.refusal(waitlist, order, now) or self._conditions.review(waitlist, member, order)
            if isinstance(price, tuple):
                return price
            prices.append(price)
        return prices
