"""Limits, and the operator's commands: stop and resume trading, write off an order that nobody can find."""

import msgspec

from seawall.api.instruments import InstrumentId, Symbol
from seawall.api.message import Message
from seawall.api.orders import ClientOrderId
from seawall.api.units import MINUTE, SECOND, Money, Nanos


class SymbolLimits(msgspec.Struct, frozen=True):
    """In base currency minor units of each instrument of the symbol; None: no limit."""

    max_long: int | None = None
    max_short: int | None = None  # As a positive number.


class Limits(msgspec.Struct, frozen=True):
    """Every pre-trade limit. Money is in minor units of the valuation currency. None: not limited."""

    max_order_value: Money | None = None
    max_order_quantity: dict[Symbol, int] = {}  # Base minor units.
    position: dict[Symbol, SymbolLimits] = {}
    max_total_notional: Money | None = None
    price_collar_bps: int | None = 500  # Furthest a limit price may stand on the wrong side of the reference price.
    max_price_age: Nanos | None = Nanos(2 * MINUTE)
    max_orders: int | None = None  # Orders of one strategy within `order_window`.
    order_window: Nanos = Nanos(SECOND)
    max_signal_age: Nanos | None = Nanos(SECOND)  # How long after `signal_time` an order may still leave.


class HaltTrading(Message, frozen=True):
    """Nothing that adds risk leaves any more, working orders are cancelled."""

    operator: str
    reason: str


class ResumeTrading(Message, frozen=True):
    operator: str
    reason: str


class TradingHalted(Message, frozen=True):
    operator: str
    reason: str


class TradingResumed(Message, frozen=True):
    operator: str
    reason: str


class WriteOffOrder(Message, frozen=True):
    """Takes an order of unknown fate out of the books: the operator has found out, outside the system, that it will not trade any more.
    It frees the exposure the order was counted with, so it takes a name and a reason. Fills that come after all are still booked."""

    client_order_id: ClientOrderId
    operator: str
    reason: str


class OrderWrittenOff(Message, frozen=True):
    client_order_id: ClientOrderId
    instrument: InstrumentId
    operator: str
    reason: str


class WriteOffRefused(Message, frozen=True):
    client_order_id: ClientOrderId
    operator: str
    reason: str  # Why not.
