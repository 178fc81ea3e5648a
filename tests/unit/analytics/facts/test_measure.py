"""Each fact is what it says, on tapes whose facts are known beforehand."""

import math

import numpy as np
import pytest

from seawall.analytics.facts.compare import FACTS, alike, unlike
from seawall.analytics.facts.measure import Facts, kurtosis, measure, memory, tail_index, weighted_quantile
from seawall.analytics.facts.page import render
from seawall.analytics.facts.plot import Axis, Line, exceeding, plot
from seawall.analytics.facts.tape import Floats, Tape, middles, orders, returns, spreads, tick_of
from seawall.api.units import MILLISECOND, SECOND

CHANCE = np.random.default_rng(1)


def tape(name: str = "alpha:BTC-USD", middle: Floats | None = None, recorded: bool = False, seed: int = 1) -> Tape:
    """A quote every 100 ms, one tick of 0.1 wide (two every tenth); an order every second, met by two others each."""
    chance = np.random.default_rng(seed)
    if middle is None:
        middle = 10_000.05 + 0.1 * np.round(chance.normal(0, 3, 6_000).cumsum())
    count = len(middle)
    times = np.arange(count, dtype=np.int64) * 100 * MILLISECOND
    wide = np.where(np.arange(count) % 10 == 0, 0.1, 0.0)
    moments = np.repeat(np.arange(count // 10, dtype=np.int64) * SECOND, 2)
    sign = np.repeat(np.where(np.arange(count // 10) // 7 % 2 == 0, 1.0, -1.0), 2)
    size = np.full(len(moments), 0.5)
    return Tape(
        name, recorded, times, middle - 0.05, np.full(count, 2.0), middle + 0.05 + wide, np.full(count, 3.0), moments,
        np.full(len(moments), 10_000.0), size, sign,
    )  # fmt: skip


def test_quotes_of_known_facts() -> None:
    facts = measure(tape())
    assert facts.quotes_per_s == pytest.approx(10, rel=0.01)
    assert facts.spread_one_tick == pytest.approx(0.9, abs=0.01)
    assert facts.spread_bps == pytest.approx(0.11, rel=0.02)
    assert facts.best_value == pytest.approx(25_000, rel=0.25)
    assert facts.volatility_hour == pytest.approx(0.3 * math.sqrt(36_000) / 10_000, rel=0.2)
    assert abs(facts.kurtosis_1s or 0) < 0.6
    assert abs(facts.memory_of_returns or 0) < 0.1
    assert tick_of(tape()) == pytest.approx(0.1)


def test_trades_of_one_moment_and_side_are_one_order() -> None:
    found = orders(tape())
    assert len(found.times) == 600
    assert set(found.value) == {10_000.0}
    facts = measure(tape())
    assert facts.orders_per_s == pytest.approx(1, rel=0.01)
    assert facts.wait_ms == pytest.approx(1_000)
    assert facts.wait_variation == 0.0
    assert facts.memory_of_sides_1 == pytest.approx(1 - 2 / 7, abs=0.02)


def test_middles_carry_the_last_quote_over_gaps() -> None:
    one = tape(middle=np.full(100, 50.05))
    gappy = one._replace(quote_times=np.where(np.arange(100) < 50, one.quote_times, one.quote_times + 60 * SECOND))
    assert len(middles(gappy, SECOND)) == 69
    assert not returns(gappy._replace(ask=gappy.bid + 0.1), SECOND).any()


def test_one_sided_and_crossed_quotes_do_not_count() -> None:
    one = tape()
    bad = one._replace(bid=np.where(np.arange(6_000) % 3 == 0, 0.0, one.bid), ask=np.where(np.arange(6_000) % 3 == 1, 1.0, one.ask))
    assert len(spreads(bad)[0]) == 1_999


def test_kurtosis_tells_normal_from_fat() -> None:
    assert abs(kurtosis(CHANCE.normal(size=20_000)) or 9) < 0.2
    assert (kurtosis(CHANCE.standard_t(5, size=20_000)) or 0) > 2
    assert kurtosis(np.zeros(100)) is None


@pytest.mark.parametrize("index", [1.5, 3.0])
def test_the_tail_index_is_that_of_the_distribution(index: float) -> None:
    assert tail_index(1 + CHANCE.pareto(index, size=50_000)) == pytest.approx(index, rel=0.1)
    assert tail_index(np.ones(50)) is None


def test_memory_is_that_of_an_autoregression() -> None:
    noise, values = CHANCE.normal(size=20_000), np.zeros(20_000)
    for step in range(1, 20_000):
        values[step] = 0.6 * values[step - 1] + noise[step]
    assert memory(values, 1) == pytest.approx(0.6, abs=0.03)
    assert memory(values, 3) == pytest.approx(0.216, abs=0.04)
    assert memory(values[:20], 1) is None


def test_quantiles_are_weighted() -> None:
    assert weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 98.0, 1.0]), 0.985) == 2.0


def test_a_silent_market_has_no_facts_but_its_silence() -> None:
    nothing = np.empty(0)
    silent = Tape("a:B-C", False, nothing.astype(np.int64), *[nothing] * 4, nothing.astype(np.int64), *[nothing] * 3)
    facts = measure(silent)
    assert facts.seconds == 0
    assert all(getattr(facts, fact.field) is None for fact in FACTS if fact.field not in ("orders_per_s", "quotes_per_s"))
    assert "Too little to draw" in render("Silence", [silent], "seawall data facts")


def test_every_fact_is_compared() -> None:
    assert [fact.field for fact in FACTS if fact.field not in Facts.__struct_fields__] == []
    assert [field for field in Facts.__struct_fields__ if field not in [fact.field for fact in FACTS]] == ["seconds"]


def test_a_market_is_like_itself_and_unlike_a_wilder_one() -> None:
    calm = measure(tape())
    wild = measure(tape(middle=10_000.05 + 0.1 * np.round(np.random.default_rng(2).standard_t(2, 6_000).cumsum() * 30)))
    assert unlike(calm, calm) == []
    assert {"volatility_hour", "kurtosis_100ms"} <= {fact.field for fact in unlike(wild, calm)}
    assert alike(FACTS[0], measure(tape(middle=np.full(40, 5.0))), calm) is None


def test_exceeding_gives_the_share_above() -> None:
    x, share = exceeding(np.array([1.0, 2.0, 2.0, 4.0]))
    assert x.tolist() == [1.0, 2.0, 4.0]
    assert share.tolist() == [0.75, 0.25, 0.0]


def test_a_plot_names_its_lines_and_leaves_out_what_its_axes_cannot_show() -> None:
    line = Line("a < b", "c0", np.array([0.0, 1.0, 10.0, 100.0]), np.array([1.0, 0.5, 0.1, 0.0]))
    drawn = plot("Tail", [line], Axis("x", log=True), Axis("", log=True))
    assert "a &lt; b" in drawn
    assert drawn.count("<polyline") == 1
    assert len(drawn.split('points="')[1].split('"')[0].split()) == 2


def test_the_page_sets_markets_beside_each_other() -> None:
    tapes = [tape("real:BTC-USD", recorded=True), tape("alpha:BTC-USD", seed=3), tape("alpha:ETH-USD", seed=4)]
    page = render("Facts", tapes, "seawall data facts --market x")
    assert page == render("Facts", tapes, "seawall data facts --market x")
    assert "alpha:BTC-USD is like real:BTC-USD" in page
    assert page.count("<svg") >= 12
    assert "https://" not in page
