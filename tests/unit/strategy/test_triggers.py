"""When strategies that misbehave on purpose do so: conditions, chances, durations, escalation, and all of it after a restart."""

from typing import Any

import msgspec
import pytest

from seawall.api.units import HOUR, MINUTE, SECOND
from seawall.runtime.rng import Rng
from seawall.strategy import PriceUpdate
from seawall.strategy.random import StrategyRandom
from seawall.strategy.triggers import Triggers

START = 1_700_000_400 * SECOND // HOUR * HOUR


def prices(triggers: Triggers, minutes: int, price: Any = lambda n: 100.0, first: int = 0, seed: int = 1) -> list[bool]:
    """One price a minute: at which of them it was time."""
    random = StrategyRandom(Rng(seed))
    return [
        triggers.active(PriceUpdate("BTC-USD", "north", START + n * MINUTE, price(n)), random) for n in range(first, first + minutes)
    ]  # fmt: skip


def wave(n: int) -> float:
    """More and more restless, but for two hours from the thousandth minute on."""
    return 100.0 + (n % 2) * (0.01 if 1_000 <= n < 1_120 else 1.0 + n / 1_000)


def test_without_conditions_it_is_always_time() -> None:
    assert prices(Triggers({}), 50) == [True] * 50


def test_a_spell_ends_and_rests_as_long() -> None:
    assert prices(Triggers({"max_duration_minutes": 3}), 12) == ([True] * 3 + [False] * 3) * 2


def test_so_many_breaches_begin_it_and_each_further_one_escalates() -> None:
    triggers = Triggers({"trigger_conditions": [{"risk_breach_count": 3, "escalation_factor": 2.0}]})
    seen = []
    for _ in range(6):
        seen.append((triggers.intensity, prices(triggers, 1)[0]))
        triggers.breached(START - 1)
    assert seen == [(1.0, False), (1.0, False), (1.0, False), (1.0, True), (2.0, True), (4.0, True)]


def test_a_quiet_market_begins_it() -> None:
    """Only then, and for as long as it says."""
    condition = {"market_condition": "low_volatility", "probability": 1.0, "duration_minutes": 5}
    active = prices(Triggers({"trigger_conditions": [condition]}), 2_000, wave)
    assert any(active[1_000:1_125]) and not any(active[600:1_000]) and not any(active[1_200:1_900])


def test_chances_are_drawn_once_a_minute_and_once_an_hour() -> None:
    minute = prices(Triggers({"trigger_conditions": [{"probability": 0.1, "duration_minutes": 1}]}), 20_000)
    assert sum(minute) / 20_000 == pytest.approx(0.1, abs=0.02)
    hour = prices(Triggers({"trigger_probability": 0.5, "max_duration_minutes": 10}), 60_000)
    assert sum(hour) / 60_000 == pytest.approx(0.5 * 10 / 60, abs=0.015)
    many = StrategyRandom(Rng(3))
    triggers = Triggers({"trigger_conditions": [{"probability": 0.1, "duration_minutes": 1}]})
    updates = [PriceUpdate("BTC-USD", "north", START + second * SECOND, 1.0) for second in range(600_000)]
    assert sum(triggers.active(update, many) for update in updates) / 600_000 == pytest.approx(0.1, abs=0.02)


def test_what_was_saved_goes_on() -> None:
    condition = {"market_condition": "low_volatility", "probability": 1.0, "duration_minutes": 5}
    straight, first, second = (Triggers({"trigger_conditions": [condition]}) for _ in range(3))
    expected = prices(straight, 1_500, wave)
    prices(first, 1_050, wave)
    second.load_state(msgspec.msgpack.decode(msgspec.msgpack.encode(first.save_state())))
    assert prices(second, 450, wave, first=1_050) == expected[1_050:]


@pytest.mark.parametrize(
    ("config", "what"),
    [
        ({"trigger_conditions": [{"weather": "rain"}]}, "'weather' is not known; there are market_condition"),
        ({"trigger_conditions": [{"market_condition": "panic"}]}, "'panic' is not known"),
        ({"trigger_conditions": "always"}, "a list of conditions"),
        ({"trigger_conditions": ["always"]}, "keys and values"),
        ({"trigger_conditions": [{"probability": 1.5}]}, "above 0 and at most 1"),
        ({"trigger_probability": -1}, "trigger_probability must be"),
        ({"max_duration_minutes": "long"}, "max_duration_minutes must be"),
    ],
)
def test_what_makes_no_sense_is_refused(config: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        Triggers(config)
