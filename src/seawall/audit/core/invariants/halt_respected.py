"""Once a machine has taken a HaltTrading, no order leaves it until it has resumed, or is told to close what it holds."""

from seawall.api.message import Address, Message
from seawall.api.orders import PlaceOrder, PlaceOrderList, ReplaceOrder
from seawall.api.risk import HaltTrading, TradingHalted, TradingResumed
from seawall.api.supervision import TradingMode, TradingModeChanged
from seawall.api.units import Nanos
from seawall.audit.core.invariants.invariant import Watcher


class HaltRespected:
    name = "halt_respected"

    def __init__(self) -> None:
        self.sent: dict[type[Message], Watcher] = {
            TradingHalted: self._halted,
            TradingResumed: self._resumed,
            TradingModeChanged: self._changed,
            PlaceOrder: self._placed,
            ReplaceOrder: self._replaced,
            PlaceOrderList: self._listed,
        }
        self.delivered: dict[type[Message], Watcher] = {HaltTrading: self._halted}
        self._halts: dict[Address, str] = {}  # Who is halted, and why.

    def _halted(self, machine: Address, halt: HaltTrading | TradingHalted, now: Nanos) -> None:
        self._halts[machine] = f"{halt.reason} ({halt.operator})"

    def _resumed(self, machine: Address, resumed: TradingResumed, now: Nanos) -> None:
        self._halts.pop(machine, None)

    def _changed(self, machine: Address, change: TradingModeChanged, now: Nanos) -> None:
        if change.mode is TradingMode.LIQUIDATING:
            self._halts.pop(machine, None)

    def _placed(self, machine: Address, order: PlaceOrder, now: Nanos) -> str | None:
        if machine not in self._halts:
            return None
        return f"{order.client_order_id} ({order.side} {order.instrument}) left {machine}, halted because: {self._halts[machine]}"

    def _replaced(self, machine: Address, request: ReplaceOrder, now: Nanos) -> str | None:
        return self._placed(machine, request.order, now)

    def _listed(self, machine: Address, request: PlaceOrderList, now: Nanos) -> str | None:
        return self._placed(machine, request.orders[0], now)
