"""The report: one file that loads nothing, says what the run says, and draws what it has."""

import json
import re
from decimal import Decimal

import pytest

from seawall.analytics.charts import BINS, MARKERS, POINTS
from seawall.analytics.report import render
from seawall.analytics.result import Result
from seawall.api.instruments import Venue
from seawall.api.message import Address
from seawall.api.paper import PaperEnded
from seawall.api.units import Money
from tests.unit.analytics.runs import at, record, recorder, result

TEXT = """
    01 10:00 ema alpha:BTC-USDT buy  1 @ 43000 fee 1 USDT
    01 11:00 ema alpha:BTC-USDT sell 1 @ 43100 fee 1 USDT
    01 12:00 arb alpha:BTC-USDT buy  1 @ 43000 fee 1 USDT
    01 13:00 arb alpha:BTC-USDT sell 1 @ 42900 fee 1 USDT
    01 14:00 arb beta:ETH-USDC  buy  1 @ 2300  fee 1 USDC
"""
MARKS = {"alpha:BTC-USDT": "43000", "beta:ETH-USDC": "2300"}


def made(days: int = 9, text: str = TEXT, **changes) -> Result:
    into = recorder()
    record(into, text)
    for day in range(1, days + 1):
        for hour in range(24):
            into.sample(at(f"0{day} {hour:02}:59"), 1_000_000 + (day * 24 + hour) * 7919 % 1009, 430_000, 430_000)
    return result(into, MARKS, **{"strategies": ("ema", "arb")} | changes)


def data(page: str) -> dict:
    return json.loads(re.search(r'id="report-data">(.*?)</script>', page, re.S).group(1))


def framed(page: str) -> list[str]:
    return re.findall(r'<figure data-chart="(\w+)"', page)


def times(series: dict) -> list[int]:
    total, found = 0, []
    for step in series["t"]:
        total += step
        found.append(total)
    return found


def test_nothing_is_loaded_from_anywhere() -> None:
    """The one address in it is the name of the SVG namespace, which no browser fetches; and the page forbids itself to try."""
    page = render(made())
    assert re.findall(r"https?://[^\"'\s)]+", page) == ["http://www.w3.org/2000/svg"]
    assert "default-src 'none'" in page
    assert not re.search(r"<(link|script|img|iframe)[^>]+(src|href)=\"(?!data:)", page)


def test_what_was_done_on_paper_stands_by_itself() -> None:
    """In result.json and in a section of its own; the figures are the same without it."""
    ended = PaperEnded(Address("strategy:ema"), Venue("alpha"), at("01 10:00"), 3, Money(-12_50), {})
    with_paper, without = made(paper=((ended, at("01 10:02")),)), made()
    (account,) = with_paper.summary.paper
    assert (account.strategy, account.venue, account.fills) == ("ema", "alpha", 3)
    assert account.pnl == Decimal(-12_50).scaleb(-with_paper.summary.valuation_decimals)
    assert with_paper.summary.total_pnl == without.summary.total_pnl
    assert "On paper, while a venue was unusable" in render(with_paper)
    assert "On paper" not in render(without)


def test_equal_results_give_equal_pages() -> None:
    assert render(made()) == render(made())


def test_every_chart_has_data_and_all_data_is_drawn() -> None:
    page = render(made())
    assert sorted(framed(page)) == sorted(data(page))
    assert {"equity", "drawdown", "exposure", "strategies", "market", "returns", "histogram", "profits", "costs"} == set(framed(page))


def test_a_run_without_anything_is_still_a_page() -> None:
    page = render(result(recorder(), complete=False))
    assert framed(page) == []
    assert "no order was filled" in page
    assert "partial: stopped before the data ended" in page
    assert "no daily returns" in page


def test_a_short_run_shows_returns_by_the_hour_and_says_what_is_missing() -> None:
    page = render(made(days=1, end=at("02 00:00")))
    assert "Return per hour" in page
    assert "needs two days of returns" in page


def test_hostile_names_stay_text() -> None:
    """A strategy's name is the user's, a warning may quote a file: neither may become markup or end the data block."""
    name = "</script><script>alert(1)</script>"
    page = render(made(text=TEXT.replace("ema", name), strategies=(name, "arb"), warnings=(name,), config={"x": name}, command=name))
    assert "<script>alert" not in page
    assert page.count("</script>") == 2
    assert any(series["name"] == name for series in data(page)["strategies"]["series"])


def test_curves_are_thinned_and_keep_their_peaks() -> None:
    into = recorder()
    for minute in range(20_000):
        into.sample(at("01 00:00") + minute * 60 * 10**9, {7_777: 3_000_000}.get(minute, 1_000_000 + minute % 100), 0, 0)
    equity = data(render(result(into)))["equity"]["series"][0]
    assert len(equity["t"]) == len(equity["y"]) <= POINTS + 2
    assert times(equity)[equity["y"].index(30_000.0)] == at("01 00:00") // 10**6 + 7_777 * 60_000


def test_drawdown_is_measured_from_the_opening_equity_on() -> None:
    into = recorder()
    for hour, equity in enumerate((900_000, 1_100_000, 990_000)):
        into.sample(at(f"01 0{hour}:00"), equity, 0, 0)
    assert data(render(result(into)))["drawdown"]["series"][0]["y"] == pytest.approx([-0.1, 0.0, -0.1])


def test_few_fills_are_marked_one_by_one() -> None:
    markets = data(render(made()))["market"]["markets"]
    assert [(market["name"], market["fills"]) for market in markets] == [("BTC-USDT alpha", 4), ("ETH-USDC beta", 1)]
    price, buys, sells = markets[0]["series"]
    assert (buys["y"], buys["count"], sells["y"]) == ([43_000, 43_000], [1, 1], [43_100, 42_900])
    assert times(buys)[0] == at("01 10:00") // 10**6
    assert price["y"] == [43_000, 43_100, 43_000, 42_900]  # No price was sampled: the fills' own.


def test_many_fills_are_gathered_and_none_is_lost() -> None:
    minutes = [f"0{1 + n // 1440} {n % 1440 // 60:02}:{n % 60:02}" for n in range(3_000)]
    text = "\n".join(f"{minute} ema alpha:BTC-USDT buy 0.001 @ 43000 fee 0 USDT" for minute in minutes)
    buys = data(render(made(text=text)))["market"]["markets"][0]["series"][1]
    assert len(buys["count"]) <= MARKERS
    assert sum(buys["count"]) == 3_000
    assert sum(buys["quantity"]) == pytest.approx(3.0)


def test_a_histogram_counts_every_value() -> None:
    profits = data(render(made()))["profits"]
    assert len(profits["counts"]) == BINS
    assert sum(profits["counts"]) == 2


def test_headline_and_attribution_say_what_the_result_says() -> None:
    page = render(made())
    text = re.sub(r"<[^>]+>", " ", page)
    assert "ema, arb" not in text and "arb, ema" in text
    assert "98.00" in text and "\u2212102.00" in text
    for word in ("by strategy", "by symbol", "by venue", "Win rate", "Max drawdown"):
        assert word in text


def test_a_curve_that_hardly_moves_is_drawn_as_it_moves() -> None:
    into = recorder()
    record(into, TEXT)
    for second in range(50):
        into.sample(at(f"01 10:{second:02}"), 100_000_000 + second, 0, 0)  # Cents, on a million.
    drawn = data(render(result(into, MARKS)))["equity"]["series"][0]["y"]
    assert len({*drawn}) > 20 and drawn[-1] == pytest.approx(1_000_000.49, abs=0.001)


def test_costs_of_one_moment_are_a_line_over_the_whole_run() -> None:
    into = recorder()
    record(into, "    01 10:00 ema alpha:BTC-USDT buy  1 @ 43000 fee 1 USDT")
    for hour in (9, 11):
        into.sample(at(f"01 {hour:02}:00"), 1_000_000, 0, 0)
    fees = data(render(result(into, {"alpha:BTC-USDT": "43000"})))["costs"]["series"][0]
    assert fees["y"] == [0, 0, 1, 1]
    assert len({*times(fees)}) == 3
