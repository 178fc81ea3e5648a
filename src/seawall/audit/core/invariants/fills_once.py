"""A venue reports each side of a trade once. Trade ids rise per instrument, so the last one is all there is to remember."""

from seawall.api.instruments import InstrumentId
from seawall.api.message import Address, Message
from seawall.api.orders import OrderFilled, Side
from seawall.api.units import Nanos
from seawall.audit.core.invariants.invariant import Watcher

BUY = Side.BUY
_BOUGHT, _SOLD = 1, 2


class FillsOnce:
    name = "fills_once"

    def __init__(self) -> None:
        self.sent: dict[type[Message], Watcher] = {OrderFilled: self._filled}
        self.delivered: dict[type[Message], Watcher] = {}
        self._last: dict[InstrumentId, tuple[int, int]] = {}  # Trade id, and which of its sides were reported.

    def _filled(self, venue: Address, fill: OrderFilled, now: Nanos) -> str | None:
        side = _BOUGHT if fill.side is BUY else _SOLD
        last, sides = self._last.get(fill.instrument, (0, 0))
        if fill.trade_id > last:
            self._last[fill.instrument] = (fill.trade_id, side)
        elif fill.trade_id == last and not sides & side:
            self._last[fill.instrument] = (last, sides | side)
        else:
            return f"{venue} reported the {fill.side} of trade {fill.trade_id} on {fill.instrument} again, to {fill.account}"
        return None
