"""What supervision must not forget over a crash: what losses are measured against, alerts and breakers, what is being closed."""

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.message import Address
from seawall.api.risk import Tier
from seawall.api.supervision import Severity
from seawall.api.units import Nanos


class Track(msgspec.Struct):
    """Profit and loss of one strategy, in minor units of the valuation currency."""

    profit: int = 0
    base: int = 0  # What it was when losses were last counted anew.
    peak: int = 0  # Its highest since.
    samples: list[tuple[Nanos, int]] = []  # Of the rapid window.


class Closing(msgspec.Struct):
    """Positions of one scope on their way to nothing, or working orders when positions are carried."""

    operator: str
    reason: str
    close_positions: bool = True
    deadline: Nanos = Nanos(0)  # 0: none.
    slices: dict[Address, dict[InstrumentId, int]] = {}  # Lots of each closing order.
    next_at: Nanos = Nanos(0)
    orders: int = 0
    idle: int = 0  # Rounds in a row in which nothing came nearer to its end: they grow longer.
    held: int = -1  # Lots altogether at the latest round.


class RiskState(msgspec.Struct):
    opening: int | None = None  # The capital: what percentages are of.
    equity: int | None = None  # As last valued.
    base: int | None = None  # The equity when losses were last counted anew.
    peak: int | None = None
    day: int = 0  # Since 1970.
    day_open: int | None = None  # The equity at its start.
    strategies: dict[Address, Track] = {}
    look_at: Nanos = Nanos(0)  # When to look next.
    alerts: dict[tuple[str, Address], Severity] = {}  # By monitor and scope.
    tripped: dict[Address, dict[str, bool]] = {}  # Scope -> breakers.
    closings: dict[Address, Closing] = {}  # By scope.
    daily: dict[InstrumentId, list[int]] = {}  # The last mark of each past day, the latest last.
    minutes: dict[InstrumentId, list[int]] = {}  # The last mark of each past minute of an hour.
    minute: int = 0
    tier: Tier | None = None  # Unlocked. None: equity has not been looked at yet, or no strategy needs one.
    tier_since: dict[Tier, Nanos] = {}  # Since when equity has been enough for those above.
