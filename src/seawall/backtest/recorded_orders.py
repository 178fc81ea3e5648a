"""What a recorded venue keeps of each instrument: the market as last seen, and the orders that wait in it, best price first."""

from bisect import bisect_left, insort
from dataclasses import dataclass

import msgspec

from seawall.api.instruments import Instrument
from seawall.api.orders import CONDITIONAL, OrderId, Side
from seawall.api.units import Nanos, Price, Quantity
from seawall.exchange.core.accounts import Account, lock_needed, release
from seawall.exchange.core.closing import forget_peak
from seawall.exchange.core.floor import OrderList
from seawall.exchange.core.order_book import Order
from seawall.exchange.core.triggers import TriggerBook
from seawall.runtime.books import BookBuilder, BookState

BUY = Side.BUY
UNKNOWN = -1  # Lots that the recording does not tell of.
_TAKEN_LEVELS = 256  # Remembered on each side: state stays bounded. The level taken from first goes first.


@dataclass(slots=True)  # Not a Struct: those take seven times as long to write to, and this is written with every row.
class MarketState:
    """0: not known, or that side is empty."""

    last: Price = Price(0)  # Print, or close of a bar.
    bid: Price = Price(0)
    bid_quantity: Quantity = Quantity(0)
    ask: Price = Price(0)
    ask_quantity: Quantity = Quantity(0)


class Queue(msgspec.Struct):
    """What a fill model remembers of one resting order. In lots of others, at its price."""

    ahead: int = UNKNOWN  # Before us.
    shown: int = UNKNOWN  # Altogether, when last told.
    tally: int = 0  # Printed and not yet missing from the level; below zero: missing, and not yet printed.
    credit: int = 0  # Of what is missing and not yet printed, this has been counted as canceled before us.
    tally_time: Nanos = Nanos(0)


class Taken(msgspec.Struct):
    """What we took of a level that the recording still shows: nobody told the recording. Forgotten when the level changes."""

    shown: int
    lots: int


class Waiting(msgspec.Struct):
    """An open order."""

    order: Order
    arrived: Nanos
    locked_price: Price  # What each lot of a BUY has locked; a SELL locks what it sells.
    quoted: Price = Price(0)  # Bars: the opposite quote when it arrived. What takes the open pays no less than that.
    spend: int = 0  # Bars: a MARKET BUY by quote amount spends no more.
    resting: bool = True  # False: bars; it has not met an open yet.
    queue: Queue = msgspec.field(default_factory=Queue)

    def free(self, instrument: Instrument, account: Account, lots: int) -> None:
        """Gives back what so many of its lots have locked."""
        release(account, *lock_needed(instrument, self.order.side, self.locked_price, lots))


class Listed(msgspec.Struct):
    """One instrument: state."""

    market: MarketState
    orders: dict[OrderId, Waiting] = {}  # In order of arrival.
    last_trade_id: int = 0
    taken: dict[Side, dict[Price, Taken]] = {}  # By the side of ours that took it.
    lists: dict[OrderId, OrderList] = {}  # By the id of the first order in it.
    book: BookState | None = None  # Where depth is recorded.


class Waitlist:
    """One instrument: `listed`, and an index of the limit orders in it by price."""

    __slots__ = ("bars_only", "book", "buys", "instrument", "listed", "market", "orders", "sells", "stops", "triggers")

    def __init__(self, instrument: Instrument, listed: Listed, *, bars_only: bool) -> None:
        self.instrument = instrument
        self.listed = listed
        self.market = listed.market
        self.orders = listed.orders
        self.bars_only = bars_only
        self.book = BookBuilder(listed.book) if listed.book is not None else None  # Of what is deeper than the best quote.
        # Sorted so that the best price, and within it the oldest order, is last.
        self.buys: list[tuple[int, ...]] = []
        self.sells: list[tuple[int, ...]] = []
        self.stops = {w.order.order_id: w.order for w in listed.orders.values() if _waits_for_trigger(w.order)}
        self.triggers = TriggerBook(self.stops)
        for waiting in listed.orders.values():
            if waiting.order.order_id not in self.stops:
                self._index(waiting.order)

    def add(self, waiting: Waiting) -> None:
        order = waiting.order
        self.orders[order.order_id] = waiting
        if order.terms is None or not _waits_for_trigger(order):
            self._index(order)
        elif self.bars_only:
            self.stops[order.order_id] = order
        else:
            market = self.market
            last = market.last or ((market.bid + market.ask) // 2 if market.bid and market.ask else 0)
            self.triggers.add(order, last)

    def offer(self, side: Side) -> Price:
        """What could be traded with: the opposite quote, or before any quote the last print."""
        market = self.market
        return (market.ask if side is BUY else market.bid) if market.bid or market.ask else market.last

    def remove(self, order: Order) -> Waiting:
        if order.terms is not None and self.stops.pop(order.order_id, None) is not None:
            forget_peak(order)
            return self.orders.pop(order.order_id)
        keys, key = self._place(order)
        del keys[bisect_left(keys, key)]
        return self.orders.pop(order.order_id)

    def within(self, side: Side, reached: int) -> list[Waiting]:
        """Orders of `side` whose price the market has at least reached, best price first, oldest first within it."""
        keys, sign = (self.buys, 1) if side is BUY else (self.sells, -1)
        worst = sign * reached
        if not keys or keys[-1][0] < worst:
            return []
        return [self.orders[OrderId(-negated_id)] for _, negated_id in reversed(keys[bisect_left(keys, (worst,)) :])]

    def taken(self, side: Side, price: Price, shown: int) -> int:
        """How much of the `shown` lots that `side` could take at `price` we have taken already."""
        of_side = self.listed.taken.get(side)
        taken = of_side.get(price) if of_side else None
        return taken.lots if taken is not None and taken.shown == shown else 0

    def take(self, side: Side, price: Price, shown: int, lots: int) -> None:
        """We take `lots` more of that level."""
        of_side = self.listed.taken.setdefault(side, {})
        taken = of_side.get(price)
        if taken is None or taken.shown != shown:
            if len(of_side) >= _TAKEN_LEVELS:
                del of_side[next(iter(of_side))]
            of_side[price] = Taken(shown, lots)
        else:
            taken.lots += lots

    def _index(self, order: Order) -> None:
        insort(*self._place(order))

    def _place(self, order: Order) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
        return (self.buys, (order.price, -order.order_id)) if order.side is BUY else (self.sells, (-order.price, -order.order_id))


def _waits_for_trigger(order: Order) -> bool:
    return order.terms is not None and order.order_type in CONDITIONAL and not order.terms.triggered
