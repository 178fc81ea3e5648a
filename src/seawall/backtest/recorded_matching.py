"""What a recorded row does to the orders that rest at a recorded venue: whom it reaches, and how much the fill model gives to each."""

from seawall.api.message import Envelope
from seawall.api.orders import OrderId, Side
from seawall.api.units import Nanos, Price, Quantity
from seawall.backtest.fill_models.model import FillModel
from seawall.backtest.recorded_fills import RecordedVenueState, fill_resting
from seawall.backtest.recorded_lists import dissolve
from seawall.backtest.recorded_orders import UNKNOWN, Waiting, Waitlist
from seawall.exchange.core.floor import Floor

BUY, SELL = Side.BUY, Side.SELL


class Matcher:
    """With `limited`, our orders share what a row offers in the order of price and time; else each of them gets all it wants."""

    __slots__ = ("_floor", "_limited", "_model", "_state", "watches")

    def __init__(self, floor: Floor, model: FillModel, *, limited: bool) -> None:
        self._floor = floor
        self._model = model
        self.watches = model.watches
        self._limited = limited

    def restore(self, state: RecordedVenueState) -> None:
        self._state = state

    def join(self, waitlist: Waitlist, waiting: Waiting, now: Nanos) -> None:
        """The order has begun to wait."""
        if self.watches:
            self._model.joined(waiting, _shown(waitlist, waiting), now)

    def trade(self, waitlist: Waitlist, price: int, lots: int, aggressor: int, now: Nanos) -> list[Envelope]:
        reached = waitlist.within(BUY, price)
        reached += waitlist.within(SELL, price)
        out: list[Envelope] = []
        printed, left = self._model.printed, lots
        for waiting in reached:
            lots = printed(waiting, price, left, aggressor, now)
            if lots > 0:
                left -= self._fill(waitlist, waiting, lots, now, out)
                if not left:
                    break
        return out

    def quote(self, waitlist: Waitlist, bid: int, bid_quantity: int, ask: int, ask_quantity: int, now: Nanos) -> list[Envelope]:
        out: list[Envelope] = []
        buys, sells = waitlist.buys, waitlist.sells
        if buys:
            best = buys[-1][0]
            if 0 < ask <= best:
                self._offered(waitlist, BUY, ask, ask_quantity, now, out)
            if best >= bid and self.watches:
                self._watch(waitlist, buys, bid, bid_quantity, now)
        if sells:
            best = -sells[-1][0]
            if bid >= best:
                self._offered(waitlist, SELL, bid, bid_quantity, now, out)
            if (best <= ask or not ask) and self.watches:
                self._watch(waitlist, sells, -ask if ask else -1 << 62, ask_quantity, now)
        return out

    def levels(self, waitlist: Waitlist, side: Side, now: Nanos) -> None:
        """Recorded depth has told of one side. Only of what is deeper than the best quote: there the quotes know better."""
        market, book = waitlist.market, waitlist.book
        if book is None or not book.live or not self.watches:
            return
        keys, best, sign, shown = (waitlist.buys, market.bid, 1, book.bids) if side is BUY else (waitlist.sells, -market.ask, -1, book.asks)
        for key, negated_id in keys:
            if best and key >= best:
                break
            waiting = waitlist.orders[OrderId(-negated_id)]
            others = shown.quantity(Price(key * sign))
            if waiting.queue.shown != others:
                self._model.level(waiting, others, now)

    def bar(self, waitlist: Waitlist, low: int, high: int, volume: int, open_time: Nanos, now: Nanos) -> list[Envelope]:
        """Of orders that rested when the bar opened: BUYs that `low` reached, then SELLs that `high` reached."""
        out: list[Envelope] = []
        reached = self._model.reached
        for side, price in ((BUY, low), (SELL, high)):
            for waiting in waitlist.within(side, price):
                if waiting.resting and waiting.arrived <= open_time and volume:
                    lots = reached(waiting, price, volume)
                    if lots > 0:
                        volume -= self._fill(waitlist, waiting, lots, now, out)
        return out

    def _offered(self, waitlist: Waitlist, side: Side, price: int, lots: int, now: Nanos, out: list[Envelope]) -> None:
        """The best quote on the other side has come to orders of ours. What it shows is filled once, until it changes."""
        reached = self._model.reached
        shown, left = lots, lots
        if self._limited:
            left -= waitlist.taken(side, Price(price), shown)
        for waiting in waitlist.within(side, price):
            if not left and self._limited:
                break
            lots = reached(waiting, price, left)
            if lots > 0 and (used := self._fill(waitlist, waiting, lots, now, out)):
                left -= used
                waitlist.take(side, Price(price), shown, used)

    def _watch(self, waitlist: Waitlist, keys: list[tuple[int, ...]], best: int, shown: int, now: Nanos) -> None:
        """Tells the model of our orders at the best quote, and of those before it, where nobody else stands. Deeper ones it cannot see."""
        orders = waitlist.orders
        for price, negated_id in reversed(keys):
            if price < best:
                break
            waiting = orders[OrderId(-negated_id)]
            others = shown if price == best else 0
            if waiting.queue.shown != others:
                self._model.level(waiting, others, now)

    def _fill(self, waitlist: Waitlist, waiting: Waiting, lots: int, now: Nanos, out: list[Envelope]) -> int:
        """Fills what the model gave. Returns how much of the row's volume is used up by it."""
        order = waiting.order
        whole = not self._limited or lots >= order.leaves_quantity
        amount = order.leaves_quantity if whole else Quantity(lots)
        member = self._floor.members[order.account]
        others = dissolve(waitlist, member, order, now) if order.terms is not None and order.terms.list_id else ()
        out.append(fill_resting(self._state, waitlist, member, waiting, amount, now))
        out += others
        return amount if self._limited else 0


def _shown(waitlist: Waitlist, waiting: Waiting) -> int:
    """What others show at the order's price."""
    market, price, book, buying = waitlist.market, waiting.order.price, waitlist.book, waiting.order.side is BUY
    best, shown = (market.bid, market.bid_quantity) if buying else (market.ask, market.ask_quantity)
    if price == best:
        return shown
    if best and (price > best if buying else price < best):
        return 0
    if book is not None and book.live:
        return (book.bids if buying else book.asks).quantity(price)
    return UNKNOWN
