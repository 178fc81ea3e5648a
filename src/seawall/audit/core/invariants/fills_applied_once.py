"""An engine books no more than its venues reported: a fill that links doubled, or that is queried after a gap, counts once.

Per instrument and side, so that there is nothing to forget; a fill booked twice stays visible as an excess.
"""

from collections.abc import Sequence

from seawall.api.accounts import FillsReported, OpenAccount
from seawall.api.instruments import InstrumentId
from seawall.api.message import Address, Message
from seawall.api.orders import OrderFilled, Side
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
        self._left: dict[tuple[Address, InstrumentId, Side], int] = {}  # Reported and not booked yet.

    def _opened(self, venue: Address, command: OpenAccount, now: Nanos) -> None:
        self._fills.opened(venue, command)

    def _filled(self, venue: Address, fill: OrderFilled, now: Nanos) -> None:
        owner = self._fills.filled(venue, fill)
        if owner is not None:
            self._add(owner, fill, fill.quantity)

    def _reported(self, venue: Address, report: FillsReported, now: Nanos) -> None:
        for owner, fill in self._fills.reported(venue, report):
            self._add(owner, fill, fill.quantity)

    def _applied(self, engine: Address, fill: FillApplied, now: Nanos) -> str | None:
        left = self._add(engine, fill, -fill.quantity)
        if left >= 0:
            return None
        return (
            f"{engine} booked {-left} lots more than were filled: {fill.side} {fill.quantity} of {fill.instrument} ({fill.client_order_id})"
        )

    def _add(self, owner: Address, fill: OrderFilled | FillApplied, lots: int) -> int:
        key = (owner, fill.instrument, fill.side)
        left = self._left[key] = self._left.get(key, 0) + lots
        return left
