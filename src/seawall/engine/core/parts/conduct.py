"""How strategies behave, as far as a limit asks for it: trades are counted, signs of tilt noted. A breaker's turn comes at once."""

from typing import TYPE_CHECKING

from seawall.api.orders import Side
from seawall.api.units import Nanos
from seawall.engine.core.intent import Intent
from seawall.engine.core.orders import Order
from seawall.engine.core.parts.part import Part
from seawall.engine.core.strategies import StrategyAccount
from seawall.engine.core.tilt import Tilt

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine


class Conduct(Part):
    def __init__(self) -> None:
        self.handlers = {}

    def attach(self, engine: "Engine") -> None:
        self.state, self.limits, self.risk, self.instruments = engine.state, engine.limits, engine.state.risk, engine.booking.instruments
        limits = engine.limits
        counted = limits.max_trades is not None or limits.max_daily_trades is not None or limits.watch_tilt
        engine.booking.watch = self._traded if counted else None

    def ordered(self, intent: Intent, now: Nanos) -> None:
        """An order of a strategy has just left. A sign of tilt is looked at at once."""
        account, instrument = intent.account, intent.instrument
        tilt = self._tilt(account)
        position = self.state.positions.get(account.address, {}).get(instrument.id)
        held = 0 if position is None else position.quantity
        adds = held >= 0 if intent.side is Side.BUY else held <= 0
        signs = adds and tilt.ordered(instrument.id, intent.quantity, now, self.limits)
        if tilt.hurried(now, self.limits) or signs:
            self.risk.look_at = min(self.risk.look_at, now)

    def taken_back(self, order: Order) -> None:
        self._tilt(self.state.strategies[order.strategy]).canceled += 1

    def _traded(self, order: Order, realised: int, now: Nanos) -> None:
        account = self.state.strategies[order.strategy]
        limit = self.limits.max_trades
        account.note_trade(now, limit)
        if self.limits.watch_tilt:
            worth = order.quantity * order.decision_price * self.instruments[order.instrument].tick_value
            self._tilt(account).traded(order, realised, worth)
        if limit is not None and len(account.trade_times) >= limit:
            self.risk.look_at = min(self.risk.look_at, now)

    @staticmethod
    def _tilt(account: StrategyAccount) -> Tilt:
        if account.tilt is None:
            account.tilt = Tilt()
        return account.tilt
