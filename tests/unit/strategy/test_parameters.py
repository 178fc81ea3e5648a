"""Parameters that are set and never read are named; every other way to use a config counts as reading it."""

import copy
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from seawall.strategy.parameters import Asked

CONFIG = {"fast": 10, "slow": 20}
READ_BOTH: list[Callable[[dict[str, Any]], Any]] = [
    lambda config: (config["fast"], config.get("slow")),
    lambda config: ("fast" in config, config.setdefault("slow", 5)),
    lambda config: (config.pop("fast"), config.pop("slow", None)),
    list,
    dict,
    lambda config: {**config},
    lambda config: dict(**config),
    lambda config: {"window": 5} | config,
    lambda config: config | {"window": 5},
    lambda config: list(config.items()),
    lambda config: list(config.values()),
    lambda config: list(config.keys()),
    copy.deepcopy,
    lambda config: config.copy().copy()["fast"] + config["slow"],
]


def unread(use: Callable[[dict[str, Any]], Any], config: dict[str, Any]) -> list[str]:
    asked = Asked()
    use(asked.watch(config))
    return asked.unread(config)


@pytest.mark.parametrize("use", READ_BOTH)
def test_what_was_read_is_not_complained_of(use: Callable[[dict[str, Any]], Any]) -> None:
    assert unread(use, CONFIG) == []


def test_one_that_nobody_read_is_named_with_what_was_probably_meant() -> None:
    [said] = unread(lambda config: (config.get("max_position_size", 1.0), config.get("fast")), {"fast": 1, "max_positon_size": 2})
    assert said == "parameter max_positon_size was set and never read; did you mean max_position_size?"


def test_one_that_is_like_no_other_is_named_with_what_was_read() -> None:
    assert unread(lambda config: config.get("window"), {"luck": 1}) == ["parameter luck was set and never read; read were window"]
    assert unread(lambda config: None, {"luck": 1}) == ["parameter luck was set and never read"]
    assert unread(lambda config: (config.get("fast"), config.get("slow")), {"slow": 1, "fasst": 2, "fast": 3}) == [
        "parameter fasst was set and never read"
    ], "what is set correctly was not meant"


def test_what_any_strategy_of_the_run_read_was_meant() -> None:
    asked = Asked()
    asked.watch(CONFIG).get("fast")
    asked.watch(CONFIG).get("slow")
    assert asked.unread(CONFIG) == []


def test_it_is_the_dict_that_it_was_made_of() -> None:
    watched = Asked().watch(CONFIG)
    assert watched == CONFIG
    assert watched.copy() == CONFIG
    assert msgspec.json.encode(watched) == msgspec.json.encode(CONFIG)
    watched["fast"] = 11
    assert CONFIG["fast"] == 10
