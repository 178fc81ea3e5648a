"""The reference pages say what is there: every field, column, file, check and limit, and nothing else."""

import inspect
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
import yaml

from seawall.analytics.attribution import Attribution
from seawall.analytics.figures import StrategyPerformance
from seawall.analytics.result import Result
from seawall.analytics.summary import Summary
from seawall.api.instruments import define_spot
from seawall.api.risk import Limits
from seawall.api.supervision import TradingMode
from seawall.api.units import SECOND
from seawall.backtest import run_backtest
from seawall.backtest.run import default_limits
from seawall.cli import main
from seawall.engine.core.checks import CHECKS
from seawall.engine.core.feed import FeedSettings, Refused
from seawall.engine.core.feed_words import FEED, feed_from
from seawall.engine.core.limit_files import SECTIONS, words_of
from seawall.engine.core.limit_words import SECONDS, limits_from
from seawall.engine.core.modes import TRANSITIONS
from seawall.engine.core.monitors import BREAKERS, MONITORS
from seawall.market_data.recorded import open_recording
from seawall.sim.scenario import FEED as SIMULATED
from seawall.strategy import (
    Bar,
    MarketSignal,
    OpenOrder,
    OrderBook,
    OrderFill,
    OrderUpdate,
    PriceUpdate,
    RiskBreach,
    TradingStrategy,
    triggers,
)
from seawall.strategy import bars as bar_builders
from seawall.strategy.bars import BarBuilder
from seawall.strategy.indicators import INDICATORS
from seawall.strategy.loader import CALLBACKS
from tests.docs.pages import ROOT, blocks, documented, rows, section, words

TRADES = {"ts": [1_700_000_000, 1_700_000_060], "price": [100.0, 101.0], "qty": [5.0, 5.0]}
BTC = define_spot("north", "BTC-USD", tick="0.5", lot="0.001")


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def fields(kind: Any) -> list[str]:
    """And properties: to a reader they are the same."""
    return [*kind.__struct_fields__, *(name for name, value in vars(kind).items() if isinstance(value, property))]


@pytest.fixture(scope="module")
def result() -> Result:
    return run_backtest(TradingStrategy, TRADES, symbol="BTC-USD")


@pytest.mark.parametrize("kind", [PriceUpdate, OrderBook, Bar, MarketSignal, OrderFill, OrderUpdate, OpenOrder, RiskBreach])
def test_what_a_strategy_receives_and_returns(kind: Any) -> None:
    assert sorted(documented(page("strategies.md"), kind.__name__)) == sorted(fields(kind))


def test_what_a_strategy_has() -> None:
    """Attributes, callbacks and methods: all that is public on the base class but what carries wishes away."""
    text = page("strategies.md")
    attributes, callbacks = documented(text, "What is there"), documented(text, "Callbacks")
    methods = [name for row in rows(section(text, "Ordering")) for name in words(row[0]) if "(" in name]
    there = {name for name in (*dir(TradingStrategy), *vars(TradingStrategy({}))) if not name.startswith("_")} - {"outbox", "order_ids"}
    assert sorted([*attributes, *callbacks, *(name.partition("(")[0] for name in methods)]) == sorted(there)
    assert sorted(name for name in callbacks if not name.endswith("_state")) == sorted(CALLBACKS)
    for shown in [*methods, *(words(row[0])[0] for row in rows(section(text, "Callbacks")))]:
        name, _, arguments = shown.rstrip(")").partition("(")
        taken = [str(p).partition(":")[0] for p in inspect.signature(getattr(TradingStrategy, name)).parameters.values()]
        assert [argument for argument in arguments.split(", ") if argument] == taken[1:], shown


def test_what_an_order_may_be_told() -> None:
    """The options in the table are those that the documentation of `buy` names."""
    options = [name for name in documented(page("strategies.md"), "Ordering") if not hasattr(TradingStrategy, name)]
    assert TradingStrategy.buy.__doc__ is not None
    named = re.sub(r"\([^)]*\)", "", TradingStrategy.buy.__doc__.split("Options:")[1])
    assert sorted(options) == sorted(re.findall(r"\w+", named))


def test_every_strategy_that_is_shipped_and_every_trigger() -> None:
    shipped = [str(file.relative_to(ROOT / "strategies")) for file in (ROOT / "strategies").rglob("*.py")]
    shown = [name for name in documented(page("strategies.md"), "To read, and to break things with") if name != "strategies/"]
    assert sorted(shown) == sorted([*shipped, *triggers.KEYS, *triggers.CONDITION_KEYS])


def _parameter(parameter: inspect.Parameter) -> str:
    return parameter.name if parameter.default is inspect.Parameter.empty else f"{parameter.name}={parameter.default!r}"


def test_every_indicator_and_every_kind_of_bar() -> None:
    """As they are made: with their parameters and defaults."""
    kinds = [getattr(bar_builders, name) for name in bar_builders.__all__ if name != BarBuilder.__name__]
    for heading, there in (("Indicators", INDICATORS), ("Bars from ticks", kinds)):
        shown = [words(row[0])[0] for row in rows(section(page("strategies.md"), heading)) if words(row[0])]
        made = [f"{kind.__name__}({', '.join(_parameter(p) for p in inspect.signature(kind).parameters.values())})" for kind in there]
        assert sorted(shown) == sorted(made)


def test_what_a_run_writes(result: Result, tmp_path: Path) -> None:
    result.write(tmp_path)
    assert sorted(documented(page("results.md"), "Files")) == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.parametrize("name", ["fills", "orders", "cash", "equity", "exposure", "prices", "round_trips"])
def test_the_columns_of_every_table(name: str, result: Result) -> None:
    """In their order."""
    assert documented(page("results.md"), f"{name}.parquet") == getattr(result, name).columns


@pytest.mark.parametrize(("heading", "kind"), [("result.json", Summary), ("Figures", StrategyPerformance), ("Attribution", Attribution)])
def test_the_keys_of_the_result(heading: str, kind: Any) -> None:
    assert sorted(documented(page("results.md"), heading)) == sorted(kind.__struct_fields__)


def test_every_check_is_explained_in_the_order_in_which_they_look() -> None:
    assert documented(page("limits.md"), "Checks") == [check.__name__ for check in CHECKS]


def test_every_monitor_is_explained_with_what_its_breaker_does() -> None:
    shown = {words(row[0])[0]: row[3] for row in rows(section(page("limits.md"), "Monitors and breakers"))}
    assert list(shown) == [monitor.__name__ for monitor in MONITORS]
    acts = {name: action.replace("_", " ") for name, action in BREAKERS.items()}
    assert shown == {name: acts.get(name, "") for name in shown}


def test_every_mode_of_trading_is_explained_with_where_it_leads() -> None:
    """In the order of the table that says so, and with no mode that is not there."""
    shown = {words(row[0])[0]: words(row[2]) for row in rows(section(page("limits.md"), "Modes of trading"))}
    assert list(shown) == [str(mode) for mode in TRANSITIONS]
    assert sorted(shown) == sorted(TradingMode)
    for mode in ("liquidating", "stopping", "stopped"):
        assert [word for word in shown[mode] if word in list(TradingMode)] == list(TRANSITIONS[TradingMode(mode)])


def test_every_limit_is_explained() -> None:
    """In the table of limits and in one of those that enforce them, and by a key that `--limit` takes."""
    text = page("limits.md")
    shown = documented(text, "Limits")
    enforced = [key for heading in ("Checks", "Monitors and breakers") for row in rows(section(text, heading)) for key in words(row[2])]
    assert sorted(shown) == sorted(dict.fromkeys(enforced))
    for key in shown:
        limits_from({key.replace("SYMBOL", "BTC-USD"): "1"}, Limits(), [BTC], decimals=8)
    of_positions = ("max_long", "max_short")
    names = {"position" if name in of_positions else name for name in (key.partition(":")[0] for key in shown)}
    assert names == set(Limits.__struct_fields__)


def test_every_key_of_a_limit_file_is_explained_with_its_limit() -> None:
    text = section(page("limits.md"), "Limit files")
    table = {key: words(limit) for key_cell, limit, _, _ in rows(text) for key in words(key_cell)}
    for part, names in SECTIONS.items():
        for key, limit in names.items():
            assert table.pop(f"{part}.{key}") == [limit]
    assert list(table) == ["position_limits.SYMBOL.max_long", "position_limits.SYMBOL.max_short", "concentration_limits"]
    (example,) = (block.body for block in blocks(text) if block.language == "yaml")
    found = words_of([("limits.yaml", yaml.safe_load(example))])
    assert {key.partition(":")[0] for key in found} == {limit.partition(":")[0] for row in rows(text) for limit in words(row[1])} | {
        "max_orders"
    }


def test_every_setting_of_the_gate_is_explained_with_its_defaults() -> None:
    table = rows(section(page("limits.md"), "The gate"))
    assert sorted(words(row[0])[0] for row in table) == sorted(FEED)
    for key, _, _, defaults in table:
        for text, settings in zip(defaults.split(", "), (FeedSettings(), SIMULATED), strict=True):
            assert feed_from({words(key)[0]: text}, settings) == settings, key


def test_every_reason_to_refuse_market_data_is_explained() -> None:
    """In the order in which they are looked for."""
    assert documented(page("data.md"), "The gate for market data") == [str(reason) for reason in Refused]


def test_the_default_of_every_limit() -> None:
    """Durations are in seconds. What is none by default is not limited."""
    shown = {words(key)[0]: default.split(",")[0] for key, _, default in rows(section(page("limits.md"), "Limits"))}
    stated = {key: None if default == "none" else int(default) for key, default in shown.items() if ":" not in key}
    defaults = msgspec.structs.asdict(default_limits(open_recording(TRADES, symbol="BTC-USD"), decimals=0))
    for key in SECONDS:
        defaults[key] = None if defaults[key] is None else defaults[key] // SECOND
    by_symbol = ("max_order_quantity", "position", "concentration_bps")
    assert stated == {key: value for key, value in defaults.items() if key not in by_symbol}
    assert [default for key, default in shown.items() if ":" in key] == ["none"] * 4
    assert not any(defaults[key] for key in by_symbol)


def test_every_command_that_a_page_names_exists() -> None:
    """And has the options that are shown with it. Shown being refused: one that is planned."""
    app = typer.main.get_command(main.build(()))
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "tutorials").glob("*.md"))]
    used = [line for path in pages for block in blocks(path.read_text(encoding="utf-8")) for line in re.findall(r"seawall .*", block.body)]
    commands = app.commands  # type: ignore[attr-defined]
    for line in used:
        name = line.split()[1]
        if name in main.NOT_BUILT_YET:
            continue
        assert name in commands, line
        command = commands[name]
        if within := getattr(command, "commands", None):
            assert line.split()[2] in within, line
            command = within[line.split()[2]]
        options = [option for parameter in command.params for option in parameter.opts]
        assert [word for word in re.findall(r"(?<= )--[\w-]+", line) if word not in options] == [], line
