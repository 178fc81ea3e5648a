"""One account's position in one perpetual: what trades do to it, what it is worth, what margin it needs. Arithmetic alone.

A position stores its total cost, never an average. Closing takes its share of the cost rounded down, the last close the rest, so that the
costs of all positions and what was realised always sum to zero. Margin is rounded up.
"""

import msgspec

from seawall.api.instruments import Instrument, MarginTier
from seawall.api.units import PPB, ceil_div


class MarginPosition(msgspec.Struct):
    quantity: int = 0  # Lots, negative: short.
    cost: int = 0  # In quote minor units, signed as the quantity.


def trade(position: MarginPosition, lots: int, notional: int) -> int:
    """Buys (`lots` above 0) or sells for `notional`, which is not negative. Returns what that has realised."""
    held, cost = position.quantity, position.cost
    position.quantity = held + lots
    if held * lots >= 0:
        position.cost = cost + (notional if lots > 0 else -notional)
        return 0
    size, open_lots = abs(lots), abs(held)
    if size < open_lots:
        closed_for, share = notional, abs(cost) * size // open_lots
        left = abs(cost) - share
        position.cost = left if held > 0 else -left
    else:
        closed_for, share = notional * open_lots // size, abs(cost)
        left = notional - closed_for
        position.cost = left if lots > 0 else -left
    return closed_for - share if held > 0 else share - closed_for


def unrealised(position: MarginPosition, instrument: Instrument, mark: int) -> int:
    return position.quantity * mark * instrument.tick_value - position.cost if mark else 0


def tier_of(instrument: Instrument, notional: int) -> MarginTier | None:
    """None: larger than anything the venue allows."""
    assert instrument.margin is not None, "only perpetuals have margin"
    return next((tier for tier in instrument.margin.tiers if not tier.max_notional or notional <= tier.max_notional), None)


def initial_margin(instrument: Instrument, notional: int) -> int | None:
    """None: no position may be that large."""
    tier = tier_of(instrument, notional)
    return ceil_div(notional * tier.initial_ppb, PPB) if tier is not None else None


def maintenance_margin(instrument: Instrument, notional: int) -> int:
    """Beyond the last tier its rate still holds."""
    assert instrument.margin is not None, "only perpetuals have margin"
    tier = tier_of(instrument, notional) or instrument.margin.tiers[-1]
    return max(0, ceil_div(notional * tier.maintenance_ppb, PPB) - tier.deduction)
