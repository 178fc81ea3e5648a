"""Conditional orders: what they wait for, what they lock, and what happens when their condition comes true."""

import pytest

from seawall.api.orders import CONDITIONAL, OrderType
from tests.unit.exchange.core.venue import Venue


def traded_at(price: int, venue: Venue | None = None) -> Venue:
    """The last trade was at this price, and the book is empty."""
    venue = venue or Venue()
    venue.order("bob", "sell", price, 1)
    venue.order("bob", "buy", price, 1)
    return venue


@pytest.mark.parametrize(
    ("side", "order_type", "stop", "before", "then"),
    [
        ("sell", "stop_loss", 95, 96, 95),
        ("buy", "stop_loss", 105, 104, 105),
        ("sell", "take_profit", 105, 104, 106),
        ("buy", "take_profit", 95, 96, 90),
    ],
)
def test_a_stop_loss_waits_on_the_side_that_hurts_and_a_take_profit_on_the_other(
    side: str, order_type: str, stop: int, before: int, then: int
) -> None:
    """And both trade at what the market then offers."""
    venue = traded_at(100)
    assert venue.order("alice", side, 0, 5, order_type, name="stop", stop_price=stop) == ["alice stop accepted"]
    assert "triggered" not in str(traded_at(before, venue).book())
    venue.order("bob", "buy" if side == "sell" else "sell", 80 if side == "sell" else 120, 5, name="far")
    venue.order("bob", "sell", then, 1)
    said = venue.order("bob", "buy", then, 1) if side == "sell" or then < 120 else []
    assert "alice stop triggered" in said
    assert said[-1] == f"alice stop filled 5 at {80 if side == 'sell' else 120} leaves 0 taker"
    assert venue.balances("alice").count("+0") == 2


def test_a_trade_triggers_nothing_before_its_price_is_reached() -> None:
    venue = traded_at(100)
    venue.order("alice", "sell", 0, 5, "stop_loss", name="stop", stop_price=95)
    venue.order("bob", "sell", 96, 1)
    assert venue.order("bob", "buy", 96, 1) == [
        "bob 5 accepted",
        "bob 4 filled 1 at 96 leaves 0 maker",
        "bob 5 filled 1 at 96 leaves 0 taker",
    ]


def test_what_is_reached_already_is_refused() -> None:
    """It would be a market order in disguise."""
    venue = traded_at(100)
    assert venue.order("alice", "sell", 0, 5, "stop_loss", stop_price=100) == [
        "alice 3 rejected would_trigger: the last price is 100 ticks, which has reached a stop price of 100"
    ]
    assert venue.order("alice", "buy", 99, 5, "take_profit_limit", stop_price=101)[0].startswith("alice 4 rejected would_trigger")


def test_a_stop_limit_rests_at_its_limit_when_triggered() -> None:
    """Unseen before; with its money locked from the start."""
    venue = traded_at(100)
    venue.order("alice", "buy", 104, 5, "stop_loss_limit", name="stop", stop_price=105)
    assert (venue.book(), venue.balances("alice")) == (" | ", "BTC 1000000+0, USDT 999480+520")
    traded_at(105, venue)
    assert (venue.book(), venue.balances("alice")) == ("104x5 | ", "BTC 1000000+0, USDT 999480+520")
    assert venue.cancel("alice", "stop") == ["alice stop canceled after 0"]
    assert venue.balances("alice") == "BTC 1000000+0, USDT 1000000+0"


def test_one_trade_triggers_in_the_order_of_acceptance_and_what_follows_queues_behind() -> None:
    """The first stop's trade reaches a third, which has its turn after the second."""
    venue = traded_at(100)
    venue.order("bob", "buy", 90, 1, name="b90")
    venue.order("bob", "buy", 80, 1, name="b80")
    venue.order("bob", "buy", 70, 1, name="b70")
    venue.order("alice", "sell", 0, 1, "stop_loss", name="third", stop_price=91)
    venue.order("alice", "sell", 0, 1, "stop_loss", name="first", stop_price=95)
    venue.order("alice", "sell", 0, 1, "stop_loss", name="second", stop_price=96)
    venue.order("bob", "sell", 95, 1)
    said = [line for line in venue.order("bob", "buy", 95, 1) if line.startswith("alice")]
    assert said == [
        "alice first triggered",
        "alice first filled 1 at 90 leaves 0 taker",
        "alice second triggered",
        "alice second filled 1 at 80 leaves 0 taker",
        "alice third triggered",
        "alice third filled 1 at 70 leaves 0 taker",
    ]


def test_a_buy_without_a_limit_buys_what_the_balance_pays_for() -> None:
    """It locked the stop price; the market asks more, and nothing else is free."""
    venue = traded_at(100)
    venue.order("alice", "buy", 90, 5_445, name="rest")  # Leaves 509,950.
    venue.order("alice", "buy", 0, 5_049, "stop_loss", name="stop", stop_price=101)
    assert venue.balances("alice").startswith("BTC 1000000+0, USDT 1+")
    venue.order("bob", "sell", 101, 1)
    venue.order("bob", "sell", 102, 10_000)
    said = venue.order("bob", "buy", 101, 1, "limit")
    assert said[-2:] == ["alice stop filled 4999 at 102 leaves 50 taker", "alice stop expired after 4999: no_funds"]


def test_without_anybody_to_trade_with_it_expires() -> None:
    venue = traded_at(100)
    venue.order("alice", "sell", 0, 5, "stop_loss", name="stop", stop_price=95)
    venue.order("bob", "sell", 95, 1)
    assert venue.order("bob", "buy", 95, 1)[-2:] == ["alice stop triggered", "alice stop expired after 0"]


@pytest.mark.parametrize(
    ("order_type", "side", "stop", "path", "expected"),
    [
        # The worked examples of a venue that has these orders: stop price, the market's path, the trade that triggers.
        ("stop_loss_limit", "buy", 44_000, [37_000, 44_000, 45_000, 46_000, 42_000, 44_099, 44_100], 44_100),
        ("stop_loss_limit", "sell", 39_000, [41_500, 39_000, 37_000, 41_000, 36_901, 36_900], 36_900),
        ("take_profit_limit", "buy", 38_000, [42_000, 38_000, 37_000, 39_000, 38_000, 40_144, 40_145], 40_145),
        ("take_profit_limit", "sell", 42_000, [41_500, 39_000, 42_000, 45_000, 44_000, 46_500, 43_013, 43_012], 43_012),
        ("stop_loss_limit", "sell", 0, [42_000, 39_500, 45_500, 42_316, 42_315], 42_315),
    ],
)
def test_a_trailing_stop_follows_the_best_price_since_its_stop_price(
    order_type: str, side: str, stop: int, path: list[int], expected: int
) -> None:
    """A SELL the highest, a BUY the lowest."""
    delta = {44_000: 500, 39_000: 1_000, 38_000: 850, 42_000: 750, 0: 700}[stop]
    venue = traded_at(40_000)
    venue.order("alice", side, 40_000, 1, order_type, name="trail", stop_price=stop, trailing_delta_bps=delta)
    for price in path:
        venue.order("bob", "sell", price, 1)
        said = venue.order("bob", "buy", price, 1)
        assert ("alice trail triggered" in said) == (price == expected), price


def test_a_trailing_stop_before_any_trade_follows_the_first() -> None:
    venue = Venue()
    assert venue.order("alice", "buy", 0, 1, "stop_loss", trailing_delta_bps=100)[0].startswith("alice 1 rejected no_liquidity")
    assert venue.order("alice", "sell", 0, 1, "stop_loss", name="trail", trailing_delta_bps=100) == ["alice trail accepted"]
    traded_at(200, venue)
    venue.order("bob", "sell", 198, 1)
    assert "alice trail triggered" in venue.order("bob", "buy", 198, 1)


@pytest.mark.parametrize(
    ("order_type", "terms", "detail"),
    [
        ("limit", {"stop_price": 90}, "stop_price is for stop_loss and take_profit orders, with or without a limit; this is a limit order"),
        ("stop_loss", {}, "a stop_loss order needs a stop_price or a trailing_delta_bps"),
        ("stop_loss", {"stop_price": 90, "price": 5}, "a stop_loss order has no price; to bound it, use stop_loss_limit"),
        ("stop_loss_limit", {"stop_price": 90}, "a stop_loss_limit order needs a price"),
        ("stop_loss", {"stop_price": 90, "time_in_force": "ioc"}, "a stop_loss order waits, which ioc contradicts; use gtc or gtd"),
        ("take_profit", {"trailing_delta_bps": 10_000}, "a stop_price is not negative, and trailing_delta_bps is between 1 and 9999"),
        ("limit", {"price": 5, "reduce_only": True},
         "reduce_only is for perpetuals: a spot order has no position to reduce, the balance bounds what it can sell"),
    ],
)  # fmt: skip
def test_terms_that_contradict_each_other_are_named(order_type: str, terms: dict[str, object], detail: str) -> None:
    venue = Venue()
    assert venue.order("alice", "sell", quantity=5, order_type=order_type, **terms) == [f"alice 1 rejected invalid_order: {detail}"]


def test_every_conditional_type_needs_a_condition() -> None:
    for order_type in CONDITIONAL:
        price = 0 if order_type in (OrderType.STOP_LOSS, OrderType.TAKE_PROFIT) else 5
        assert "needs a stop_price or a trailing_delta_bps" in Venue().order("alice", "sell", price, 5, order_type)[0]
