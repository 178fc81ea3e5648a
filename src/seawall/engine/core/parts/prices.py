"""Market data: each price to the view of its market."""

from typing import TYPE_CHECKING

from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.message import Envelope
from seawall.api.units import Nanos
from seawall.engine.core.parts.part import Part

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine


class Prices(Part):
    def __init__(self) -> None:
        self.handlers = {Traded: self._traded, QuoteChanged: self._quote_changed, BarClosed: self._bar_closed}

    def attach(self, engine: "Engine") -> None:
        self.markets = engine.state.markets

    def _traded(self, trade: Traded, now: Nanos) -> list[Envelope]:
        if market := self.markets.get(trade.instrument):
            market.on_trade(trade, now)
        return []

    def _quote_changed(self, quote: QuoteChanged, now: Nanos) -> list[Envelope]:
        if market := self.markets.get(quote.instrument):
            market.on_quote(quote, now)
        return []

    def _bar_closed(self, bar: BarClosed, now: Nanos) -> list[Envelope]:
        if market := self.markets.get(bar.instrument):
            market.on_bar(bar, now)
        return []
