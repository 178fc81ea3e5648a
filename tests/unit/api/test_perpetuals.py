"""Perpetuals from decimal texts: what they derive, and what they refuse."""

from itertools import pairwise

import pytest

from seawall.api.instruments import InstrumentKind
from seawall.api.perpetuals import define_perpetual
from seawall.api.units import HOUR, PPB


def test_what_a_perpetual_derives() -> None:
    perpetual = define_perpetual("v", "BTC-USDT-PERP", tick="0.1", lot="0.001", max_leverage="50", funding_interval_hours="4")
    assert (perpetual.kind, perpetual.base, perpetual.quote) == (InstrumentKind.PERPETUAL, "BTC", "USDT")
    assert perpetual.margin is not None
    (tier,) = perpetual.margin.tiers
    assert (tier.initial_ppb, tier.maintenance_ppb, tier.max_notional) == (PPB // 50, PPB // 100, 0)
    assert perpetual.margin.funding_interval == 4 * HOUR


def test_a_lot_counts_contracts() -> None:
    """One contract is 0.01 BTC: a lot of one contract is worth as much, and so is the smallest order of five."""
    perpetual = define_perpetual("v", "BTC-USDT-PERP", tick="0.1", lot="1", contract_multiplier="0.01", min_quantity="5")
    assert (perpetual.lot_value, perpetual.min_quantity) == (10**6, 5)
    assert perpetual.margin is not None and perpetual.margin.contract_value == 10**6


def test_maintenance_is_continuous_from_tier_to_tier() -> None:
    """At each bound both tiers ask for the same."""
    perpetual = define_perpetual(
        "v",
        "BTC-USDT-PERP",
        tick="0.1",
        lot="0.001",
        tiers=[("300000", "0.01", "0.004"), ("800000", "0.02", "0.005"), (None, "0.1", "0.05")],
    )
    assert perpetual.margin is not None
    tiers = perpetual.margin.tiers
    for lower, upper in pairwise(tiers):
        low, high = (lower.max_notional * t.maintenance_ppb // PPB - t.deduction for t in (lower, upper))
        assert low == high


@pytest.mark.parametrize(
    ("symbol", "terms", "reason"),
    [
        ("BTC-USDT", {}, "reads BASE-QUOTE-PERP"),
        ("BTCUSDT-PERP", {}, "v:BTCUSDT-PERP: the symbol reads BASE-QUOTE"),
        ("BTC-USDT-PERP", {"max_leverage": "0.5"}, "max_leverage is 1 or more"),
        ("BTC-USDT-PERP", {"initial_margin": "0.1", "maintenance_margin": "0.2"}, "maintenance < initial"),
        ("BTC-USDT-PERP", {"maintenance_margin": "0"}, "0 < maintenance"),
        ("BTC-USDT-PERP", {"contract_multiplier": "-1"}, "contract_multiplier must be positive"),
        ("BTC-USDT-PERP", {"funding_interval_hours": "0"}, "funding_interval_hours must be 1 or more"),
        ("BTC-USDT-PERP", {"liquidation_fee": "2"}, "liquidation_fee is a fraction"),
        ("BTC-USDT-PERP", {"tiers": [("100", "0.1", "0.05")], "max_leverage": "5"}, "not both"),
        ("BTC-USDT-PERP", {"tiers": [(None, "0.1", "0.05"), ("100", "0.2", "0.1")]}, "rising notional"),
        ("BTC-USDT-PERP", {"tiers": [("100", "0.1", "0.05"), ("200", "0.05", "0.02")]}, "rising notional"),
        ("BTC-USDT-PERP", {"initial_margin": "plenty"}, "not a number"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_name(symbol: str, terms: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        define_perpetual("v", symbol, tick="0.1", lot="0.001", **terms)  # type: ignore[arg-type]
