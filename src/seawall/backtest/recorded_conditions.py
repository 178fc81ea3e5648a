"""Orders with terms at a recorded venue: conditional ones that wait for the recording, and those that are good till a date.

Prints trigger as at an exchange (and while an instrument has no prints, the middle of its quotes); a row first fills what rests, then
triggers, in the order of acceptance. What is triggered takes the market as it then stands, like an order that arrives.

Inside a bar the order of prices is unknown, and what is worse for us is taken. A stop is reached if low or high reaches it, and trades
there, or at the open if the bar opened beyond it. A trailing stop triggers if any path through the bar triggers it, and trades at the worst
of the prices at which one does. A limit order that is triggered in a bar and does not take at that price rests from the next bar on.

An iceberg is a plain order here: the recording does not react to what it sees. Nobody trades with himself in a recording.
"""

from collections.abc import Callable
from heapq import heappop, heappush

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.message import Envelope
from seawall.api.orders import (
    CONDITIONAL,
    ExpiryReason,
    Liquidity,
    OrderAccepted,
    OrderId,
    OrderStatus,
    OrderTriggered,
    OrderType,
    PlaceOrder,
    RejectReason,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from seawall.api.units import BASIS_POINTS, Nanos, Price, Quantity
from seawall.backtest.recorded_fills import RecordedVenueState, expire, fill, wait, withdraw
from seawall.backtest.recorded_lists import dissolve, listed
from seawall.backtest.recorded_margin import RecordedMargin
from seawall.backtest.recorded_orders import Waiting, Waitlist
from seawall.backtest.recorded_taking import offers, take, walk
from seawall.exchange.core.accounts import lock_needed
from seawall.exchange.core.filters import Refusal, reject_reason
from seawall.exchange.core.floor import Floor, Member
from seawall.exchange.core.margin.reduce_only import room
from seawall.exchange.core.margin.requirement import expiry_reason
from seawall.exchange.core.order_book import Order, Terms
from seawall.exchange.core.terms import terms_of, terms_refusal
from seawall.exchange.core.trailing import trigger_price
from seawall.exchange.core.triggers import estimate, waits_for_rise

BUY, SELL = Side.BUY, Side.SELL
STOPS = (OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT)
GTC, GTD, FOK = TimeInForce.GTC, TimeInForce.GTD, TimeInForce.FOK
TAKER = Liquidity.TAKER
EXPIRED = OrderStatus.EXPIRED
NO_FUNDS, REDUCE_ONLY, TIME_IN_FORCE = ExpiryReason.NO_FUNDS, ExpiryReason.REDUCE_ONLY, ExpiryReason.TIME_IN_FORCE


class Conditions:
    def __init__(
        self,
        floor: Floor,
        margin: RecordedMargin | None,
        slipped: Callable[[Side, int], int],
        join: Callable[[Waitlist, Waiting, Nanos], None],
        *,
        limited: bool,
    ) -> None:
        self._floor, self._margin, self._slipped, self._join, self._limited = floor, margin, slipped, join, limited

    def restore(self, state: RecordedVenueState, waitlists: dict[InstrumentId, Waitlist]) -> None:
        self._state, self._waitlists = state, waitlists
        self._expiries: list[tuple[Nanos, OrderId, InstrumentId]] = []
        for waitlist in waitlists.values():
            for waiting in waitlist.orders.values():
                self._note_expiry(waiting.order)

    # Arrivals

    def plain(self, request: PlaceOrder) -> PlaceOrder:
        """The order as which one without a condition waits or trades; of its terms only what bounds its size is left."""
        tif = GTC if request.time_in_force is GTD else request.time_in_force
        return msgspec.structs.replace(
            request, time_in_force=tif, display_quantity=0, expire_time=0, self_trade_prevention=SelfTradePrevention.NONE
        )

    def note_terms(self, order: Order, request: PlaceOrder) -> None:
        """Of such an order that waits now."""
        order.terms, order.time_in_force = terms_of(request), request.time_in_force
        self._note_expiry(order)

    def refusal(self, waitlist: Waitlist, request: PlaceOrder, now: Nanos) -> Refusal | None:
        return terms_refusal(waitlist.instrument, request, now)

    def review(self, waitlist: Waitlist, member: Member, request: PlaceOrder) -> Price | Refusal:
        """Of an order that only waits, for its trigger or for its price: the price at which it locks money."""
        instrument, side = waitlist.instrument, request.side
        conditional = request.order_type in CONDITIONAL
        at = estimate(side, terms_of(request), last_price(waitlist)) if conditional else request.price
        refusal = reject_reason(instrument, request, Price(at))
        if refusal is not None:
            return refusal
        if request.client_order_id in member.open:
            return RejectReason.DUPLICATE_CLIENT_ORDER_ID, f"{request.client_order_id} is the id of an open order"
        refusal = _condition_refusal(request, last_price(waitlist)) if conditional else None
        if refusal is not None:
            return refusal
        locked = request.price or at
        if side is BUY and not locked:
            return (
                RejectReason.NO_LIQUIDITY,
                "no trade to follow yet, so nobody knows what this order may cost; give it a stop_price",
            )
        worth = locked or last_price(waitlist)
        if self._margin is not None and not conditional:  # That one is asked when it triggers.
            refusal = self._margin.refusal(instrument, member, side, request.quantity, worth, reduce_only=request.reduce_only)
            if refusal is not None:
                return refusal
        currency, cost = lock_needed(instrument, side, locked, request.quantity)
        if member.account.free[currency] < cost:
            detail = f"the order needs {cost} {currency} minor units, {member.account.free[currency]} are free"
            return RejectReason.INSUFFICIENT_BALANCE, detail
        offer = waitlist.offer(side)
        if not conditional and offer and (offer <= request.price if side is BUY else offer >= request.price):
            return RejectReason.WOULD_TAKE, "a limit_maker order must not trade at once, and this one would"
        return Price(locked)

    def place(self, waitlist: Waitlist, member: Member, request: PlaceOrder, now: Nanos) -> list[Envelope] | Refusal:
        """A conditional order begins to wait."""
        locked = self.review(waitlist, member, request)
        if isinstance(locked, tuple):
            return locked
        waiting = self.waiting(waitlist, request, locked, now)
        wait(waitlist, member, waiting)
        order = waiting.order
        return [Envelope(member.owner, OrderAccepted(order.account, order.client_order_id, order.instrument, order.order_id, now))]

    def waiting(self, waitlist: Waitlist, request: PlaceOrder, locked: Price, now: Nanos) -> Waiting:
        """An order that has been accepted, and has to wait."""
        desk, terms, last = self._state.desk, terms_of(request), last_price(waitlist)
        desk.last_order_id = OrderId(desk.last_order_id + 1)
        if waitlist.bars_only and last and terms.trailing_delta_bps and not terms.stop_price:
            terms.peak = Price(last)
        order = Order(
            desk.last_order_id, request.account, request.client_order_id, request.instrument, request.side, request.order_type,
            request.time_in_force, request.price, request.quantity, request.quantity, OrderStatus.NEW, terms,
        )  # fmt: skip
        self._note_expiry(order)
        return Waiting(order, now, locked)

    # Rows

    def traded(self, waitlist: Waitlist, price: int, now: Nanos) -> list[Envelope]:
        out: list[Envelope] = []
        for order in waitlist.triggers.reached(Price(price)):
            if order.order_id not in waitlist.stops:
                continue  # The other one of its list came first.
            self._begin(waitlist, order, out, now)
            if self._carries(waitlist, order, waitlist.offer(order.side) or price, out, now):
                self._enter(waitlist, order, out, now)
        self._trim(out, now)
        return out

    def quoted(self, waitlist: Waitlist, now: Nanos) -> list[Envelope]:
        market = waitlist.market
        return [] if market.last or not market.bid or not market.ask else self.traded(waitlist, last_price(waitlist), now)

    def bar(
        self, waitlist: Waitlist, opened: int, high: int, low: int, open_time: Nanos, volume: int, now: Nanos, *, losses: bool
    ) -> list[Envelope]:
        """Of orders that waited when the bar opened. `losses`: of those that are the worse half of an OCO, or of the others."""
        out: list[Envelope] = []
        for order in list(waitlist.stops.values()):
            if (listed(order) and order.order_type in STOPS) is not losses or order.order_id not in waitlist.stops:
                continue
            if waitlist.orders[order.order_id].arrived <= open_time and (at := _in_bar(order, opened, high, low)):
                self._begin(waitlist, order, out, now)
                if self._carries(waitlist, order, at, out, now):
                    volume -= self._trade_at(waitlist, order, at, volume, out, now)
        self._trim(out, now)
        return out

    # Time

    def next_expiry(self) -> Nanos | None:
        expiries = self._expiries
        while expiries:
            at, order_id, instrument = expiries[0]
            if order_id in self._waitlists[instrument].orders:
                return at
            heappop(expiries)
        return None

    def pass_time(self, now: Nanos) -> list[Envelope]:
        out: list[Envelope] = []
        while (at := self.next_expiry()) is not None and at <= now:
            _, order_id, instrument = heappop(self._expiries)
            waitlist = self._waitlists[instrument]
            waiting = waitlist.orders[order_id]
            member = self._floor.members[waiting.order.account]
            out += dissolve(waitlist, member, waiting.order, now) if listed(waiting.order) else []
            withdraw(waitlist, member, waiting)
            out.append(expire(member, waiting.order, now))
        return out

    def _note_expiry(self, order: Order) -> None:
        if order.terms is not None and order.terms.expire_time:
            heappush(self._expiries, (order.terms.expire_time, order.order_id, order.instrument))

    # Triggered

    def _begin(self, waitlist: Waitlist, order: Order, out: list[Envelope], now: Nanos) -> None:
        member = self._floor.members[order.account]
        out.append(Envelope(member.owner, OrderTriggered(order.account, order.client_order_id, order.instrument, order.order_id, now)))
        out += dissolve(waitlist, member, order, now) if listed(order) else []
        withdraw(waitlist, member, waitlist.orders[order.order_id])
        del member.open[order.client_order_id]
        assert order.terms is not None
        order.terms.triggered, order.terms.peak = True, Price(0)

    def _carries(self, waitlist: Waitlist, order: Order, at: int, out: list[Envelope], now: Nanos) -> bool:
        """Whether the account has the margin for it, now that it is triggered; else it expires. What may only reduce needs none."""
        assert order.terms is not None
        if self._margin is None or order.terms.reduce_only:
            return True
        side, member = order.side, self._floor.members[order.account]
        refusal = self._margin.refusal(waitlist.instrument, member, side, order.leaves_quantity, order.price or self._slipped(side, at))
        if refusal is not None:
            out.append(expire(member, order, now, expiry_reason(refusal)))
        return refusal is None

    def _enter(self, waitlist: Waitlist, order: Order, out: list[Envelope], now: Nanos) -> None:
        """Meets the market as it stands, like an order that arrives."""
        market, side, limit = waitlist.market, order.side, order.price
        quoted = bool(market.bid or market.ask)
        offer = (market.ask if side is BUY else market.bid) if quoted else market.last
        member, tick_value = self._floor.members[order.account], waitlist.instrument.tick_value
        lots, reason = self._permitted(waitlist, member, order)
        if not lots or not offer or (limit and (offer > limit if side is BUY else offer < limit)):
            self._stay(waitlist, member, order, out, now, reason)
        elif self._limited and quoted:
            paid = side is BUY and not limit and self._margin is None
            budget = member.account.free[waitlist.instrument.quote] // tick_value if paid else 0
            if paid and not budget:
                out.append(expire(member, order, now, NO_FUNDS))
                return
            walked = walk(offers(waitlist, side), side, limit, lots, budget, self._slipped)
            told = take(self._state, waitlist, member, order, walked, now, reason)
            out += [said for said in told if type(said.message) is not OrderAccepted]
            if limit and order.leaves_quantity and order.status is not EXPIRED and order.time_in_force in (GTC, GTD):
                self._stay(waitlist, member, order, out, now)
        else:
            self._trade_at(waitlist, order, offer, lots, out, now)

    def _trade_at(self, waitlist: Waitlist, order: Order, at: int, volume: int, out: list[Envelope], now: Nanos) -> int:
        """Trades at a price, with slippage but within its limit; returns how much of `volume` it uses up."""
        side, limit, member = order.side, order.price, self._floor.members[order.account]
        price = self._slipped(side, at)
        lots, reason = self._permitted(waitlist, member, order)
        if limit:
            if at > limit if side is BUY else at < limit:
                self._stay(waitlist, member, order, out, now, reason)
                return 0
            price = min(price, limit) if side is BUY else max(price, limit)
        elif side is BUY and self._margin is None:
            lots = min(lots, member.account.free[waitlist.instrument.quote] // (price * waitlist.instrument.tick_value))
            reason = NO_FUNDS if lots < order.quantity else reason
        if self._limited:
            lots = min(lots, max(0, volume)) if order.time_in_force is not FOK or volume >= lots else 0
        if lots:
            out.append(fill(self._state, waitlist, member, order, Price(price), Quantity(lots), TAKER, now))
        if order.leaves_quantity:
            self._stay(waitlist, member, order, out, now, reason)
        return lots if self._limited else 0

    @staticmethod
    def _permitted(waitlist: Waitlist, member: Member, order: Order) -> tuple[int, ExpiryReason]:
        """How many lots of an order that is triggered may trade, and why the rest may not."""
        lots: int = order.leaves_quantity
        if order.terms is None or not order.terms.reduce_only:
            return lots, TIME_IN_FORCE
        free = room(waitlist.instrument.id, waitlist.stops, member, order.side)
        return (lots, TIME_IN_FORCE) if lots <= free else (free, REDUCE_ONLY)

    def _trim(self, out: list[Envelope], now: Nanos) -> None:
        if self._margin is not None:
            self._margin.trim(out, now)

    def _stay(
        self, waitlist: Waitlist, member: Member, order: Order, out: list[Envelope], now: Nanos, reason: ExpiryReason = TIME_IN_FORCE
    ) -> None:
        """What does not trade rests, or expires."""
        if order.price and reason is not REDUCE_ONLY and order.time_in_force in (GTC, GTD):
            waiting = Waiting(order, now, order.price)
            wait(waitlist, member, waiting)
            self._join(waitlist, waiting, now)
        else:
            out.append(expire(member, order, now, reason))


def _condition_refusal(request: PlaceOrder, last: int) -> Refusal | None:
    stop = request.stop_price
    if stop and last and (last >= stop if waits_for_rise(request.side, request.order_type) else last <= stop):
        return RejectReason.WOULD_TRIGGER, f"the last price is {last} ticks, which has reached a stop price of {stop}"
    return None


def last_price(waitlist: Waitlist) -> int:
    """Of a print or a bar's close; while there is none, the middle of the quote, rounded down."""
    market = waitlist.market
    return market.last or ((market.bid + market.ask) // 2 if market.bid and market.ask else 0)


def _in_bar(order: Order, opened: int, high: int, low: int) -> int:
    """The price at which a bar triggers the order, the worst of any path through it. 0: not at all; a trailing one notes what it saw."""
    terms = order.terms
    assert terms is not None
    if terms.stop_price and not terms.peak:
        at = _reached(order, terms, opened, high, low)
        if not at or not terms.trailing_delta_bps:
            return at
        opened = terms.peak = Price(at)
    side, delta = order.side, terms.trailing_delta_bps
    peak: int = terms.peak or opened
    sign, best, better = (1, high, max) if side is SELL else (-1, low, min)
    if sign * opened <= sign * trigger_price(side, peak, delta):
        return opened
    # The path may turn at any price. Where it turns first, so that the bar still reaches the stop, the stop is worst.
    turn = better(peak, opened, _least_peak(side, delta, high, low))
    if sign * turn <= sign * better(peak, best):
        return trigger_price(side, turn, delta)
    terms.peak = Price(better(peak, best))
    return 0


def _least_peak(side: Side, delta: int, high: int, low: int) -> int:
    """The first peak from which the stop, `delta` basis points away, lies in the bar."""
    if side is SELL:
        return -(-low * BASIS_POINTS // (BASIS_POINTS - delta))
    return high * BASIS_POINTS // (BASIS_POINTS + delta)


def _reached(order: Order, terms: Terms, opened: int, high: int, low: int) -> int:
    """A stop price, or the open beyond it."""
    stop = terms.stop_price
    if waits_for_rise(order.side, order.order_type):
        return max(opened, stop) if high >= stop else 0
    return min(opened, stop) if low <= stop else 0
