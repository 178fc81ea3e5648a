"""A venue numbers the changes of each book without gaps. (A gap that a client sees is then the link's doing.)"""

from seawall.api.instruments import InstrumentId
from seawall.api.market_data import DepthChanged
from seawall.api.message import Address, Message, Restarted
from seawall.api.units import Nanos
from seawall.audit.core.invariants.invariant import Watcher


class DepthContiguous:
    name = "depth_contiguous"

    def __init__(self) -> None:
        self.sent: dict[type[Message], Watcher] = {DepthChanged: self._changed}
        self.delivered: dict[type[Message], Watcher] = {Restarted: self._restarted}
        self._last: dict[Address, dict[InstrumentId, int]] = {}

    def _changed(self, venue: Address, change: DepthChanged, now: Nanos) -> str | None:
        seen = self._last.get(venue)
        if seen is None:
            seen = self._last[venue] = {}
        last = seen.get(change.instrument)
        seen[change.instrument] = change.final_update_id
        if last is not None and change.first_update_id != last + 1:
            return f"{change.instrument} continues with update {change.first_update_id} after {last}"
        if change.final_update_id < change.first_update_id:
            return f"{change.instrument} ends with update {change.final_update_id} before it begins with {change.first_update_id}"
        return None

    def _restarted(self, venue: Address, message: Restarted, now: Nanos) -> None:
        """What it handled just before the crash may have survived although nobody was told."""
        self._last.pop(venue, None)
