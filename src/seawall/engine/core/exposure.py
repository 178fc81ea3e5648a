"""Exposure: positions plus all that may still trade, unknown orders at full size. An index, rebuilt from positions and open orders."""

from collections.abc import Iterable, Mapping

from seawall.api.instruments import Instrument, InstrumentId, Symbol
from seawall.api.message import Address
from seawall.api.orders import Side
from seawall.engine.core.orders import Order
from seawall.engine.core.positions import Position


class Exposure:
    """In base minor units."""

    __slots__ = ("buying", "position", "reach", "selling")

    def __init__(self) -> None:
        self.position = 0
        self.buying = 0  # Still to be bought by working and unknown orders.
        self.selling = 0
        self.reach = 0  # The largest absolute position that fills of working orders could lead to.

    def reach_with(self, side: Side, amount: int) -> int:
        """The reach, were an order of that side and amount working too."""
        if side is Side.BUY:
            return max(abs(self.position + self.buying + amount), abs(self.position - self.selling))
        return max(abs(self.position + self.buying), abs(self.position - self.selling - amount))

    def add(self, position: int, buying: int, selling: int) -> None:
        held = self.position = self.position + position
        self.buying += buying
        self.selling += selling
        self.reach = max(abs(held + self.buying), abs(held - self.selling))


class Exposures:
    """By instrument, and by symbol over all venues. All strategies together."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self.by_symbol: dict[Symbol, Exposure] = {}
        self.by_instrument: dict[InstrumentId, Exposure] = {}
        self._pairs: dict[InstrumentId, tuple[Exposure, Exposure]] = {}
        self._lot_value: dict[InstrumentId, int] = {}
        for instrument in instruments:
            own = self.by_instrument[instrument.id] = Exposure()
            shared = self.by_symbol.setdefault(instrument.symbol, Exposure())
            self._pairs[instrument.id] = (own, shared)
            self._lot_value[instrument.id] = instrument.lot_value

    def rebuild(self, positions: Mapping[Address, Mapping[InstrumentId, Position]], orders: Iterable[Order]) -> None:
        for held in positions.values():
            for key, position in held.items():
                self.move(key, position.quantity)
        for order in orders:
            self.work(order.instrument, order.side, order.leaves_quantity)

    def work(self, instrument: InstrumentId, side: Side, lots: int) -> None:
        """Adds to (lots < 0: takes from) what working orders may still trade."""
        amount = lots * self._lot_value[instrument]
        buying, selling = (amount, 0) if side is Side.BUY else (0, amount)
        for exposure in self._pairs[instrument]:
            exposure.add(0, buying, selling)

    def move(self, instrument: InstrumentId, amount: int) -> None:
        """Moves the position by a signed amount of base minor units."""
        for exposure in self._pairs[instrument]:
            exposure.add(amount, 0, 0)
