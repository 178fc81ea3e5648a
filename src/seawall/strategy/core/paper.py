"""What a strategy machine makes of fills on paper: fills that leave nothing; and of their end, when what is really held shows again."""

from functools import partial
from typing import TYPE_CHECKING

from seawall.api.message import Envelope, Message
from seawall.api.orders import Liquidity
from seawall.api.paper import PaperEnded, PaperFilled
from seawall.api.units import Nanos
from seawall.runtime.floats import money_as_float, price_as_float, quantity_as_float
from seawall.runtime.machine import Handler
from seawall.strategy.events import OrderFill

if TYPE_CHECKING:
    from seawall.strategy.core.machine import StrategyMachine


def paper_handlers(machine: "StrategyMachine") -> dict[type[Message], Handler]:
    return {PaperFilled: partial(_filled, machine), PaperEnded: partial(_ended, machine)}


def _filled(machine: "StrategyMachine", fill: PaperFilled, now: Nanos) -> list[Envelope]:
    instrument = machine.instruments.get(fill.instrument)
    if instrument is None:
        return []
    machine.facts.positions[instrument.id] = fill.position
    machine.facts.open_orders.pop(fill.tag, None)
    machine.show_position(instrument)
    shown = OrderFill(
        order_id=fill.tag,
        symbol=instrument.symbol,
        venue=instrument.venue,
        side=fill.side,
        quantity=quantity_as_float(instrument, fill.quantity),
        price=price_as_float(instrument, fill.price),
        fee=money_as_float(instrument, fill.fee_currency, fill.fee),
        fee_asset=fill.fee_currency,
        liquidity=Liquidity.TAKER,
        leaves_quantity=0.0,
        timestamp_ns=fill.event_time,
        paper=True,
    )
    return machine.call(machine.strategy.on_order_fill, now, shown)


def _ended(machine: "StrategyMachine", ended: PaperEnded, now: Nanos) -> list[Envelope]:
    for key, quantity in ended.positions.items():
        if instrument := machine.instruments.get(key):
            machine.facts.positions[key] = quantity
            machine.show_position(instrument)
    return []
