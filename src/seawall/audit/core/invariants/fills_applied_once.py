"""An engine books each fill that its venues reported once: not again when links doubled it, or when it is queried after a gap."""

from collections.abc import Sequence

from seawall.api.accounts import FillsReported, OpenAccount
from seawall.api.instruments import InstrumentId
from seawall.api.margin import made_by_venue
from seawall.api.message import Address, Message
from seawall.api.orders import OrderFilled, Side, TradeId
from seawall.api.signals import FillApplied
from seawall.api.units import Nanos
from seawall.audit.core.fills_seen import FillsSeen
from seawall.audit.core.invariants.invariant import Watcher


class FillsAppliedOnce:
    name = "fills_applied_once"

    def __init__(self, engines: Sequence[Address]) -> None:
        self.sent: dict[type[Message], Watcher] = {
            OrderFilled: self._filled,
            FillsReported: self._reported,
            FillApplied: self._applied,
        }
        self.delivered: dict[type[Message], Watcher] = {OpenAccount: self._opened}
        self._fills = FillsSeen(engines)
        self._due: dict[tuple[Address, InstrumentId, TradeId, Side], int] = {}  # Lots that were reported and not booked yet.

    def _opened(self, venue: Address, command: OpenAccount, now: Nanos) -> None:
        self._fills.opened(venue, command)

    def _filled(self, venue: Address, fill: OrderFilled, now: Nanos) -> None:
        owner = self._fills.filled(venue, fill)
        if owner is not None:
            self._due[(owner, fill.instrument, fill.trade_id, fill.side)] = fill.quantity

    def _reported(self, venue: Address, report: FillsReported, now: Nanos) -> None:
        for owner, fill in self._fills.reported(venue, report):
            self._due[(owner, fill.instrument, fill.trade_id, fill.side)] = fill.quantity

    def _applied(self, engine: Address, fill: FillApplied, now: Nanos) -> str | None:
        key = (engine, fill.instrument, fill.trade_id, fill.side)
        due = self._due.pop(key, 0)
        if due > fill.quantity and made_by_venue(fill.client_order_id):
            self._due[key] = due - fill.quantity  # A liquidation is shared among the strategies whose position it was.
            return None
        if due == fill.quantity:
            return None
        return f"{engine} booked {fill.side} {fill.quantity} of trade {fill.trade_id} on {fill.instrument}, {due} were left to book"
