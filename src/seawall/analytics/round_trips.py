"""Round trips, per strategy and instrument: from flat to flat; of one still open at the end, the part that was closed, matched FIFO.

Positions are counted in lots. A fee in the base asset is a cost in quote currency at the fill's price, and what it ate of the position
cannot be sold: a position is flat when nothing is left of it, or when less than a lot is left after such fees.
"""

from collections import deque
from collections.abc import Callable, Mapping

import msgspec

from seawall.analytics.columns import CHUNK, Ints, Texts
from seawall.analytics.recorder import FillColumns
from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.orders import Side
from seawall.api.units import Currency, half_even_div

FeeInQuote = Callable[[Instrument, int, Currency], int]


class RoundTrip(msgspec.Struct, frozen=True, gc=False):
    opened: int
    closed: int
    strategy: str
    instrument: InstrumentId
    side: Side  # Of the entry.
    lots: int
    profit: int  # Quote minor units, net of fees.
    still_open: bool


class RoundTripColumns:
    def __init__(self, instruments: list[InstrumentId]) -> None:
        self.opened = Ints()
        self.closed = Ints()
        self.strategy = Texts()
        self.instrument = Texts(instruments)
        self.side = Texts(Side)
        self.lots = Ints()
        self.profit = Ints()
        self.still_open = Ints()

    def extend(self, trips: list[RoundTrip]) -> None:
        self.opened.extend([trip.opened for trip in trips])
        self.closed.extend([trip.closed for trip in trips])
        self.strategy.extend([trip.strategy for trip in trips])
        self.instrument.extend([trip.instrument for trip in trips])
        self.side.extend([trip.side for trip in trips])
        self.lots.extend([trip.lots for trip in trips])
        self.profit.extend([trip.profit for trip in trips])
        self.still_open.extend([trip.still_open for trip in trips])


class Entry:
    __slots__ = ("fee", "lots", "price")

    def __init__(self, lots: int, price: int, fee: int) -> None:
        self.lots = lots
        self.price = price
        self.fee = fee  # Quote minor units, of the lots left.


class OpenTrip:
    """A position on its way from flat to flat."""

    __slots__ = ("base_fee", "closed", "closed_lots", "entries", "long", "lots", "opened", "profit")

    def __init__(self, opened: int, long: bool) -> None:
        self.opened = opened
        self.closed = opened  # The last time part of it was closed.
        self.long = long
        self.lots = 0  # Entered and not yet closed.
        self.closed_lots = 0
        self.profit = 0  # Of the closed lots.
        self.base_fee = 0  # Of the whole trip, in base minor units.
        self.entries: deque[Entry] = deque()

    def enter(self, lots: int, price: int, fee: int, base_fee: int) -> None:
        self.entries.append(Entry(lots, price, fee))
        self.lots += lots
        self.base_fee += base_fee

    def close(self, time: int, lots: int, price: int, fee: int, base_fee: int, tick_value: int) -> None:
        """Matches `lots`, at most what is open, against the oldest entries."""
        self.lots -= lots
        self.closed_lots += lots
        self.closed = time
        self.base_fee += base_fee
        ticks, fees = 0, fee
        entries = self.entries
        while lots:
            entry = entries[0]
            matched = min(lots, entry.lots)
            share = entry.fee * matched // entry.lots
            ticks += matched * (price - entry.price)
            fees += share
            entry.lots -= matched
            entry.fee -= share
            lots -= matched
            if not entry.lots:
                entries.popleft()
        self.profit += (ticks if self.long else -ticks) * tick_value - fees

    def is_eaten(self, held: int, base_fee: int, lot_value: int) -> bool:
        """Is what is left, `held` lots to the long side, less than a lot once base fees are taken off?"""
        return held > 0 and held * lot_value - self.base_fee - base_fee < lot_value


def match_round_trips(fills: FillColumns, instruments: Mapping[InstrumentId, Instrument], fee_in_quote: FeeInQuote) -> RoundTripColumns:
    """In the order of closing; those still open at the end come last. `fee_in_quote` values a fee in a third currency."""
    matching = _Matching(fills, instruments, fee_in_quote)
    apply = matching.apply
    for row in zip(
        fills.time.values,
        fills.strategy.codes,
        fills.instrument.codes,
        fills.side.codes,
        fills.quantity.values,
        fills.price.values,
        fills.fee.values,
        fills.fee_currency.codes,
        strict=True,
    ):
        apply(*row)
    return matching.end()


class _Matching:
    def __init__(self, fills: FillColumns, instruments: Mapping[InstrumentId, Instrument], fee_in_quote: FeeInQuote) -> None:
        self.columns = RoundTripColumns(list(instruments))
        self._open: dict[tuple[int, int], OpenTrip] = {}  # By codes of strategy and instrument.
        self._pending: list[RoundTrip] = []
        self._instruments = list(instruments.values())
        self._strategies = fills.strategy.texts
        self._currencies = fills.fee_currency.texts
        self._fee_in_quote = fee_in_quote

    def apply(self, time: int, strategy: int, code: int, side: int, lots: int, price: int, fee: int, currency_code: int) -> None:
        instrument, currency, buy = self._instruments[code], self._currencies[currency_code], side == 0
        base_fee = 0
        if currency == instrument.base:
            base_fee = fee
            fee = half_even_div(fee * price * instrument.tick_value, instrument.lot_value)
        elif currency != instrument.quote:
            fee = self._fee_in_quote(instrument, fee, Currency(currency))
        key = (strategy, code)
        trip = self._open.get(key)
        if trip is None or trip.long is buy:
            if trip is None:
                trip = self._open[key] = OpenTrip(time, buy)
            trip.enter(lots, price, fee, base_fee)
        else:
            self._close(key, trip, time, lots, price, fee, base_fee)

    def _close(self, key: tuple[int, int], trip: OpenTrip, time: int, lots: int, price: int, fee: int, base_fee: int) -> None:
        instrument = self._instruments[key[1]]
        closing = min(lots, trip.lots)
        left, beyond = trip.lots - closing, lots - closing
        eaten = trip.is_eaten(left if trip.long else beyond, base_fee, instrument.lot_value)
        through_zero = beyond > 0 and not eaten
        share, base_share = (fee * closing // lots, base_fee * closing // lots) if through_zero else (fee, base_fee)
        trip.close(time, closing, price, share, base_share, instrument.tick_value)
        if not left or eaten:
            trip.profit -= sum(entry.fee for entry in trip.entries)
            del self._open[key]
            self._finish(key, trip, still_open=False)
        if through_zero:
            trip = self._open[key] = OpenTrip(time, not trip.long)
            trip.enter(beyond, price, fee - share, base_fee - base_share)

    def _finish(self, key: tuple[int, int], trip: OpenTrip, still_open: bool) -> None:
        strategy, instrument = self._strategies[key[0]], self._instruments[key[1]].id
        side = Side.BUY if trip.long else Side.SELL
        self._pending.append(RoundTrip(trip.opened, trip.closed, strategy, instrument, side, trip.closed_lots, trip.profit, still_open))
        if len(self._pending) >= CHUNK:
            self._pack()

    def _pack(self) -> None:
        if self._pending:
            self.columns.extend(self._pending)
            self._pending = []

    def end(self) -> RoundTripColumns:
        for key, trip in self._open.items():
            if trip.closed_lots:
                self._finish(key, trip, still_open=True)
        self._pack()
        return self.columns
