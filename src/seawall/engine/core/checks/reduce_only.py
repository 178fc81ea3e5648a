"""A reduce-only order, and every order while the engine is in that mode, makes its strategy's position smaller and never turns it round.

What other working orders of that side may still take off the position is counted as taken.
"""

from seawall.api.instruments import Instrument
from seawall.api.orders import Side
from seawall.api.signals import BreachType
from seawall.api.supervision import TradingMode
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.runtime.floats import base_as_float

REDUCE_ONLY, BUY = TradingMode.REDUCE_ONLY, Side.BUY


def reduce_only(desk: Desk, instrument: Instrument) -> Check:
    state = desk.state

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        if not intent.reduce_only and state.mode is not REDUCE_ONLY:
            return None
        room = room_to_reduce(desk, intent)
        if intent.amount <= room:
            return None
        limit, value = base_as_float(instrument, max(room, 0)), base_as_float(instrument, intent.amount)
        return Refusal("reduce_only", BreachType.POSITION_LIMIT, limit, value, f"{instrument.base} to be reduced")

    return check


def room_to_reduce(desk: Desk, intent: Intent) -> int:
    """How much an order of this side may take off its strategy's position, in base minor units; less than nothing: none."""
    instrument, side, strategy = intent.instrument, intent.side, intent.account.address
    position = desk.state.positions.get(strategy, {}).get(instrument.id)
    held = 0 if position is None else position.quantity
    groups: dict[str, int] = {}  # Of orders that exclude each other, the largest.
    for key, order in desk.orders.open.items():
        if order.strategy == strategy and order.instrument == instrument.id and order.side is side:
            group = order.group or key
            groups[group] = max(groups.get(group, 0), order.leaves_quantity)
    working = sum([lots for group, lots in groups.items() if group != intent.replaces])
    return (-held if side is BUY else held) - working * instrument.lot_value
