"""History: a strategy that starts, starts again or takes over hears what it asks for, and what it says meanwhile is dropped and counted."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.signals import StartStrategy
from seawall.api.units import SECOND, Nanos
from seawall.runtime.machine import restore, snapshot
from seawall.strategy import Bar, MarketSignal, PriceUpdate, TradingStrategy
from seawall.strategy.core.machine import StrategyMachine
from tests.unit.strategy.stage import ENGINE, INSTRUMENTS, START, STRATEGY, Stage

SYMBOLS = ("BTC-USD", "ETH-USD")


class Listener(TradingStrategy):
    """Notes all it hears, and speaks each time, in every way there is. It saves nothing."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.warm_up = config.get("warm_up", 3)
        self.heard: list[tuple[str, float, bool]] = []
        self.bars = 0

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        assert self.price_cache[price_update.symbol][price_update.venue] == price_update.price and self.now == price_update.timestamp
        self.heard.append((price_update.symbol, price_update.price, self.warming_up))
        if self.warming_up:
            assert not self.positions and not self.open_orders
        self.buy(price_update.symbol, self.random.random() + 0.001)
        return [MarketSignal(price_update.symbol, 0.5)]

    def on_bar(self, bar: Bar) -> None:
        self.bars += 1


class Remembering(TradingStrategy):
    """Its sum of prices outlives it."""

    warm_up = timedelta(days=1)

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.total = 0.0

    def on_market_data(self, price_update: PriceUpdate) -> None:
        self.total += price_update.price

    def save_state(self) -> dict[str, Any]:
        return {"total": self.total}

    def load_state(self, state: dict[str, Any]) -> None:
        self.total = state["total"]


class Stubborn(Listener):
    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        raise RuntimeError("not again")


class Kept(Stage):
    """A stage whose machine remembers, as in a simulated world."""

    def fresh(self) -> StrategyMachine:
        return StrategyMachine(STRATEGY, ENGINE, self.kind, self.config, INSTRUMENTS, self.seed, remembers=True)

    def restarted(self) -> StrategyMachine:
        machine = self.fresh()
        restore(machine, snapshot(self.machine))
        return machine


def test_it_trades_from_the_time_it_is_told() -> None:
    """What comes before is history: orders, signals and timers are dropped, none of them leaves, and they are counted."""
    stage = Stage(Listener, started=False)
    stage.deliver(StartStrategy(Nanos(START + 3 * SECOND)))
    assert [len(stage.trade(10_000 + n)) for n in range(5)] == [0, 0, 2, 2, 2]
    assert stage.machine.ignored == 4
    assert [warm for _, _, warm in stage.strategy.heard] == [True, True, False, False, False]  # type: ignore[attr-defined]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(SYMBOLS), st.integers(9_000, 11_000)), max_size=30), st.integers(0, 8))
def test_a_restarted_strategy_hears_the_latest_prices_again(prices: list[tuple[str, int]], wanted: int) -> None:
    """The last ones of each instrument, in their order; state, dice and order ids stay as they were."""
    stage = Kept(Listener, {"warm_up": wanted})
    for symbol, price in prices:
        stage.trade(price, symbol)
    again = stage.restarted()
    places = [[n for n, each in enumerate(prices) if each[0] == symbol][len(prices) if not wanted else -wanted :] for symbol in SYMBOLS]
    latest = [(prices[n][0], prices[n][1] / 100, True) for n in sorted(n for each in places for n in each)]
    assert again.strategy.heard == latest  # type: ignore[attr-defined]
    assert again.ignored == 2 * len(latest)
    assert not again.strategy.warming_up
    assert snapshot(again) == snapshot(stage.machine)
    one, other = (machine.strategy.random.random() for machine in (again, stage.machine))
    assert one == other and again.strategy.price_cache == stage.strategy.price_cache


def test_a_time_of_history_is_a_time() -> None:
    stage = Kept(Listener, {"warm_up": timedelta(seconds=10)})
    for n in range(40):
        stage.trade(10_000 + n)
    again = stage.restarted()
    assert [price for _, price, _ in again.strategy.heard] == [(10_000 + n) / 100 for n in range(29, 40)]  # type: ignore[attr-defined]


def test_prices_before_the_start_are_history_too() -> None:
    """And bars: each after its price."""
    stage = Kept(Listener, started=False)
    stage.bar(10_000, 10_100, 9_900, 10_050)
    stage.trade(10_060)
    assert not stage.said
    out = stage.deliver(StartStrategy())
    assert len(out) == 1, "it introduces itself and says nothing else"
    strategy: Any = stage.strategy
    assert strategy.heard == [("BTC-USD", 100.5, True), ("BTC-USD", 100.6, True)] and strategy.bars == 1


def test_what_it_saved_stands_over_what_it_heard_again() -> None:
    stage = Kept(Remembering)
    for n in range(10):
        stage.trade(10_000 + n)
    again: Any = stage.restarted().strategy
    assert again.total == stage.strategy.total  # type: ignore[attr-defined]


def test_a_new_version_hears_what_the_old_one_asked_for() -> None:
    """It takes over what was saved; one that fails while it listens changes nothing."""
    stage = Kept(Listener, {"warm_up": 5})
    for n in range(9):
        stage.trade(10_000 + n)
    with pytest.raises(ValueError, match="not again"):
        stage.machine.swap(Stubborn, None, stage.now)
    assert len(stage.strategy.heard) == 9  # type: ignore[attr-defined]
    stage.machine.swap(Listener, {"warm_up": 3}, stage.now)
    assert [price for _, price, _ in stage.strategy.heard] == [100.06, 100.07, 100.08]  # type: ignore[attr-defined]
    assert stage.trade(10_009) and stage.strategy.heard[-1][2] is False  # type: ignore[attr-defined]


@pytest.mark.parametrize("wanted", [-1, 1.5, True, timedelta(seconds=-1), "4h", 1_000_000])
def test_what_is_no_history_is_refused(wanted: Any) -> None:
    with pytest.raises(ValueError, match="warm_up must be a timedelta, or a number of prices"):
        Stage(Listener, {"warm_up": wanted})
