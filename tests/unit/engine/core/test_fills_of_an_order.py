"""Which lots of an order are booked: every fill once, in whatever order and under however many ids it comes."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from seawall.api.instruments import InstrumentId
from seawall.api.message import Address
from seawall.api.orders import ClientOrderId, OrderType, Side, TimeInForce
from seawall.api.units import Nanos, Price, Quantity
from seawall.engine.core.orders import Order


def order_of(quantity: int) -> Order:
    key, strategy, instrument = ClientOrderId("1-1"), Address("strategy:s"), InstrumentId("v:A-B")
    kind, gtc = OrderType.LIMIT, TimeInForce.GTC
    return Order(key, strategy, "t", instrument, Side.BUY, kind, gtc, Quantity(quantity), Price(1), Price(1), Nanos(0), Nanos(0))


@given(st.data(), st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_every_lot_is_booked_once(data: st.DataObject, lots: list[int]) -> None:
    """A fill is known by where it brings its order. While some are missing the others are kept as stretches, which end when none is."""
    fills = list(zip(accumulate(lots), lots, strict=True))
    booked: dict[int, int] = {}
    order = order_of(sum(lots))
    for through, quantity in data.draw(st.permutations([*fills, *data.draw(st.lists(st.sampled_from(fills)))])):
        again = through in booked
        assert order.has_booked(through, quantity) is again
        if not again:
            booked[through] = quantity
            order.cumulative_quantity += quantity
        assert len(order.ahead or ()) <= len(booked)
    assert booked == dict(fills)
    assert order.ahead is None


def test_a_fill_that_never_comes_costs_one_stretch() -> None:
    """However many follow it."""
    order = order_of(1_000)
    for through in range(2, 1_000):
        assert not order.has_booked(through, 1)
        order.cumulative_quantity += 1
    assert order.ahead == [(1, 999)]
    assert order.has_booked(500, 1)
