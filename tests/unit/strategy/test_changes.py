"""`amend`, `replace` and `oco`: what an author writes, what leaves for the engine, and what he cannot mean."""

from typing import Any

import pytest

from seawall.api.orders import OrderListType, OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce
from seawall.api.signals import AmendRequested, ListRequested, OrderRequested, ReplaceRequested, StrategyFailed
from seawall.api.units import SECOND
from seawall.strategy import PriceUpdate, TradingStrategy
from tests.unit.strategy.stage import STRATEGY, Stage

BTC = "BTC-USD"


def acting(act: Any) -> Stage:
    """A strategy that does this with the first price. `self.kept` is what it returned."""

    class Acting(TradingStrategy):
        heard: list[Any]
        kept: Any = None

        def on_start(self) -> None:
            self.heard = []

        def on_market_data(self, price_update: PriceUpdate) -> None:
            if self.kept is None:
                self.kept = act(self)

        def on_order_update(self, update: Any) -> None:
            self.heard.append((update.order_id, update.status, update.reason))

    return Stage(Acting)


def said(act: Any) -> list[Any]:
    return acting(act).trade(10_000)


def test_amend_names_the_new_total() -> None:
    assert said(lambda s: s.amend("order-1", 0.25)) == [AmendRequested(STRATEGY, "order-1", 0.25)]


def test_what_came_of_an_amend_is_an_update() -> None:
    stage = acting(lambda s: s.buy(BTC, 0.5, limit_price=90.0, venue="exchange-1"))
    stage.trade(10_000)
    stage.order("order-1", OrderStatus.NEW, leaves=500)
    stage.order("order-1", OrderStatus.NEW, leaves=200, reason="amended")
    assert stage.strategy.open_orders["order-1"].leaves_quantity == 0.2
    stage.order("order-1", OrderStatus.NEW, leaves=200, reason="amend refused: notional")
    assert stage.strategy.heard[1:] == [("order-1", "new", "amended"), ("order-1", "new", "amend refused: notional")]  # type: ignore[attr-defined]
    assert stage.strategy.open_orders["order-1"].status == "new"


def test_replace_takes_symbol_venue_and_side_from_the_old_order() -> None:
    """Its own terms are those of any order. In the same callback, too."""

    def act(s: TradingStrategy) -> str:
        old = s.sell(BTC, 0.5, limit_price=110.0, venue="exchange-2")
        return s.replace(old, 0.4, stop_price=95.0, good_for=60, client_tag="stop")

    stage = acting(act)
    _, replaced = stage.trade(10_000)
    assert isinstance(replaced, ReplaceRequested)
    assert (replaced.tag, replaced.new_tag, replaced.quantity) == ("order-1", "stop", 0.4)
    assert (replaced.order_type, replaced.time_in_force) == (OrderType.STOP_LOSS, TimeInForce.GTD)
    assert replaced.terms is not None
    assert (replaced.terms.stop_price, replaced.terms.expire_time) == (95.0, stage.now + 60 * SECOND)
    new = stage.strategy.open_orders["stop"]
    assert (new.symbol, new.side, new.status, new.leaves_quantity) == (BTC, "sell", "pending_new", 0.4)
    assert stage.strategy.kept == "stop"  # type: ignore[attr-defined]


def test_a_replacement_of_what_just_ended_is_for_the_engine_to_refuse() -> None:
    (replaced,) = said(lambda s: s.replace("gone", 0.4, limit_price=95.0))
    assert (replaced.tag, replaced.new_tag) == ("gone", "order-1")


def types(request: ListRequested) -> list[tuple[str, float, float, int]]:
    """Type, limit, stop and distance of each."""
    terms = [(order.terms.stop_price, order.terms.trailing_bps) if order.terms is not None else (0.0, 0) for order in request.orders]
    return [(str(order.order_type), order.limit_price, *rest) for order, rest in zip(request.orders, terms, strict=True)]


LIMIT, STOP, TRAIL, BOTH = {"limit_price": 100.0}, {"stop_price": 90.0}, {"trailing_bps": 50}, {"stop_price": 90.0, "limit_price": 89.0}


@pytest.mark.parametrize(
    ("side", "above", "below", "expected"),
    [
        ("sell", LIMIT, STOP, [("limit_maker", 100.0, 0.0, 0), ("stop_loss", 0.0, 90.0, 0)]),
        ("sell", LIMIT, TRAIL, [("limit_maker", 100.0, 0.0, 0), ("stop_loss", 0.0, 0.0, 50)]),
        ("sell", STOP, BOTH, [("take_profit", 0.0, 90.0, 0), ("stop_loss_limit", 89.0, 90.0, 0)]),
        ("buy", STOP, LIMIT, [("stop_loss", 0.0, 90.0, 0), ("limit_maker", 100.0, 0.0, 0)]),
        ("buy", BOTH, TRAIL, [("stop_loss_limit", 89.0, 90.0, 0), ("take_profit", 0.0, 0.0, 50)]),
    ],
)
def test_the_types_of_an_oco_follow_from_side_and_place(
    side: str, above: dict[str, Any], below: dict[str, Any], expected: list[tuple[str, float, float, int]]
) -> None:
    (request,) = said(lambda s: s.oco(side, BTC, 0.5, above=above, below=below))
    assert isinstance(request, ListRequested)
    assert request.list_type is OrderListType.OCO
    assert types(request) == expected
    assert [(order.side, order.quantity) for order in request.orders] == [(Side(side), 0.5)] * 2


def test_an_oco_has_two_names_and_what_both_share() -> None:
    stage = acting(
        lambda s: s.oco(
            "sell", BTC, 0.5, above={**LIMIT, "client_tag": "gain"}, below=STOP, venue="exchange-2", good_for=60, reduce_only=True,
            self_trade_prevention="expire_maker",
        )
    )  # fmt: skip
    (request,) = stage.trade(10_000)
    assert isinstance(request, ListRequested)
    assert stage.strategy.kept == ("gain", "order-1")  # type: ignore[attr-defined]
    assert list(stage.strategy.open_orders) == ["gain", "order-1"]
    for order in request.orders:
        assert (order.venue, order.time_in_force) == ("exchange-2", TimeInForce.GTD)
        assert order.terms is not None
        assert (order.terms.reduce_only, order.terms.self_trade_prevention) == (True, SelfTradePrevention.EXPIRE_MAKER)


def test_names_are_not_given_twice() -> None:
    def act(s: TradingStrategy) -> str:
        s.oco("sell", BTC, 0.5, above={**LIMIT, "client_tag": "exit"}, below=STOP)
        s.replace("exit", 0.1, client_tag="exit")
        return s.buy(BTC, 0.1, client_tag="exit")

    *_, bought = said(act)
    assert isinstance(bought, OrderRequested)
    assert bought.tag == "exit#3"


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda s: s.amend(7, 1.0), "amend() takes the id of an order, as buy() returned it, not 7"),
        (lambda s: s.replace(None, 1.0), "replace() takes the id of an order, as buy() returned it, not None"),
        (lambda s: s.replace("order-1", 1.0, venue="exchange-1"), "replace() knows no option 'venue'; there are limit_price"),
        (lambda s: s.replace("order-1", 1.0, order_type="limmit"), "order_type is one of limit, market, limit_maker, stop_loss,"),
        (lambda s: s.oco("long", BTC, 1.0, above=LIMIT, below=STOP), "oco() takes a side first, 'buy' or 'sell', not 'long'"),
        (
            lambda s: s.oco("sell", BTC, 1.0, above=LIMIT, below=STOP, limit_price=5.0),
            "oco() knows no option 'limit_price'; there are above",
        ),
        (lambda s: s.oco("sell", BTC, 1.0, above=100.0, below=STOP), "oco(above=...) is a dict such as {'limit_price': 100.0}, not 100.0"),
        (lambda s: s.oco("sell", BTC, 1.0, above=LIMIT, below={"stop": 5}), "oco(below=...) knows no 'stop'; there are limit_price"),
        (lambda s: s.oco("sell", BTC, 1.0, above=LIMIT, below={}), "oco(below=...) needs a limit_price, a stop_price or trailing_bps"),
        (lambda s: s.oco("sell", BTC, 1.0, above=LIMIT, below=LIMIT), "a sell with a limit_price below the market trades at once"),
        (lambda s: s.oco("buy", BTC, 1.0, above=LIMIT, below=LIMIT), "a buy with a limit_price above the market trades at once"),
        (
            lambda s: s.oco("sell", BTC, 1.0, above={**LIMIT, "client_tag": "a"}, below={**STOP, "client_tag": "a"}),
            "oco() needs two names for its orders; both have the client_tag 'a'",
        ),
    ],
)
def test_what_an_author_cannot_mean_ends_the_strategy_with_words(act: Any, error: str) -> None:
    (failed,) = said(act)
    assert isinstance(failed, StrategyFailed)
    assert error in failed.error
