"""The engine's view of a market: good prices count, bad ones are counted and leave no trace."""

from typing import Any

import pytest

from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.orders import Side, TradeId
from seawall.api.units import Nanos, Price, Quantity
from tests.unit.engine.rig import ALPHA_BTC, Rig

KEY = ALPHA_BTC.id


def traded(price: int, quantity: int = 1, key: Any = KEY) -> Traded:
    return Traded(key, TradeId(1), Price(price), Quantity(quantity), Side.BUY, Nanos(0))


def quoted(bid: int, ask: int) -> QuoteChanged:
    return QuoteChanged(KEY, 1, Price(bid), Quantity(1), Price(ask), Quantity(1), Nanos(0))


def bar(low: int, high: int, close: int) -> BarClosed:
    return BarClosed(KEY, Nanos(0), Nanos(1), Price(close), Price(high), Price(low), Price(close), Quantity(1))


def test_prices_and_when_they_came() -> None:
    """By the engine's clock, not the venue's."""
    rig = Rig(quoted=False)
    market = rig.engine.state.markets[KEY]
    assert (market.mark(), market.touch(Side.BUY), market.time) == (0, 0, 0)
    rig.tell(quoted(100, 103))
    assert (market.mark(), market.touch(Side.BUY), market.touch(Side.SELL), market.time) == (101, 103, 100, rig.now)
    rig.now = Nanos(rig.now + 5)
    rig.tell(traded(102))
    assert (market.mark(), market.touch(Side.BUY), market.time) == (102, 103, rig.now)
    rig.tell(quoted(0, 104))
    assert (market.touch(Side.BUY), market.touch(Side.SELL)) == (104, 102), "nobody bids: the last trade stands in"
    rig.tell(bar(90, 110, 95))
    assert market.mark() == 95


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (traded(0), "not_positive"), (traded(-1), "not_positive"), (traded(5, 0), "not_positive"), (quoted(-1, 5), "not_positive"),
        (quoted(5, -1), "not_positive"), (quoted(101, 100), "crossed"), (quoted(100, 100), "crossed"), (bar(96, 110, 95), "absurd_bar"),
        (bar(90, 94, 95), "absurd_bar"), (bar(0, 10, 5), "absurd_bar"), (bar(-5, 10, -5), "absurd_bar"),
    ],
)  # fmt: skip
def test_bad_prices_leave_no_trace(message: Any, reason: str) -> None:
    """Counted by reason; neither price nor time moves."""
    rig = Rig(quoted=False)
    rig.tell(quoted(99, 101))
    market = rig.engine.state.markets[KEY]
    before = (market.last, market.bid, market.ask, market.time)
    rig.now = Nanos(rig.now + 5)
    assert rig.tell(message) == []
    assert (market.last, market.bid, market.ask, market.time) == before
    assert market.refused == {reason: 1}


def test_markets_nobody_configured_are_nothing() -> None:
    """Whoever publishes them."""
    rig = Rig()
    assert rig.tell(traded(5, key="alpha:NO-SUCH")) == []
    assert "alpha:NO-SUCH" not in rig.engine.state.markets
