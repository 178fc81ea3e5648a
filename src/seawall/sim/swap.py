"""Hot swap: a new version of a running strategy takes over its positions, open orders, random numbers and memory, between two messages."""

from collections.abc import Callable
from typing import Any

import msgspec

from seawall.api.message import Address
from seawall.sim.world import World
from seawall.strategy.base import TradingStrategy
from seawall.strategy.core.machine import StrategyMachine


class SwapRefused(Exception):
    """The old version runs on, as if nothing had been tried."""


def swap_strategy(
    world: World, address: Address, factory: Callable[[dict[str, Any]], TradingStrategy], config: dict[str, Any] | None = None
) -> None:
    """Puts `factory`'s strategy in the place of the one at `address`. `config`: its parameters; default: those of the old version.

    The engine hears of the new version as of a start; nothing is cancelled. A crash after the swap recovers the new version.

    Raises: SwapRefused: no running strategy there, a version that cannot be made or cannot take the old one's memory, or a world that is
        recorded to files, whose replay would not know of the new code.
    """
    node = world.nodes.get(address)
    machine = node.machine if node is not None else None
    if node is None or not isinstance(machine, StrategyMachine):
        raise SwapRefused(f"{address}: there is no strategy, or it is down")
    if world.record_every:
        raise SwapRefused("a run that is recorded cannot swap: its replay would run the old version to the end")
    if node.held:
        raise SwapRefused(f"{address}: what it said last is not durable yet: run the world a little further")
    try:
        envelopes = machine.swap(factory, config, node.clock.reading(world.now))
    except ValueError as error:
        raise SwapRefused(f"{address}: {error}") from None
    node.spec = msgspec.structs.replace(node.spec, build=machine.again)
    node.accepts = dict.fromkeys(machine.handlers)  # Another version may follow order books, or no longer.
    for sender in world.nodes.values():
        sender.routes.clear()
    world._send(node, envelopes)
    node.snapshot(world.now)
