"""Latencies that are drawn: seeded, within what they are drawn from, never overtaking."""

from pathlib import Path

import pytest

from seawall.api.units import MILLISECOND, SECOND, Nanos
from seawall.backtest import Latency, Setup, run_backtest
from seawall.backtest.latency import Drawn
from seawall.cli.delays import delay
from seawall.cli.errors import UserError
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy

PRICES = {"ts": [1_700_000_000 * SECOND + each * SECOND for each in range(40)], "price": [100.0] * 40, "qty": [5.0] * 40}


class Always(TradingStrategy):
    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        self.buy(price_update.symbol, 1.0)
        return None


def delays(seed: int) -> list[int]:
    latency = Latency(order=Drawn((Nanos(MILLISECOND), Nanos(7 * MILLISECOND), Nanos(90 * MILLISECOND))), report=Nanos(1))
    result = run_backtest(Always, PRICES, setup=Setup(latency=latency, seed=seed), symbol="BTC-USD")
    assert result.fills.height
    return [moment % SECOND for moment in result.fills["ts"].dt.timestamp("ns").to_list()]


def test_orders_take_one_of_the_durations_and_the_seed_says_which() -> None:
    assert {*delays(1)} == {MILLISECOND, 7 * MILLISECOND, 90 * MILLISECOND}
    assert delays(1) == delays(1) != delays(2)


def test_what_people_write(tmp_path: Path) -> None:
    assert delay("5ms", []) == 5 * MILLISECOND
    uniform = delay("2ms..9ms", [])
    assert isinstance(uniform, Drawn)
    assert (min(uniform.sample), max(uniform.sample)) == (2 * MILLISECOND, 9 * MILLISECOND)
    lognormal = delay("5ms~0.5", [])
    assert isinstance(lognormal, Drawn)
    ordered = sorted(lognormal.sample)
    assert abs(ordered[500] - 5 * MILLISECOND) < 10_000
    assert abs(ordered[841] / ordered[500] - 1.6487) < 0.01
    (tmp_path / "delays.txt").write_text("3ms\n4.5ms\n")
    assert delay(str(tmp_path / "delays.txt"), []) == Drawn((Nanos(3 * MILLISECOND), Nanos(4_500_000)))


@pytest.mark.parametrize("text", ["9ms..2ms", "5ms~wide", "recorded+1ms", "soon"])
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        delay(text, [])


def test_an_empty_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one duration"):
        Drawn(())


class Listener(TradingStrategy):
    heard: list[int] = []

    def on_start(self) -> None:
        type(self).heard = []

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        self.heard.append(price_update.timestamp_ns)
        return None


def heard(seed: int, rows: int = 40) -> list[int]:
    latency = Latency(feed=Drawn((Nanos(0), Nanos(MILLISECOND), Nanos(2_500 * MILLISECOND))))
    prices = {name: column[:rows] for name, column in PRICES.items()}
    run_backtest(Listener, prices, setup=Setup(latency=latency, seed=seed), symbol="BTC-USD")
    return Listener.heard


def test_a_feed_that_is_drawn_is_heard_in_its_order_and_the_seed_says_when() -> None:
    times = heard(1)
    assert len(times) == 40 and times == sorted(times)
    delays = {when - at for at, when in zip(PRICES["ts"], times, strict=True)}
    assert {0, MILLISECOND, 2_500 * MILLISECOND} <= delays
    assert heard(1) == times != heard(2)
    assert heard(1, rows=20)[:18] == times[:18], "what comes later delays nothing earlier"


def test_orders_wait_for_a_price_that_is_late() -> None:
    latency = Latency(feed=Drawn((Nanos(300 * MILLISECOND), Nanos(400 * MILLISECOND))))
    fills = run_backtest(Always, PRICES, setup=Setup(latency=latency), symbol="BTC-USD").fills
    assert {moment % SECOND for moment in fills["ts"].dt.timestamp("ns").to_list()} == {300 * MILLISECOND, 400 * MILLISECOND}
