"""Recovery runs from a fault's end to the moment all is well and stays well; what was never disturbed took no time."""

import pytest

from seawall.api.control import CrashMachine, HealPartition, Partition, RestartMachine
from seawall.api.message import Address
from seawall.api.projections import SessionChanged
from seawall.api.units import SECOND, Nanos
from seawall.sim.recovery import longest, recoveries
from seawall.sim.storm import PlannedFault

ENGINE, ONE, TWO = Address("engine"), Address("venue:one"), Address("venue:two")


def at(seconds: float) -> Nanos:
    return Nanos(int(seconds * SECOND))


def cut(begin: float, end: float) -> PlannedFault:
    return PlannedFault(at(begin), Partition(ENGINE, ONE), at(end), HealPartition(ENGINE, ONE))


def crash(begin: float, end: float) -> PlannedFault:
    return PlannedFault(at(begin), CrashMachine(ENGINE), at(end), RestartMachine(ENGINE))


def told(*changes: tuple[float, Address, str]) -> list[tuple[Nanos, SessionChanged]]:
    begun = ((0, ONE, "live"), (0, TWO, "live"))
    return [(at(time), SessionChanged(venue, status, "")) for time, venue, status in (*begun, *changes)]


@pytest.mark.parametrize(
    ("fault", "changes", "took"),
    [
        (cut(10, 20), (), 0),
        (cut(10, 20), ((12, ONE, "down"), (20.5, ONE, "connecting"), (23, ONE, "live")), 3),
        (cut(10, 20), ((12, ONE, "down"), (21, ONE, "live"), (25, ONE, "down"), (30, ONE, "live")), 10),
        (cut(10, 20), ((22, ONE, "degraded"), (24, ONE, "live")), 4),
        (cut(10, 20), ((12, ONE, "down"), (21, ONE, "live"), (25, TWO, "down"), (40, TWO, "live")), 20),
        (cut(10, 20), ((12, ONE, "down"),), None),
        (cut(10, 20), ((12, ONE, "down"), (96, ONE, "live")), None),
        (crash(10, 20), (), 0),
        (crash(10, 20), ((20, ONE, "connecting"), (20, TWO, "connecting"), (21, ONE, "live"), (22, TWO, "live")), 2),
    ],
)
def test_the_time_until_all_is_well_for_five_seconds(
    fault: PlannedFault, changes: tuple[tuple[float, Address, str], ...], took: float | None
) -> None:
    found = recoveries([fault], told(*changes), [ONE, TWO], ENGINE, at(100))
    assert [each.took for each in found] == [None if took is None else at(took)]
    assert longest(found) == found[0].took


def test_the_longest_is_known_when_all_are() -> None:
    sessions = told((12, ONE, "down"), (23, ONE, "live"), (61, TWO, "down"), (62, TWO, "live"))
    faults = [cut(10, 20), cut(50, 60), cut(90, 110)]
    assert longest(recoveries(faults, sessions, [ONE, TWO], ENGINE, at(100))) == at(3), "one that has not ended is not counted"
    late = recoveries([*faults[:2], cut(80, 97)], sessions, [ONE, TWO], ENGINE, at(100))
    assert late[-1].took is None and longest(late) is None
    assert longest([]) is None
