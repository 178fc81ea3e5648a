"""A market's file: what people write is read as they mean it, and what cannot be is refused with its place and a way out."""

from pathlib import Path

import pytest

from seawall.api.instruments import PercentPrice, PriceBands, VelocityPause
from seawall.api.perpetuals import define_perpetual
from seawall.api.rate_limits import RateLimit, RateLimitKind, RateLimits
from seawall.api.units import HOUR, MINUTE, PPB, SECOND, Nanos
from seawall.market_data.core.figures import WORTH
from seawall.market_data.core.processes import GeometricBrownian, Jumps, Regime, RegimeSwitching
from seawall.market_data.core.shocks import Depeg, Drain
from seawall.market_data.core.traders import MarketMakers, NoiseTraders
from seawall.market_data.market_file import MARKETS_HINT, MarketFileError, load_market, market_path, parse_market, shipped_markets
from tests.docs.pages import ROOT

PERCENT_PRICE = "bid_up_bps: 12000, bid_down_bps: 8000, ask_up_bps: 12000, ask_down_bps: 8000"
BASE = """
assets:
  BTC: {opening: "60,000", processes: [{kind: geometric_brownian, volatility: 0.6 %, drift: -5 bps}]}
  USDC: {opening: 1}
correlation: {BTC USDC: -0.25}
venues:
  alpha:
    taker_fee: 0.0002
    strays: {deviation: 8bps, reverts_over: 1h 30m}
    instruments:
      BTC-USDT: {tick: 0.1, lot: 0.00001}
      USDC-USDT: {tick: 0.0001, lot: 1, taker_fee: 0}
traders:
  - {kind: market_maker, levels: [{distance: 1 bps, value: 5000}], symbols: BTC-USDT}
  - {kind: noise, every: 250ms, amount: 800}
shocks:
  - {kind: depeg, at: 4 h, asset: USDC, fall: 13 %}
  - {kind: drain, at: 30s, to: 0 %, instruments: ["alpha:BTC-USDT"]}
"""


def test_figures_are_read_as_they_are_meant() -> None:
    market = parse_market(BASE)
    btc, usdc = market.assets
    assert btc.opening == 60_000 * WORTH
    assert btc.processes == (GeometricBrownian(6_000_000, -500_000),)
    assert usdc.processes == ()
    assert market.correlation[0].by == -PPB // 4
    [alpha] = market.venues
    assert (alpha.strays.deviation, alpha.strays.reverts_over) == (800_000, 90 * MINUTE)
    assert [instrument.taker_fee_ppb for instrument in alpha.instruments] == [200_000, 0]
    maker, noise = market.traders
    assert isinstance(maker, MarketMakers)
    assert (maker.symbols, maker.levels[0].value) == (("BTC-USDT",), 5_000 * WORTH)
    assert isinstance(noise, NoiseTraders)
    assert noise.every == SECOND // 4
    depeg, drain = market.shocks
    assert isinstance(depeg, Depeg)
    assert (depeg.at, depeg.over, depeg.fall) == (4 * HOUR, 36 * HOUR, PPB * 13 // 100)
    assert isinstance(drain, Drain)
    assert drain.to == 0


def test_venues_have_the_rules_of_real_ones() -> None:
    text = BASE.replace("lot: 0.00001}", "lot: 0.00001, price_step: 5, max_open_orders: 20, percent_price: {" + PERCENT_PRICE + "}}")
    text = text.replace(
        "    instruments:", "    rate_limits: {limits: [{kind: orders, interval: 10s, limit: 100}], ban: 3m}\n    instruments:"
    )
    [alpha] = parse_market(text).venues
    btc = alpha.instruments[0]
    assert (btc.price_step, btc.max_open_orders, btc.percent_price) == (5, 20, PercentPrice(12_000, 8_000, 12_000, 8_000))
    velocity = "velocity_pause: {move_bps: 300, within: 2s}"
    with pytest.raises(MarketFileError, match="velocity_pause: move_bps is"):
        parse_market(text.replace("price_step: 5", velocity.replace("300", "0")))
    guarded = parse_market(text.replace("price_step: 5", f"price_bands: {{width_bps: 500, pause: 1m}}, {velocity}")).instruments[0]
    assert guarded.price_bands == PriceBands(500, pause=Nanos(MINUTE))
    assert guarded.velocity_pause == VelocityPause(300, within=Nanos(2 * SECOND))
    orders = RateLimit(RateLimitKind.ORDERS, Nanos(10 * SECOND), 100)
    assert alpha.rate_limits == RateLimits((orders,), ban=Nanos(3 * MINUTE))
    for what, by, complaint in (("step: 5", "step: 0", "price_step and"), ("limit: 100", "limit: 0", "rate_limits: a limit has")):
        with pytest.raises(MarketFileError, match=complaint):
            parse_market(text.replace(what, by))


def test_an_asset_may_have_several_processes() -> None:
    regimes = "{kind: regime_switching, regimes: [{volatility: 1%, lasts: 5m}, {volatility: 2%, lasts: 1m}]}"
    more = f"[{regimes}, {{kind: jumps, per_hour: 0.5, deviation: 1%}}]"
    market = parse_market(BASE.replace("[{kind: geometric_brownian, volatility: 0.6 %, drift: -5 bps}]", more))
    switching = RegimeSwitching((Regime(PPB // 100, 5 * MINUTE), Regime(PPB // 50, MINUTE)))  # type: ignore[arg-type]
    assert market.assets[0].processes == (switching, Jumps(PPB // 2, PPB // 100))


BROKEN = [
    ("0.6 %", "lots", "market: assets, BTC, processes, 1 (geometric_brownian), volatility: 'lots' is not a figure"),
    ("geometric_brownian", "geometric_brown", "there is no kind 'geometric_brown'; did you mean geometric_brownian?"),
    ("volatility: 0.6 %, ", "", "assets, BTC, processes, 1 (geometric_brownian): volatility is missing"),
    ("kind: noise, ", "", "traders, 2: kind is missing"),
    ("every: 250ms", "every: 250", "traders, 2 (noise), every: '250' is not a time"),
    ("every: 250ms", "every: 0s", "traders, 2 (noise): every, fades_over and patience take some time"),
    ("shocks:", "shock:", "there is no 'shock'; did you mean shocks?"),
    ("opening: 1}", "opening: 0}", "assets, USDC: opening must be above 0"),
    ("{opening: 1}", "{}", "assets, USDC: opening is missing"),
    ("-0.25", "-1.25", "correlation: BTC USDC: -1.25 is no correlation"),
    ("BTC USDC:", "BTC:", "correlation, BTC: two assets"),
    ("BTC USDC:", "BTC SOL:", "correlation: BTC SOL: there is no asset SOL; there are BTC, USDC"),
    ("symbols: BTC-USDT", "symbols: SOL-USDT", "traders, 1 (market_maker): there is no symbol SOL-USDT; there are BTC-USDT, USDC-USDT"),
    ("kind: noise,", "kind: noise, name: maker,", "trader:maker-alpha is there already, from traders, 1 (market_maker)"),
    ("asset: USDC", "asset: DAI", "shocks, 1 (depeg): there is no asset DAI; there are BTC, USDC"),
    ("alpha:BTC-USDT", "beta:BTC-USDT", "shocks, 2 (drain): there is no instrument beta:BTC-USDT"),
    ("fall: 13 %", "fall: 130 %", "shocks, 1 (depeg): fall must lie between 0 % and 100 %"),
    ("BTC-USDT: {tick: 0.1", "BTC-USDT-240927: {tick: 0.1", "perpetuals BASE-QUOTE-PERP"),
    ("BTC-USDT: {tick: 0.1", "SOL-USDT: {tick: 0.1", "SOL is no asset; there are BTC, USDC"),
    ("tick: 0.1, ", "", "venues, alpha, BTC-USDT: tick is missing"),
    ("tick: 0.1", "tick: big", "venues, alpha, BTC-USDT: tick must be a positive decimal"),
    ("USDC: {opening: 1}", "BTC: {opening: 1}", "'BTC' stands there twice"),
    ("assets:", "assets: {}\nx:", "there is no 'x'"),
    ("  - {kind: noise, every: 250ms, amount: 800}", "  - noise", "traders, 2: expected `key: value` pairs, found 'noise'"),
    ("[{kind: geometric_brownian, volatility: 0.6 %, drift: -5 bps}]", "{}", "assets, BTC, processes: expected a list"),
    (
        "drift: -5 bps}",
        "drift: -5 bps}, {kind: mean_reversion, deviation: 1%, reverts_over: 1m}",
        "geometric_brownian, mean_reversion exclude each other",
    ),
    ("assets:", "assets: [", "market is not YAML"),
    ("shocks:", "step: 1ms\nshocks:", "step: 1000000 ns is too short"),
]


@pytest.mark.parametrize(("what", "by", "complaint"), BROKEN)
def test_what_cannot_be_is_refused_with_its_place(what: str, by: str, complaint: str) -> None:
    assert what in BASE
    with pytest.raises(MarketFileError) as refused:
        parse_market(BASE.replace(what, by, 1))
    assert complaint in str(refused.value)


def test_contradicting_correlations_are_refused() -> None:
    text = BASE.replace("{BTC USDC: -0.25}", "{BTC USDC: 1}")
    with pytest.raises(MarketFileError, match="correlation: the correlations contradict each other"):
        parse_market(text)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(MarketFileError, match=r"nowhere\.yaml cannot be read"):
        load_market(Path("nowhere.yaml"))


@pytest.mark.parametrize("name", shipped_markets())
def test_ours_can_be_read_by_name_and_are_in_config(name: str) -> None:
    assert load_market(market_path(name)).instruments
    assert (ROOT / "config" / "markets" / f"{name}.yaml").is_file()
    assert name in MARKETS_HINT


TIERED = BASE.replace("USDC-USDT: {tick: 0.0001, lot: 1, taker_fee: 0}", "").replace("symbols: BTC-USDT", "symbols: BTC-USDT-PERP")
TIERED = TIERED.replace("alpha:BTC-USDT", "alpha:BTC-USDT-PERP").replace("      BTC-USDT:", "      BTC-USDT-PERP:")
TIERS = "tiers: [{up_to: 50000, initial: 0.01, maintenance: 0.005}, {initial: 0.1, maintenance: 0.05}]"


def test_a_perpetual_may_have_margin_tiers() -> None:
    """The same as from Python."""
    ((instrument,),) = [venue.instruments for venue in parse_market(TIERED.replace("lot: 0.00001", f"lot: 0.00001, {TIERS}")).venues]
    tiers = [("50000", "0.01", "0.005"), (None, "0.1", "0.05")]
    assert instrument == define_perpetual("alpha", "BTC-USDT-PERP", tick="0.1", lot="0.00001", taker_fee="0.0002", tiers=tiers)


@pytest.mark.parametrize(
    ("what", "by", "complaint"),
    [
        ("initial: 0.1,", "", "BTC-USDT-PERP, tiers, 2: initial is missing"),
        ("initial: 0.1,", "initial: [1],", "tiers, 2, initial"),
        ("up_to", "upto", "tiers, 1: there is no 'upto'; did you mean up_to?"),
        (TIERS, "tiers: []", "BTC-USDT-PERP, tiers: there is none"),
        (TIERS, f"{TIERS}, max_leverage: 5", "give tiers, or max_leverage"),
    ],
)
def test_tiers_that_cannot_be_are_refused_with_their_place(what: str, by: str, complaint: str) -> None:
    with pytest.raises(MarketFileError) as refused:
        parse_market(TIERED.replace("lot: 0.00001", f"lot: 0.00001, {TIERS.replace(what, by)}"))
    assert complaint in str(refused.value)
