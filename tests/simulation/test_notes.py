"""What is taken down of a run is what happened: every fill once, under its strategy's name, and every order once, whatever crashed."""

from functools import cache

import pytest

from seawall.analytics.build import build_result
from seawall.analytics.recorder import Recorder
from seawall.analytics.result import Result
from seawall.analytics.summary import RunSummary
from seawall.api.message import strategy_name
from seawall.api.units import MINUTE, Currency
from seawall.sim import scenario
from seawall.sim.notes import Notes
from seawall.sim.world import World
from tests.simulation.restless import SIZES, Restless

HOURS = 0.15
SPECS = [scenario.StrategySpec(name, Restless, {"max_position_size": SIZES}) for name in ("one", "two")]
SEEDS = [(1, "none"), (2, "mild"), *((seed, "rough") for seed in range(3, 8))]


def observed(seed: int, faults: str, sampled: int = MINUTE) -> tuple[World, Notes]:
    recorder = Recorder(scenario.INSTRUMENTS, scenario.VALUATION, scenario.DECIMALS)
    notes = Notes(scenario.ENGINE, recorder, scenario.opening_equity())
    world = scenario.build(seed, HOURS, faults, SPECS, [notes])
    notes.attach(world, scenario.opening_deposits())
    end = world.start + scenario.duration_ns(HOURS)
    while world.now < end:
        world.run_for(min(sampled, end - world.now))
        notes.sample(world.now)
    notes.finish(world.now)
    return world, notes


@cache
def passed(seed: int, faults: str) -> tuple[World, Notes, Result]:
    world, notes = observed(seed, faults)
    engine = notes.last_engine
    summary = RunSummary(
        strategies=tuple(spec.address for spec in SPECS),
        start=world.start,
        end=world.now,
        complete=True,
        opening_equity=notes.opening_equity,
        marks={key: market.mark() for key, market in engine.state.markets.items()},
        rates={Currency("USDT"): (1, 1)},
    )
    return world, notes, build_result(notes.recorder, summary)


@pytest.mark.parametrize(("seed", "faults"), SEEDS)
def test_fills_are_those_of_the_engines_positions(seed: int, faults: str) -> None:
    _, notes, result = passed(seed, faults)
    for strategy, held in notes.last_engine.state.positions.items():
        own = result.fills.filter(result.fills["strategy"] == strategy_name(strategy))
        assert len(own) == notes.fills[strategy] == sum(position.fills for position in held.values())
    assert len(result.fills) == sum(notes.fills.values()) > 50
    for venue in scenario.VENUES:
        assert result.fills.filter(result.fills["venue"] == venue)["ts"].is_sorted()  # Each on its own clock.


@pytest.mark.parametrize(("seed", "faults"), SEEDS)
def test_every_order_is_told_once(seed: int, faults: str) -> None:
    _, notes, result = passed(seed, faults)
    for strategy, account in notes.last_engine.state.strategies.items():
        assert notes.orders[strategy] == account.orders
    assert result.orders["order_id"].len() == result.orders["client_order_id"].n_unique() == sum(notes.orders.values())


@pytest.mark.parametrize(("seed", "faults"), SEEDS)
def test_the_result_earns_what_the_engine_earned(seed: int, faults: str) -> None:
    """Both sum exactly and round once."""
    _, notes, result = passed(seed, faults)
    total = notes.last_engine.portfolio.total()
    assert total == int(result.summary.total_pnl * scenario.COIN)


def test_taking_notes_changes_nothing() -> None:
    """Neither the observer nor the pauses for samples leave a trace in the run."""
    undisturbed = scenario.build(4, HOURS, "rough", SPECS)
    undisturbed.run_for(scenario.duration_ns(HOURS))
    assert passed(4, "rough")[0].digest() == undisturbed.digest()


def test_while_the_engine_is_down_nobody_samples() -> None:
    world, notes = observed(1, "none")
    before = samples(notes)
    world.crash(scenario.ENGINE)
    assert notes.engine() is None
    notes.sample(world.now)
    assert samples(notes) == before > 0
    assert notes.last_engine.address == scenario.ENGINE


def samples(notes: Notes) -> int:
    notes.recorder.pack()
    return len(notes.recorder.equity.columns[0])


def test_deposits_are_transfers() -> None:
    _, _, result = passed(1, "none")
    assert result.cash["kind"].unique().to_list() == ["transfer"]
    assert len(result.cash) == len(scenario.VENUES) * len(scenario.DEPOSITS)
