"""What a strategy wants, sized and routed, before the gate has looked at it; and how a check says no."""

from collections.abc import Callable

import msgspec

from seawall.api.instruments import Instrument
from seawall.api.orders import OrderType, Side, TimeInForce
from seawall.api.signals import BreachType
from seawall.api.units import Nanos, Price, Quantity
from seawall.engine.core.market import Market
from seawall.engine.core.strategies import StrategyAccount
from seawall.engine.core.terms import Terms


class Intent(msgspec.Struct, frozen=True, gc=False):
    account: StrategyAccount
    tag: str
    instrument: Instrument
    market: Market
    side: Side
    order_type: OrderType
    time_in_force: TimeInForce
    quantity: Quantity
    price: Price  # 0: a market order.
    reference_price: Price  # What it would meet in the market now, or where it would trigger; 0: no price is known.
    signal_time: Nanos
    amount: int  # Base minor units.
    notional: int  # Quote minor units, at the limit or else at what it would meet.
    terms: Terms | None = None  # None: plain.
    reduce_only: bool = False
    closing: bool = False  # The engine's own, to close a position: it leaves even when its strategy is stopped.
    replaces: str = ""  # The group of orders of which it takes the place; of one alone, its id. They do not count beside it.


class Refusal(msgspec.Struct, frozen=True):
    """Why a check said no. `limit` and `value` are figures for people, in the words of `unit`."""

    check: str
    breach_type: BreachType
    limit: float
    value: float
    unit: str


Check = Callable[[Intent, Nanos], Refusal | None]
