"""An order that the venue has forgotten stays exposed until an operator writes it off, by name; nothing less takes it out of the books."""

import pytest

from seawall.api.accounts import OrderReported, OrderState
from seawall.api.message import Message
from seawall.api.orders import AccountId, ClientOrderId, OrderId, OrderStatus, PlaceOrder, Side
from seawall.api.projections import BreakFound, OrderClosed
from seawall.api.risk import OrderWrittenOff, WriteOffOrder, WriteOffRefused
from seawall.api.signals import OrderChanged
from seawall.api.units import Quantity
from tests.unit.engine.rig import ALPHA_BTC, LOT, STRATEGY, Rig, only

S = OrderStatus
ACCOUNT, KEY = AccountId("alpha-main"), ALPHA_BTC.id
FIRST = ClientOrderId("1-1")


def write_off(rig: Rig, key: str = FIRST, operator: str = "ann", reason: str = "gone, says the venue's desk") -> list[Message]:
    rig.tell(WriteOffOrder(ClientOrderId(key), operator, reason))
    return rig.latest


def forgotten() -> Rig:
    """Acknowledged once; asked again, the venue knows nothing of it."""
    rig = Rig()
    rig.want(tag="t")
    rig.hands_off()
    rig.only().queries = 1
    rig.tell(OrderReported(ACCOUNT, 6, KEY, FIRST, None, rig.now))
    assert rig.only().status is S.UNKNOWN
    return rig


def buying(rig: Rig) -> int:
    return rig.engine.exposures.by_instrument[KEY].buying


def test_a_forgotten_order_is_written_off() -> None:
    """Its exposure is free again, its strategy and the projections know who said so and why. Nobody asks about it any more."""
    rig = forgotten()
    assert buying(rig) == 1_000 * LOT
    said = write_off(rig)
    assert buying(rig) == 0
    assert only(said, OrderWrittenOff) == OrderWrittenOff(FIRST, KEY, "ann", "gone, says the venue's desk")
    closed, change = only(said, OrderClosed), only(said, OrderChanged)
    assert (closed.status, closed.reason) == (S.CANCELED, "written off by ann: gone, says the venue's desk")
    assert (change.strategy, change.tag, change.status, change.leaves_quantity) == (STRATEGY, "t", S.CANCELED, 0)
    rig.out["alpha"].clear()
    rig.seconds(29, hands_off=False)
    assert [message for message in rig.out["alpha"] if getattr(message, "client_order_id", None) == FIRST] == []


def test_an_end_whose_fills_never_come_is_written_off() -> None:
    """What it was said to have filled beyond what is booked counts no more."""
    rig = Rig()
    rig.want(tag="t")
    order = only(rig.out["alpha"], PlaceOrder)
    rig.out["alpha"].clear()
    said = (order.side, order.order_type, order.time_in_force, S.FILLED, order.price, order.quantity, order.quantity)
    rig.tell(OrderReported(ACCOUNT, 5, KEY, FIRST, OrderState(FIRST, OrderId(3), KEY, *said), rig.now))
    assert buying(rig) == 1_000 * LOT
    write_off(rig)
    assert buying(rig) == 0


def test_it_was_there_after_all() -> None:
    """Its fills are still its strategy's, and what rests of it is a break, and cancelled."""
    rig = forgotten()
    write_off(rig)
    rig.other(Side.SELL, 400, 100)
    rig.hands_off()
    assert rig.engine.state.positions[STRATEGY][KEY].quantity > 399 * LOT
    rig.seconds(31)
    assert rig.open_at("alpha") == []
    assert (found := rig.heard(BreakFound)[-1]).subject == "order 1-1"
    assert (found.ours, found.theirs) == ("canceled", "partially_filled")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"operator": " "}, "it takes an operator's name and a reason"),
        ({"reason": ""}, "it takes an operator's name and a reason"),
        ({"key": "1-9"}, "no order of that id is open"),
    ],
)
def test_what_is_incomplete_or_unknown_is_refused(changes: dict[str, str], why: str) -> None:
    rig = forgotten()
    assert only(write_off(rig, **changes), WriteOffRefused).reason == why
    assert buying(rig) == 1_000 * LOT


def test_what_can_be_cancelled_is_not_written_off() -> None:
    """An order the venue has, or has just been sent."""
    rig = Rig()
    rig.want(tag="t")
    assert only(write_off(rig), WriteOffRefused).reason == "it is pending_new, not unknown: cancel it"
    rig.hands_off()
    assert only(write_off(rig), WriteOffRefused).reason == "it is new, not unknown: cancel it"
    assert rig.only().quantity == Quantity(1_000)
