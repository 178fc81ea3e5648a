"""Once a machine has taken a HaltTrading, no order leaves it until it has resumed."""

from seawall.api.message import Address, Message
from seawall.api.orders import PlaceOrder
from seawall.api.risk import HaltTrading, TradingHalted, TradingResumed
from seawall.api.units import Nanos
from seawall.audit.core.invariants.invariant import Watcher


class HaltRespected:
    name = "halt_respected"

    def __init__(self) -> None:
        self.sent: dict[type[Message], Watcher] = {
            TradingHalted: self._halted,
            TradingResumed: self._resumed,
            PlaceOrder: self._placed,
        }
        self.delivered: dict[type[Message], Watcher] = {HaltTrading: self._halted}
        self._halts: dict[Address, str] = {}  # Who is halted, and why.

    def _halted(self, machine: Address, halt: HaltTrading | TradingHalted, now: Nanos) -> None:
        self._halts[machine] = f"{halt.reason} ({halt.operator})"

    def _resumed(self, machine: Address, resumed: TradingResumed, now: Nanos) -> None:
        self._halts.pop(machine, None)

    def _placed(self, machine: Address, order: PlaceOrder, now: Nanos) -> str | None:
        if machine not in self._halts:
            return None
        return f"{order.client_order_id} ({order.side} {order.instrument}) left {machine}, halted because: {self._halts[machine]}"
