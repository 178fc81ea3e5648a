"""What is kept of a venue that is not live, and of the paper account that trades in its place. Nothing real is changed by it."""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, Venue
from seawall.api.message import Address
from seawall.api.orders import Side
from seawall.api.units import Nanos, Price
from seawall.engine.core.market import Market
from seawall.engine.core.positions import Position

Holdings = Mapping[Address, Mapping[InstrumentId, Position]]


class Outage(msgspec.Struct):
    since: Nanos
    paper_since: Nanos = Nanos(0)  # 0: nobody trades on paper yet.
    positions: dict[Address, dict[InstrumentId, Position]] = {}  # Of paper fills alone.


def together(real: Holdings, outages: Mapping[Venue, Outage]) -> dict[Address, dict[InstrumentId, Position]]:
    """Copies: what is held, and what would be held if paper fills were real."""
    held = {strategy: {key: replace(position) for key, position in own.items()} for strategy, own in real.items()}
    for outage in outages.values():
        for strategy, own in outage.positions.items():
            for key, paper in own.items():
                position = held.setdefault(strategy, {}).setdefault(key, Position())
                position.quantity += paper.quantity
                position.cost += paper.cost
    return held


def fresh_touch(
    instrument: Instrument, side: Side, listed: list[Instrument], markets: Mapping[InstrumentId, Market], oldest: int
) -> tuple[Price, InstrumentId] | None:
    """What an order would meet by prices not older than `oldest`: on its own market, or else on another of the same symbol, rounded against
    us; and whose price that is. None: nobody has one."""
    for other in sorted(listed, key=lambda each: each.id != instrument.id):
        market = markets[other.id]
        ticks = market.touch(side)
        if ticks and market.time_of_touch(side) >= oldest:
            over, under = ticks * other.tick * instrument.price_scale, other.price_scale * instrument.tick
            return Price(-(-over // under) if side is Side.BUY else max(over // under, 1)), other.id
    return None
