"""The noise trader: as often, as large and as mixed as it was asked to be, and it takes back what does not trade."""

from seawall.api.market_data import Traded
from seawall.api.message import Message
from seawall.api.orders import OrderType, PlaceOrder, Side, TradeId
from seawall.api.units import BASIS_POINTS, MINUTE, SECOND, Money, Nanos, Price, Quantity
from seawall.market_data.core.traders.noise_trader import PATIENCE_NS, WIDEST_BPS, NoiseSettings, NoiseTrader
from tests.unit.market_data.core.traders.table import ACCOUNT, INSTRUMENT, TRADER, VENUE, Table

SETTINGS = NoiseSettings(interval_ns=Nanos(SECOND), amount=Money(1_000_000))
PRINT = Traded(INSTRUMENT.id, TradeId(1), Price(10_000), Quantity(1), Side.BUY, Nanos(0))


def table(seed: int = 1) -> Table:
    return Table(NoiseTrader(TRADER, VENUE, ACCOUNT, [INSTRUMENT], SETTINGS, seed))


def orders(messages: list[Message]) -> list[PlaceOrder]:
    return [message for message in messages if isinstance(message, PlaceOrder)]


def test_it_acts_about_as_often_as_asked() -> None:
    assert 270 < len(orders(table().pass_time(5 * MINUTE))) < 330


def test_before_the_first_trade_it_only_takes() -> None:
    assert {order.order_type for order in orders(table().pass_time(MINUTE))} == {OrderType.MARKET}


def test_it_mixes_sides_and_types() -> None:
    at = table()
    at.tell(TRADER, PRINT)
    placed = orders(at.pass_time(10 * MINUTE))
    limits = [order for order in placed if order.order_type is OrderType.LIMIT]
    assert 0.3 < len(limits) / len(placed) < 0.5
    assert 0.4 < sum(order.side is Side.BUY for order in placed) / len(placed) < 0.6


def test_its_limit_orders_stand_near_the_last_price_on_their_own_side() -> None:
    at = table()
    at.loses = lambda message: isinstance(message, Traded)
    at.tell(TRADER, PRINT)
    limits = [order for order in orders(at.pass_time(10 * MINUTE)) if order.order_type is OrderType.LIMIT]
    for order in limits:
        away = PRINT.price - order.price if order.side is Side.BUY else order.price - PRINT.price
        assert 0 <= away * BASIS_POINTS <= WIDEST_BPS * PRINT.price


def test_what_does_not_trade_it_takes_back() -> None:
    """Nothing rests much longer than its patience."""
    at = table()
    at.tell(TRADER, PRINT)
    at.pass_time(10 * MINUTE)
    resting = at.trader.state.pad.orders.values()
    assert resting
    assert max(at.now - order.placed for order in resting) <= PATIENCE_NS + 2 * SETTINGS.interval_ns


def test_a_seed_fixes_what_it_does() -> None:
    first, same, other = (table(seed).pass_time(MINUTE) for seed in (1, 1, 2))
    assert first == same != other
