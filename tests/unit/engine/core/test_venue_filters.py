"""A venue changes its filters while we trade: what leaves from then on fits them, and the gate lets through nothing that does not."""

from typing import Any

import msgspec
import pytest

from seawall.api.instruments import Filters, InstrumentId
from seawall.api.message import Message
from seawall.api.orders import OrderType, PlaceOrder, Side
from seawall.api.signals import OrderRequested, OrderTerms
from seawall.api.supervision import KillTrading, LiquidationEnded
from seawall.api.units import Money, Nanos, Price, Quantity
from seawall.api.venue_operations import FiltersChanged
from seawall.engine.core.gate import ApprovedOrder
from seawall.engine.core.terms import Terms
from tests.unit.engine.core.test_checks import lax, refusals
from tests.unit.engine.core.test_controls import filled
from tests.unit.engine.rig import ALPHA_BTC, COIN, LOT, STRATEGY, Rig, only

BUY, SELL = Side.BUY, Side.SELL


def changed(filters: Filters, instrument: InstrumentId = ALPHA_BTC.id) -> Message:
    return FiltersChanged(instrument, filters, "coarser", Nanos(1))


def stepped(price_step: int = 5, quantity_step: int = 10, **limits: Any) -> Rig:
    """Alpha takes multiples of 0.05 USDT and of 0.01 BTC only."""
    rig = Rig(lax(**limits))
    rig.tell(changed(Filters(price_step=price_step, quantity_step=quantity_step)))
    return rig


@pytest.mark.parametrize(
    ("side", "quantity", "price", "lots", "ticks"),
    [
        (BUY, 0.1239, 99.99, 120, 9_995),
        (SELL, 0.12, 100.01, 120, 10_005),
        (BUY, 1.0, 99.95, 1_000, 9_995),
        (SELL, 0.019, 101.0, 10, 10_100),
    ],
)
def test_orders_fit_coarser_steps_and_never_at_a_worse_price(side: Side, quantity: float, price: float, lots: int, ticks: int) -> None:
    """From the venue's word on, and not elsewhere."""
    rig = stepped()
    sent = only(rig.want(side, quantity, price), PlaceOrder)
    assert (sent.quantity, sent.price) == (lots, ticks)
    assert only(rig.want(side, 0.1239, price, venue="beta"), PlaceOrder).quantity == 1_239


def test_what_fits_no_step_is_dropped_with_a_reason() -> None:
    rig = stepped()
    assert rig.want(BUY, 0.009, 100.0) == []
    assert "rounds down to nothing" in str(rig.latest)
    assert rig.want(BUY, 1.0, 0.04) == [], "no price is left of it"


def test_a_market_order_fits_too() -> None:
    rig = stepped()
    assert only(rig.want(BUY, 0.1239, 0.0), PlaceOrder).quantity == 120


def test_positions_are_closed_in_steps() -> None:
    """What is less than a step is left and named."""
    rig = Rig(lax(), capital=Money(10_000 * COIN))
    filled(rig, BUY, 0.1)
    rig.tell(changed(Filters(price_step=5, quantity_step=40)))
    rig.other(BUY, 10_000, 100)
    rig.tell(KillTrading("ann", "enough"))
    rig.seconds(10)
    sold = [order for order in rig.engine.state.closed_orders.values() if order.side is SELL]
    assert sold and [order for order in sold if order.quantity % 40 or order.price % 5] == []
    assert 0 < rig.position() < 40 * LOT
    assert str(rig.position()) in only(rig.heard(LiquidationEnded)).left[0]


def test_of_an_instrument_nobody_trades_it_is_no_news() -> None:
    rig = Rig()
    rig.tell(changed(Filters(price_step=5), InstrumentId("alpha:DOGE-USDT")))
    assert rig.engine.state.filters == {}


@pytest.mark.parametrize(
    ("filters", "terms", "changes", "refusal"),
    [
        (Filters(quantity_step=10), None, {"quantity": 5}, (0.01, 0.005, "quantity step")),
        (Filters(price_step=5), None, {"price": 9_999}, (0.05, 99.99, "price step")),
        (Filters(quantity_step=10), Terms(display_quantity=Quantity(7)), {}, (0.01, 0.007, "quantity step")),
        (Filters(price_step=5), Terms(stop_price=Price(9_999)), {}, (0.05, 99.99, "price step")),
        (Filters(min_price=Price(9_000)), Terms(stop_price=Price(8_999)), {}, (90.0, 89.99, "lowest stop price")),
        (Filters(max_price=Price(11_000)), Terms(stop_price=Price(11_001)), {}, (110.0, 110.01, "highest stop price")),
        (Filters(min_quantity=Quantity(10)), Terms(display_quantity=Quantity(9)), {}, (0.01, 0.009, "least display")),
        (Filters(max_iceberg_parts=4), Terms(display_quantity=Quantity(20)), {}, (4, 5, "largest number of iceberg parts")),
        (Filters(price_step=5, quantity_step=10, max_iceberg_parts=5), Terms(display_quantity=Quantity(20)), {}, None),
    ],
)
def test_the_gate_refuses_what_the_venue_would(
    filters: Filters, terms: Terms | None, changes: dict[str, int], refusal: tuple[float, float, str] | None
) -> None:
    """Whoever made the order, and however: an order that was not fitted does not leave."""
    rig = Rig()
    rig.tell(changed(filters))
    intent = rig.engine.sizing.of_request(_request(rig), rig.engine.account(STRATEGY))
    verdict = rig.engine.gate.review(msgspec.structs.replace(intent, terms=terms, **changes), rig.now)  # type: ignore[type-var]
    if refusal is None:
        assert isinstance(verdict, ApprovedOrder)
    else:
        assert not isinstance(verdict, ApprovedOrder)
        assert (refusal, "venue_filters") in [((r.limit, r.value, r.unit), r.check) for r in verdict]


def _request(rig: Rig) -> Any:
    rig.engine.account(STRATEGY).signals += 1
    return OrderRequested(STRATEGY, ALPHA_BTC.symbol, BUY, 0.1, "t", rig.now, ALPHA_BTC.venue, OrderType.LIMIT, limit_price=100.0)


def test_terms_beyond_the_filters_are_refused_on_their_way_out() -> None:
    rig = Rig()
    rig.tell(changed(Filters(max_iceberg_parts=3)))
    assert rig.want(BUY, 1.0, 99.0, terms=OrderTerms(display=0.1)) == []
    assert refusals(rig) == {"venue_filters": (3, 10, "largest number of iceberg parts")}
    assert rig.want(BUY, 1.0, 99.0, terms=OrderTerms(display=0.4))
