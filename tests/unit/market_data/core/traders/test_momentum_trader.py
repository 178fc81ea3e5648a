"""The momentum trader: buys what rises, sells what falls, a bounded position, and lets go when it is over."""

from typing import Any

import pytest

from seawall.api.accounts import Balance, BalancesReported
from seawall.api.market_data import QuoteChanged
from seawall.api.message import Restarted
from seawall.api.orders import OrderFilled, PlaceOrder, Side
from seawall.api.units import PPB, SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.market_data.core.figures import WORTH
from seawall.market_data.core.traders.momentum_trader import MomentumTrader, MomentumTraders
from tests.unit.market_data.core.traders.table import ACCOUNT, INSTRUMENT, RICH, TRADER, VENUE, Table

BTC = Currency("BTC")
SETTINGS = MomentumTraders(threshold=PPB // 100, amount=WORTH, most=3 * WORTH, looks_every=Nanos(SECOND), window=4)
SIZES = {INSTRUMENT.id: (Money(100_000), Money(300_000))}  # At a price of 1000, 100 and 300 lots.


class Crowd:
    """Answers every market order with a fill at the price of the moment, as a deep market would."""

    def __init__(self) -> None:
        self.at = Table(MomentumTrader(TRADER, VENUE, ACCOUNT, [INSTRUMENT], {BTC: RICH[BTC]}, SIZES, SETTINGS))
        self.at.loses = lambda message: True
        self.trades = 0

    def at_price(self, price: int) -> list[PlaceOrder]:
        self.at.tell(TRADER, QuoteChanged(INSTRUMENT.id, 1, Price(price), Quantity(1), Price(price), Quantity(1), self.at.now))
        orders = [message for message in self.at.pass_time(SECOND) if isinstance(message, PlaceOrder)]
        for order in orders:
            self.fill(order, price)
        return orders

    def fill(self, order: PlaceOrder, price: int) -> None:
        self.trades += 1
        lots = Quantity(order.quote_quantity // price)
        fill = OrderFilled(
            ACCOUNT, order.client_order_id, INSTRUMENT.id, 1, self.trades, order.side, Price(price), lots, lots, Quantity(0), "taker",
            Money(0), Currency("USDT"), self.at.now,
        )  # type: ignore[arg-type]  # fmt: skip
        self.at.tell(TRADER, fill)

    @property
    def position(self) -> int:
        return self.at.trader.state.holding[BTC] - RICH[BTC]  # type: ignore[no-any-return]


def test_a_flat_market_leaves_it_cold() -> None:
    crowd = Crowd()
    assert [crowd.at_price(1000 + number % 3) for number in range(20)] == [[]] * 20


@pytest.mark.parametrize(("sign", "side"), [(1, Side.BUY), (-1, Side.SELL)])
def test_it_joins_a_move_up_to_its_most_and_lets_go_after_it(sign: int, side: Side) -> None:
    crowd = Crowd()
    orders = [order for number in range(20) for order in crowd.at_price(1000 + sign * 10 * number)]
    assert {order.side for order in orders} == {side}
    assert len(orders) in (2, 3)
    assert 0 < sign * crowd.position * (1000 + sign * 190) <= 300_000 * 1.25
    for _ in range(12):
        crowd.at_price(1000 + sign * 190)
    assert abs(crowd.position) * 1000 < 20_000


def test_its_balances_put_its_position_right() -> None:
    """A fill whose report was lost."""
    crowd = Crowd()
    crowd.at.tell(TRADER, BalancesReported(ACCOUNT, 1, (Balance(BTC, Money(RICH[BTC] + 80), Money(0)),), crowd.at.now))
    orders = [order for _ in range(8) for order in crowd.at_price(1000)]
    assert [order.side for order in orders] == [Side.SELL]
    assert crowd.position == 0


def test_one_sided_quotes_are_no_price() -> None:
    crowd = Crowd()
    for _ in range(10):
        assert crowd.at_price(0) == []
    assert crowd.at.trader.state.seen == {}


def test_a_restart_changes_its_numbers() -> None:
    crowd = Crowd()
    crowd.at.tell(TRADER, Restarted(3))
    orders = [order for number in range(8) for order in crowd.at_price(1000 + 20 * number)]
    assert orders[0].client_order_id.startswith("3-")


@pytest.mark.parametrize(
    ("more", "complaint"), [({"threshold": 0}, "threshold"), ({"amount": 0}, "amount"), ({"window": 0}, "window"), ({"most": 1}, "most")]
)
def test_settings_that_make_no_sense_are_named(more: dict[str, int], complaint: str) -> None:
    settings: dict[str, Any] = {"threshold": 1_000, "amount": WORTH, "most": WORTH} | more
    assert complaint in (MomentumTraders(**settings).fault() or "")
