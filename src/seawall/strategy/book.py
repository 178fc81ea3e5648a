"""Order books as authors read them: levels in floats, best first, made when asked for. How books are followed: core/depth.py."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec

from seawall.api.instruments import Instrument, InstrumentId
from seawall.runtime.books import BookBuilder, BookSide
from seawall.runtime.floats import price_as_float, quantity_as_float


class BookLevel(NamedTuple):
    price: float  # In quote currency.
    size: float  # In base currency, of all orders there.


class OrderBook(msgspec.Struct, frozen=True):
    """What stood in one book when it was asked for; it does not change afterwards. A side that is empty, or not known, has no levels."""

    symbol: str
    venue: str
    bids: list[BookLevel]  # Highest price first.
    asks: list[BookLevel]  # Lowest price first.


class Books:
    """What `TradingStrategy.book` looks into."""

    def __init__(self, instruments: Sequence[Instrument], books: Mapping[InstrumentId, BookBuilder]) -> None:
        self._books = books
        self._listed: dict[str, dict[str, Instrument]] = {}
        for instrument in instruments:
            self._listed.setdefault(instrument.symbol, {})[instrument.venue] = instrument

    def read(self, symbol: str, venue: str | None, levels: int) -> OrderBook:
        if levels < 1:
            raise ValueError(f"book(): levels is 1 or more, got {levels!r}")
        venues = self._listed.get(symbol)
        if venues is None:
            raise ValueError(f"book(): no symbol {symbol!r}; there are {', '.join(self._listed)}")
        if venue is None and len(venues) > 1:
            raise ValueError(f"book(): {symbol} trades on {', '.join(venues)}; name the venue")
        name = next(iter(venues)) if venue is None else venue
        if name not in venues:
            raise ValueError(f"book(): {symbol} does not trade on {name!r}; it does on {', '.join(venues)}")
        instrument = venues[name]
        book = self._books[instrument.id]
        bids, asks = (_best(instrument, side, levels) for side in (book.bids, book.asks))
        return OrderBook(symbol, name, bids, asks)


def _best(instrument: Instrument, side: BookSide, levels: int) -> list[BookLevel]:
    found = islice(side.best_first(), levels)
    return [BookLevel(price_as_float(instrument, price), quantity_as_float(instrument, quantity)) for price, quantity in found]
