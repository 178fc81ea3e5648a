"""Prints the digests of stormy worlds: toys, services of one house, a market. Run it as `python -m tests.replay.digests`."""

from functools import partial

from seawall.api.control import CrashMachine, RestartMachine
from seawall.api.units import Nanos
from seawall.sim.node import NodeSpec
from seawall.sim.world import World
from tests.replay.market import VENUE, market
from tests.simulation.talkers import TALKERS, TWO, Talker
from tests.simulation.toys import PINGER, PONGER
from tests.simulation.worlds import STORMY, toy_world


def stormy_toys() -> World:
    world = toy_world(42, STORMY, snapshot_every=50, **{PONGER: {"fsync_ns": 300, "clock_offset_ns": -17, "clock_drift_ppb": 1_000}})
    for at in (20_000, 70_000, 71_000):
        world.schedule(Nanos(at), CrashMachine(PONGER, torn_bytes=100))
        world.schedule(Nanos(at + 500), RestartMachine(PONGER))
    world.run_for(200_000)
    return world


def stormy_market() -> World:
    world = market(42, fsync_ns=200_000, snapshot_every=100)
    for at in (50_000_000, 120_000_000):
        world.schedule(Nanos(at), CrashMachine(VENUE, torn_bytes=150))
        world.schedule(Nanos(at + 3_000_000), RestartMachine(VENUE))
    world.run_for(200_000_000)
    return world


def stormy_house() -> World:
    """Where messages are sent again until they arrive."""
    nodes = [NodeSpec(partial(Talker, address, 12_000_000_000, 20_000_000), fsync_ns=1_000_000, ours=True) for address in TALKERS]
    world = World(nodes, default_link=STORMY[PINGER, PONGER], seed=42, snapshot_every=50)
    for at in (3_000_000_000, 7_500_000_000):
        world.schedule(Nanos(at), CrashMachine(TWO, torn_bytes=100))
        world.schedule(Nanos(at + 500_000_000), RestartMachine(TWO))
    world.run_for(20_000_000_000)
    return world


def digests() -> tuple[str, ...]:
    return stormy_toys().digest(), stormy_house().digest(), stormy_market().digest()


if __name__ == "__main__":
    print(*digests())
