"""What an order meets on arrival at a recorded venue: every check, then it takes what is there, rests or expires. Orders with terms, too,
until they begin to wait. What rows do to it later: recorded_venue.py.
"""

from functools import partial
from typing import Any

from seawall.api.instruments import InstrumentId
from seawall.api.message import Envelope
from seawall.api.orders import CONDITIONAL, Liquidity, OrderAccepted, OrderStatus, OrderType, PlaceOrder, RejectReason, Side, TimeInForce
from seawall.api.units import Nanos, Quantity
from seawall.backtest.recorded_conditions import Conditions
from seawall.backtest.recorded_fills import RecordedVenueState, expire, fill, wait
from seawall.backtest.recorded_margin import RecordedMargin
from seawall.backtest.recorded_matching import Matcher
from seawall.backtest.recorded_orders import Waiting, Waitlist
from seawall.backtest.recorded_taking import slipped, take, walk_for
from seawall.exchange.core.answers import reject
from seawall.exchange.core.filters import reject_reason
from seawall.exchange.core.floor import Floor, Member
from seawall.exchange.core.order_book import Order
from seawall.exchange.core.terms import is_special

BUY = Side.BUY
LIMIT_MAKER = OrderType.LIMIT_MAKER
GTC = TimeInForce.GTC
TAKER = Liquidity.TAKER
NEW = OrderStatus.NEW


class Entry:
    def __init__(
        self,
        floor: Floor,
        conditions: Conditions,
        matcher: Matcher,
        margin: RecordedMargin | None,
        *,
        slippage_bps: int,
        limited: bool,
    ) -> None:
        self._floor, self._conditions, self._matcher, self._margin = floor, conditions, matcher, margin
        self._slippage_bps, self._slipped, self._limited = slippage_bps, partial(slipped, slippage_bps), limited

    def restore(self, state: RecordedVenueState, waitlists: dict[InstrumentId, Waitlist]) -> None:
        self._state, self._waitlists = state, waitlists

    def place_order(self, request: PlaceOrder, now: Nanos, *, plain: bool = False) -> list[Envelope]:
        """Checked whole before anything changes, in the order of `RejectReason`; an order that is accepted cannot fail.

        `plain`: its terms are seen to. In one piece, though long: most of what a backtest spends on an order at the venue, it spends here.
        """
        member = self._floor.members.get(request.account)
        if member is None:
            return self._floor.drop()
        if request.valid_until and now > request.valid_until:
            return reject(member, request, now, RejectReason.REQUEST_EXPIRED, f"valid until {request.valid_until}, it is {now} here")
        waitlist = self._waitlists.get(request.instrument)
        if waitlist is None:
            return reject(member, request, now, RejectReason.UNKNOWN_INSTRUMENT, f"{request.instrument} is not listed here")
        if is_special(request) and not plain:
            return self._place_special(waitlist, member, request, now)
        instrument, market, side, limit = waitlist.instrument, waitlist.market, request.side, request.price
        buying = side is BUY
        offer = (market.ask if buying else market.bid) if market.bid or market.ask else market.last
        price: Any = self._slipped(side, offer) if self._slippage_bps and offer else offer
        refusal = reject_reason(instrument, request, price)
        if refusal is not None:
            return reject(member, request, now, *refusal)
        if request.client_order_id in member.open:
            detail = f"{request.client_order_id} is the id of an open order"
            return reject(member, request, now, RejectReason.DUPLICATE_CLIENT_ORDER_ID, detail)
        lots = request.quantity or Quantity(request.quote_quantity // (price * instrument.tick_value) if price else 0)
        takes = offer and (not limit or (offer <= limit if buying else offer >= limit))
        walked = None
        if takes and self._limited and not waitlist.bars_only and (market.bid or market.ask):
            walked = walk_for(waitlist, request, self._slipped)
            takes = bool(walked.takes)
            if not takes and not limit:
                return reject(member, request, now, RejectReason.NO_LIQUIDITY, "what the recording shows has been taken")
            if not request.quantity and not walked.ended:
                lots = Quantity(walked.lots)
        if self._margin is None:
            currency = instrument.quote if buying else instrument.base
            cost = (limit or price) * lots * instrument.tick_value if buying else lots * instrument.lot_value
            if walked is not None and buying and not limit:
                cost = walked.value * instrument.tick_value
            free = member.account.free[currency]
            if free < cost:
                detail = f"the order needs {cost} {currency} minor units, {free} are free"
                return reject(member, request, now, RejectReason.INSUFFICIENT_BALANCE, detail)
        else:
            refusal = self._margin.refusal(instrument, member, side, lots, limit or price, reduce_only=request.reduce_only)
            if refusal is not None:
                return reject(member, request, now, *refusal)
        if takes and request.order_type is LIMIT_MAKER:
            return reject(member, request, now, RejectReason.WOULD_TAKE, "a limit_maker order must not trade at once, and this one would")
        if not offer and not limit:
            return reject(member, request, now, RejectReason.NO_LIQUIDITY, f"nobody offers to {'sell' if buying else 'buy'}")
        account, client_order_id, key, tif = request.account, request.client_order_id, request.instrument, request.time_in_force
        desk = self._state.desk
        order_id: Any = desk.last_order_id + 1
        desk.last_order_id = order_id
        order = Order(order_id, account, client_order_id, key, side, request.order_type, tif, limit, lots, lots, NEW)
        if takes and walked is not None:
            out = take(self._state, waitlist, member, order, walked, now)
            if limit and tif is GTC and order.leaves_quantity:
                self._rest(waitlist, member, order, now)
            return out
        if takes and not limit and not waitlist.bars_only:
            return [fill(self._state, waitlist, member, order, price, lots, TAKER, now)]
        out = [Envelope(member.owner, OrderAccepted(account, client_order_id, key, order_id, now))]
        if waitlist.bars_only:
            quoted = market.ask if buying else market.bid
            resting = request.order_type is LIMIT_MAKER
            wait(waitlist, member, Waiting(order, now, limit or price, quoted, request.quote_quantity, resting))
        elif takes:
            price = min(price, limit) if buying else max(price, limit)
            out.append(fill(self._state, waitlist, member, order, price, lots, TAKER, now))
        elif tif is GTC:
            self._rest(waitlist, member, order, now)
        else:
            out.append(expire(member, order, now))
        return out

    def _place_special(self, waitlist: Waitlist, member: Member, request: PlaceOrder, now: Nanos) -> list[Envelope]:
        conditions = self._conditions
        refusal = conditions.refusal(waitlist, request, now)
        if refusal is not None:
            return reject(member, request, now, *refusal)
        if request.order_type in CONDITIONAL:
            placed = conditions.place(waitlist, member, request, now)
            return placed if isinstance(placed, list) else reject(member, request, now, *placed)
        out = self.place_order(conditions.plain(request), now, plain=True)
        order = member.open.get(request.client_order_id)
        if order is not None and order.order_id == self._state.desk.last_order_id:
            conditions.note_terms(order, request)
        return out

    def _rest(self, waitlist: Waitlist, member: Member, order: Order, now: Nanos) -> None:
        waiting = Waiting(order, now, order.price)
        wait(waitlist, member, waiting)
        self._matcher.join(waitlist, waiting, now)
