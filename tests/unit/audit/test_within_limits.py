"""Limits, recomputed from what was sent and filled: what passes, and each way to fail."""

from seawall.api.accounts import FillsReported, OrderReported, OrderState
from seawall.api.instruments import Symbol
from seawall.api.message import Restarted
from seawall.api.orders import (
    ClientOrderId,
    OrderAmended,
    OrderExpired,
    OrderId,
    OrderListType,
    OrderRejected,
    OrderStatus,
    OrderType,
    PlaceOrder,
    PlaceOrderList,
    RejectReason,
    ReplaceOrder,
    TimeInForce,
)
from seawall.api.risk import Limits, SymbolLimits, WriteOffOrder
from seawall.api.units import Nanos, Price, Quantity
from seawall.audit.core.invariants.within_limits import WithinLimits
from tests.unit.audit.facts import ANN, BUY, ENGINE, INSTRUMENT, INSTRUMENTS, NOW, SELL, VENUE, Watched, canceled, fill, opened, order

SYMBOL = Symbol("A-B")
LIMITS = Limits(max_order_quantity={SYMBOL: 60}, position={SYMBOL: SymbolLimits(max_long=100, max_short=30)})


def engine(limits: Limits = LIMITS) -> Watched:
    watched = Watched(WithinLimits(INSTRUMENTS, {ENGINE: limits}))
    watched.delivered(opened(ANN))
    return watched


def place(watched: Watched, order: PlaceOrder, now: Nanos = NOW) -> str | None:
    """It leaves the engine and reaches the venue."""
    said = watched.sent(order, ENGINE, now)
    watched.delivered(order, VENUE, now)
    return said


def test_orders_within_the_limits_pass() -> None:
    watched = engine()
    assert place(watched, order(ANN, BUY, 60, 1)) is None
    assert place(watched, order(ANN, BUY, 40, 2)) is None
    assert place(watched, order(ANN, SELL, 30, 3)) is None


def test_a_large_order_fails() -> None:
    assert place(engine(), order(ANN, BUY, 61)) == "o1 of engine is for 61 of A-B, an order may be for 60"


def test_working_orders_count_in_full_and_on_their_side_only() -> None:
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    place(watched, order(ANN, SELL, 30, 2))
    assert place(watched, order(ANN, BUY, 41, 3)) == "with o3 engine can buy its way to 101 of A-B, the limit is 100"
    watched = engine()
    assert place(watched, order(ANN, SELL, 31)) == "with o1 engine can sell its way to 31 of A-B, the limit is 30"


def test_fills_move_the_position_and_shrink_the_order() -> None:
    """60 bought less a fee of 2: 42 more may be bought, and 88 sold."""
    for quantity, side, passes in ((42, BUY, True), (43, BUY, False), (60, SELL, True)):
        watched = engine()
        place(watched, order(ANN, BUY, 60, 1))
        watched.sent(fill(ANN, BUY, 50, number=1, leaves=10))
        watched.sent(fill(ANN, BUY, 10, number=1, trade=2, total=60, fee=2))
        assert (place(watched, order(ANN, side, quantity, 2)) is None) is passes


def test_what_ended_counts_no_more() -> None:
    rejected = OrderRejected(ANN, ClientOrderId("o1"), INSTRUMENT.id, RejectReason.INSUFFICIENT_BALANCE, NOW)
    expired = OrderExpired(ANN, ClientOrderId("o1"), INSTRUMENT.id, OrderId(1), Quantity(0), NOW)
    for ending in (rejected, expired, canceled(ANN, 0), known(OrderStatus.CANCELED)):
        watched = engine()
        place(watched, order(ANN, BUY, 60, 1))
        watched.sent(ending)
        assert place(watched, order(ANN, BUY, 60, 2)) is None


def known(status: OrderStatus | None) -> OrderReported:
    order_id, kind = ClientOrderId("o1"), (BUY, OrderType.LIMIT, TimeInForce.GTC)
    state = OrderState(order_id, OrderId(1), INSTRUMENT.id, *kind, status, Price(1), Quantity(60), Quantity(0)) if status else None
    return OrderReported(ANN, 1, INSTRUMENT.id, order_id, state, NOW)


def test_the_rejection_of_a_doubled_request_and_the_report_of_an_open_order_end_nothing() -> None:
    doubled = OrderRejected(ANN, ClientOrderId("o1"), INSTRUMENT.id, RejectReason.DUPLICATE_CLIENT_ORDER_ID, NOW)
    for report in (doubled, known(OrderStatus.NEW), known(None)):
        watched = engine()
        place(watched, order(ANN, BUY, 60, 1))
        watched.sent(report)
        assert place(watched, order(ANN, BUY, 60, 2)) is not None


def test_an_order_that_never_arrived_counts_until_its_validity_ends_or_the_venue_denies_it() -> None:
    lost = order(ANN, BUY, 60, 1, valid_until=Nanos(5_000))
    for now, denied, passes in ((5_000, False, False), (5_001, False, True), (2_000, True, True)):
        watched = engine()
        watched.sent(lost, ENGINE)
        if denied:
            watched.sent(known(None))
        assert (place(watched, order(ANN, BUY, 60, 2), Nanos(now)) is None) is passes


def test_the_way_back_towards_zero_is_open_while_a_limit_is_broken() -> None:
    """The venue filled more than was ordered: 140 long. Selling passes, buying does not."""
    watched = engine()
    watched.sent(fill(ANN, BUY, 140))
    assert place(watched, order(ANN, SELL, 60, 1)) is None
    assert place(watched, order(ANN, BUY, 1, 2)) is not None


def test_fills_learned_from_an_answer_count_once() -> None:
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    watched.sent(fill(ANN, BUY, 60))
    repeated, new = fill(ANN, BUY, 60), fill(ANN, BUY, 30, trade=2, number=9)
    watched.sent(FillsReported(ANN, 1, INSTRUMENT.id, (repeated, new), True, False, NOW))
    assert place(watched, order(ANN, BUY, 10, 2)) is None
    assert place(watched, order(ANN, BUY, 1, 3)) is not None


def test_orders_at_a_venue_that_crashed_are_forgiven() -> None:
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    watched.delivered(Restarted(2), VENUE)
    assert place(watched, order(ANN, BUY, 60, 2)) is None


def test_who_has_no_limits_is_left_alone() -> None:
    watched = engine(Limits())
    assert place(watched, order(ANN, BUY, 10**9)) is None
    assert Watched(WithinLimits(INSTRUMENTS, {})).sent(order(ANN, BUY, 10**9), ENGINE) is None


def test_what_an_operator_writes_off_counts_no_more() -> None:
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    watched.delivered(WriteOffOrder(ClientOrderId("o2"), "ann", "gone"), ENGINE)
    watched.delivered(WriteOffOrder(ClientOrderId("o1"), "ann", "gone"), VENUE)
    assert place(watched, order(ANN, BUY, 41, 2)) is not None
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    watched.delivered(WriteOffOrder(ClientOrderId("o1"), "ann", "gone"), ENGINE)
    assert place(watched, order(ANN, BUY, 60, 2)) is None


def replacement(new: PlaceOrder, old: int = 1) -> ReplaceOrder:
    return ReplaceOrder(ANN, ClientOrderId(f"o{old}"), INSTRUMENT.id, new)


def send(watched: Watched, request: ReplaceOrder | PlaceOrderList) -> str | None:
    said = watched.sent(request, ENGINE)
    watched.delivered(request, VENUE)
    return said


def test_an_order_and_its_replacement_count_as_the_larger() -> None:
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    place(watched, order(ANN, BUY, 40, 2))
    assert send(watched, replacement(order(ANN, BUY, 60, 3))) is None
    assert place(watched, order(ANN, BUY, 1, 4)) == "with o4 engine can buy its way to 101 of A-B, the limit is 100"
    watched = engine()
    place(watched, order(ANN, BUY, 40, 1))
    place(watched, order(ANN, BUY, 60, 2))
    assert send(watched, replacement(order(ANN, BUY, 41, 3))) == "with o3 engine can buy its way to 101 of A-B, the limit is 100"


def test_what_was_replaced_counts_no_more() -> None:
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    send(watched, replacement(order(ANN, BUY, 10, 2)))
    watched.sent(canceled(ANN, 0))
    assert place(watched, order(ANN, BUY, 60, 3)) is None
    assert place(watched, order(ANN, BUY, 31, 4)) == "with o4 engine can buy its way to 101 of A-B, the limit is 100"


def test_two_of_an_oco_count_once() -> None:
    watched = engine()
    pair = (order(ANN, BUY, 60, 1), order(ANN, BUY, 60, 2))
    assert send(watched, PlaceOrderList(ANN, INSTRUMENT.id, OrderListType.OCO, pair)) is None
    assert place(watched, order(ANN, BUY, 40, 3)) is None
    watched.sent(canceled(ANN, 0))
    assert place(watched, order(ANN, BUY, 1, 4)) == "with o4 engine can buy its way to 101 of A-B, the limit is 100", (
        "the other one is there"
    )


def test_what_was_amended_counts_with_what_is_left() -> None:
    watched = engine()
    place(watched, order(ANN, BUY, 60, 1))
    watched.sent(OrderAmended(ANN, ClientOrderId("o1"), INSTRUMENT.id, OrderId(1), Quantity(50), Quantity(45), NOW))
    assert place(watched, order(ANN, BUY, 55, 2)) is None
    assert place(watched, order(ANN, BUY, 1, 3)) == "with o3 engine can buy its way to 101 of A-B, the limit is 100"
