"""What a strategy machine makes of fills on paper: fills that leave nothing; and of their end, when what is really held shows again."""

from functools import partial
from typing import TYPE_CHECKING

from seawall.api.message import Envelope, Message
from seawall.api.paper import PaperEnded, PaperFilled
from seawall.api.units import Nanos
from seawall.runtime.machine import Handler
from seawall.strategy.core.shown import shown_fill

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
    return machine.call(machine.strategy.on_order_fill, now, shown_fill(instrument, fill))


def _ended(machine: "StrategyMachine", ended: PaperEnded, now: Nanos) -> list[Envelope]:
    for key, quantity in ended.positions.items():
        if instrument := machine.instruments.get(key):
            machine.facts.positions[key] = quantity
            machine.show_position(instrument)
    return []
