"""A reduce-only order makes a position smaller, and never another one."""

from seawall.api.orders import AccountId, CancelOrder, ClientOrderId, OrderListType, OrderType, PlaceOrder, PlaceOrderList, Side
from seawall.api.units import Price, Quantity
from tests.unit.exchange.core.margin.pit import BTC, Pit


def long_of_ten() -> Pit:
    pit = Pit()
    pit.trade("alice", "bob", 100, 10)
    return pit


def test_without_a_position_it_is_rejected() -> None:
    pit = Pit()
    assert "rejected reduce_only" in pit.order("alice", "sell", 100, 1, reduce_only=True)[0]
    pit.trade("alice", "bob", 100, 10)
    assert "rejected reduce_only" in pit.order("alice", "buy", 90, 1, reduce_only=True)[0], "it would make it larger"


def test_it_closes_what_is_there_and_no_more() -> None:
    pit = long_of_ten()
    pit.order("carol", "buy", 99, 50)
    assert "rejected reduce_only" in pit.order("alice", "sell", 99, 11, reduce_only=True)[0]
    assert any("filled 10 at 99" in line for line in pit.order("alice", "sell", 99, 10, reduce_only=True))
    assert pit.position("alice") == (0, 0)


def test_two_of_them_share_the_position() -> None:
    pit = long_of_ten()
    assert "accepted" in pit.order("alice", "sell", 110, 6, reduce_only=True)[0]
    assert "rejected reduce_only" in pit.order("alice", "sell", 120, 5, reduce_only=True)[0]
    assert "accepted" in pit.order("alice", "sell", 120, 4, reduce_only=True)[0]


def test_it_yields_to_other_orders_and_to_the_position() -> None:
    """A plain sell that could close the same lots takes its room; so does a position that shrinks."""
    pit = long_of_ten()
    pit.order("alice", "sell", 110, 10, reduce_only=True)
    assert pit.order("alice", "sell", 120, 1)[-1] == "alice 3 expired after 0: reduce_only"
    pit.send(CancelOrder(AccountId("alice"), ClientOrderId("4"), BTC.id))
    pit.order("alice", "sell", 110, 10, reduce_only=True)
    pit.order("carol", "buy", 99, 4)
    assert pit.order("alice", "sell", 0, 4)[-1] == "alice 5 expired after 0: reduce_only"
    assert pit.position("alice")[0] == 6


def test_a_stop_closes_what_is_left_when_its_time_comes() -> None:
    """Ordered for ten while ten were held; four are held when it triggers."""
    pit = long_of_ten()
    said = pit.order("alice", "sell", 0, 10, reduce_only=True, order_type=OrderType.STOP_LOSS, stop_price=90)
    assert said == ["alice 3 accepted"]
    pit.order("carol", "buy", 99, 6)
    pit.order("alice", "sell", 0, 6)
    pit.order("carol", "buy", 89, 50)
    pit.order("dave", "sell", 89, 1)
    assert pit.position("alice") == (0, 0)


def test_one_of_a_list_that_loses_its_room_takes_the_list_with_it() -> None:
    """Nothing is left that the next event would look for in vain."""
    pit = long_of_ten()
    account, ten = AccountId("alice"), Quantity(10)
    common = {"quantity": ten, "reduce_only": True}
    orders = (
        PlaceOrder(account, ClientOrderId("profit"), BTC.id, Side.SELL, OrderType.LIMIT_MAKER, price=Price(120), **common),  # type: ignore[arg-type]
        PlaceOrder(account, ClientOrderId("loss"), BTC.id, Side.SELL, OrderType.STOP_LOSS, stop_price=Price(80), **common),  # type: ignore[arg-type]
    )
    pit.send(PlaceOrderList(account, BTC.id, OrderListType.OCO, orders))
    pit.order("carol", "buy", 99, 4)
    said = pit.order("alice", "sell", 99, 4)
    assert said[-2:] == ["alice loss expired after 0: order_list", "alice profit expired after 0: reduce_only"]
    assert not pit.exchange.state.markets[BTC.id].lists
