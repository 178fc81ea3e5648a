"""Hot swap: the new version of a running strategy goes on with what the old one held, and a crash brings back the new one."""

from datetime import timedelta
from typing import Any

import pytest

from seawall.api.units import MINUTE, SECOND
from seawall.engine.core.machine import Engine
from seawall.runtime.journal import Stamp
from seawall.sim.recorder import MemorySink
from seawall.sim.scenario import ENGINE, StrategySpec, build
from seawall.sim.swap import SwapRefused, swap_strategy
from seawall.strategy import TradingStrategy
from seawall.strategy.core.machine import StrategyMachine

SPEC = StrategySpec("buyer", lambda config: Buyer(config), {"size": 0.01})


class Buyer(TradingStrategy):
    """Buys a little, rests a bid far below, and counts the prices that it has seen."""

    VERSION = "1.0.0"
    TIMER_SECONDS = 10.0

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.seen = 0
        self.max_position_size = 1.0

    def on_market_data(self, price_update: Any) -> None:
        self.seen += 1

    def on_timer(self) -> None:
        symbol = self.active_symbols[0]
        for venue, price in self.price_cache[symbol].items():
            if not self.open_orders:
                self.buy(symbol, self.config["size"], venue=venue, limit_price=price * 0.5, client_tag=f"resting-{self.VERSION}")
                self.buy(symbol, self.config["size"], venue=venue)

    def save_state(self) -> dict[str, Any]:
        return {"seen": self.seen}

    def load_state(self, state: dict[str, Any]) -> None:
        self.seen = state["seen"]


class Seller(Buyer):
    """The next version: sells what the other one bought."""

    VERSION = "2.0.0"

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.max_position_size = 2.0

    def on_timer(self) -> None:
        for symbol, held in self.positions.items():
            if held > self.config["size"]:
                self.sell(symbol, held / 2)


class Unable(Buyer):
    def load_state(self, state: dict[str, Any]) -> None:
        raise KeyError("another shape")


def running() -> Any:
    world = build(7, 0.1, "none", [SPEC])
    world.run_for(2 * MINUTE)
    machine = world.machines[SPEC.address]
    assert isinstance(machine, StrategyMachine)
    assert machine.strategy.positions and machine.strategy.open_orders
    return world


def strategy_of(world: Any) -> TradingStrategy:
    return world.machines[SPEC.address].strategy  # type: ignore[no-any-return]


def test_positions_orders_and_memory_pass_to_the_new_version() -> None:
    world = running()
    before = strategy_of(world)
    held, orders, seen = dict(before.positions), list(before.open_orders), before.seen  # type: ignore[attr-defined]
    swap_strategy(world, SPEC.address, Seller)
    after = strategy_of(world)
    assert isinstance(after, Seller) and after is not before
    assert (after.positions, list(after.open_orders), after.seen) == (held, orders, seen)
    world.run_for(1 * MINUTE)
    symbol = next(iter(held))
    assert after.seen > seen and after.positions[symbol] < held[symbol]
    assert [tag for tag in after.open_orders if tag.startswith("resting-1.0.0")] == [tag for tag in orders if tag.startswith("resting")]
    engine = world.machines[ENGINE]
    assert isinstance(engine, Engine)
    account = engine.state.strategies[SPEC.address]
    assert (account.version, account.max_position_size) == ("2.0.0", 2.0)


def test_a_crash_after_the_swap_brings_back_the_new_version() -> None:
    world = running()
    swap_strategy(world, SPEC.address, Seller, {"size": 0.02})
    world.run_for(20 * SECOND)
    before = strategy_of(world)
    world.crash(SPEC.address)
    world.restart(SPEC.address)
    world.run_for(5 * SECOND)
    after = strategy_of(world)
    assert isinstance(after, Seller) and after is not before
    assert after.config == {"size": 0.02} and after.seen >= before.seen


class Forgetful(TradingStrategy):
    """Saves nothing, and asks for a minute of history instead."""

    warm_up = timedelta(minutes=1)

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.times: list[int] = []

    def on_market_data(self, price_update: Any) -> None:
        self.times.append(price_update.timestamp_ns)


def test_after_a_crash_a_strategy_hears_its_history_again() -> None:
    """A minute before the latest snapshot, and all since; nothing twice, nothing left out."""
    world = build(7, 0.1, "none", [StrategySpec("buyer", Forgetful, {})])
    world.run_for(3 * MINUTE)
    told: Any = strategy_of(world)
    world.nodes[SPEC.address].snapshot(world.now)
    world.run_for(10 * SECOND)
    world.crash(SPEC.address)
    world.restart(SPEC.address)
    again: Any = strategy_of(world)
    assert again is not told and len(again.times) < len(told.times)
    assert again.times == told.times[-len(again.times) :]
    assert 70 * SECOND <= world.now - again.times[0] + SECOND <= 72 * SECOND


def test_a_version_that_cannot_take_over_changes_nothing() -> None:
    world, twin = running(), running()
    for wrong, what in ((Unable, "another shape"), (lambda config: config["nothing"], "the new version fails")):
        with pytest.raises(SwapRefused, match=what):
            swap_strategy(world, SPEC.address, wrong)  # type: ignore[arg-type]
    assert type(strategy_of(world)) is Buyer
    world.run_for(1 * MINUTE)
    twin.run_for(1 * MINUTE)
    assert world.digest() == twin.digest()


def test_what_is_down_or_recorded_is_not_swapped() -> None:
    world = running()
    world.crash(SPEC.address)
    with pytest.raises(SwapRefused, match="it is down"):
        swap_strategy(world, SPEC.address, Seller)
    recorded = build(7, 0.1, "none", [SPEC])
    recorded.record_to(MemorySink(), Stamp("code", "config"))
    recorded.run_for(1 * MINUTE)
    with pytest.raises(SwapRefused, match="its replay would run the old version"):
        swap_strategy(recorded, SPEC.address, Seller)
