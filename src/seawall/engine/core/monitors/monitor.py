"""What a measure looks at, and what it says. Whole numbers only: money in minor units of the valuation currency, shares in basis points."""

from collections.abc import Callable

import msgspec

from seawall.api.message import Address
from seawall.api.supervision import EVERYTHING
from seawall.api.units import Nanos
from seawall.engine.core.risk_state import RiskState


class Measure(msgspec.Struct, frozen=True):
    value: int  # The limit is broken when it is reached.
    limit: int
    unit: str
    scope: Address = EVERYTHING
    money: bool = False
    warn_at: int | None = None  # From this value on it is worth a warning. None: from most of the limit.


class Look(msgspec.Struct, frozen=True):
    """One look at the books: `risk` has just been brought up to date."""

    now: Nanos
    risk: RiskState
    opening: int
    equity: int


Monitor = Callable[[Look], list[Measure]]
