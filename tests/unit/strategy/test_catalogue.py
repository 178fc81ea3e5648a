"""Lists of strategies in YAML, as the specification of the trading engine prints them; and what is refused, by name."""

from pathlib import Path

import pytest

from seawall.strategy.catalogue import distinct, load_strategies, read_catalogue, source_files
from seawall.strategy.loader import StrategyError

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "strategies"

STRATEGIES = """
default_strategies:
  - name: "arbitrage"
    class: "ArbitrageStrategy"
    enabled: true
    config:
      min_spread_bps: 10
      max_position_size: 1.0
      venues: ["exchange-1", "exchange-2"]

chaos_strategies:
  - name: "runaway"
    class: "RunawayStrategy"
    enabled_in_test: true
    trigger_probability: 0.05  # 5% chance per hour
    max_duration_minutes: 10

risk_limits:
  global:
    max_portfolio_value: 10000000
"""
CHAOS = """
strategies:
  runaway_buying:
    class: "RunawayStrategy"
    trigger_conditions:
      - market_condition: "low_volatility"
        probability: 0.1
        duration_minutes: 5

  risk_ignoring:
    class: "RiskIgnorantStrategy"
    trigger_conditions:
      - risk_breach_count: 3
        escalation_factor: 2.0

  volatility_amplifier:
    class: "VolatilityAmplifierStrategy"
    parameters:
      momentum_threshold: 0.02
      amplification_factor: 2.0
      max_duration_minutes: 30
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STRATEGIES_PATH", str(SHIPPED))
    return tmp_path


def test_both_lists_of_the_specification_load(folder: Path) -> None:
    """Under their names, with their parameters, which beat what the code has as default."""
    (folder / "strategies.yaml").write_text(STRATEGIES)
    (folder / "chaos_strategies.yaml").write_text(CHAOS)
    arbitrage, runaway = load_strategies([str(folder / "strategies.yaml")])
    assert [kind.__name__ for kind in (arbitrage, runaway)] == ["arbitrage", "runaway"]  # type: ignore[attr-defined]
    made = arbitrage({})
    assert made.config == {"min_spread_bps": 10, "max_position_size": 1.0, "venues": ["exchange-1", "exchange-2"]}
    assert (made.max_position_size, made.venues) == (1.0, ["exchange-1", "exchange-2"])  # type: ignore[attr-defined]
    assert (runaway({}).triggers.hourly, runaway({}).triggers.longest) == (0.05, 10)  # type: ignore[attr-defined]
    buying, ignoring, amplifier = load_strategies([str(folder / "chaos_strategies.yaml")])
    assert buying({}).triggers.conditions[0]["probability"] == 0.1  # type: ignore[attr-defined]
    assert ignoring({}).triggers.conditions[0]["escalation_factor"] == 2.0  # type: ignore[attr-defined]
    assert (amplifier({}).threshold, amplifier({}).factor, amplifier({}).triggers.longest) == (0.02, 2.0, 30)  # type: ignore[attr-defined]


def test_what_is_set_beats_the_list(folder: Path) -> None:
    (folder / "list.yaml").write_text(STRATEGIES)
    (arbitrage,) = load_strategies([f"{folder}/list.yaml::arbitrage"], {"max_position_size": 5.0})
    assert arbitrage({"max_position_size": 5.0}).max_position_size == 5.0  # type: ignore[attr-defined]


def test_what_is_switched_off_runs_only_when_it_is_named(folder: Path) -> None:
    (folder / "list.yaml").write_text(STRATEGIES.replace("enabled_in_test: true", "enabled_in_test: false"))
    assert [kind.__name__ for kind in load_strategies([f"{folder}/list.yaml"])] == ["arbitrage"]  # type: ignore[attr-defined]
    assert len(load_strategies([f"{folder}/list.yaml::runaway"])) == 1


def test_the_lists_that_are_shipped_load() -> None:
    assert [entry.name for entry in read_catalogue(SHIPPED / "strategies.yaml")] == ["arbitrage", "runaway"]
    names = [entry.name for entry in read_catalogue(SHIPPED / "chaos" / "chaos_strategies.yaml")]
    assert names == ["runaway_buying", "risk_ignoring", "volatility_amplifier", "correlation_breaking", "slow_leak"]
    assert len(load_strategies([str(SHIPPED / "strategies.yaml"), str(SHIPPED / "chaos" / "chaos_strategies.yaml")])) == 7
    assert [file.name for file in source_files(f"{SHIPPED}/chaos/chaos_strategies.yaml::slow_leak")] == [
        "chaos_strategies.yaml",
        "slow_leak.py",
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("strategies:\n  a:\n    class: RunawayStrategy\n    mood: bad", "a: unknown key mood"),
        ("strategy:\n  a: 1", "unknown key strategy"),
        ("strategies:\n  a:\n    class: NobodyKnows", "no file defines the class NobodyKnows"),
        ("strategies:\n  a:\n    class: 'not a name'", "class is 'not a name'"),
        ("default_strategies:\n  - class: Arbitrage", "an entry without a name"),
        ("default_strategies:\n  - {name: a, class: Arbitrage, enabled: perhaps}", "enabled is 'perhaps'"),
        ("default_strategies:\n  - {name: a, class: Arbitrage}\n  - {name: a, class: Arbitrage}", "the name a is there twice"),
        ("default_strategies: Arbitrage", "a list is needed"),
        ("[]", "key: value pairs are needed"),
        ("risk_limits: {}", "lists no strategy"),
        ("a: [", "is not YAML"),
        ("strategies:\n  a:\n    class: RunawayStrategy\n    trigger_conditions: [{weather: rain}]", "weather"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, text: str, what: str) -> None:
    (folder / "list.yaml").write_text(text)
    with pytest.raises(StrategyError, match=what):
        load_strategies([f"{folder}/list.yaml"])


def test_a_name_that_is_not_in_the_list(folder: Path) -> None:
    (folder / "list.yaml").write_text(CHAOS)
    with pytest.raises(StrategyError, match="has no strategy nobody"):
        load_strategies([f"{folder}/list.yaml::nobody"])


def test_no_two_strategies_have_one_name() -> None:
    """The first keeps its own; a number that somebody is called by already is not given twice."""
    assert distinct(["Pairs", "Drift", "Pairs", "Pairs"]) == ["Pairs", "Drift", "Pairs-2", "Pairs-3"]
    assert distinct(["Pairs", "Pairs-2", "Pairs"]) == ["Pairs", "Pairs-2", "Pairs-3"]
    assert distinct(["Pairs", "Pairs", "Pairs-2"]) == ["Pairs", "Pairs-2", "Pairs-2-2"]
    assert distinct([]) == []
