"""What a strategy machine makes of the engine's answers: positions and open orders are brought up to date, then the author hears of it."""

from functools import partial
from typing import TYPE_CHECKING

from seawall.api.message import Envelope, Message
from seawall.api.orders import OrderStatus
from seawall.api.signals import BreachReported, FillApplied, FundingApplied, OrderChanged
from seawall.api.units import Nanos
from seawall.runtime.floats import quantity_as_float
from seawall.runtime.machine import Handler
from seawall.strategy.core.shown import shown_breach, shown_fill, shown_funding
from seawall.strategy.events import OrderUpdate

if TYPE_CHECKING:
    from seawall.strategy.core.machine import StrategyMachine

_ENDED = (OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED)


def answer_handlers(machine: "StrategyMachine") -> dict[type[Message], Handler]:
    return {
        FillApplied: partial(_fill_applied, machine),
        OrderChanged: partial(_order_changed, machine),
        FundingApplied: partial(_funding_applied, machine),
        BreachReported: partial(_breach_reported, machine),
    }


def _fill_applied(machine: "StrategyMachine", fill: FillApplied, now: Nanos) -> list[Envelope]:
    state = machine.facts
    instrument = machine.instruments.get(fill.instrument)
    if instrument is None:
        return []
    state.positions[instrument.id] = fill.position
    machine.show_position(instrument)
    if not fill.leaves_quantity:
        state.open_orders.pop(fill.tag, None)
    elif order := state.open_orders.get(fill.tag):
        order.leaves_quantity = quantity_as_float(instrument, fill.leaves_quantity)
        order.status = OrderStatus.PARTIALLY_FILLED
    if not machine.hears_fills:
        return []
    return machine.call(machine.strategy.on_order_fill, now, shown_fill(instrument, fill))


def _order_changed(machine: "StrategyMachine", change: OrderChanged, now: Nanos) -> list[Envelope]:
    open_orders = machine.facts.open_orders
    if change.status in _ENDED:
        open_orders.pop(change.tag, None)
    elif order := open_orders.get(change.tag):
        order.status = change.status
        if instrument := machine.instruments.get(change.instrument):
            order.venue = instrument.venue
            order.leaves_quantity = quantity_as_float(instrument, change.leaves_quantity)
    if not machine.hears_updates:
        return []
    return machine.call(machine.strategy.on_order_update, now, OrderUpdate(change.tag, change.status, change.reason, now))


def _funding_applied(machine: "StrategyMachine", funding: FundingApplied, now: Nanos) -> list[Envelope]:
    instrument = machine.instruments.get(funding.instrument)
    if instrument is None:
        return []
    return machine.call(machine.strategy.on_funding, now, shown_funding(instrument, funding))


def _breach_reported(machine: "StrategyMachine", breach: BreachReported, now: Nanos) -> list[Envelope]:
    return machine.call(machine.strategy.on_risk_breach, now, shown_breach(breach, now))
