"""Recorded perpetuals from file to result: margin is asked for, funding is paid, an account that cannot go on is closed, P&L adds up."""

from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from seawall.analytics.result import Result
from seawall.api.accounts import OpenAccount
from seawall.api.market_data import QuoteChanged
from seawall.api.message import Address, Message
from seawall.api.orders import AccountId, CancelOrder, ClientOrderId, OrderType, PlaceOrder, Side
from seawall.api.perpetuals import define_perpetual
from seawall.api.units import HOUR, SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.backtest.recorded_venue import RecordedVenue
from seawall.backtest.run import Setup, run_backtest
from seawall.market_data.recorded import RecordingError, open_recording
from seawall.runtime.machine import handle
from seawall.strategy import FundingPayment, PriceUpdate, TradingStrategy

START = Nanos(1_704_067_200 * SECOND)
PERP = "BTC-USDT-PERP"
UNITS = {"tick": "0.1", "lot": "0.001", "maker_fee": "0.0002", "taker_fee": "0.0005", "max_leverage": "10", "liquidation_fee": "0.01"}
INSTRUMENTS = {"venues": {"alpha": {"symbols": {PERP: UNITS}}}}


class Scripted(TradingStrategy):
    """Trades at the updates it is told: `orders` maps their number to a signed quantity."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.seen = 0

    def on_market_data(self, update: PriceUpdate) -> None:
        quantity = self.config["orders"].get(self.seen, 0)
        self.seen += 1
        if quantity:
            (self.buy if quantity > 0 else self.sell)(PERP, abs(quantity))


def quotes(*bids: float, step: int = HOUR) -> dict[str, Any]:
    return {
        "ts": [START + number * step for number in range(len(bids))],
        "bid": list(bids),
        "bid_qty": [100.0] * len(bids),
        "ask": [bid + 0.1 for bid in bids],
        "ask_qty": [100.0] * len(bids),
    }


def ran(table: dict[str, Any], orders: dict[int, float], **setup: Any) -> Result:
    limits = {"max_order_value": "none", "max_total_notional": "none", "max_price_age": "none"}
    return run_backtest(
        Scripted,
        table,
        config={"orders": orders},
        setup=Setup(limits=limits, **setup),
        venue="alpha",
        symbol=PERP,
        instruments=INSTRUMENTS,
    )


def rates(*hours_and_rates: tuple[int, float], marks: list[float] | None = None) -> dict[str, Any]:
    table: dict[str, Any] = {
        "ts": [START + hours * HOUR for hours, _ in hours_and_rates],
        "venue": ["alpha"] * len(hours_and_rates),
        "symbol": [PERP] * len(hours_and_rates),
        "funding_rate": [rate for _, rate in hours_and_rates],
    }
    return table | ({"mark_price": marks} if marks else {})


def formula(result: Result) -> Decimal:
    """What result.json's own figures make of fills, cash and marks: the formula, in Decimal."""
    cash = Decimal(0)
    position = Decimal(0)
    for row in result.fills.iter_rows(named=True):
        sign = 1 if row["side"] == "buy" else -1
        cash -= sign * row["price"] * row["quantity"] + row["fee"]
        position += sign * row["quantity"]
    cash += sum((row["amount"] for row in result.cash.iter_rows(named=True) if row["kind"] != "transfer"), Decimal(0))
    (mark,) = result.summary.final_marks
    return (cash + position * mark.price).quantize(Decimal("0.00000001"), ROUND_HALF_EVEN)


def test_a_position_needs_margin_and_no_coins() -> None:
    """1,000 USDT carry a tenth of 100,000 ten times over: 0.09 BTC pass, 0.11 do not."""
    table = quotes(100_000.0, 100_000.0, 101_000.0)
    assert len(ran(table, {0: 0.11}, balances={"alpha": {"USDT": "1000"}}).fills) == 0
    result = ran(table, {0: -0.09, 2: 0.09}, balances={"alpha": {"USDT": "1000"}})
    assert result.fills["side"].to_list() == ["sell", "buy"]
    assert result.summary.total_pnl == formula(result) == Decimal("-99.0540045")


def test_funding_is_paid_at_its_time_and_counts() -> None:
    """One BTC long at 50,000: at 08:00 it pays 0.01 % of the middle, at 16:00 it receives 0.02 % of the mark the file tells."""
    table = quotes(*[50_000.0] * 20)
    given = rates((-8, 0.5), (8, 0.0001), (16, -0.0002), (100, 0.5), marks=[0.0, 0.0, 60_000.0, 0.0])
    result = ran(table, {1: 1.0}, balances={"alpha": {"USDT": "100000"}}, funding_rates=given)
    paid = result.cash.filter(pl.col("kind") == "funding")
    assert paid["amount"].to_list() == [Decimal("-5"), Decimal("12")]
    assert [int(ts.timestamp()) for ts in paid["ts"]] == [(START + hours * HOUR) // SECOND for hours in (8, 16)]
    assert result.summary.total_pnl == formula(result)
    assert not [warning for warning in result.summary.warnings if "funding" in warning]


def test_a_strategy_hears_of_its_funding() -> None:
    heard: list[tuple[str, float, float]] = []

    class Listening(Scripted):
        def on_funding(self, payment: FundingPayment) -> None:
            heard.append((payment.symbol, payment.amount, payment.rate))

    setup = Setup(funding_rates=rates((8, 0.0001)))
    table = quotes(*[50_000.0] * 12)
    run_backtest(Listening, table, config={"orders": {1: 1.0}}, setup=setup, venue="alpha", symbol=PERP, instruments=INSTRUMENTS)
    assert heard == [(PERP, -5.0, 0.0001)]


def test_without_rates_funding_is_zero_and_the_result_says_so() -> None:
    result = ran(quotes(*[50_000.0] * 20), {1: 1.0})
    assert result.cash["kind"].to_list() == ["transfer"]
    assert "no funding rates of alpha:BTC-USDT-PERP: funding counted as zero" in result.summary.warnings


def test_an_account_that_cannot_go_on_is_liquidated() -> None:
    """1,000 USDT behind 9,000: 5 % down to go is reached between 95,000 and 93,000; sold at the bid, a fee is taken; no second life."""
    table = quotes(100_000.0, 100_000.0, 95_000.0, 93_000.0, 120_000.0)
    result = ran(table, {0: 0.09}, balances={"alpha": {"USDT": "1000"}})
    assert result.fills["side"].to_list() == ["buy", "sell"]
    assert float(result.fills["price"][1]) == 93_000.0
    fee = result.cash.filter(pl.col("kind") == "liquidation_fee")["amount"].to_list()
    assert fee == [Decimal("-83.7")]
    assert result.summary.total_pnl == formula(result)
    assert result.summary.counters["alpha:BTC-USDT-PERP: closed by the venue (liquidation)"] == 1
    assert result.summary.counters["alpha-main: margin calls"] == 1


def test_what_was_lost_beyond_the_last_money_is_covered() -> None:
    """A gap through everything: the account ends at nothing, not below."""
    result = ran(quotes(100_000.0, 100_000.0, 80_000.0, 80_000.0), {0: 0.09}, balances={"alpha": {"USDT": "1000"}})
    assert result.cash["kind"].to_list() == ["transfer", "insurance"]
    assert result.summary.total_pnl == formula(result) == Decimal("-1000")


def test_inside_a_bar_the_extreme_liquidates() -> None:
    """The bar's low kills a long that its close would have saved; it is sold at the low."""
    table = {
        "ts": [START + number * HOUR for number in range(4)],
        "open": [100_000.0] * 4,
        "high": [100_500.0] * 4,
        "low": [100_000.0, 100_000.0, 93_000.0, 100_000.0],
        "close": [100_000.0] * 4,
        "volume": [10.0] * 4,
    }
    result = ran(table, {0: 0.09}, balances={"alpha": {"USDT": "1000"}})
    assert [float(price) for price in result.fills["price"]] == [100_000.0, 93_000.0]
    assert result.summary.total_pnl == formula(result)


def test_a_conditional_order_is_asked_for_margin_when_it_triggers() -> None:
    """A thousand carry 0.1 BTC at 100,000: two stops of 0.08 may wait, the first takes what is left, and the second expires."""
    perpetual = define_perpetual("alpha", PERP, tick="1", lot="0.01", max_leverage="10", taker_fee="0")
    venue, account = RecordedVenue(Address("venue:alpha"), [perpetual]), AccountId("alpha-main")
    money = Money(1_000 * 10**perpetual.quote_decimals)
    now = START
    said: list[str] = []

    def send(message: Message) -> None:
        said.extend(type(each.message).__name__ + getattr(each.message, "reason", "") for each in handle(venue, message, now))

    def quote(bid: int) -> QuoteChanged:
        return QuoteChanged(perpetual.id, 0, Price(bid), Quantity(100), Price(bid + 1), Quantity(100), now)

    send(OpenAccount(account, Address("engine"), {Currency("USDT"): money}))
    send(quote(100_000))
    for key in ("1", "2"):
        order = PlaceOrder(
            account, ClientOrderId(key), perpetual.id, Side.BUY, OrderType.STOP_LOSS, quantity=Quantity(8), stop_price=Price(100_100)
        )
        send(order)
    plain = PlaceOrder(account, ClientOrderId("3"), perpetual.id, Side.BUY, OrderType.LIMIT, quantity=Quantity(9), price=Price(90_000))
    send(plain)
    send(CancelOrder(account, plain.client_order_id, perpetual.id))
    assert said == ["OrderAccepted"] * 3 + ["OrderCanceled"], "what waits for a price counts for nothing"
    said.clear()
    send(quote(100_200))
    assert said == ["OrderTriggered", "OrderFilled", "OrderTriggered", "OrderExpiredno_funds"]


def test_inverse_contracts_are_left_out_or_refused() -> None:
    """Left out, and said, where others are; refused where they were asked for."""
    both = {f"binance_coinm:{s}": quotes(100.0, 100.0) for s in ("BTCUSD_PERP",)} | {"binance_usdm:BTCUSDT": quotes(100.0, 100.0)}
    recording = open_recording(both)
    assert [i.id for i in recording.instruments] == ["binance_usdm:BTC-USDT-PERP"]
    assert "left out: binance_coinm:BTC-USD-PERP: an inverse (coin-margined) perpetual" in recording.warnings[0]
    with pytest.raises(RecordingError, match="BTC-USD-PERP cannot be traded: an inverse"):
        open_recording(both, venues=["binance_coinm"])


def test_bad_funding_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="no column funding_rate"):
        ran(quotes(1.0), {}, funding_rates={"ts": [1], "venue": ["alpha"], "symbol": [PERP]})
    with pytest.raises(ValueError, match="a rate is a fraction between -1 and 1"):
        ran(quotes(1.0, 1.0), {}, funding_rates=rates((0, 5.0)))


def test_the_recorded_ticks_trade(seawall_data: Path) -> None:
    """Spot against perpetual over the recorded minutes."""
    pattern = str(seawall_data / "binance_ticks_20240808_[tq]*.parquet")
    table = pl.DataFrame({"ts": [1_723_161_600 * SECOND], "venue": ["binance_usdm"], "symbol": ["BTCUSDT"], "funding_rate": [0.0001]})

    class Basis(TradingStrategy):
        def on_market_data(self, update: PriceUpdate) -> None:
            if not self.positions and update.symbol == "BTC-USDT" and "binance_usdm" in self.price_cache.get(PERP, {}):
                self.buy("BTC-USDT", 0.5, venue="binance_spot")
                self.sell(PERP, 0.5, venue="binance_usdm")

    result = run_backtest(Basis, pattern, symbols=["BTC-USDT", PERP], setup=Setup(funding_rates=table, seed=1))
    held = dict(result.fills.group_by("symbol").agg(pl.col("quantity").sum()).iter_rows())
    assert held == {"BTC-USDT": Decimal("0.5"), PERP: Decimal("0.5")}
    (paid,) = result.cash.filter(pl.col("kind") == "funding")["amount"]
    assert Decimal("2.5") < paid < Decimal("3.5"), "the short is paid 0.01 % of some 30,000"
