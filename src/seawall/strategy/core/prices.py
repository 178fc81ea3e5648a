"""What a strategy machine makes of public prices: what cannot be is kept from the strategy, the rest becomes its updates and bars.

The backtest host's hot loop does inline what `_price` does here; a test holds the two together.
"""

from functools import partial
from typing import TYPE_CHECKING

from seawall.api.instruments import Instrument
from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.message import Envelope, Message
from seawall.api.units import Nanos
from seawall.runtime.floats import price_as_float, quantity_as_float
from seawall.runtime.machine import Handler
from seawall.strategy.core.history import Told, remember
from seawall.strategy.core.shown import shown_bar
from seawall.strategy.events import PriceUpdate

if TYPE_CHECKING:
    from seawall.strategy.core.machine import StrategyMachine


def price_handlers(machine: "StrategyMachine") -> dict[type[Message], Handler]:
    return {Traded: partial(_traded, machine), QuoteChanged: partial(_quote_changed, machine), BarClosed: partial(_bar_closed, machine)}


def _traded(machine: "StrategyMachine", trade: Traded, now: Nanos) -> list[Envelope]:
    instrument = machine.instruments.get(trade.instrument)
    if instrument is None or trade.price <= 0 or trade.quantity <= 0:
        return []
    return _price(machine, instrument, now, price_as_float(instrument, trade.price), quantity_as_float(instrument, trade.quantity), "trade")


def _quote_changed(machine: "StrategyMachine", quote: QuoteChanged, now: Nanos) -> list[Envelope]:
    instrument = machine.instruments.get(quote.instrument)
    if instrument is None or quote.bid < 0 or quote.ask < 0 or 0 < quote.ask <= quote.bid:
        return []
    feed = machine.facts.feeds[instrument.id]
    feed.bid = price_as_float(instrument, quote.bid) if quote.bid else None
    feed.ask = price_as_float(instrument, quote.ask) if quote.ask else None
    feed.bid_size = quantity_as_float(instrument, quote.bid_quantity) if quote.bid else None
    feed.ask_size = quantity_as_float(instrument, quote.ask_quantity) if quote.ask else None
    if feed.bid is None or feed.ask is None:
        return []  # One side is empty: there is no middle to report.
    return _price(machine, instrument, now, (feed.bid + feed.ask) / 2, None, "quote")


def _bar_closed(machine: "StrategyMachine", bar: BarClosed, now: Nanos) -> list[Envelope]:
    instrument = machine.instruments.get(bar.instrument)
    if instrument is None or not 0 < bar.low <= bar.close <= bar.high:
        return []
    volume = quantity_as_float(instrument, bar.volume)
    close = price_as_float(instrument, bar.close)
    out = _price(machine, instrument, now, close, volume, "bar")
    shown = shown_bar(instrument, bar)
    if machine.keeps and (told := machine.facts.history.get(instrument.id)):
        told[-1].bar = shown
    return out + machine.call(machine.strategy.on_bar, now, shown)


def _price(
    machine: "StrategyMachine", instrument: Instrument, now: Nanos, price: float, volume: float | None, source: str
) -> list[Envelope]:
    feed = machine.facts.feeds[instrument.id]
    if now >= feed.next_roll:
        feed.roll(now, price)
    feed.sequence += 1
    machine.facts.price_cache[feed.symbol][feed.venue] = price
    update = PriceUpdate(
        feed.symbol, feed.venue, now, price, volume, feed.sequence, feed.reference_price, source,
        feed.bid, feed.ask, feed.bid_size, feed.ask_size,
    )  # fmt: skip
    if machine.keeps:
        state = machine.facts
        state.told += 1
        remember(state.history.setdefault(instrument.id, []), Told(state.told, update), machine.need)
    return machine.call(machine.strategy.on_market_data, now, update)
