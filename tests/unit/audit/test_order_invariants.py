"""Fills once, fills applied once, filled within the order: what passes, and each way to fail."""

from seawall.api.accounts import FillsReported
from seawall.api.message import Address, Restarted
from seawall.api.orders import (
    ClientOrderId,
    Liquidity,
    OrderAmended,
    OrderFilled,
    OrderId,
    OrderListType,
    OrderType,
    PlaceOrderList,
    ReplaceOrder,
    Side,
    TradeId,
)
from seawall.api.signals import FillApplied
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.audit.core.invariants.filled_within_order import FilledWithinOrder
from seawall.audit.core.invariants.fills_applied_once import FillsAppliedOnce
from seawall.audit.core.invariants.fills_once import FillsOnce
from tests.unit.audit.facts import (
    ANN,
    BOB,
    BUY,
    ENGINE,
    INSTRUMENT,
    INSTRUMENTS,
    NOW,
    SELL,
    VENUE,
    Watched,
    accepted,
    canceled,
    fill,
    opened,
    order,
)


def test_both_sides_of_every_trade_once() -> None:
    """Also when one account is on both sides."""
    watched = Watched(FillsOnce())
    for trade in (1, 2, 5):
        assert watched.sent(fill(ANN, BUY, 1, trade=trade)) is None
        assert watched.sent(fill(ANN, SELL, 1, trade=trade)) is None


def test_a_side_reported_again_fails_at_once_or_later() -> None:
    watched = Watched(FillsOnce())
    watched.sent(fill(ANN, BUY, 1, trade=1))
    assert watched.sent(fill(ANN, BUY, 1, trade=1)) == "venue:v reported the buy of trade 1 on v:A-B again, to ann"
    watched.sent(fill(BOB, SELL, 1, trade=2))
    assert watched.sent(fill(ANN, SELL, 1, trade=1)) is not None


def applied(quantity: int, side: Side = BUY, trade: int = 1) -> FillApplied:
    return FillApplied(
        strategy=Address("strategy:s"),
        tag="tag",
        client_order_id=ClientOrderId("o1"),
        instrument=INSTRUMENT.id,
        order_id=OrderId(1),
        trade_id=TradeId(trade),
        side=side,
        price=Price(10),
        quantity=Quantity(quantity),
        leaves_quantity=Quantity(0),
        liquidity=Liquidity.TAKER,
        fee=Money(0),
        fee_currency=Currency("A"),
        position=quantity,
        event_time=NOW,
    )


def reported(*fills: OrderFilled) -> FillsReported:
    return FillsReported(ANN, 1, INSTRUMENT.id, fills, True, False, NOW)


def engine() -> Watched:
    watched = Watched(FillsAppliedOnce((ENGINE,)))
    watched.delivered(opened(ANN))
    watched.delivered(opened(BOB, owner=Address("trader:bob")))
    return watched


def test_an_engine_that_books_what_was_filled_passes_in_any_order() -> None:
    """Two fills are reported as they happen; a third only in an answer, which repeats the second."""
    watched = engine()
    watched.sent(fill(ANN, BUY, 5, trade=1))
    watched.sent(fill(ANN, BUY, 7, trade=2))
    watched.sent(reported(fill(ANN, BUY, 7, trade=2), fill(ANN, BUY, 1, trade=3)))
    bookings = applied(1, trade=3), applied(5, trade=1), applied(7, trade=2)
    assert [watched.sent(booking, ENGINE) for booking in bookings] == [None, None, None]


def test_an_engine_that_trades_with_itself_books_both_sides() -> None:
    watched = engine()
    watched.sent(reported(fill(ANN, BUY, 5), fill(ANN, SELL, 5)))
    assert watched.sent(applied(5, BUY), ENGINE) is None
    assert watched.sent(applied(5, SELL), ENGINE) is None


def test_an_engine_that_books_a_fill_twice_fails() -> None:
    watched = engine()
    watched.sent(fill(ANN, BUY, 5))
    watched.sent(reported(fill(ANN, BUY, 5)))
    assert watched.sent(applied(5), ENGINE) is None
    assert watched.sent(applied(5), ENGINE) == "engine booked buy 5 of trade 1 on v:A-B, 0 were left to book"


def test_an_engine_that_books_another_fill_than_it_had_fails() -> None:
    """Another owner's, another side, another size."""
    for reported_fill in (fill(BOB, BUY, 5), fill(ANN, SELL, 5), fill(ANN, BUY, 4)):
        watched = engine()
        watched.sent(reported_fill)
        assert watched.sent(applied(5), ENGINE) is not None


def venue(quantity: int = 10, **fields: object) -> Watched:
    """Ann's order 1 is accepted."""
    watched = Watched(FilledWithinOrder(INSTRUMENTS))
    assert watched.delivered(order(ANN, BUY, quantity, **fields)) is None
    assert watched.sent(accepted(ANN)) is None
    return watched


def test_fills_that_add_up_pass() -> None:
    watched = venue(10)
    assert watched.sent(fill(ANN, BUY, 4, leaves=6)) is None
    assert watched.sent(fill(ANN, BUY, 6, total=10)) is None
    watched = venue(10)
    assert watched.sent(fill(ANN, BUY, 4, leaves=6)) is None
    assert watched.sent(canceled(ANN, 4)) is None


def test_more_than_was_ordered_fails() -> None:
    assert venue(10).sent(fill(ANN, BUY, 11)) == "order 1 (o1 of ann) on v:A-B: filled 11 and 0 left of 10 ordered"
    assert "filled 4 and 5 left" in (venue(10).sent(fill(ANN, BUY, 4, leaves=5)) or "")


def test_counts_that_do_not_continue_fail() -> None:
    watched = venue(10)
    watched.sent(fill(ANN, BUY, 4, leaves=6))
    assert "5 filled, says the report, but its fills add up to 6" in (watched.sent(fill(ANN, BUY, 2, total=5, leaves=5)) or "")
    watched = venue(10)
    watched.sent(fill(ANN, BUY, 4, leaves=6))
    assert watched.sent(canceled(ANN, 5)) == "order 1 of ann ended with 5, its fills add up to 4"


def test_more_than_the_quote_amount_fails() -> None:
    amount = {"order_type": OrderType.MARKET, "quote_quantity": Money(100), "price": Price(0)}
    assert venue(0, **amount).sent(fill(ANN, BUY, 10)) is None
    assert "traded for 110 of 100 quote minor units" in (venue(0, **amount).sent(fill(ANN, BUY, 11)) or "")


def test_orders_that_are_not_open_and_requests_that_were_never_made_fail() -> None:
    watched = venue(10)
    watched.sent(fill(ANN, BUY, 10))
    assert watched.sent(fill(ANN, BUY, 1)) == "venue:v filled order 1 of ann, which is not open"
    assert "which is not what it was given last" in (watched.sent(accepted(BOB, 2)) or "")


def test_after_a_restart_orders_may_be_unknown() -> None:
    watched = venue(10)
    watched.delivered(Restarted(2), VENUE)
    assert watched.sent(fill(ANN, BUY, 11)) is None
    watched.delivered(order(ANN, BUY, 5, number=2))
    watched.sent(accepted(ANN, 2))
    assert watched.sent(fill(ANN, BUY, 6, number=2)) is not None


def test_replacements_and_lists_are_accepted_one_by_one() -> None:
    watched = venue(10)
    watched.delivered(ReplaceOrder(ANN, ClientOrderId("o1"), INSTRUMENT.id, order(ANN, BUY, 5, 2)))
    assert watched.sent(canceled(ANN, 0)) is None
    assert watched.sent(accepted(ANN, 2)) is None
    watched.delivered(PlaceOrderList(ANN, INSTRUMENT.id, OrderListType.OCO, (order(ANN, BUY, 5, 3), order(ANN, BUY, 5, 4))))
    assert [watched.sent(accepted(ANN, number)) for number in (3, 4)] == [None, None]
    assert "not what it was given last" in (watched.sent(accepted(ANN, 5)) or "")


def test_an_amended_order_is_filled_within_its_new_size() -> None:
    def amended(quantity: int) -> OrderAmended:
        return OrderAmended(ANN, ClientOrderId("o1"), INSTRUMENT.id, OrderId(1), Quantity(quantity), Quantity(0), Nanos(1))

    watched = venue(10)
    assert watched.sent(fill(ANN, BUY, 4, leaves=6)) is None
    assert watched.sent(amended(6)) is None
    assert watched.sent(fill(ANN, BUY, 1, total=5, leaves=1)) is None
    assert watched.sent(amended(6)) == "order 1 of ann was amended from 6 to 6, 5 filled"
    assert watched.sent(amended(5)) is not None
    assert watched.sent(fill(ANN, BUY, 2, total=7, leaves=0)) is not None
