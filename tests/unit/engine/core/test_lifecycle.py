"""The life of an order: every report in every status; late, doubled and reordered reports lead to the same end."""

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seawall.api.accounts import OrderReported, OrderState, QueryFills, QueryOrder
from seawall.api.message import Message
from seawall.api.orders import (
    AccountId,
    CancelOrder,
    CancelRejected,
    Liquidity,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderId,
    OrderRejected,
    OrderStatus,
    PlaceOrder,
    RejectReason,
    Side,
    TimeInForce,
    TradeId,
)
from seawall.api.projections import BreakFound, OrderClosed
from seawall.api.signals import CancelRequested, FillApplied, OrderChanged
from seawall.api.units import Money, Price, Quantity
from seawall.engine.core.booking import EXTERNAL
from seawall.engine.core.orders import CLOSED_WINDOW, TRANSITIONS
from tests.unit.engine.rig import ALPHA_BTC, ALPHA_ETH, LOT, STRATEGY, USDT, Rig, kinds, only

S = OrderStatus
ACCOUNT, KEY = AccountId("alpha-main"), ALPHA_BTC.id
LOTS = 1_000


def accepted(rig: Rig, key: str = "1-1") -> Message:
    return OrderAccepted(ACCOUNT, key, KEY, OrderId(9), rig.now)


def filled(
    rig: Rig, quantity: int, cumulative: int, trade: int = 1, key: str = "1-1", leaves: int | None = None, side: Side = Side.BUY
) -> Message:
    left = LOTS - cumulative if leaves is None else leaves
    return OrderFilled(
        ACCOUNT, key, KEY, OrderId(9), TradeId(trade), side, Price(10_000), Quantity(quantity), Quantity(cumulative), Quantity(left),
        Liquidity.MAKER, Money(0), USDT, rig.now,
    )  # fmt: skip


def canceled(rig: Rig, cumulative: int = 0, key: str = "1-1") -> Message:
    return OrderCanceled(ACCOUNT, key, KEY, OrderId(9), Quantity(cumulative), rig.now)


def expired(rig: Rig, cumulative: int = 0) -> Message:
    return OrderExpired(ACCOUNT, "1-1", KEY, OrderId(9), Quantity(cumulative), rig.now)


def rejected(rig: Rig, reason: RejectReason = RejectReason.INSUFFICIENT_BALANCE) -> Message:
    return OrderRejected(ACCOUNT, "1-1", KEY, reason, rig.now, "too poor")


def in_status(status: str) -> Rig:
    """One BUY of 1,000 lots, brought to that status by reports alone; nothing travels any further."""
    rig = Rig()
    rig.want(tag="t")
    if status in ("new", "partially_filled", "pending_cancel"):
        rig.tell(accepted(rig))
    if status == "partially_filled":
        rig.tell(filled(rig, 300, 300))
    if status.startswith("pending_cancel"):
        rig.tell(CancelRequested(STRATEGY, "t"))
    if status == "unknown":
        rig.seconds(2, hands_off=False)
    for travelling in rig.out.values():
        travelling.clear()
    assert rig.only().status == status.removesuffix("_unheard")
    return rig


def cumulative(rig: Rig) -> int:
    return int(rig.only().cumulative_quantity)


EVENTS: dict[str, Callable[[Rig], Any]] = {
    "accepted": lambda rig: rig.tell(accepted(rig)),
    "part": lambda rig: rig.tell(filled(rig, 200, cumulative(rig) + 200, 7)),
    "rest": lambda rig: rig.tell(filled(rig, LOTS - cumulative(rig), LOTS, 7)),
    "canceled": lambda rig: rig.tell(canceled(rig, cumulative(rig))),
    "expired": lambda rig: rig.tell(expired(rig, cumulative(rig))),
    "rejected": lambda rig: rig.tell(rejected(rig)),
    "silence": lambda rig: rig.seconds(2.1, hands_off=False),
    "cancel": lambda rig: rig.tell(CancelRequested(STRATEGY, "t")),
    "lost": lambda rig: rig.cut(),
}
TABLE: dict[str, dict[str, OrderStatus]] = {
    "pending_new": {
        "accepted": S.NEW, "part": S.PARTIALLY_FILLED, "rest": S.FILLED, "canceled": S.CANCELED, "expired": S.EXPIRED,
        "rejected": S.REJECTED, "silence": S.UNKNOWN, "cancel": S.PENDING_CANCEL, "lost": S.UNKNOWN,
    },
    "new": {
        "accepted": S.NEW, "part": S.PARTIALLY_FILLED, "rest": S.FILLED, "canceled": S.CANCELED, "expired": S.EXPIRED,
        "rejected": S.NEW, "silence": S.NEW, "cancel": S.PENDING_CANCEL, "lost": S.NEW,
    },
    "partially_filled": {
        "accepted": S.PARTIALLY_FILLED, "part": S.PARTIALLY_FILLED, "rest": S.FILLED, "canceled": S.CANCELED, "expired": S.EXPIRED,
        "rejected": S.PARTIALLY_FILLED, "silence": S.PARTIALLY_FILLED, "cancel": S.PENDING_CANCEL, "lost": S.PARTIALLY_FILLED,
    },
    "pending_cancel": {
        "accepted": S.PENDING_CANCEL, "part": S.PENDING_CANCEL, "rest": S.FILLED, "canceled": S.CANCELED, "expired": S.EXPIRED,
        "rejected": S.PENDING_CANCEL, "silence": S.PENDING_CANCEL, "cancel": S.PENDING_CANCEL, "lost": S.PENDING_CANCEL,
    },
    "pending_cancel_unheard": {
        "accepted": S.PENDING_CANCEL, "part": S.PENDING_CANCEL, "rest": S.FILLED, "canceled": S.CANCELED, "expired": S.EXPIRED,
        "rejected": S.REJECTED, "silence": S.UNKNOWN, "cancel": S.PENDING_CANCEL, "lost": S.UNKNOWN,
    },
    "unknown": {
        "accepted": S.NEW, "part": S.PARTIALLY_FILLED, "rest": S.FILLED, "canceled": S.CANCELED, "expired": S.EXPIRED,
        "rejected": S.REJECTED, "silence": S.UNKNOWN, "cancel": S.UNKNOWN, "lost": S.UNKNOWN,
    },
}  # fmt: skip
CASES = [(status, event, after) for status, row in TABLE.items() for event, after in row.items()]


@pytest.mark.parametrize(("status", "event", "after"), CASES)
def test_every_event_in_every_status(status: str, event: str, after: OrderStatus) -> None:
    """Open orders count as exposure for all that may still trade; ended ones for nothing."""
    rig = in_status(status)
    before = cumulative(rig)
    EVENTS[event](rig)
    exposure = rig.engine.exposures.by_instrument[KEY]
    booked = rig.position() // LOT
    assert booked == before + {"part": 200, "rest": LOTS - before}.get(event, 0)
    if after in (S.FILLED, S.CANCELED, S.EXPIRED, S.REJECTED):
        assert rig.open == {}
        assert rig.closed().status is after
        assert exposure.buying == 0
        assert only(rig.latest, OrderClosed).status is after
        assert [(m.status, m.leaves_quantity) for m in rig.latest if isinstance(m, OrderChanged)] == [(after, 0)] * (after is not S.FILLED)
    else:
        assert rig.only().status is after
        assert exposure.buying == (LOTS - booked) * LOT
    assert list(rig.placed.values()) == [1]


def test_the_table_of_transitions_is_whole() -> None:
    """Every change of status seen above is in it, and ends lead nowhere: the venue's word always has a way."""
    for status, _, after in CASES:
        start = S(status.removesuffix("_unheard"))
        assert after is start or after in TRANSITIONS[start], (start, after)
    ends = (S.FILLED, S.CANCELED, S.EXPIRED, S.REJECTED)
    assert [status for status in S if not TRANSITIONS[status]] == [S.FILLED, S.CANCELED, S.REJECTED, S.EXPIRED]
    for status in S:
        assert status in ends or all(end in TRANSITIONS[status] for end in ends)


# Any order


class History:
    """What one order's venue reports, in order; `ends` tells how it ends."""

    def __init__(self, rig: Rig, fills: list[int], ends: str, side: Side) -> None:
        price = 0 if ends == "expire" else 100
        against = Side.SELL if side is Side.BUY else Side.BUY
        if ends == "expire":
            for lots in fills or [1]:
                rig.other(against, lots, 100)
            rig.want(side, 1.0, 100, tag="t", tif=TimeInForce.IOC)
            rig.deliver_out()
        else:
            rig.want(side, 1.0, price, tag="t")
            rig.deliver_out()
            for lots in fills:
                rig.other(against, lots, 100)
        if ends in ("cancel", "cancel_late"):
            if ends == "cancel_late":
                rig.other(against, LOTS, 100)
            rig.tell(CancelRequested(STRATEGY, "t"))
            rig.deliver_out()
        self.reports = list(rig.back["alpha"])  # type: ignore[index]
        rig.back["alpha"].clear()  # type: ignore[index]


HISTORIES = st.tuples(
    st.lists(st.integers(1, 200), max_size=4), st.sampled_from(["open", "fill", "cancel", "cancel_late", "expire"]), st.sampled_from(Side)
)


@given(HISTORIES, st.randoms(use_true_random=False), st.lists(st.integers(0, 9), max_size=4))
@example(([50], "cancel_late", Side.BUY), Random(4), [3, 3])  # Copies of one refusal were counted as refusals.
def test_any_order_of_reports_leads_to_the_same_end(history: tuple[list[int], str, Side], random: Any, doubled: list[int]) -> None:
    """Fills before the ack, fills after the cancel's ack, the last fill first, anything twice: status, quantities and money are the same,
    without asking the venue again."""
    fills, ends, side = history
    if ends == "fill":
        fills = [*fills, LOTS]
    straight, shuffled = Rig(), Rig()
    reports = History(straight, fills, ends, side).reports
    assert History(shuffled, fills, ends, side).reports == reports
    for report in reports:
        straight.tell(report)
    mixed = reports + [reports[index % len(reports)] for index in doubled if reports]
    random.shuffle(mixed)
    for report in mixed:
        shuffled.tell(report)
    assert figures(shuffled) == figures(straight)
    for rig in (straight, shuffled):
        rig.seconds(70)
        rig.check_agreement()
        assert rig.heard(BreakFound) == []


def figures(rig: Rig) -> list[Any]:
    orders = [*rig.open.values(), *rig.engine.state.closed_orders.values()]
    (positions,) = rig.engine.state.positions.values() or [{}]
    shown: list[Any] = [(o.status, o.order_id, o.cumulative_quantity, o.cumulative_notional) for o in orders]
    shown += [order.leaves_quantity for order in rig.open.values()]
    shown += [(key, p.quantity, p.cash(), p.turnover, p.fills) for key, p in positions.items()]
    shown += [(e.position, e.buying, e.selling) for e in rig.engine.exposures.by_instrument.values()]
    return shown


def test_a_fill_is_booked_once_whoever_tells_it() -> None:
    """The stream, the stream again, and a list of fills."""
    rig = Rig()
    rig.want(tag="t")
    rig.hands_off()
    rig.other(Side.SELL, 400, 100)
    (report,) = rig.back["alpha"]  # type: ignore[index]
    rig.tell(report)
    rig.tell(report)
    rig.hands_off()
    rig.restart()
    rig.seconds(5)
    rig.tell(report)
    assert rig.only().cumulative_quantity == 400
    assert len(rig.heard(FillApplied)) == 1
    rig.seconds(60)
    rig.check_agreement()


def test_the_cancel_ack_may_know_of_fills_that_we_do_not() -> None:
    """The order waits for them, exposed to them and no more; they are asked for."""
    rig = in_status("pending_cancel")
    sent = rig.tell(canceled(rig, 300))
    assert kinds(sent) == ["QueryFills"]
    order = rig.only()
    assert (order.status, order.leaves_quantity) == (S.PENDING_CANCEL, 300)
    assert rig.engine.exposures.by_instrument[KEY].buying == 300 * LOT
    rig.tell(filled(rig, 100, 100, 1))
    assert rig.only().leaves_quantity == 200
    rig.tell(filled(rig, 200, 300, 2))
    assert (rig.closed().status, rig.closed().cumulative_quantity) == (S.CANCELED, 300)
    assert rig.engine.exposures.by_instrument[KEY].buying == 0


def test_an_order_that_waits_for_fills_is_not_cancelled_again() -> None:
    """It has ended."""
    rig = in_status("pending_new")
    rig.tell(canceled(rig, 300))
    assert rig.tell(CancelRequested(STRATEGY, "t")) == []


def test_a_late_fill_of_a_closed_order_finds_its_strategy() -> None:
    """Even after it was thought rejected; the position is right, and nobody trades against it twice."""
    rig = in_status("pending_new")
    rig.tell(rejected(rig))
    rig.tell(filled(rig, 300, 300))
    assert rig.engine.state.positions[STRATEGY][KEY].quantity == 300 * LOT
    assert only(rig.latest, FillApplied).tag == "t"
    assert rig.open == {}
    assert rig.closed().cumulative_quantity == 300


def test_more_filled_than_ordered_is_booked_and_reported() -> None:
    """The venue's word is the truth, and a break."""
    rig = in_status("new")
    rig.tell(filled(rig, LOTS + 1, LOTS + 1, leaves=0))
    assert rig.position() == (LOTS + 1) * LOT
    found = only(rig.latest, BreakFound)
    assert (found.subject, found.ours, found.theirs) == ("order 1-1", "1000 lots ordered", "1001 lots filled")
    assert rig.closed().status is S.FILLED
    assert rig.engine.exposures.by_instrument[KEY].buying == 0


def test_a_stranger_s_fill_is_external() -> None:
    """Somebody traded by hand on the account: it counts in exposure, and belongs to nobody of ours."""
    rig = Rig()
    rig.tell(filled(rig, 5, 5, key="made-by-hand"))
    assert rig.engine.state.positions[EXTERNAL][KEY].quantity == 5 * LOT
    assert rig.engine.exposures.by_symbol[ALPHA_BTC.symbol].position == 5 * LOT
    assert only(rig.latest, FillApplied).strategy == EXTERNAL


@pytest.mark.parametrize("account", ["nobody", ""])
def test_reports_about_unknown_accounts_and_instruments_are_nothing(account: str) -> None:
    """Whoever sent them."""
    rig = in_status("new")
    before = rig.engine.state.orders["1-1"].status  # type: ignore[index]
    for report in (accepted(rig), filled(rig, 1, 1), canceled(rig), expired(rig), rejected(rig)):
        assert rig.tell(msgspec.structs.replace(report, account=account)) == []
        assert rig.tell(msgspec.structs.replace(report, client_order_id="no-such")) == [] or isinstance(report, OrderFilled)
    fill = msgspec.structs.replace(filled(rig, 1, 1), instrument="alpha:NO-SUCH")
    assert rig.tell(fill) == []
    assert rig.only().status is before


@pytest.mark.parametrize("status", S)
def test_an_order_report_with_any_status_is_survived(status: OrderStatus) -> None:
    """A venue may answer with a status that we thought was ours alone; what ends nothing leaves the order open."""
    for start in TABLE:
        rig = in_status(start)
        order = rig.only()
        shown = OrderState(
            "1-1", OrderId(9), KEY, order.side, order.order_type, order.time_in_force, status, order.price, order.quantity, Quantity(0)
        )
        rig.tell(OrderReported(ACCOUNT, 5, KEY, "1-1", shown, rig.now))
        if TRANSITIONS[status]:
            assert rig.only().order_id == 9
        elif rig.open:
            assert rig.only().ended is status, "it waits for fills that are booked already no more"
        else:
            assert rig.closed().status is status


def test_a_rejected_cancel_is_asked_about() -> None:
    """It has ended, or has not arrived yet: only the venue knows."""
    rig = in_status("pending_cancel")
    (query,) = rig.tell(CancelRejected(ACCOUNT, "1-1", KEY, RejectReason.UNKNOWN_ORDER, rig.now))
    assert isinstance(query, QueryOrder)
    assert rig.only().status is S.PENDING_CANCEL


def test_a_cancel_that_overtakes_its_order_is_repeated() -> None:
    """The order arrives after it and rests; it is found and cancelled."""
    rig = Rig()
    rig.want(tag="t")
    rig.tell(CancelRequested(STRATEGY, "t"))
    rig.deliver_out(index=1)
    rig.deliver_back()
    rig.deliver_out()
    rig.seconds(10)
    assert rig.closed().status is S.CANCELED
    rig.seconds(60)
    rig.check_agreement()


def test_a_duplicate_that_the_venue_rejects_is_our_order_alive() -> None:
    """Our request travelled twice: the first was taken."""
    rig = in_status("pending_new")
    (query,) = rig.tell(rejected(rig, RejectReason.DUPLICATE_CLIENT_ORDER_ID))
    assert isinstance(query, QueryOrder)
    assert rig.only().status is S.PENDING_NEW


def test_a_cancel_by_tag_hits_the_right_order() -> None:
    """Of the right strategy, once."""
    rig = Rig()
    for tag in ("a", "b"):
        rig.want(tag=tag)
    rig.hands_off()
    (cancel,) = rig.tell(CancelRequested(STRATEGY, "b"))
    assert isinstance(cancel, CancelOrder)
    assert cancel.client_order_id == "1-2"
    assert rig.tell(CancelRequested(STRATEGY, "b")) == []
    assert rig.tell(CancelRequested(STRATEGY, "no-such")) == []
    assert rig.tell(CancelRequested(EXTERNAL, "a")) == []


def test_ids_are_never_used_again() -> None:
    """An epoch and a counter; a restart that says the same epoch twice does not start over."""
    rig = Rig()
    ids = [only(rig.want(tag=f"{n}"), PlaceOrder).client_order_id for n in range(3)]
    rig.restart()
    rig.seconds(5)
    ids += [only(rig.want(), PlaceOrder).client_order_id]
    rig.epoch -= 1
    rig.restart()
    rig.seconds(5)
    ids += [only(rig.want(), PlaceOrder).client_order_id]
    assert ids == ["1-1", "1-2", "1-3", "2-1", "2-2"]


def test_closed_orders_are_forgotten_in_the_end() -> None:
    """State is bounded by what is open and by fixed windows."""
    rig = Rig(quoted=False)
    rig.quote(100, 101)
    for number in range(2 * CLOSED_WINDOW):
        rig.want(tag="t")
        key = f"1-{number + 1}"
        rig.tell(canceled(rig, key=key))
    rig.out["alpha"].clear()  # type: ignore[index]
    kept = list(rig.engine.state.closed_orders)
    assert CLOSED_WINDOW <= len(kept) < 2 * CLOSED_WINDOW
    assert kept == [f"1-{number + 1}" for number in range(2 * CLOSED_WINDOW)][-len(kept) :]
    assert rig.engine.state.sessions[ACCOUNT].in_flight == {}


def test_booked_fills_are_forgotten_once_the_venue_has_confirmed_them() -> None:
    """A window of trade ids above a watermark; the question goes out before the venue forgets."""
    rig, key = Rig(), ALPHA_ETH.id
    window = rig.settings.venues[0].session.trade_window
    rig.want(quantity=2.0, price=100, symbol="ETH-USDT")
    rig.hands_off()
    state = rig.engine.state.sessions[ACCOUNT]
    for lots in range(1, window + 1):
        rig.other(Side.SELL, 1, 100, ALPHA_ETH)
        rig.deliver_back()
        assert len(state.applied[key]) == lots
    assert kinds(rig.out["alpha"]) == ["QueryFills"]  # type: ignore[index]
    assert isinstance(rig.out["alpha"][0], QueryFills)  # type: ignore[index]
    rig.hands_off()
    assert state.applied[key] == {}
    assert state.confirmed[key] == window
    assert rig.heard(BreakFound) == []
