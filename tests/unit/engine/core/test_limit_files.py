"""Limit files: both forms, several files, what wins, and what is refused by its name."""

from typing import Any

import pytest
import yaml

from seawall.api.instruments import define_spot
from seawall.api.risk import Limits, SymbolLimits
from seawall.api.units import Nanos
from seawall.engine.core.feed import FeedSettings
from seawall.engine.core.feed_words import feed_from
from seawall.engine.core.limit_files import words_of
from seawall.engine.core.limit_words import limits_from

FIRST = """
risk_limits:
  position_limits:
    BTC-USD: {max_long: 10.0, max_short: -5.0}
    ETH-USD: {max_long: 200.0, max_short: -100.0}
  notional_limits: {per_strategy: 1000000, total_portfolio: 5000000}
  drawdown_limits: {daily_loss: -100000, strategy_drawdown: -0.15, portfolio_var: 500000}
  circuit_breakers: {portfolio_loss_pct: -0.10, single_strategy_loss: -50000, rapid_drawdown_rate: -0.05}
"""
SECOND = """
default_strategies: []
chaos_strategies: []
risk_limits:
  global: {max_portfolio_value: 10000000, max_daily_loss: 500000, max_drawdown: 0.20}
  per_strategy: {max_position_notional: 1000000, max_daily_trades: 1000, stop_loss_pct: 0.10}
"""
BTC, ETH = define_spot("x", "BTC-USD", tick="0.01", lot="0.001"), define_spot("x", "ETH-USD", tick="0.01", lot="0.001")


def loaded(*texts: str) -> Limits:
    words = words_of([(f"{number}.yaml", yaml.safe_load(text)) for number, text in enumerate(texts, 1)])
    return limits_from(words, Limits(), [BTC, ETH], decimals=2)


def test_both_forms_together() -> None:
    """Every key has become a limit; where both speak of one, the strictest holds, in whatever order they are read."""
    both = loaded(FIRST, SECOND)
    assert both == loaded(SECOND, FIRST)
    assert both.position == {"BTC-USD": SymbolLimits(10 * 10**8, 5 * 10**8), "ETH-USD": SymbolLimits(200 * 10**8, 100 * 10**8)}
    assert (both.max_strategy_notional, both.max_total_notional, both.max_position_notional) == (10**8, 5 * 10**8, 10**8)
    assert (both.max_daily_loss, both.max_var, both.max_strategy_loss) == (10**7, 5 * 10**7, 5 * 10**6)
    assert (both.max_portfolio_loss_bps, both.max_drawdown_bps, both.max_strategy_drawdown_bps) == (1_000, 2_000, 1_500)
    assert (both.stop_loss_bps, both.rapid_drawdown_bps, both.max_daily_trades) == (1_000, 500, 1_000)
    assert both.max_concentration_bps == 4_000, "unless a file says otherwise"


def test_what_protects_by_being_large_is_stricter_when_it_is_larger() -> None:
    one, other = (
        "limits: {hunter_equity: 2000, tier_wait: 60, max_orders: 3}",
        "limits: {hunter_equity: 3000, tier_wait: 30, max_orders: 4}",
    )
    for found in (loaded(one, other), loaded(other, one)):
        assert (found.hunter_equity, found.tier_wait, found.max_orders) == (300_000, 60 * 10**9, 3)


def test_one_file_may_hold_both_forms_and_our_own_keys() -> None:
    text = "risk_limits: {global: {max_drawdown: 0.3}, notional_limits: {per_strategy: 5}}\nlimits: {max_orders: 7, 'max_long:BTC-USD': 2}"
    found = loaded(text)
    assert (found.max_drawdown_bps, found.max_strategy_notional, found.max_orders) == (3_000, 500, 7)
    assert found.position["BTC-USD"].max_long == 2 * 10**8  # type: ignore[index]


def test_concentration_in_both_of_its_shapes() -> None:
    assert loaded("risk_limits: {concentration_limits: 0.25}").max_concentration_bps == 2_500
    found = loaded("risk_limits: {concentration_limits: {default: 0.3, BTC-USD: 0.6}}")
    assert (found.max_concentration_bps, found.concentration_bps) == (3_000, {"BTC-USD": 6_000})


def test_what_one_file_lifts_another_may_set() -> None:
    assert loaded("limits: {max_orders: none}", "limits: {max_orders: 9}").max_orders == 9
    assert loaded("limits: {price_collar_bps: none}").price_collar_bps is None


def test_signs_do_not_matter() -> None:
    one, other = "risk_limits: {global: {max_daily_loss: -5}}", "risk_limits: {global: {max_daily_loss: 5}}"
    assert loaded(one) == loaded(other)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"risk_limit": {}}, "no key 'risk_limit'"),
        ({"risk_limits": {"globl": {}}}, "risk_limits.globl: no such section"),
        ({"risk_limits": {"global": {"max_dradown": 1}}}, "risk_limits.global: no key 'max_dradown'; there are max_portfolio_value"),
        ({"risk_limits": {"position_limits": {"BTC-USD": {"long": 1}}}}, "risk_limits.position_limits.BTC-USD: no key 'long'"),
        ({"risk_limits": {"global": {"max_daily_loss": "much"}}}, "max_daily_loss: not a number: 'much'"),
        ({"risk_limits": {"global": {"max_daily_loss": True}}}, "a number is expected, got True"),
        ({"risk_limits": {"global": {"max_drawdown": 20}}}, "20 is more than all; ten per cent is written 0.10"),
        ({"risk_limits": {"global": {"max_drawdown": 0.12345}}}, "finer than a basis point"),
        ({"risk_limits": [1]}, "keys with values are expected, got list"),
        ({"limits": {"max_order": 1}}, "no limit 'max_order'"),
        ({"limits": {"max_long": 1}}, "no limit 'max_long'"),
        ([], "keys with values are expected, got list"),
    ],
)
def test_what_nobody_knows_is_refused_by_name_and_file(content: Any, said: str) -> None:
    with pytest.raises(ValueError, match=r"^mine\.yaml") as raised:
        words_of([("mine.yaml", content)])
    assert said in str(raised.value)


def test_a_window_is_longer_than_nothing() -> None:
    with pytest.raises(ValueError, match="rapid_window: a window is longer than nothing"):
        loaded("limits: {rapid_window: 0}")


def test_every_figure_says_what_it_is_in() -> None:
    """Money in the valuation currency, quantities in the symbol's base currency, times in seconds; "none" lifts a limit."""
    words = {"max_order_quantity:BTC-USD": "0.5", "concentration_bps:ETH-USD": "6000", "max_short:ETH-USD": "3", "max_order_value": "12.34"}
    found = limits_from({**words, "max_price_age": "1.5", "prevent_self_match": "none"}, Limits(), [BTC, ETH], decimals=2)
    assert (found.max_order_quantity, found.concentration_bps) == ({"BTC-USD": 5 * 10**7}, {"ETH-USD": 6_000})
    assert (found.position, found.max_order_value, found.max_price_age) == (
        {"ETH-USD": SymbolLimits(max_short=3 * 10**8)}, 1_234, 1_500_000_000
    )  # fmt: skip
    assert found.prevent_self_match is False
    assert limits_from({"max_long:BTC-USD": "none", "max_var": "none"}, found, [BTC], decimals=2).position["BTC-USD"].max_long is None  # type: ignore[index]
    assert limits_from({"max_order_quantity:BTC-USD": "none"}, found, [BTC], 2).max_order_quantity["BTC-USD"] > 10**18  # type: ignore[index]


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("max_short:BTC-USD", "-2", "max_short:BTC-USD: -2 is negative; shorts are written as positive numbers"),
        ("max_order_value", "-1", "max_order_value: -1 is negative"),
        ("max_order_value", "1.234", "limit max_order_value: "),
        ("max_orders", "many", "limit max_orders: "),
        ("prevent_self_match", "yes", "prevent_self_match: 1 or none, got yes"),
        ("max_long:DOGE-USD", "1", "max_long:DOGE-USD: no such symbol in the data; there are BTC-USD, ETH-USD"),
        ("max_orders:BTC-USD", "1", "no limit 'max_orders:BTC-USD'"),
    ],
)
def test_a_limit_that_makes_no_sense_is_told(key: str, text: str, said: str) -> None:
    with pytest.raises(ValueError, match="limit") as raised:
        limits_from({key: text}, Limits(), [BTC, ETH], decimals=2)
    assert said in str(raised.value)


def test_the_gate_is_set_with_the_limits() -> None:
    """The stricter figure wins: of confirmations that is the larger one."""
    texts = ("limits: {max_jump_bps: 300, confirmations: 2, max_lag: 5}", "limits: {max_jump_bps: 500, confirmations: 4, in_order: 1}")
    words = words_of([(f"{number}.yaml", yaml.safe_load(text)) for number, text in enumerate(texts)])
    found = feed_from(words, FeedSettings(max_lead=Nanos(9)))
    assert found == FeedSettings(in_order=True, max_lag=Nanos(5 * 10**9), max_lead=Nanos(9), max_jump_bps=300, confirmations=4)
    assert limits_from(words, Limits(), [BTC], decimals=2) == Limits()
    assert feed_from({"in_order": "none", "max_lead": "none"}, found).in_order is False
    for key, text in (("max_lag", "soon"), ("max_lag", "-1"), ("confirmations", "0"), ("confirmations", "none"), ("in_order", "2")):
        with pytest.raises(ValueError, match=f"limit {key}: "):
            feed_from({key: text}, FeedSettings())
