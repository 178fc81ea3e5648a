"""Exposure: positions plus all that may still trade, unknown orders at full size. An index, rebuilt from positions and open orders.

Of orders that exclude each other only one can trade: they count once, as the largest of them.
"""

from collections.abc import Iterable, Mapping

from seawall.api.instruments import Instrument, InstrumentId, Symbol
from seawall.api.message import Address
from seawall.api.orders import ClientOrderId, Side
from seawall.engine.core.orders import Order
from seawall.engine.core.positions import Position

BUY = Side.BUY


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
        highest, lowest = self.position + self.buying, self.position - self.selling
        if side is BUY:
            highest += amount
        else:
            lowest -= amount
        return highest if highest + lowest >= 0 else -lowest


class Exposures:
    """By instrument, and by symbol over all venues. All strategies together."""

    def __init__(self, instruments: Iterable[Instrument], *, by_strategy: bool = False) -> None:
        """`by_strategy`: kept for each strategy too, while a limit asks for it."""
        self.of_strategy: dict[Address, dict[InstrumentId, Exposure]] = {}
        self._by_strategy = by_strategy
        self.by_symbol: dict[Symbol, Exposure] = {}
        self.by_instrument: dict[InstrumentId, Exposure] = {}
        self._touched: dict[InstrumentId, tuple[Exposure, ...]] = {}  # One object where a symbol is listed once: half the work.
        self._lot_value: dict[InstrumentId, int] = {}
        self._groups: dict[str, dict[ClientOrderId, int]] = {}  # Lots that members of a group may still trade.
        instruments = tuple(instruments)
        symbols = [instrument.symbol for instrument in instruments]
        for instrument in instruments:
            own = self.by_instrument[instrument.id] = Exposure()
            alone = symbols.count(instrument.symbol) == 1
            shared = own if alone else self.by_symbol.get(instrument.symbol, Exposure())
            self.by_symbol[instrument.symbol] = shared
            self._touched[instrument.id] = (own,) if alone else (own, shared)
            self._lot_value[instrument.id] = instrument.lot_value

    def rebuild(self, positions: Mapping[Address, Mapping[InstrumentId, Position]], orders: Iterable[Order]) -> None:
        for strategy, held in positions.items():
            for key, position in held.items():
                self.change(strategy, key, Side.BUY, 0, position.quantity)
        for order in orders:
            self.change_order(order, order.leaves_quantity)

    def change_order(self, order: Order, lots: int) -> None:
        """Adds lots to what an order may still trade."""
        self.change(order.strategy, order.instrument, order.side, self.grouped(order, lots) if order.group else lots)

    def grouped(self, order: Order, lots: int) -> int:
        """The same for one of orders that exclude each other; how much that changes the largest of them, which is what counts."""
        members = self._groups.setdefault(order.group, {})
        before = max(members.values(), default=0)
        left = members[order.client_order_id] = members.get(order.client_order_id, 0) + lots
        if not left:
            del members[order.client_order_id]
        if not members:
            del self._groups[order.group]
        return max(members.values(), default=0) - before

    def counted(self, order: Order) -> int:
        """The lots that count of an open order, or of the group that it belongs to."""
        return max(self._groups[order.group].values()) if order.group in self._groups else order.leaves_quantity

    def join(self, order: Order, group: str) -> None:
        """From now on the order excludes others."""
        if not order.group:
            self.change_order(order, -order.leaves_quantity)
            order.group = group
            self.change_order(order, order.leaves_quantity)

    def change(self, strategy: Address, instrument: InstrumentId, side: Side, working: int, position: int = 0) -> None:
        """Adds `working` lots to what orders of that side may still trade (negative: takes off), and base minor units to the position."""
        amount = working * self._lot_value[instrument]
        touched = self._touched[instrument]
        if self._by_strategy:
            touched = (*touched, self.of_strategy.setdefault(strategy, {}).setdefault(instrument, Exposure()))
        for exposure in touched:
            held = exposure.position = exposure.position + position
            if side is BUY:
                exposure.buying += amount
            else:
                exposure.selling += amount
            highest, lowest = held + exposure.buying, held - exposure.selling
            exposure.reach = highest if highest + lowest >= 0 else -lowest
