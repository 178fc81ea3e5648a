"""Sizing where strategies may be on tilt: what adds to a position of a halved one is cut in half, what reduces it stays whole."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, Venue
from seawall.api.message import Address
from seawall.api.orders import Side
from seawall.api.signals import OrderRequested, SignalGenerated
from seawall.api.units import Quantity
from seawall.engine.core.intent import Intent
from seawall.engine.core.market import Market
from seawall.engine.core.positions import Position
from seawall.engine.core.sizing import Dropped, Sizing
from seawall.engine.core.strategies import StrategyAccount


class HalvingSizing(Sizing):
    def __init__(
        self,
        instruments: Sequence[Instrument],
        markets: Mapping[InstrumentId, Market],
        is_live: Callable[[Venue], bool],
        positions: Mapping[Address, Mapping[InstrumentId, Position]],
    ) -> None:
        super().__init__(instruments, markets, is_live)
        self.positions = positions

    def _intent(
        self, wish: SignalGenerated | OrderRequested, account: StrategyAccount, instrument: Instrument, side: Side, quantity: float
    ) -> Intent | Dropped:
        intent = super()._intent(wish, account, instrument, side, quantity)
        if not account.halved or isinstance(intent, Dropped):
            return intent
        position = self.positions.get(account.address, {}).get(instrument.id)
        held = 0 if position is None else position.quantity
        wanted = intent.quantity
        reduces = min(wanted, max(0, -held if side is Side.BUY else held) // instrument.lot_value)
        lots = reduces + (wanted - reduces) // 2
        if not lots:
            return Dropped("half of the quantity rounds down to nothing")
        changed = {"quantity": Quantity(lots), "amount": lots * instrument.lot_value, "notional": intent.notional // wanted * lots}
        return msgspec.structs.replace(intent, **changed)
