"""docs/markets.md says what a market's file may hold: every kind with every key, effects, the desk; and its example can be read."""

import re
from typing import Any

import pytest

from seawall.market_data.core.market import Desk
from seawall.market_data.core.processes import PROCESSES, Regime
from seawall.market_data.core.shocks import SHOCKS
from seawall.market_data.core.shocks.curve import Effect
from seawall.market_data.core.shocks.path import Point
from seawall.market_data.core.traders import TRADERS
from seawall.market_data.core.traders.market_makers import Level
from seawall.market_data.core.traders.weather import WeatherSense
from seawall.market_data.market_file import parse_market, shipped_markets
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "markets.md").read_text(encoding="utf-8")
PARTS = {"regimes": Regime, "points": Point, "levels": Level}
COMMON = {"Processes": (), "Traders": ("name", "venues", "symbols", "wealth"), "Shocks": ("at",)}
KINDS = [("Processes", kind) for kind in PROCESSES] + [("Traders", kind) for kind in TRADERS] + [("Shocks", kind) for kind in SHOCKS]


def words(text: str) -> list[str]:
    return re.findall(r"`([a-z_0-9]+)`", text)


def told(heading: str) -> dict[str, list[str]]:
    """Kind -> keys, as the table under the heading has them."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.split("|") for line in part.splitlines() if line.startswith("| `")]
    return {words(row[1])[0]: words(row[2]) for row in rows}


@pytest.mark.parametrize(("heading", "kind"), KINDS, ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_every_kind_is_told_with_all_its_keys(heading: str, kind: Any) -> None:
    keys: list[str] = []
    for field in kind.__struct_fields__:
        if field not in COMMON[heading] or (heading, kind.__struct_config__.tag) == ("Shocks", "path"):
            keys += [field, *(PARTS[field].__struct_fields__ if field in PARTS else ())]
    assert sorted(told(heading)[kind.__struct_config__.tag]) == sorted(keys)


def test_no_kind_is_told_that_does_not_exist() -> None:
    for heading, registry in (("Processes", PROCESSES), ("Traders", TRADERS), ("Shocks", SHOCKS)):
        assert list(told(heading)) == [kind.__struct_config__.tag for kind in registry]


def test_the_rest_is_told_too() -> None:
    said = words(PAGE)
    for name in (*Desk.__struct_fields__, *WeatherSense.__struct_fields__, *map(str, Effect)):
        assert name in said, name
    assert all(name in PAGE for name in shipped_markets())


def test_the_example_can_be_read() -> None:
    market = parse_market(PAGE.split("```yaml\n")[1].split("```")[0])
    assert len(market.assets) == 2
