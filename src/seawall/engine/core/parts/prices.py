"""Market data: each item to the view of its market, which takes it or refuses it."""

from typing import TYPE_CHECKING

from seawall.api.instruments import InstrumentId
from seawall.api.market_data import BarClosed, DepthChanged, DepthReported, QuoteChanged, Traded
from seawall.api.message import Envelope
from seawall.api.units import Nanos
from seawall.engine.core.parts.part import Part

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine


class Prices(Part):
    def __init__(self, *, watch_depth: bool) -> None:
        self.handlers = {Traded: self._traded, QuoteChanged: self._quote_changed, BarClosed: self._bar_closed}
        if watch_depth:
            self.handlers |= {DepthChanged: self._depth_changed, DepthReported: self._depth_reported}

    def attach(self, engine: "Engine") -> None:
        self.markets = engine.state.markets
        self.feed = engine.settings.feed
        sessions = {i.id: engine.session_of.get(i.venue) for i in engine.settings.instruments}
        self.clocks = {key: session.state for key, session in sessions.items() if session is not None}

    def _traded(self, trade: Traded, now: Nanos) -> list[Envelope]:
        if market := self.markets.get(trade.instrument):
            market.on_trade(trade, now, self.feed, self._offset(trade.instrument))
        return []

    def _quote_changed(self, quote: QuoteChanged, now: Nanos) -> list[Envelope]:
        if market := self.markets.get(quote.instrument):
            market.on_quote(quote, now, self.feed, self._offset(quote.instrument))
        return []

    def _bar_closed(self, bar: BarClosed, now: Nanos) -> list[Envelope]:
        if market := self.markets.get(bar.instrument):
            market.on_bar(bar, now, self.feed, self._offset(bar.instrument))
        return []

    def _depth_changed(self, changed: DepthChanged, now: Nanos) -> list[Envelope]:
        if market := self.markets.get(changed.instrument):
            market.on_depth(changed, now)
        return []

    def _depth_reported(self, reported: DepthReported, now: Nanos) -> list[Envelope]:
        if market := self.markets.get(reported.instrument):
            market.on_snapshot(reported, now)
        return []

    def _offset(self, key: InstrumentId) -> int:
        """The venue's clock minus ours, as far as it has been measured."""
        state = self.clocks.get(key)
        return state.clock_offset if state is not None else 0
