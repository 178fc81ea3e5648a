"""Tapes to measure: from recorded files, and from a generated market that is run for it. What is measured is analytics/facts' business."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import numpy as np
import polars as pl

from seawall.analytics.facts.tape import BANDS, Tape
from seawall.api.instruments import Instrument
from seawall.api.orders import Side
from seawall.api.units import SECOND, Nanos
from seawall.market_data.core.market import Market
from seawall.market_data.recorded import open_recording
from seawall.market_data.recorded.catalogue import load_catalogue
from seawall.market_data.recorded.depth import feed
from seawall.market_data.recorded.kinds import Kind
from seawall.market_data.recorded.rows import Stream
from seawall.market_data.recorded.sources import Source, open_sources
from seawall.market_data.recorded.symbols import Contracts, canonical
from seawall.runtime.books import BookBuilder
from seawall.sim import scenario
from seawall.sim.tape import TapeWriter

_QUOTE = ("bid", "bid_quantity", "ask", "ask_quantity")
_WARM_UP_NS = 5_000_000_000  # While books fill, a market is not itself.
_LOOKS = Nanos(5 * SECOND)  # Between two looks at a book.
_HAPPENED = "happened"  # When trades were, by the venue's clock: it says which of them were one order.


def recorded_tapes(files: Sequence[str]) -> list[Tape]:
    """Of spot and linear instruments that have quotes and trades there. Raises: RecordingError."""
    catalogue = load_catalogue()
    parts: dict[str, dict[Kind, pl.DataFrame]] = {}
    sources = open_sources(list(files), "recorded", None)
    for source in sources:
        if source.kind in (Kind.QUOTE, Kind.TRADE):
            table = _whole(source)
            for (venue, symbol), own in table.group_by(["venue", "symbol"], maintain_order=True):
                contracts = catalogue.contracts(str(venue))
                if contracts is not Contracts.INVERSE:  # Their sizes are contracts, not coins.
                    parts.setdefault(f"{venue}:{canonical(str(symbol), contracts)}", {})[source.kind] = own
    tapes = [_recorded(name, found[Kind.QUOTE], found[Kind.TRADE]) for name, found in parts.items() if len(found) == 2]
    depths = _recorded_depths([source.name for source in sources if source.kind is Kind.DEPTH], [tape.name for tape in tapes])
    return [tape._replace(depth=depths.get(tape.name, tape.depth)) for tape in tapes]


def _recorded_depths(files: list[str], names: Sequence[str]) -> dict[str, Any]:
    """Looks at the books of those instruments that have depth there."""
    found: dict[str, Any] = {}
    recording = open_recording(files, trading=False) if files else None
    for stream in recording.streams if recording is not None else ():
        if stream.instrument.id in names:
            found[stream.instrument.id] = _looks(recording, stream)
    return found


def _looks(recording: Any, stream: Stream) -> Any:
    book, seen, due = BookBuilder(), [], stream.first_time + _LOOKS
    for piece in recording.alone(stream):
        start = 0
        while start < len(piece.time):  # Never within a message: its rows have one time.
            stop = int(np.searchsorted(piece.time, due))
            for _ in feed(book, piece.part(start, stop)):
                pass
            if stop < len(piece.time):
                seen += [bands(stream.instrument, book)] if book.live else []
                due = Nanos(max(due, int(piece.time[stop])) + _LOOKS)
            start = stop
    return np.array(seen).reshape(-1, len(BANDS))


def bands(instrument: Instrument, book: BookBuilder) -> Any:
    """What stands within each band of the middle, in quote currency, on the average of both sides."""
    tick, lot = instrument.tick / instrument.price_scale, instrument.lot / instrument.quantity_scale
    middle = (book.bids.best() + book.asks.best()) / 2
    reach = middle * BANDS[-1] / 1e4
    total = np.zeros(len(BANDS))
    for side in (book.bids, book.asks):
        near = list(takewhile(lambda level: abs(level[0] - middle) <= reach, side.best_first()))
        prices, lots = np.array(near, dtype=np.float64).reshape(-1, 2).T
        within = np.abs(prices - middle)[:, None] <= middle * np.array(BANDS) / 1e4
        total += (prices * tick * lots * lot) @ within / 2
    return total


def _whole(source: Source) -> pl.DataFrame:
    columns = sorted(source.columns)
    return pl.concat([table for _, table in source.slices(columns)])


def _recorded(name: str, quotes: pl.DataFrame, trades: pl.DataFrame) -> Tape:
    quotes = quotes.sort("time", maintain_order=True)
    clock = _HAPPENED if _HAPPENED in trades.columns and not trades[_HAPPENED].has_nulls() else "time"
    trades = trades.sort(clock, maintain_order=True)
    sign = _floats(trades["aggressor"]) if "aggressor" in trades.columns else np.zeros(len(trades))
    bid, bid_size, ask, ask_size = (_floats(quotes[column]) for column in _QUOTE)
    price, size = _floats(trades["price"]), _floats(trades["quantity"])
    return Tape(name, True, _times(quotes["time"]), bid, bid_size, ask, ask_size, _times(trades[clock]), price, size, sign)


def _times(column: pl.Series) -> Any:
    if column.dtype == pl.Datetime:
        return column.dt.epoch("ns").to_numpy()
    return column.cast(pl.Int64).to_numpy()


def _floats(column: pl.Series) -> Any:
    return column.cast(pl.Float64).to_numpy()


def generated_tapes(market: Market, seed: int, hours: float) -> list[Tape]:
    """Of every instrument, from a run in calm weather."""
    instruments, looks = {instrument.id: instrument for instrument in market.instruments}, dict[str, list[Any]]()
    writer = TapeWriter(lambda key, book: looks.setdefault(key, []).append(bands(instruments[key], book)), _LOOKS)
    world = scenario.build(seed, hours, "none", observers=[writer], market=market)
    world.run_for(scenario.duration_ns(hours))
    tapes = [_generated(instrument, writer, world.start + _WARM_UP_NS) for instrument in market.instruments]
    return [tape._replace(depth=np.array(looks.get(tape.name, [])[2:]).reshape(-1, len(BANDS))) for tape in tapes]


def _generated(instrument: Instrument, writer: TapeWriter, begin: int) -> Tape:
    quotes = [quote for quote in writer.quotes.get(instrument.id, []) if quote.event_time >= begin]
    trades = [trade for trade in writer.trades.get(instrument.id, []) if trade.event_time >= begin]
    tick, lot = instrument.tick / instrument.price_scale, instrument.lot / instrument.quantity_scale
    scales = (("bid", tick), ("bid_quantity", lot), ("ask", tick), ("ask_quantity", lot))
    bid, bid_size, ask, ask_size = (np.array([getattr(quote, field) for quote in quotes], dtype=np.float64) * by for field, by in scales)
    return Tape(
        instrument.id,
        False,
        np.array([quote.event_time for quote in quotes], dtype=np.int64),
        bid,
        bid_size,
        ask,
        ask_size,
        np.array([trade.event_time for trade in trades], dtype=np.int64),
        np.array([trade.price for trade in trades], dtype=np.float64) * tick,
        np.array([trade.quantity for trade in trades], dtype=np.float64) * lot,
        np.array([1.0 if trade.aggressor is Side.BUY else -1.0 for trade in trades]),
    )
