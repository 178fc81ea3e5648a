"""A recorded venue on prints and quotes: what takes, what rests, what a row fills, what it costs."""

from typing import Any

import pytest

from seawall.api.accounts import Heartbeat, Logon, QueryFills, QueryOpenOrders, QueryOrder
from seawall.api.orders import (
    AccountId,
    CancelOrder,
    ClientOrderId,
    Liquidity,
    OrderFilled,
    OrderStatus,
    OrderType,
    PlaceOrder,
    Side,
    TimeInForce,
    TradeId,
)
from seawall.api.units import Nanos
from seawall.backtest.fill_models import FILL_MODELS, fill_model, touch, trade_through
from seawall.backtest.recorded_venue import RecordedVenue
from tests.unit.backtest.desk import ACCOUNT, BTC, CLIENT, USD, Desk, brief

IOC, FOK = TimeInForce.IOC, TimeInForce.FOK
MAKER_ONLY = OrderType.LIMIT_MAKER


def test_market_orders_take_the_opposite_quote() -> None:
    desk = Desk()
    desk.quote(99, 101)
    assert brief(desk.buy(3)) == ["filled 3 at 101 taker"]
    assert brief(desk.sell(2)) == ["filled 2 at 99 taker"]
    assert desk.balances() == (10_000 - 303 + 198, 0, 101, 0)


def test_without_quotes_they_take_the_last_print() -> None:
    desk = Desk()
    desk.trade(100)
    assert brief(desk.buy(3)) == ["filled 3 at 100 taker"]


def test_quotes_outrank_prints_once_known() -> None:
    desk = Desk()
    desk.quote(99, 101)
    desk.trade(150)
    assert brief(desk.buy(1)) == ["filled 1 at 101 taker"]


def test_before_any_price_there_is_no_liquidity() -> None:
    desk = Desk()
    assert brief(desk.buy(1)) == ["rejected no_liquidity"]
    desk.quote(99, 0)
    assert brief(desk.buy(1)) == ["rejected no_liquidity"]
    assert brief(desk.sell(1)) == ["filled 1 at 99 taker"]


@pytest.mark.parametrize(("bps", "bought", "sold"), [(0, 1000, 1000), (10, 1001, 999), (1, 1001, 999), (9_999, 2000, 1)])
def test_slippage_is_rounded_against_the_taker(bps: int, bought: int, sold: int) -> None:
    desk = Desk(slippage_bps=bps)
    desk.trade(1000)
    assert brief(desk.buy(1)) == [f"filled 1 at {bought} taker"]
    assert brief(desk.sell(1)) == [f"filled 1 at {sold} taker"]


def test_slippage_out_of_range_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="slippage is 0 to 9999 basis points"):
        Desk(slippage_bps=10_000)


def test_a_limit_takes_the_better_of_its_price_and_the_market() -> None:
    desk = Desk(slippage_bps=100)
    desk.quote(99, 100)
    assert brief(desk.buy(1, 105)) == ["accepted", "filled 1 at 101 taker"]
    assert brief(desk.buy(1, 100)) == ["accepted", "filled 1 at 100 taker"]  # Slippage never goes beyond the limit.
    assert brief(desk.sell(1, 90)) == ["accepted", "filled 1 at 98 taker"]


@pytest.mark.parametrize("tif", [IOC, FOK])
def test_what_may_not_rest_expires(tif: TimeInForce) -> None:
    desk = Desk()
    desk.quote(99, 101)
    assert brief(desk.buy(1, 100, time_in_force=tif)) == ["accepted", "expired"]
    assert brief(desk.buy(1, 101, time_in_force=tif)) == ["accepted", "filled 1 at 101 taker"]
    assert desk.balances() == (9_899, 0, 101, 0)


def test_a_limit_maker_that_would_take_is_rejected() -> None:
    desk = Desk()
    desk.quote(99, 101)
    assert brief(desk.buy(1, 101, order_type=MAKER_ONLY)) == ["rejected would_take"]
    assert brief(desk.buy(1, 100, order_type=MAKER_ONLY)) == ["accepted"]


def test_what_rests_locks_and_a_cancel_gives_it_back() -> None:
    desk = Desk()
    desk.quote(99, 101)
    desk.buy(2, 90)
    desk.sell(5, 110)
    assert desk.balances() == (9_820, 180, 95, 5)
    assert brief(desk.cancel(1)) + brief(desk.cancel(2)) == ["canceled", "canceled"]
    assert desk.balances() == (10_000, 0, 100, 0)
    assert brief(desk.cancel(1)) == ["rejected unknown_order"]


@pytest.mark.parametrize(("model", "at_price"), [(touch, ["filled 1 at 95 maker"]), (trade_through, [])])
def test_a_print_at_the_price_fills_by_touch_only(model: Any, at_price: list[str]) -> None:
    desk = Desk(model)
    desk.trade(100)
    desk.buy(1, 95)
    assert brief(desk.trade(96)) == []
    assert brief(desk.trade(95)) == at_price
    assert brief(desk.trade(94)) == ([] if at_price else ["filled 1 at 95 maker"])  # At its own price, never better.
    assert brief(desk.trade(93)) == []


@pytest.mark.parametrize(("model", "at_price"), [(touch, ["filled 1 at 105 maker"]), (trade_through, [])])
def test_a_quote_reaching_the_price_fills_by_touch_only(model: Any, at_price: list[str]) -> None:
    desk = Desk(model)
    desk.quote(100, 101)
    desk.sell(1, 105)
    assert brief(desk.quote(104, 105)) == []
    assert brief(desk.quote(105, 106)) == at_price
    assert brief(desk.quote(106, 107)) == ([] if at_price else ["filled 1 at 105 maker"])


def test_an_empty_side_reaches_nobody() -> None:
    desk = Desk(touch)
    desk.quote(100, 102)
    desk.buy(1, 95)
    desk.sell(1, 105)
    assert brief(desk.quote(0, 0)) == []


def test_the_best_price_fills_first_and_the_oldest_within_it() -> None:
    desk = Desk()
    desk.trade(100)
    for price in (94, 95, 93, 95):
        desk.buy(1, price)
    fills = [fill for fill in desk.trade(92) if isinstance(fill, OrderFilled)]
    assert [fill.client_order_id for fill in fills] == ["c2", "c4", "c1", "c3"]
    assert [fill.trade_id for fill in fills] == [1, 2, 3, 4]


def test_fees_come_off_what_is_received_rounded_up() -> None:
    """A maker earns 10 bps here. 333 USD x 20 bps = 0.666: a fee of 1."""
    desk = Desk(taker_fee="0.002", maker_fee="-0.001")
    desk.trade(111)
    *_, sold = desk.sell(3)
    assert isinstance(sold, OrderFilled)
    assert (sold.fee, sold.fee_currency, sold.liquidity) == (1, USD, Liquidity.TAKER)
    desk.sell(20, 120)
    [rebated] = desk.trade(121)
    assert isinstance(rebated, OrderFilled)
    assert (rebated.fee, rebated.liquidity) == (-2, Liquidity.MAKER)
    *_, bought = desk.buy(1)
    assert isinstance(bought, OrderFilled)
    assert (bought.fee, bought.fee_currency) == (1, BTC)
    assert desk.total(USD) == desk.total(BTC) == 0


def test_a_quote_amount_buys_what_it_pays_for() -> None:
    desk = Desk()
    desk.quote(99, 101)
    assert brief(desk.buy(0, quote_quantity=1000)) == ["filled 9 at 101 taker"]
    assert brief(desk.sell(0, quote_quantity=1000)) == ["filled 10 at 99 taker"]


@pytest.mark.parametrize(
    ("request_fields", "reason"),
    [
        ({"quantity": 1, "valid_until": Nanos(4)}, "request_expired"),
        ({"quantity": 1, "instrument": "v:ETH-USD"}, "unknown_instrument"),
        ({"quantity": 0}, "invalid_order"),
        ({"quantity": -1}, "invalid_order"),
        ({"quantity": 1, "price": 50, "order_type": OrderType.MARKET}, "invalid_order"),
        ({"quantity": 1, "price": 501, "order_type": OrderType.LIMIT}, "price_filter"),
        ({"quantity": 51}, "lot_size"),
        ({"quantity": 1, "price": 9, "order_type": OrderType.LIMIT}, "notional"),
        ({"quantity": 1, "client_order_id": "c1"}, "duplicate_client_order_id"),
        ({"quantity": 50, "price": 101, "order_type": OrderType.LIMIT}, "insufficient_balance"),
        ({"quantity": 1, "price": 101, "order_type": OrderType.LIMIT_MAKER}, "would_take"),
    ],
)
def test_bad_orders_are_rejected_for_the_first_reason_that_applies_and_change_nothing(request_fields: dict[str, Any], reason: str) -> None:
    desk = Desk(usd=1_050, max_price="500", max_quantity="50", min_notional="10")
    desk.now = Nanos(5)
    desk.quote(99, 101)
    desk.buy(1, 60)
    before = desk.balances()
    fields = {
        "account": ACCOUNT,
        "client_order_id": ClientOrderId("x"),
        "instrument": desk.id,
        "side": Side.BUY,
        "order_type": OrderType.MARKET,
    }
    assert brief(desk.tell(PlaceOrder(**{**fields, **request_fields}))) == [f"rejected {reason}"]
    assert desk.balances() == before


def test_strangers_get_no_answer() -> None:
    desk = Desk()
    stranger = AccountId("stranger")
    assert desk.tell(PlaceOrder(stranger, ClientOrderId("x"), desk.id, Side.BUY, OrderType.MARKET)) == []
    assert desk.tell(CancelOrder(stranger, ClientOrderId("x"), desk.id)) == []
    assert desk.tell(Logon(stranger, 1)) == []


def test_sessions_and_queries_answer_as_an_exchange_does() -> None:
    desk = Desk()
    desk.trade(100)
    desk.buy(2)
    desk.sell(1, 110)
    assert brief(desk.tell(Logon(ACCOUNT, 1)) + desk.tell(Heartbeat(ACCOUNT, 2))) == ["loggedon", "heartbeatanswered"]
    [open_orders] = desk.tell(QueryOpenOrders(ACCOUNT, 3))
    assert [order.client_order_id for order in open_orders.orders] == ["c2"]
    [reported] = desk.tell(QueryOrder(ACCOUNT, 4, desk.id, ClientOrderId("c1")))
    assert (reported.order.status, reported.order.cumulative_quantity) == (OrderStatus.FILLED, 2)
    [fills] = desk.tell(QueryFills(ACCOUNT, 5, desk.id, TradeId(0)))
    assert [fill.price for fill in fills.fills] == [100]


def test_rows_and_cancels_of_unknown_instruments_are_harmless() -> None:
    desk = Desk()
    desk.id = "v:ETH-USD"
    assert desk.trade(1) + desk.quote(1, 2) + desk.bar(1, 1, 1, 1) == []
    assert brief(desk.cancel(1)) == ["rejected unknown_instrument"]


def test_bars_of_an_instrument_with_ticks_fill_nothing() -> None:
    """Its prints and quotes have done so already."""
    desk = Desk(touch)
    desk.trade(100)
    desk.buy(1, 95)
    assert brief(desk.bar(100, 110, 90, 100)) == []
    assert desk.venue.market(desk.id).last == 100


def test_reports_go_to_the_accounts_owner() -> None:
    desk = Desk()
    desk.trade(100)
    request = PlaceOrder(ACCOUNT, ClientOrderId("x"), desk.id, Side.BUY, OrderType.LIMIT, quantity=1, price=100)
    assert [envelope.target for envelope in desk.venue.handlers[PlaceOrder](request, Nanos(1))] == [CLIENT, CLIENT]


def test_fill_models_are_found_by_name() -> None:
    assert [fill_model(model.name) for model in FILL_MODELS] == list(FILL_MODELS)
    with pytest.raises(ValueError, match="no fill model 'hope'; there are touch, trade_through"):
        fill_model("hope")


def test_nothing_needs_a_tick() -> None:
    venue: RecordedVenue = Desk().venue
    assert venue.deadline() is None
