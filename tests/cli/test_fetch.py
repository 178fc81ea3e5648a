"""Fetching history through ccxt from an exchange that runs here: whole, once, in the schemas, and on again after any interruption."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from seawall.cli.main import run
from seawall.market_data.fetch import exchange as exchange_module
from seawall.market_data.fetch import open_exchange, trades_of
from seawall.market_data.fetch.history import Cursor
from seawall.market_data.recorded import Kind, open_recording
from tests.cli.binance_server import MINUTE, START, Market, serving

pytest.importorskip("ccxt", reason="ccxt is not installed: `uv sync --extra fetch`")


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def url(market: Market, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(exchange_module, "_FIRST_WAIT", 0.0)  # Patience is tested by what was asked, not by a clock.
    with serving(market) as address:
        yield address


def moment(minutes: int) -> str:
    from seawall.strategy.events import as_datetime

    return as_datetime((START + minutes * MINUTE) * 1_000_000).strftime("%Y-%m-%dT%H:%M:%S")


def fetch(url: str, out: Path, *more: str, to: int | None = 2_000, kind: str = "bars") -> int:
    until = [] if to is None else ["--to", moment(to)]
    return run(
        ["data", "fetch", "binance", "BTC-USDT", "--kind", kind, "--from", moment(0), *until, "--out", str(out), "--url", url, *more]
    )


BARS, TRADES = "bars_1m_binance_spot_BTC-USDT.parquet", "trades_binance_spot_BTC-USDT.parquet"


def test_bars_are_all_there_once_and_are_read_as_bars(url: str, tmp_path: Path) -> None:
    assert fetch(url, tmp_path) == 0
    table = pl.read_parquet(tmp_path / BARS)
    assert table["ts"].dt.epoch("ms").to_list() == [START + n * MINUTE for n in range(2_000)]
    assert table.row(3)[1:] == ("binance_spot", "BTC-USDT", 103.0, 104.0, 102.0, 103.5, 5.0)
    recording = open_recording(tmp_path / BARS)
    assert [(stream.kind, stream.rows, stream.interval) for stream in recording.streams] == [(Kind.BAR, 2_000, MINUTE * 1_000_000)]
    assert not list(tmp_path.glob("*.parts"))


def test_trades_of_one_instant_are_neither_lost_nor_doubled(url: str, market: Market, tmp_path: Path) -> None:
    """Pages end in the middle of an instant."""
    market.page = 100
    assert fetch(url, tmp_path, kind="trades", to=1) == 0
    table = pl.read_parquet(tmp_path / TRADES)
    expected = [trade for trade in market.trades if trade[3] < START + MINUTE]
    assert table["trade_id"].to_list() == [trade[0] for trade in expected]
    assert table["ts_trade"].dt.epoch("ms").to_list() == [trade[3] for trade in expected]
    assert table["aggressor"].to_list()[:2] == ["sell", "buy"]
    assert [(stream.kind, stream.rows) for stream in open_recording(tmp_path / TRADES).streams] == [(Kind.TRADE, len(expected))]


def test_gaps_stay_gaps_and_what_lies_behind_them_is_found(url: str, market: Market, tmp_path: Path) -> None:
    del market.bars[100:700]
    assert fetch(url, tmp_path) == 0
    assert pl.read_parquet(tmp_path / BARS).height == 1_400


def test_whatever_interrupts_the_same_command_goes_on(
    url: str, market: Market, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exchange falls silent again and again; what came is kept, and asked for no more."""
    monkeypatch.setattr(exchange_module, "TRIES", 2)
    market.page = 100
    codes = []
    for answers in (1, 6, 7, 8, 100):
        market.down_after = answers
        codes.append(fetch(url, tmp_path))
    assert codes == [2, 2, 2, 2, 0]
    assert "cannot be reached" in capsys.readouterr().err
    assert pl.read_parquet(tmp_path / BARS)["ts"].dt.epoch("ms").to_list() == [START + n * MINUTE for n in range(2_000)]
    kept = [path for path in market.asked if f"startTime={START}&" in path or path.endswith(f"startTime={START}")]
    assert len(kept) <= 2 + 2, "the first page was asked for until it was kept, not in every run"


def test_a_kill_between_two_writes_costs_nothing(url: str, market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that no cursor counts yet is written anew."""
    from seawall.market_data.fetch import store as store_module

    replace, writes = store_module._replace, []

    def dies(path: Path, write: object) -> None:
        writes.append(path.name)
        if len(writes) == fatal:
            raise KeyboardInterrupt
        replace(path, write)

    monkeypatch.setattr(store_module, "_replace", dies)
    market.page = 50
    for fatal in range(1, 12):  # noqa: B007  Dies at every write that a run makes.
        writes.clear()
        assert fetch(url, tmp_path, to=600) in (0, 130)
    fatal = 0
    assert fetch(url, tmp_path, to=600) == 0
    assert pl.read_parquet(tmp_path / BARS)["ts"].dt.epoch("ms").to_list() == [START + n * MINUTE for n in range(600)]


def test_repeated_it_asks_only_for_what_is_new(url: str, market: Market, tmp_path: Path) -> None:
    assert fetch(url, tmp_path, to=500) == 0
    market.asked.clear()
    assert fetch(url, tmp_path, to=500) == 0
    assert [path for path in market.asked if "klines" in path] == []
    assert fetch(url, tmp_path, to=900) == 0
    assert pl.read_parquet(tmp_path / BARS).height == 900
    assert all(f"startTime={START + 500 * MINUTE}" in path for path in market.asked if "klines" in path)


def test_an_exchange_that_wants_patience_gets_it(url: str, market: Market) -> None:
    waits: list[float] = []
    source = open_exchange("binance", "BTC-USDT", "fetchOHLCV", url=url, wait=waits.append)
    market.refusals = [429, 503, 418]
    assert len(source.ask("fetch_ohlcv", "1m", START, 10)) == 10
    assert len(waits) == 3
    assert min(waits[0], waits[2]) >= 10.0, "too many requests are answered with more than a moment"


def test_another_history_is_not_mixed_in(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fetch(url, tmp_path, to=100) == 0
    again = ["data", "fetch", "binance", "BTC-USDT", "--from", moment(5), "--to", moment(100), "--out", str(tmp_path), "--url", url]
    assert run(again) == 2
    assert "holds another history: from" in capsys.readouterr().err
    (tmp_path / BARS).unlink()
    pl.DataFrame({"mine": [1]}).write_parquet(tmp_path / BARS)
    assert run(again) == 2
    assert "exists, and was not fetched" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["binanse", "BTC-USDT"], "did you mean binance"),
        (["binance", "BTC-USDX"], "no market BTC-USDX"),
        (["binance", "BTC-USDT", "--timeframe", "7m"], "no bars of '7m'"),
        (["binance", "BTC-USDT", "--kind", "candles"], "bars or trades"),
        (["binance", "BTC-USDT", "--to", "2000-01-01"], "is not after --from"),
    ],
)
def test_what_is_wrong_is_said(words: list[str], what: str, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "fetch", *words, "--from", moment(0), "--out", str(tmp_path), "--url", url]) == 2
    assert what in capsys.readouterr().err


def test_without_a_network_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_module, "_FIRST_WAIT", 0.0)
    with serving(Market()) as gone:
        pass
    assert fetch(gone, tmp_path) == 2
    error = capsys.readouterr().err
    assert "binance cannot be reached" in error
    assert "the same command goes on" in error


def elsewhere(url: str, market: Market, start: int, until: int) -> tuple[list[int], int]:
    """Through an exchange whose ids do not count: only time tells where to go on. The ids that came, and the crowded instants."""
    source = open_exchange("binance", "BTC-USDT", "fetchTrades", url=url, rate_limit=False)
    source.id = "elsewhere"
    pages = list(trades_of(source, Cursor(start), until))
    return [row[1] for page in pages for row in page.rows], pages[-1].cursor.crowded


def test_where_only_time_tells_instants_are_whole_all_the_same(url: str, market: Market) -> None:
    market.page = 10
    market.trades += [(9_000 + n, 100.0, 1.0, START + 3 * 3_600_000 + n, True) for n in range(3)]  # Hours of silence before.
    came, crowded = elsewhere(url, market, START, START + 5 * 3_600_000)
    assert came == [trade[0] for trade in market.trades]
    assert crowded == 0


def test_an_instant_with_more_trades_than_a_page_is_owned_up_to(url: str, market: Market) -> None:
    market.trades = [(n, 100.0, 1.0, START + n // 1_500, True) for n in range(3_000)]
    came, crowded = elsewhere(url, market, START, START + 1_000)
    assert came == [*range(1_000), *range(1_500, 2_500)]
    assert crowded == 2
