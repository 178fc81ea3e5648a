"""How long after each fault the steady state was back: the engine up, every venue's session live, and so for five seconds.

Worked out after the run from what was planned and what the engine told; no machine knows of it.
"""

from collections.abc import Sequence

import msgspec

from seawall.api.message import Address
from seawall.api.projections import SessionChanged
from seawall.api.units import SECOND, Nanos
from seawall.engine.core.venues.state import SessionStatus
from seawall.sim.storm import PlannedFault

HOLD = Nanos(5 * SECOND)


class Recovery(msgspec.Struct, frozen=True):
    fault: PlannedFault
    took: Nanos | None  # From the fault's end. None: the run ended before.


def recoveries(
    faults: Sequence[PlannedFault], sessions: Sequence[tuple[Nanos, SessionChanged]], venues: Sequence[Address], engine: Address, end: Nanos
) -> list[Recovery]:
    """Of the faults that ended before the run did."""
    steady = _steady(faults, sessions, venues, engine, end)
    return [Recovery(fault, _back(fault.end, steady)) for fault in faults if fault.end <= end]


def longest(found: Sequence[Recovery]) -> Nanos | None:
    """None: no fault, or one that the run did not see the end of."""
    took = [each.took for each in found if each.took is not None]
    return max(took) if took and len(took) == len(found) else None


def _back(since: Nanos, steady: Sequence[tuple[Nanos, Nanos]]) -> Nanos | None:
    begins = (max(first, since) for first, last in steady if last - max(first, since) >= HOLD)
    return next((Nanos(begin - since) for begin in begins), None)


def _steady(
    faults: Sequence[PlannedFault], sessions: Sequence[tuple[Nanos, SessionChanged]], venues: Sequence[Address], engine: Address, end: Nanos
) -> list[tuple[Nanos, Nanos]]:
    """The periods, first and last moment of each."""
    down = [fault for fault in faults if fault.is_crash and getattr(fault.command, "machine", None) == engine]
    changes: list[tuple[Nanos, Address, bool]] = [(time, each.venue, each.status == SessionStatus.LIVE) for time, each in sessions]
    changes += [change for fault in down for change in ((fault.at, engine, False), (fault.end, engine, True))]
    well = {**dict.fromkeys(venues, False), engine: True}
    periods, since = [], None
    for time, who, is_well in sorted(changes, key=lambda change: change[0]):
        well[who] = is_well
        if since is None and all(well.values()):
            since = time
        elif since is not None and not is_well:
            periods.append((since, time))
            since = None
    return [*periods, (since, end)] if since is not None else periods
