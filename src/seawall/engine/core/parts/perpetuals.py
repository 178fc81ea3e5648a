"""What only venues of perpetuals say: marks, money that moves without a fill, positions, margin calls."""

from typing import TYPE_CHECKING

from seawall.api.margin import (
    CashMovement,
    CashReported,
    FundingPaid,
    LiquidationFeeCharged,
    LossCovered,
    MarginCalled,
    MarkPriceChanged,
    PositionsReported,
)
from seawall.api.message import Envelope
from seawall.api.projections import PROJECTIONS, BreakFound
from seawall.api.units import Nanos
from seawall.engine.core.forced import cash_moved
from seawall.engine.core.parts.part import Part
from seawall.engine.core.venues.session import VenueSession

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine


class Perpetuals(Part):
    def __init__(self) -> None:
        self.handlers = {
            MarkPriceChanged: self._marked,
            FundingPaid: self._moved,
            LiquidationFeeCharged: self._moved,
            LossCovered: self._moved,
            CashReported: self._cash_reported,
            PositionsReported: self._positions_reported,
            MarginCalled: self._called,
        }

    def attach(self, engine: "Engine") -> None:
        self.markets, self.booking, self.reconciliation = engine.state.markets, engine.booking, engine.reconciliation
        self.heard, self.reported = engine.heard, engine.reported

    def _marked(self, change: MarkPriceChanged, now: Nanos) -> list[Envelope]:
        market = self.markets.get(change.instrument)
        if market is not None and change.mark > 0:
            market.venue_mark = change.mark
        return []

    def _moved(self, movement: CashMovement, now: Nanos) -> list[Envelope]:
        """Booked once and in order: after a gap the venue is asked for what is missing, this one included."""
        session = self.reported(movement.account, now)
        if session is None or movement.cash_id <= session.state.cash_seen or not session.perpetuals:
            return []
        if movement.cash_id > session.state.cash_seen + 1:
            return [session.ask_cash()]
        return self._book(session, movement)

    def _book(self, session: VenueSession, movement: CashMovement) -> list[Envelope]:
        session.state.cash_seen = movement.cash_id
        return cash_moved(self.booking, session, movement)

    def _cash_reported(self, report: CashReported, now: Nanos) -> list[Envelope]:
        session = self.heard(report.account, now)
        if session is None or not session.perpetuals:
            return []
        out: list[Envelope] = []
        seen = session.state.cash_seen
        new = [movement for movement in report.movements if movement.cash_id > seen]
        if report.gap and new:
            ours = f"booked up to movement {seen}"
            out.append(Envelope(PROJECTIONS, BreakFound(session.settings.address, "cash", ours, "older movements are no longer listed")))
        for movement in new:
            out += self._book(session, movement)
        if new and not report.complete and not report.gap:
            out.append(session.ask_cash())
        return out + session.answered(report.request_id, now)

    def _positions_reported(self, report: PositionsReported, now: Nanos) -> list[Envelope]:
        session = self.heard(report.account, now)
        if session is None or report.request_id not in session.state.awaited:
            return []
        return self.reconciliation.positions_reported(session, report) + session.answered(report.request_id, now)

    def _called(self, call: MarginCalled, now: Nanos) -> list[Envelope]:
        return [Envelope(PROJECTIONS, call)] if self.reported(call.account, now) is not None else []
