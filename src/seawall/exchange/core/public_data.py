"""What the public sees of a market: best quote, changed levels, a snapshot on request."""

from itertools import islice

from seawall.api.market_data import DepthChanged, DepthReported, Level, QueryDepth, QuoteChanged
from seawall.api.message import PUBLIC, Envelope
from seawall.api.orders import Side
from seawall.api.units import Nanos
from seawall.exchange.core.floor import Floor, Listing

BUY, SELL = Side.BUY, Side.SELL
MAX_DEPTH = 5_000  # Levels a side in one answer.

Levels = tuple[Level, ...]


def publish(listing: Listing, out: list[Envelope], bids: Levels, asks: Levels, new_quote: bool, now: Nanos) -> None:
    """Once per command that changed the book: appends what the public is told."""
    market, book = listing.market, listing.book
    update_id = market.update_id = market.update_id + 1
    instrument = listing.instrument.id
    if new_quote:
        bid, ask = book.best_bid, book.best_ask
        quote = QuoteChanged(instrument, update_id, bid, book.quantity_at(bid), ask, book.quantity_at(ask), now)
        out.append(Envelope(PUBLIC, quote))
    out.append(Envelope(PUBLIC, DepthChanged(instrument, update_id, update_id, bids, asks, now)))


def report_depth(floor: Floor, query: QueryDepth, now: Nanos) -> list[Envelope]:
    listing = floor.listings.get(query.instrument)
    if listing is None:
        return floor.drop()
    limit = min(max(query.limit, 1), MAX_DEPTH)
    bids, asks = (tuple(Level(price, quantity) for price, quantity in islice(listing.book.depth(side), limit)) for side in (BUY, SELL))
    return [Envelope(query.requester or PUBLIC, DepthReported(query.instrument, listing.market.update_id, bids, asks, now))]
