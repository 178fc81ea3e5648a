"""What a venue refuses on sight, and the sentence that says why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.instruments import Instrument, define_spot
from seawall.api.orders import AccountId, ClientOrderId, OrderType, PlaceOrder, RejectReason, Side, TimeInForce
from seawall.api.units import Money, Price, Quantity
from seawall.exchange.core.filters import plain_bounds, reject_reason

INSTRUMENT = define_spot(
    "test",
    "BTC-USDT",
    tick="0.5",
    lot="0.001",
    quote_decimals=4,
    min_price="100",
    max_price="1000",
    min_quantity="0.01",
    max_quantity="5",
    min_notional="10",
)
PLAIN = define_spot("test", "BTC-USDT", tick="0.01", lot="0.00001")
LIMIT, MAKER, MARKET = OrderType.LIMIT, OrderType.LIMIT_MAKER, OrderType.MARKET
GTC, IOC, FOK = TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK


def order(
    order_type: OrderType = LIMIT,
    price: int = 0,
    quantity: int = 0,
    quote_quantity: int = 0,
    time_in_force: TimeInForce = GTC,
    name: str = "name",
) -> PlaceOrder:
    return PlaceOrder(
        AccountId("a"),
        ClientOrderId(name),
        INSTRUMENT.id,
        Side.BUY,
        order_type,
        time_in_force,
        Quantity(quantity),
        Price(price),
        Money(quote_quantity),
    )


@pytest.mark.parametrize(
    "fine",
    [
        order(price=200, quantity=100),
        order(price=2000, quantity=10),
        order(price=2000, quantity=5_000, time_in_force=FOK),
        order(MAKER, price=500, quantity=100),
        order(MARKET, quantity=100),
        order(MARKET, quantity=100, time_in_force=IOC),
        order(MARKET, quote_quantity=100_000),
        order(price=200, quantity=100, name="x" * 64),
    ],
)
def test_a_good_order_passes(fine: PlaceOrder) -> None:
    """At the bounds as well as between them."""
    assert reject_reason(INSTRUMENT, fine, 400) is None


@pytest.mark.parametrize(
    ("bad", "detail"),
    [
        (order(price=200, quantity=100, name=""), "client_order_id must have 1 to 64 characters"),
        (order(price=200, quantity=100, name="x" * 65), "client_order_id must have 1 to 64 characters"),
        (order(price=-200, quantity=100), "price, quantity and quote_quantity cannot be negative; the side says which way"),
        (order(price=200, quantity=-100), "price, quantity and quote_quantity cannot be negative; the side says which way"),
        (order(MARKET, quote_quantity=-1), "price, quantity and quote_quantity cannot be negative; the side says which way"),
        (order(price=0, quantity=100), "a limit order needs a price"),
        (order(price=200, quantity=0), "a limit order needs a quantity"),
        (order(MAKER, price=200), "a limit_maker order needs a quantity"),
        (order(price=200, quote_quantity=5), "quote_quantity is for market orders only; give a limit order a quantity"),
        (order(price=200, quantity=1, quote_quantity=5), "quote_quantity is for market orders only; give a limit order a quantity"),
        (order(MAKER, price=200, quantity=100, time_in_force=IOC), "a limit_maker order only rests, which ioc contradicts; use gtc or gtd"),
        (order(MARKET, price=200, quantity=100), "a market order has no price; use a limit order to bound it"),
        (order(MARKET, quantity=100, quote_quantity=5), "a market order has a quantity or a quote_quantity, not both"),
        (order(MARKET), "a market order needs a quantity or a quote_quantity"),
        (
            order(MARKET, quantity=100, time_in_force=FOK),
            "a market order takes what is there; for all or nothing use a limit order with fok",
        ),
    ],
)
def test_fields_that_contradict_each_other_are_named(bad: PlaceOrder, detail: str) -> None:
    """INVALID_ORDER, with what to do instead where there is something."""
    assert reject_reason(INSTRUMENT, bad, 400) == (RejectReason.INVALID_ORDER, detail)


@pytest.mark.parametrize(
    ("bad", "reason", "detail"),
    [
        (order(price=199, quantity=100), "price_filter", "price 99.5 is under the minimum of 100.0"),
        (order(price=2001, quantity=100), "price_filter", "price 1000.5 is over the maximum of 1000.0"),
        (order(price=200, quantity=9), "lot_size", "quantity 0.009 is under the minimum of 0.010"),
        (order(price=200, quantity=5001), "lot_size", "quantity 5.001 is over the maximum of 5.000"),
        (order(price=200, quantity=99), "notional", "order value 9.9000 is under the minimum of 10.0000"),
        (order(MARKET, quantity=9), "lot_size", "quantity 0.009 is under the minimum of 0.010"),
        (order(MARKET, quantity=49), "notional", "order value 9.8000 is under the minimum of 10.0000"),
        (order(MARKET, quote_quantity=19_999), "lot_size", "quantity 0.009 is under the minimum of 0.010"),
        (order(MARKET, quote_quantity=1), "lot_size", "quantity 0.000 is under the minimum of 0.010"),
        (order(MARKET, quote_quantity=99_999), "notional", "order value 9.9999 is under the minimum of 10.0000"),
        (order(price=199, quantity=1), "price_filter", "price 99.5 is under the minimum of 100.0"),
    ],
)
def test_each_filter_tells_value_and_bound_in_the_units_of_people(bad: PlaceOrder, reason: str, detail: str) -> None:
    """MARKET orders are measured at the reference price, 200.0 here; the first filter that fails is the one reported."""
    assert reject_reason(INSTRUMENT, bad, 400) == (RejectReason(reason), detail)


@pytest.mark.parametrize("unmeasured", [order(MARKET, quantity=10), order(MARKET, quote_quantity=100_000)])
def test_without_a_reference_price_nothing_is_guessed(unmeasured: PlaceOrder) -> None:
    """What would need a price passes; an empty book refuses the order for its own reason."""
    assert reject_reason(INSTRUMENT, unmeasured, 0) is None


@pytest.mark.parametrize(
    ("huge", "reason"),
    [
        (order(price=2**63, quantity=1), "notional"),
        (order(price=2**40, quantity=2**40), "notional"),
        (order(price=1, quantity=2**63 - 1), "lot_size"),
        (order(MARKET, quantity=2**63), "lot_size"),
        (order(MARKET, quote_quantity=2**63), "lot_size"),
    ],
)
def test_values_beyond_the_wire_are_refused_where_no_filter_is_set(huge: PlaceOrder, reason: str) -> None:
    """No order's value in either currency may leave 63 bits."""
    assert (refusal := reject_reason(PLAIN, huge, 1)) is not None
    assert refusal[0] == reason and "over the maximum" in refusal[1]


ANY = st.integers(-(2**63), 2**64 - 1) | st.integers(-1, 10)


@given(
    st.builds(
        PlaceOrder,
        account=st.text(),
        client_order_id=st.text(),
        instrument=st.text(),
        side=st.sampled_from(Side),
        order_type=st.sampled_from(OrderType),
        time_in_force=st.sampled_from(TimeInForce),
        quantity=ANY,
        price=ANY,
        quote_quantity=ANY,
        valid_until=ANY,
    ),
    st.integers(0, 2**63),
    st.sampled_from([INSTRUMENT, PLAIN]),
)
def test_any_input_passes_or_is_refused_with_a_sentence(any_order: PlaceOrder, reference: int, instrument: Instrument) -> None:
    """And what passes has a value, in both currencies, that fits."""
    refusal = reject_reason(instrument, any_order, reference)
    if refusal is not None:
        assert refusal[1]
        return
    assert any_order.quantity * instrument.lot_value < 2**63
    assert any_order.price * any_order.quantity * instrument.tick_value < 2**63


@given(st.integers(-5, 2_100), st.integers(-5, 5_100))
def test_within_the_bounds_of_a_plain_order_every_filter_passes(price: int, lots: int) -> None:
    """And outside of them one refuses: the short way of the hot path lets through what the long one does."""
    lowest, highest, fewest, most, least = plain_bounds(INSTRUMENT)
    within = lowest <= price <= highest and fewest <= lots <= most and least <= price * lots * INSTRUMENT.tick_value
    assert within == (reject_reason(INSTRUMENT, order(LIMIT, price, lots)) is None)
