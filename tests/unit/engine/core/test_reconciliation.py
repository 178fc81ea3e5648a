"""What is true is what the venue says, asked at the right time: missed fills, orders dead here and alive there, and the other way round."""

import msgspec
import pytest

from seawall.api.accounts import (
    Balance,
    BalancesReported,
    FillsReported,
    OpenAccount,
    OpenOrdersReported,
    OrderReported,
    OrderState,
    QueryFills,
    QueryOrder,
)
from seawall.api.orders import AccountId, CancelOrder, OrderId, OrderStatus, PlaceOrder, RejectReason, Side, TimeInForce
from seawall.api.projections import BreakFound, OrderClosed
from seawall.api.signals import CancelRequested, FillApplied, OrderChanged
from seawall.api.supervision import TradingMode, TradingModeChanged
from seawall.api.units import SECOND, Money, Nanos, Quantity
from seawall.engine.core.booking import EXTERNAL
from seawall.engine.core.venues.settings import SessionSettings
from tests.unit.engine.rig import ALPHA_BTC, ALPHA_ETH, ENGINE, LOT, STRATEGY, USDT, Rig, kinds, only

S = OrderStatus
ACCOUNT, KEY = AccountId("alpha-main"), ALPHA_BTC.id
MINUTE = 60


def cancel(rig: Rig, tag: str = "t") -> None:
    rig.tell(CancelRequested(STRATEGY, tag))


# Ambiguous fates


def test_request_lost_and_answer_lost_look_alike() -> None:
    """Both orders become UNKNOWN after two seconds and count in full; asking tells them apart; neither is sent again."""
    rig = Rig()
    rig.want(tag="lost")
    rig.out["alpha"].clear()
    rig.want(tag="deaf")
    rig.deliver_out()
    rig.back["alpha"].clear()
    rig.seconds(1.9, hands_off=False)
    assert [order.status for order in rig.open.values()] == [S.PENDING_NEW, S.PENDING_NEW]
    rig.seconds(0.2, hands_off=False)
    assert [order.status for order in rig.open.values()] == [S.UNKNOWN, S.UNKNOWN]
    assert [(change.tag, change.status) for change in rig.heard(OrderChanged)] == [("lost", S.UNKNOWN), ("deaf", S.UNKNOWN)]
    assert kinds(rig.out["alpha"]) == ["QueryOrder", "QueryOrder"]
    assert rig.engine.exposures.by_instrument[KEY].buying == 2_000 * LOT
    rig.hands_off()
    assert {order.tag: order.status for order in rig.open.values()} == {"lost": S.UNKNOWN, "deaf": S.NEW}
    rig.seconds(4)
    assert {order.tag: order.status for order in rig.open.values()} == {"deaf": S.NEW}
    assert (rig.closed().tag, rig.closed().status) == ("lost", S.REJECTED)
    assert only(rig.heard(OrderClosed)).reason == "never reached the venue"
    rig.seconds(MINUTE)
    rig.check_agreement()


def test_not_found_too_early_proves_nothing() -> None:
    """The request may still be on its way until its validity has ended on the venue's clock, plus a margin. And here it was."""
    rig = Rig()
    rig.want(tag="t")
    (late,) = rig.out["alpha"]
    rig.out["alpha"].clear()
    rig.seconds(2, hands_off=False)
    rig.hands_off()
    assert rig.only().status is S.UNKNOWN, "asked after two seconds, and nobody knew it"
    rig.seconds(2.9)
    rig.out["alpha"].append(late)
    rig.seconds(10)
    assert rig.only().status is S.NEW
    rig.check_agreement()


@pytest.mark.parametrize(("after", "status"), [(5 * SECOND, S.UNKNOWN), (6 * SECOND, S.UNKNOWN), (6 * SECOND + 1, S.REJECTED)])
def test_when_not_found_is_believed(after: int, status: OrderStatus) -> None:
    """By the venue's clock at the answer: validity of five seconds, margin of one."""
    rig = Rig()
    rig.want()
    asked = rig.now
    rig.seconds(2, hands_off=False)
    rig.tell(OrderReported(ACCOUNT, 9, KEY, "1-1", None, Nanos(asked + after)))
    assert (rig.closed() if status is S.REJECTED else rig.only()).status is status


def test_an_unknown_order_is_asked_about_until_the_venue_answers() -> None:
    """However long that takes, and it counts all the while."""
    rig = Rig()
    rig.want()
    for _ in range(20):
        rig.seconds(15, hands_off=False)
        rig.cut(announced=False)
    assert rig.only().status is S.UNKNOWN
    assert rig.engine.exposures.by_instrument[KEY].buying == 1_000 * LOT
    rig.seconds(MINUTE)
    assert rig.closed().status is S.REJECTED
    assert list(rig.placed.values()) == [1]


def test_a_cancelled_order_of_unknown_fate_is_cancelled_when_found() -> None:
    """The wish is not forgotten."""
    rig = Rig()
    rig.want(tag="t")
    rig.deliver_out()
    rig.cut()
    cancel(rig)
    assert rig.only().status is S.UNKNOWN
    rig.seconds(MINUTE)
    assert rig.closed().status is S.CANCELED
    rig.check_agreement()


@pytest.mark.parametrize("step", ["down", "connecting", "synchronising"])
def test_a_wish_to_cancel_survives_every_state_of_the_session(step: str) -> None:
    """It goes out as soon as the venue can be reached: also in the middle of a synchronisation."""
    rig = Rig()
    rig.want(tag="t")
    rig.hands_off()
    rig.cut()
    if step != "down":
        rig.seconds(0.2, hands_off=False)
    if step == "synchronising":
        rig.deliver_out()
        rig.deliver_back()
        while "QueryBalances" not in kinds(rig.out["alpha"]):
            rig.deliver_out()
            rig.deliver_back()
    assert rig.status() == step
    cancel(rig)
    assert kinds(rig.out["alpha"]).count("CancelOrder") == (step == "synchronising")
    rig.seconds(5)
    assert rig.closed().status is S.CANCELED
    rig.seconds(MINUTE)
    rig.check_agreement()


def test_patience_that_ends_while_synchronising_is_not_lost() -> None:
    """The order would never be asked about again where there is no periodic reconciliation."""
    rig = Rig(session=SessionSettings(heartbeat_interval=None, reconcile_interval=None))
    rig.want()
    rig.out["alpha"].clear()
    rig.cut()
    rig.seconds(1, hands_off=False)
    while "QueryBalances" not in kinds(rig.out["alpha"]):
        rig.deliver_out()
        rig.deliver_back()
    rig.seconds(1.2, hands_off=False)
    assert kinds(rig.out["alpha"]) == ["QueryBalances", "QueryOrder"]
    rig.seconds(30)
    assert rig.closed().status is S.REJECTED


# Fills that got lost


def test_missed_fills_are_found() -> None:
    """On a healthy connection that just lost the frames: within one reconciliation."""
    rig = Rig()
    rig.want(tag="t")
    rig.hands_off()
    rig.other(Side.SELL, 300, 100)
    rig.other(Side.SELL, 700, 100)
    rig.back["alpha"].clear()
    assert rig.only().cumulative_quantity == 0
    rig.seconds(31)
    assert rig.closed().status is S.FILLED
    assert rig.engine.state.positions[STRATEGY][KEY].quantity == 999 * LOT
    assert [fill.quantity for fill in rig.heard(FillApplied)] == [300, 700]
    assert rig.heard(BreakFound) == []
    rig.check_agreement()


def test_a_gap_between_fills_is_noticed_at_once() -> None:
    """The second fill says how much is filled in all: the first is asked for without waiting."""
    rig = Rig()
    rig.want(tag="t")
    rig.hands_off()
    rig.other(Side.SELL, 300, 100)
    rig.back["alpha"].clear()
    rig.other(Side.SELL, 200, 100)
    assert kinds(rig.deliver_back()) == ["QueryFills"]
    rig.hands_off()
    assert rig.only().cumulative_quantity == 500


def test_the_list_of_open_orders_may_know_of_fills_that_we_do_not() -> None:
    """They are asked for."""
    rig = Rig(session=SessionSettings(heartbeat_interval=None))
    rig.want(tag="t")
    rig.hands_off()
    rig.other(Side.SELL, 300, 100)
    rig.back["alpha"].clear()
    rig.seconds(30, hands_off=False)
    assert kinds(rig.out["alpha"]) == ["QueryFills", "QueryOpenOrders", "QueryTradingStatus"]
    rig.deliver_out(index=1)
    assert kinds(rig.deliver_back()) == ["QueryFills"]
    rig.hands_off()
    assert rig.only().cumulative_quantity == 300


def test_many_missed_fills_are_fetched_page_by_page() -> None:
    """The venue's answers are limited."""
    rig = Rig()
    rig.want(quantity=1.0, symbol="ETH-USDT")
    rig.hands_off()
    for _ in range(50):
        rig.other(Side.SELL, 20, 100, ALPHA_ETH)
    lost = list(rig.back["alpha"])
    rig.back["alpha"].clear()
    rig.tell(FillsReported(ACCOUNT, 5, ALPHA_ETH.id, tuple(lost[:20]), False, False, rig.now))  # type: ignore[arg-type]
    (query,) = rig.out["alpha"]
    assert isinstance(query, QueryFills)
    assert query.after == 20
    rig.hands_off()
    assert rig.closed().status is S.FILLED


def test_a_gap_in_the_venue_s_history_is_a_break() -> None:
    """What it no longer lists cannot be booked; somebody must know."""
    rig = Rig()
    rig.tell(FillsReported(ACCOUNT, 5, KEY, (), False, True, rig.now))
    found = only(rig.latest, BreakFound)
    assert (found.subject, found.theirs) == (f"fills {KEY}", "older fills are no longer listed")
    assert rig.tell(FillsReported(ACCOUNT, 5, "alpha:NO-SUCH", (), True, False, rig.now)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("more", [0, 5])
def test_fills_that_are_lost_for_good_restrict_trading_unless_balances_agree(more: int) -> None:
    """What we hold is not known then: nothing leaves but what reduces. Balances that agree show that nothing is missing."""
    rig = Rig(session=SessionSettings(reconcile_interval=None, heartbeat_interval=None))
    state, money = rig.engine.state.sessions[ACCOUNT], rig.balances_at("alpha")
    rig.tell(FillsReported(ACCOUNT, 5, KEY, (), False, True, rig.now))
    shown = tuple(Balance(c, Money(m + (more if c == USDT else 0)), Money(0)) for c, m in money.items())
    for number in (101, 102):
        state.awaited[number] = "QueryBalances"
        rig.tell(BalancesReported(ACCOUNT, number, shown, rig.now))
    assert not state.fills_lost
    restricted = [change for change in rig.heard(TradingModeChanged) if change.mode is TradingMode.REDUCE_ONLY]
    assert [change.reason for change in restricted] == (["venue:alpha: fills are missing that it no longer lists"] if more else [])
    assert bool(rig.want()) is not more


def test_an_end_whose_fills_are_never_listed_stays_exposed() -> None:
    """And is asked about with every reconciliation."""
    rig = Rig()
    rig.want(tag="t")
    order = only(rig.out["alpha"], PlaceOrder)
    rig.out["alpha"].clear()
    said = (order.side, order.order_type, order.time_in_force, S.CANCELED, order.price, order.quantity, Quantity(400))
    rig.tell(OrderReported(ACCOUNT, 5, KEY, "1-1", OrderState(order.client_order_id, OrderId(3), KEY, *said), rig.now))
    rig.seconds(MINUTE)
    assert rig.only().leaves_quantity == 400
    assert rig.engine.exposures.by_instrument[KEY].buying == 400 * LOT


# Orders


def test_alive_there_and_dead_here() -> None:
    """Believed rejected, and yet it rests: it is cancelled and reported, and what it filled meanwhile is its strategy's."""
    rig = Rig()
    rig.want(tag="t")
    late = rig.out["alpha"].pop()
    rig.tell(OrderReported(ACCOUNT, 9, KEY, "1-1", None, Nanos(rig.now + 60 * SECOND)))
    assert rig.closed().status is S.REJECTED
    rig.out["alpha"].append(late)
    rig.hands_off()
    assert rig.open_at("alpha") == ["1-1"]
    rig.other(Side.SELL, 100, 100)
    rig.seconds(31)
    assert rig.open_at("alpha") == []
    found = only(rig.heard(BreakFound))
    assert (found.subject, found.ours, found.theirs) == ("order 1-1", "rejected", "partially_filled")
    assert rig.engine.state.positions[STRATEGY][KEY].fills == 1
    rig.check_agreement()


def test_a_stranger_s_order_is_reported_and_left_alone() -> None:
    """We do not cancel what we did not place."""
    rig = Rig()
    rig.by_hand(Side.BUY, 100, 90)
    rig.seconds(31)
    found = rig.heard(BreakFound)[0]
    assert (found.subject, found.ours, found.theirs) == ("order hand-1", "not ours", "new")
    assert rig.open_at("alpha") == ["hand-1"]


def test_gone_there_and_alive_here() -> None:
    """Its end got lost: the venue still knows how it ended."""
    rig = Rig()
    rig.want(tag="t")
    rig.hands_off()
    rig.other(Side.SELL, 300, 100)
    rig._at_venue(ALPHA_BTC.venue, CancelOrder(ACCOUNT, rig.only().client_order_id, KEY))
    rig.back["alpha"].clear()
    rig.seconds(31)
    assert (rig.closed().status, rig.closed().cumulative_quantity) == (S.CANCELED, 300)
    assert rig.heard(BreakFound) == []
    rig.check_agreement()


def test_gone_there_without_a_trace() -> None:
    """The venue acknowledged it once and knows nothing of it now: that proves nothing. It is UNKNOWN, exposed, a break, and asked about."""
    rig = Rig(session=SessionSettings(reconcile_interval=None, heartbeat_interval=None))
    rig.want(tag="t")
    rig.hands_off()
    rig.tell(OrderReported(ACCOUNT, 5, KEY, "1-1", None, rig.now))
    assert rig.only().status is S.NEW, "an answer to a question older than the venue's word"
    cancel(rig)
    rig.out["alpha"].clear()
    rig.seconds(2.5, hands_off=False)
    assert isinstance(rig.out["alpha"].pop(), QueryOrder)
    rig.tell(OrderReported(ACCOUNT, 6, KEY, "1-1", None, rig.now))
    assert rig.only().status is S.UNKNOWN
    found = only(rig.latest, BreakFound)
    assert (found.subject, found.ours, found.theirs) == ("order 1-1", "pending_cancel", "no such order")
    assert rig.engine.exposures.by_instrument[KEY].buying == 1_000 * LOT
    rig.out["alpha"].clear()
    rig.seconds(31, hands_off=False)
    assert "QueryOrder" in kinds(rig.out["alpha"])
    rig.seconds(MINUTE)
    assert rig.closed().status is S.CANCELED, "it was there after all"


def test_an_order_placed_after_the_question_is_not_doubted() -> None:
    """The list of open orders is older than the order."""
    rig = Rig()
    rig.want(tag="new")
    rig.engine.state.sessions[ACCOUNT].awaited[77] = "open"
    assert rig.tell(OpenOrdersReported(ACCOUNT, 77, (), rig.now)) == []
    assert rig.only().status is S.PENDING_NEW


# Restarts


def test_after_a_restart_unanswered_orders_are_unknown_and_nothing_new_leaves() -> None:
    """Until the session has synchronised."""
    rig = Rig()
    rig.want(tag="sent")
    rig.save()
    rig.want(tag="journaled")
    rig.restart()
    assert [order.status for order in rig.open.values()] == [S.UNKNOWN, S.UNKNOWN]
    assert rig.want(tag="new") == []
    rig.seconds(10)
    assert rig.open == {}
    assert [order.status for order in rig.engine.state.closed_orders.values()] == [S.REJECTED, S.REJECTED]
    assert rig.want(tag="newer")
    assert rig.placed == {"1-1": 1, "1-2": 1, "2-1": 1}


def test_a_restart_in_the_middle_of_everything() -> None:
    """Resting, partly filled while away, never arrived, arrived unheard: all found, nothing sent again."""
    rig = Rig()
    for tag in ("resting", "filling"):
        rig.want(tag=tag, price=90 if tag == "resting" else 100)
    rig.hands_off()
    rig.save()
    rig.want(tag="unheard", price=80)
    rig.deliver_out()
    rig.want(tag="lost")
    rig.other(Side.SELL, 400, 100)
    rig.restart()
    rig.seconds(10)
    assert {order.tag: (order.status, order.cumulative_quantity) for order in rig.open.values()} == {
        "resting": (S.NEW, 0), "filling": (S.PARTIALLY_FILLED, 400), "unheard": (S.NEW, 0),
    }  # fmt: skip
    rig.check_agreement()


def test_to_restart_twice_is_to_restart_once() -> None:
    """Same books, same questions."""
    books = []
    for times in (1, 2):
        rig = Rig()
        rig.want(tag="a")
        rig.hands_off()
        rig.other(Side.SELL, 400, 100)
        for _ in range(times):
            rig.restart()
        rig.seconds(45)
        rig.check_agreement()
        state = rig.engine.state
        books.append(msgspec.msgpack.encode([state.orders, state.closed_orders, state.positions]))
    assert books[0] == books[1]


# Trades by hand, and balances


@pytest.mark.parametrize("lost", [False, True])
def test_a_trade_by_hand_is_external(lost: bool) -> None:
    """Also if its report got lost and we never traded that instrument: the balances lead to it, and then nothing is amiss."""
    rig = Rig()
    rig.other(Side.SELL, 100, 100, ALPHA_ETH)
    rig.by_hand(Side.BUY, 100, 100, ALPHA_ETH, TimeInForce.IOC)
    if lost:
        rig.back["alpha"].clear()
    rig.seconds(31)
    position = rig.engine.state.positions[EXTERNAL][ALPHA_ETH.id]
    assert position.quantity == 100 * LOT - 100 * LOT // 1000
    assert rig.engine.exposures.by_symbol[ALPHA_ETH.symbol].position == position.quantity
    assert rig.heard(BreakFound) == []
    rig.check_agreement()


def test_money_that_moved_by_itself_is_a_break() -> None:
    """Said once, with both figures; the venue's are adopted."""
    rig = Rig()
    rig._at_venue(ALPHA_BTC.venue, OpenAccount(ACCOUNT, ENGINE, {USDT: Money(5)}))
    rig.seconds(31)
    found = only(rig.heard(BreakFound))
    assert found.subject == "balance USDT"
    assert int(found.theirs) - int(found.ours) == 5
    rig.seconds(5 * MINUTE)
    assert len(rig.heard(BreakFound)) == 1
    rig.check_agreement()


def test_a_difference_that_changes_is_looked_at_again() -> None:
    """Only what stays the same from one look to the next is a break."""
    rig = Rig(session=SessionSettings(reconcile_interval=None, heartbeat_interval=None))
    money = rig.balances_at("alpha")
    state = rig.engine.state.sessions[ACCOUNT]

    def look(number: int, more: int) -> list[str]:
        state.awaited[number] = "QueryBalances"
        shown = tuple(Balance(c, Money(m + (more if c == USDT else 0)), Money(0)) for c, m in money.items())
        return kinds(rig.tell(BalancesReported(ACCOUNT, number, shown, rig.now)))

    assert look(101, 5) == ["QueryBalances"], "at the first suspicion at once"
    state.awaited.clear()
    assert [look(102, 10), look(103, 15), look(104, 20)] == [[], [], []]
    assert rig.heard(BreakFound) == []
    look(105, 20)
    assert int(only(rig.heard(BreakFound)).theirs) - int(only(rig.heard(BreakFound)).ours) == 20
    assert [look(106, 20), look(107, 20)] == [[], []]
    assert len(rig.heard(BreakFound)) == 1


def test_an_order_the_venue_rejects_says_why() -> None:
    """In the venue's words, to the strategy and in the results."""
    rig = Rig(deposits={USDT: Money(100)})
    rig.want(tag="t")
    rig.hands_off()
    assert rig.closed().status is S.REJECTED
    reason = only(rig.heard(OrderClosed)).reason
    assert reason.startswith(f"{RejectReason.INSUFFICIENT_BALANCE}: the order needs")
    assert only(rig.heard(OrderChanged)).reason == reason
