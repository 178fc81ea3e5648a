"""A reduce-only order at a recorded venue makes a position smaller, and never another one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.accounts import OpenAccount
from seawall.api.market_data import BarClosed, QuoteChanged
from seawall.api.message import Address
from seawall.api.orders import (
    AccountId,
    ClientOrderId,
    OrderExpired,
    OrderFilled,
    OrderListType,
    OrderRejected,
    OrderType,
    PlaceOrder,
    PlaceOrderList,
    Side,
)
from seawall.api.perpetuals import define_perpetual
from seawall.api.units import SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.backtest.recorded_venue import RecordedVenue
from seawall.backtest.run import Setup, run_backtest
from seawall.runtime.machine import handle
from seawall.strategy import PriceUpdate, TradingStrategy

PERP = define_perpetual("alpha", "BTC-USDT-PERP", tick="1", lot="1")
ALICE = AccountId("alice")
BUY, SELL, STOP = Side.BUY, Side.SELL, OrderType.STOP_LOSS
START = Nanos(1_704_067_200 * SECOND)


class Rig:
    def __init__(self, *, bars: bool = False, limited: bool = False) -> None:
        self.venue = RecordedVenue(Address("venue:alpha"), [PERP], bars_only=[PERP.id] if bars else (), limited=limited)
        self.now, self.next, self.lots = START, 0, 0
        self.reducing: set[str] = set()
        self.said: list[str] = []
        self.send(OpenAccount(ALICE, Address("engine"), {Currency("USDT"): Money(10**18)}))

    def send(self, message: Any) -> list[str]:
        self.now = Nanos(self.now + SECOND)
        self.said = []
        for envelope in handle(self.venue, message, self.now):
            said = envelope.message
            if isinstance(said, OrderFilled):
                before, self.lots = self.lots, self.lots + (said.quantity if said.side is BUY else -said.quantity)
                if said.client_order_id in self.reducing:
                    assert abs(self.lots) < abs(before) and self.lots * before >= 0, f"a reduce-only order led from {before} to {self.lots}"
                self.said.append(f"{said.client_order_id} filled {said.quantity}")
            elif isinstance(said, OrderRejected | OrderExpired):
                self.said.append(f"{said.client_order_id} {said.reason}")
        return self.said

    def request(self, side: Side, lots: int, *, reduce_only: bool = False, **terms: Any) -> PlaceOrder:
        self.next += 1
        key = ClientOrderId(str(self.next))
        if reduce_only:
            self.reducing.add(key)
        kind = terms.pop("order_type", OrderType.LIMIT if terms.get("price") else OrderType.MARKET)
        return PlaceOrder(ALICE, key, PERP.id, side, kind, quantity=Quantity(lots), reduce_only=reduce_only, **terms)

    def order(self, side: Side, lots: int, **terms: Any) -> list[str]:
        return self.send(self.request(side, lots, **terms))

    def quote(self, bid: int, lots: int = 100) -> list[str]:
        return self.send(QuoteChanged(PERP.id, 0, Price(bid), Quantity(lots), Price(bid + 1), Quantity(lots), self.now))


@pytest.fixture
def long_of_ten() -> Rig:
    rig = Rig()
    rig.quote(1_000)
    assert rig.order(BUY, 10) == ["1 filled 10"]
    return rig


def test_without_room_it_is_rejected(long_of_ten: Rig) -> None:
    rig = long_of_ten
    assert rig.order(BUY, 1, reduce_only=True) == ["2 reduce_only"]
    assert rig.order(SELL, 11, reduce_only=True) == ["3 reduce_only"]
    assert rig.order(SELL, 6, price=Price(1_100), reduce_only=True) == []
    assert rig.order(SELL, 5, price=Price(1_200), reduce_only=True) == ["5 reduce_only"]
    assert rig.order(SELL, 4, reduce_only=True) == ["6 filled 4"]


def test_it_yields_to_plain_orders(long_of_ten: Rig) -> None:
    rig = long_of_ten
    rig.order(SELL, 10, price=Price(1_100), reduce_only=True)
    assert rig.order(SELL, 1, price=Price(1_200)) == ["2 reduce_only"]


def test_a_stop_whose_position_is_gone_opens_none(long_of_ten: Rig) -> None:
    rig = long_of_ten
    assert rig.order(SELL, 10, order_type=STOP, stop_price=Price(900), reduce_only=True) == []
    assert rig.order(SELL, 10) == ["3 filled 10"]
    assert rig.quote(899) == ["2 reduce_only"]
    assert rig.lots == 0


@pytest.mark.parametrize("limited", [False, True])
def test_a_stop_closes_what_is_left_and_no_more(limited: bool) -> None:
    rig = Rig(limited=limited)
    rig.quote(1_000)
    rig.order(BUY, 10)
    rig.order(SELL, 10, order_type=STOP, stop_price=Price(900), reduce_only=True)
    rig.order(SELL, 6)
    assert rig.quote(899) == ["2 filled 4", "2 reduce_only"]
    assert rig.lots == 0


def test_what_a_plain_stop_closes_is_not_there_for_a_resting_one(long_of_ten: Rig) -> None:
    """It did not count while it waited for its price."""
    rig = long_of_ten
    rig.order(SELL, 10, price=Price(1_100), reduce_only=True)
    rig.order(SELL, 4, order_type=STOP, stop_price=Price(900))
    assert rig.quote(899) == ["3 filled 4", "2 reduce_only"]


def test_one_of_a_pair_that_loses_its_room_takes_the_other_with_it(long_of_ten: Rig) -> None:
    rig = long_of_ten
    above = rig.request(SELL, 10, order_type=OrderType.LIMIT_MAKER, price=Price(1_100), reduce_only=True)
    below = rig.request(SELL, 10, order_type=STOP, stop_price=Price(900), reduce_only=True)
    assert rig.send(PlaceOrderList(ALICE, PERP.id, OrderListType.OCO, (above, below))) == []
    assert rig.order(SELL, 4) == ["4 filled 4", "3 order_list", "2 reduce_only"]
    assert rig.quote(899) == []


def test_inside_a_bar_a_stop_closes_what_is_left() -> None:
    rig = Rig(bars=True)
    bar = lambda low: BarClosed(  # noqa: E731
        PERP.id, Nanos(rig.now), Nanos(rig.now + SECOND), Price(1_000), Price(1_010), Price(low), Price(1_000), Quantity(100)
    )
    rig.send(bar(990))
    rig.order(BUY, 10)
    rig.send(bar(990))
    rig.order(SELL, 10, order_type=STOP, stop_price=Price(900), reduce_only=True)
    rig.order(SELL, 6)
    assert rig.send(bar(890)) == ["3 filled 6", "2 filled 4", "2 reduce_only"]


SIDES, SIZES, REDUCES = st.sampled_from([BUY, SELL]), st.integers(1, 12), st.booleans()
ORDERS = st.one_of(
    st.tuples(SIDES, SIZES, REDUCES, st.just({})),
    st.tuples(SIDES, SIZES, REDUCES, st.builds(lambda at: {"price": Price(at)}, st.integers(980, 1_020))),
    st.tuples(SIDES, SIZES, REDUCES, st.builds(lambda at: {"order_type": STOP, "stop_price": Price(at)}, st.integers(980, 1_020))),
    st.tuples(
        SIDES, SIZES, REDUCES,
        st.builds(
            lambda at, by: {"order_type": OrderType.STOP_LOSS_LIMIT, "stop_price": Price(at), "price": Price(at + by)},
            st.integers(980, 1_020), st.integers(-5, 5),
        ),
    ),
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(st.one_of(ORDERS, st.integers(975, 1_025)), max_size=60), st.booleans(), st.booleans())
def test_no_reduce_only_order_ever_opens_a_position(script: list[Any], bars: bool, limited: bool) -> None:
    """Whatever else is done beside it: `Rig.send` looks at every fill."""
    rig = Rig(bars=bars, limited=limited)
    for step in [1_000, *script]:
        if not isinstance(step, int):
            side, lots, reduces, terms = step
            rig.order(side, lots, reduce_only=reduces, **terms)
        elif bars:
            opened, closed = Nanos(rig.now), Nanos(rig.now + SECOND)
            rig.send(
                BarClosed(PERP.id, opened, closed, Price(1_000), Price(max(step, 1_000)), Price(min(step, 1_000)), Price(step), Quantity(9))
            )
        else:
            rig.quote(step, lots=7)


class Guarded(TradingStrategy):
    """Buys, guards what it has with a reduce-only stop, and sells by hand before that is reached if it is told to."""

    seen = 0

    def on_market_data(self, update: PriceUpdate) -> None:
        self.seen += 1
        if self.seen == 1:
            self.buy(update.symbol, 0.01)
        elif self.seen == 3:
            self.sell(update.symbol, 0.01, stop_price=900.0, reduce_only=True)
        elif self.seen == 5 and self.config["by_hand"]:
            self.sell(update.symbol, 0.01)


@pytest.mark.parametrize(("symbol", "by_hand"), [("BTC-USDT-PERP", False), ("BTC-USDT-PERP", True), ("BTC-USDT", False)])
def test_what_a_strategy_asks_for_reaches_the_venue_of_a_perpetual(symbol: str, by_hand: bool) -> None:
    """And no spot venue, which would refuse it: there the engine's check alone holds it."""
    prices = [1_000.0] * 6 + [890.0] * 3
    table = {
        "ts": [START + k * SECOND for k in range(9)],
        "bid": prices,
        "bid_qty": [9.0] * 9,
        "ask": [price + 0.1 for price in prices],
        "ask_qty": [9.0] * 9,
    }
    config = {"by_hand": by_hand}
    units = {"tick": "0.1", "lot": "0.001", "taker_fee": "0", "maker_fee": "0"}
    listed = {"venues": {"alpha": {"symbols": {symbol: units}}}}
    result = run_backtest(Guarded, table, config=config, setup=Setup(), venue="alpha", symbol=symbol, instruments=listed)
    assert result.fills["side"].to_list() == ["buy", "sell"], result.summary.counters
    assert float(result.fills["price"][1]) == (1_000.0 if by_hand else 890.0)
