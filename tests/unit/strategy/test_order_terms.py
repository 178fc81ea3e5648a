"""What an author may say of an order beyond side, quantity and price, and what the engine is told of it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from seawall.api.orders import OrderType, TimeInForce
from seawall.api.signals import OrderRequested, OrderTerms, SignalGenerated, StrategyFailed
from seawall.api.units import SECOND
from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy
from tests.unit.strategy.stage import Stage


class Teller(TradingStrategy):
    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        if self.config["by"] == "signal":
            return [MarketSignal(price_update.symbol, 1.0, metadata=self.config["options"])]
        self.buy(price_update.symbol, 1.0, **self.config["options"])
        return None


def told(by: str = "buy", **options: Any) -> Any:
    stage = Stage(Teller, {"by": by, "options": options})
    (message,) = stage.trade(100)
    return message


@pytest.mark.parametrize(
    ("options", "order_type"),
    [
        ({"stop_price": 90}, OrderType.STOP_LOSS),
        ({"stop_price": 90, "limit_price": 89}, OrderType.STOP_LOSS_LIMIT),
        ({"trailing_bps": 100}, OrderType.STOP_LOSS),
        ({"stop_price": 90, "order_type": "take_profit"}, OrderType.TAKE_PROFIT),
        ({"display": 0.1, "limit_price": 89}, OrderType.LIMIT),
    ],
)
def test_a_stop_makes_a_stop_loss_unless_told_otherwise(options: dict[str, Any], order_type: OrderType) -> None:
    """From `buy` and from a signal's metadata alike."""
    ordered, signalled = told(**options), told("signal", **options)
    assert isinstance(ordered, OrderRequested) and isinstance(signalled, SignalGenerated)
    assert ordered.order_type is signalled.order_type is order_type
    assert ordered.terms == signalled.terms == OrderTerms(
        float(options.get("stop_price", 0)), options.get("trailing_bps", 0), options.get("display", 0.0)
    )  # fmt: skip


def test_an_order_can_be_good_for_a_while_or_until_a_time() -> None:
    """Both make it good till date."""
    message = told(limit_price=5, good_for=2.5)
    assert (message.time_in_force, message.terms.expire_time) == (TimeInForce.GTD, message.signal_time + 5 * SECOND // 2)
    message = told(limit_price=5, expire_time=datetime(2030, 1, 1, tzinfo=UTC))
    assert (message.time_in_force, message.terms.expire_time) == (TimeInForce.GTD, 1_893_456_000 * SECOND)


def test_a_plain_order_says_nothing_more() -> None:
    assert told(limit_price=5).terms is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"good_for": 5, "expire_time": datetime(2030, 1, 1, tzinfo=UTC)}, "not both"),
        ({"good_for": -1}, "good_for is a number of seconds above 0"),
        ({"expire_time": "tomorrow"}, "a timestamp is a datetime"),
        ({"trailing_bps": 1.5}, "trailing_bps is a whole number of basis points from 1 to 9999, got 1.5"),
        (
            {"self_trade_prevention": "sometimes"},
            "self_trade_prevention is one of none, expire_taker, expire_maker,",
        ),
        ({"order_type": "stop"}, "order_type is one of limit, market, limit_maker, stop_loss,"),
        ({"time_in_force": "day"}, "time_in_force is one of gtc, ioc, fok, gtd, got 'day'"),
        ({"trailing_bps": 0}, "trailing_bps is a whole number of basis points from 1 to 9999, got 0"),
        ({"order_type": "market", "limit_price": 90}, "a market order has no limit_price"),
        ({"order_type": "stop_loss", "stop_price": 90, "limit_price": 90}, "a stop_loss order has no limit_price"),
        ({"reduce_olny": True}, "knows no option 'reduce_olny'"),
    ],
)
def test_what_cannot_be_meant_ends_the_strategy_with_a_reason(options: dict[str, Any], said: str) -> None:
    message = told(**options)
    assert isinstance(message, StrategyFailed) and said in message.error


def test_a_stop_at_nothing_does_not_become_an_order_without_a_stop() -> None:
    """The engine refuses it: a strategy that computed it goes on."""
    message = told(stop_price=0.0)
    assert message.order_type is OrderType.STOP_LOSS and message.terms.stop_price != message.terms.stop_price
    assert told(stop_price=None, trailing_bps=None).order_type is OrderType.MARKET
