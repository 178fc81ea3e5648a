"""What venues say about halts of their instruments: as they happen, and when asked, since the public word may have been lost."""

from typing import TYPE_CHECKING

from seawall.api.message import Envelope
from seawall.api.units import Nanos
from seawall.api.venue_operations import TradingStatus, TradingStatusChanged, TradingStatusReported
from seawall.engine.core.parts.part import Part

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine


class Halts(Part):
    def __init__(self) -> None:
        self.handlers = {TradingStatusChanged: self._changed, TradingStatusReported: self._reported}

    def attach(self, engine: "Engine") -> None:
        self.markets, self.gate, self.heard, self.instruments = engine.state.markets, engine.gate, engine.heard, engine.booking.instruments

    def _changed(self, change: TradingStatusChanged, now: Nanos) -> list[Envelope]:
        market = self.markets.get(change.instrument)
        if market is not None:
            halted = change.status in (TradingStatus.HALTED, TradingStatus.PAUSED)
            market.on_status((change.reason or "no reason given") if halted else "", change.event_time)
            self.gate.refresh()
        return []

    def _reported(self, report: TradingStatusReported, now: Nanos) -> list[Envelope]:
        session = self.heard(report.account, now)
        if session is None:
            return []
        for key, market in self.markets.items():
            if self.instruments[key].venue == session.settings.venue:
                market.on_status(report.halted.get(key, ""), report.event_time)
        self.gate.refresh()
        return session.answered(report.request_id, now)
