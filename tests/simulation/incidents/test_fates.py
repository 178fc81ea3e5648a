"""Orders whose fate is in doubt: replies that are lost, requests that never arrive, answers that do not come or come too late."""

from seawall.api.control import Answer, Drop, Latency
from seawall.api.orders import CancelOrder
from seawall.api.orders import OrderStatus as S
from seawall.api.projections import BreakFound
from tests.simulation.incidents.stage import BUY, PRIVATE, SELL, Stage
from tests.unit.engine.rig import LOT


def test_reply_of_an_executed_order_lost() -> None:
    """The venue takes and fills the order, and every word of it is lost. The order is UNKNOWN and counts in full until the venue is asked;
    one intent stays one order."""
    stage = Stage()
    mute = stage.fault(Drop(), *PRIVATE)
    stage.want(BUY, 1.0, 100, tag="t")
    stage.seconds(0.1)
    stage.other(SELL, 0.4, 100)
    stage.until(lambda: stage.order().status is S.UNKNOWN, 3)
    assert stage.exposed() == 1000 * LOT
    assert stage.heal(mute) == 2
    stage.seconds(1)
    order = stage.order()
    assert (order.status, order.cumulative_quantity) == (S.PARTIALLY_FILLED, 400)
    assert len(stage.left()) == len(stage.open_at()) == 1
    stage.check()
    stage.other(SELL, 0.6, 100)
    stage.seconds(1)
    assert stage.order().status is S.FILLED
    stage.check()


def test_request_never_arrived_looks_the_same() -> None:
    """The mirror: the request itself is lost. The strategy hears the same; only the venue's "no such order", asked after the request's
    validity has ended on its clock, proves absence. Nothing is sent again."""
    stage = Stage()
    lost = stage.outward(Drop(), "PlaceOrder", nth=1)
    stage.want(tag="t")
    stage.seconds(2.1)
    assert stage.order().status is S.UNKNOWN
    assert stage.exposed() == 1000 * LOT
    stage.seconds(3.5)
    assert stage.order().status is S.UNKNOWN, "the venue knows nothing of it, and it might still arrive"
    stage.seconds(5)
    assert stage.order().status is S.REJECTED
    assert stage.exposed() == 0
    assert stage.heal(lost) == 1
    assert len(stage.left()) == 1 and stage.open_at() == []
    stage.check()


def test_silence_never_ends_an_order() -> None:
    """Five minutes without any answer about it, heartbeats aside: after however many failed questions the order is UNKNOWN, not dead, and
    counts at full size; it ends with the venue's word, which is that it filled."""
    stage = Stage()
    mute = stage.fault(Drop(), *PRIVATE, "OrderReported", "OpenOrdersReported", "FillsReported")
    stage.want(tag="t")
    stage.seconds(10)
    stage.other(SELL, 1.0, 100)
    for _ in range(29):
        stage.seconds(10)
        assert stage.order().status is S.UNKNOWN
        assert stage.exposed() == 1000 * LOT
    assert stage.heal(mute) > 10
    stage.until(lambda: not stage.engine.state.orders, 60)
    assert (stage.order().status, stage.position()) == (S.FILLED, 999 * LOT)
    stage.seconds(31)
    stage.check()


def test_cancel_overtakes_its_order() -> None:
    """The request is slow, the cancel is not: "no such order" is true when it is said. The wish to cancel is not forgotten, and the order
    that arrives after all is cancelled."""
    stage = Stage()
    slow = stage.outward(Latency(3_000_000_000), "PlaceOrder", nth=1)
    stage.want(tag="t")
    stage.seconds(0.1)
    stage.cancel()
    stage.seconds(2.5)
    assert (stage.order().order_id, stage.exposed()) == (0, 1000 * LOT)
    stage.seconds(5)
    assert stage.heal(slow) == 1
    assert (stage.order().status, stage.open_at()) == (S.CANCELED, [])
    stage.seconds(31)
    stage.check()


def test_cancels_that_are_never_found() -> None:
    """The venue's cancel gateway knows nothing of an order that its order list shows open, for two minutes. Cancels are repeated, ever less
    often; somebody is told; the order stays exposed and ends when the venue is of one mind again."""
    stage = Stage()
    stage.want(tag="t")
    stage.seconds(1)
    torn = stage.outward(Answer("CancelRejected", {"reason": "unknown_order"}), "CancelOrder")
    stage.cancel()
    stage.seconds(120)
    assert stage.exposed() == 1000 * LOT
    tries = stage.heal(torn)
    assert 3 < tries < 40, "neither given up nor a loop"
    assert [found.subject for found in stage.heard(BreakFound)] == [f"order {stage.order().client_order_id}"]
    stage.seconds(61)
    assert (stage.order().status, stage.open_at()) == (S.CANCELED, [])
    stage.check()


def test_list_of_open_orders_older_than_a_fill() -> None:
    """The answer to "what is open?" is five seconds late; meanwhile the stream tells of one order's fill and another's end. The
    old list revives neither, accuses nobody, cancels nothing."""
    stage = Stage()
    stage.want(tag="fills")
    stage.want(tag="ends", price=90)
    stage.seconds(20)
    late = stage.fault(Latency(5_000_000_000), "OpenOrdersReported")
    stage.until(lambda: "QueryOpenOrders" in stage.session().awaited.values(), 31)
    stage.seconds(0.1)
    stage.other(SELL, 1.0, 100)
    stage.cancel("ends")
    stage.seconds(0.1)
    assert stage.engine.state.orders == {}
    cancels = len(stage.left(CancelOrder))
    stage.seconds(10)
    assert stage.heal(late) == 1
    assert [order.status for order in stage.engine.state.closed_orders.values()] == [S.FILLED, S.CANCELED]
    assert stage.heard(BreakFound) == []
    assert len(stage.left(CancelOrder)) == cancels
    stage.check()
