"""Amend, cancel-replace and OCO in the engine: the gate, exposure while nobody knows, lost replies, what strategies are told."""

from itertools import pairwise

import msgspec
import pytest

from seawall.api.accounts import OpenOrdersReported
from seawall.api.message import Message
from seawall.api.orders import AccountId, AmendOrder, CancelOrder, OrderAmended, PlaceOrder, PlaceOrderList, ReplaceOrder, Side
from seawall.api.projections import BreakFound, IntentRefused
from seawall.api.risk import Limits, SymbolLimits
from seawall.api.signals import CancelRequested, OrderChanged, OrderTerms
from seawall.api.units import SECOND, Money, Nanos, Quantity
from seawall.engine.core.venues.settings import SessionSettings
from tests.unit.engine.rig import ALPHA_BTC, COIN, LAX, LOT, STRATEGY, Rig

LONG_TWO = Limits(
    price_collar_bps=None,
    max_price_age=None,
    max_signal_age=None,
    max_concentration_bps=None,
    position={"BTC-USDT": SymbolLimits(2 * COIN)},  # type: ignore[arg-type, dict-item]
)


LAX_ON_TILT = msgspec.structs.replace(LAX, tilt_cancel_bps=9_000)


def told(rig: Rig, tag: str) -> list[tuple[str, str]]:
    """What the strategy heard of an order that was no fill."""
    return [(str(news.status), news.reason) for news in rig.heard(OrderChanged) if news.tag == tag]


def kinds(messages: list[Message]) -> list[str]:
    return [type(message).__name__ for message in messages]


def working(rig: Rig) -> tuple[int, int]:
    """Lots that count as still to be bought and sold."""
    exposure = rig.engine.exposures.by_instrument[ALPHA_BTC.id]
    return exposure.buying // LOT, exposure.selling // LOT


def resting(rig: Rig, quantity: float = 1.0, tag: str = "old", price: float = 99.0) -> None:
    rig.want(Side.BUY, quantity, price, tag)
    rig.hands_off()


def refused(rig: Rig) -> list[str]:
    return [refusal.check for refusal in rig.heard(IntentRefused)]


# Amend


def test_an_amend_makes_an_order_smaller_and_counts_in_full_until_the_venue_says_so() -> None:
    rig = Rig()
    resting(rig)
    (sent,) = rig.amend("old", 0.4)
    assert isinstance(sent, AmendOrder)
    assert (sent.quantity, working(rig)) == (400, (1_000, 0))
    rig.hands_off()
    assert (rig.only().quantity, working(rig)) == (400, (400, 0))
    assert told(rig, "old")[-1] == ("new", "amended")
    assert rig.heard(OrderChanged)[-1].leaves_quantity == 400


@pytest.mark.parametrize(
    ("quantity", "why"),
    [
        (1.0, "under 1000 and over 300 lots, not 1000"),
        (0.3, "not 300"),
        (float("nan"), "not 0"),
        (-1.0, "not 0"),
        (1e300, "not 0"),
    ],
)
def test_what_is_no_smaller_order_is_not_sent(quantity: float, why: str) -> None:
    rig = Rig()
    resting(rig)
    rig.other(Side.SELL, 300, 99)
    rig.hands_off()
    assert rig.amend("old", quantity) == []
    status, reason = told(rig, "old")[-1]
    assert status == "partially_filled"
    assert reason.startswith("amend refused")
    assert reason.endswith(why)


def test_an_amend_of_what_is_not_open_is_answered_too() -> None:
    rig = Rig()
    assert rig.amend("nothing", 0.1) == []
    assert told(rig, "nothing") == [("rejected", "amend refused: no open order has this id")]


def test_one_amend_at_a_time_and_none_of_what_is_being_cancelled() -> None:
    rig = Rig()
    resting(rig)
    rig.amend("old", 0.5)
    assert rig.amend("old", 0.4) == []
    assert told(rig, "old")[-1][1] == "amend refused: an earlier amend has no answer yet"
    rig.tell(CancelRequested(STRATEGY, "old"))
    assert rig.amend("old", 0.3) == []
    assert told(rig, "old")[-1][1] == "amend refused: it is being cancelled"


def test_the_venues_no_is_passed_on() -> None:
    """Its least quantity is not reached."""
    rig = Rig()
    resting(rig)
    rig.amend("old", 0.01)
    rig.hands_off()
    status, reason = told(rig, "old")[-1]
    assert (status, reason.split(":")[:2]) == ("new", ["amend refused", " notional"])
    assert rig.only().quantity == 1_000
    rig.amend("old", 0.5)
    rig.hands_off()
    assert rig.only().quantity == 500


@pytest.mark.parametrize("lost", ["request", "reply"])
def test_after_a_lost_amend_the_venue_is_asked(lost: str) -> None:
    """Until it has answered, the order counts in full."""
    rig = Rig()
    resting(rig)
    rig.amend("old", 0.4)
    if lost == "reply":
        rig.deliver_out()
        assert isinstance(rig.back["alpha"][0], OrderAmended)
        rig.back["alpha"].clear()
    rig.out["alpha"].clear()
    rig.seconds(1.9, hands_off=False)
    assert working(rig) == (1_000, 0)
    rig.seconds(20)
    if lost == "reply":
        assert told(rig, "old")[-1] == ("new", "amended")
        assert working(rig) == (400, 0)
    else:
        assert told(rig, "old")[-1] == ("new", "amend refused: it never reached the venue")
        assert working(rig) == (1_000, 0)
    assert rig.heard(BreakFound) == []
    rig.check_agreement()


def test_an_amend_that_is_only_late_is_not_given_up() -> None:
    """The venue is asked, and knows of none yet: that says nothing while the request may still arrive."""
    rig = Rig()
    resting(rig)
    rig.amend("old", 0.4)
    rig.seconds(2.0, hands_off=False)
    assert kinds(rig.out["alpha"]) == ["AmendOrder", "QueryOrder"]
    rig.deliver_out(index=1)
    rig.deliver_back()
    assert told(rig, "old")[-1] == ("new", "")
    rig.hands_off()
    assert told(rig, "old")[-1] == ("new", "amended")
    assert working(rig) == (400, 0)


def test_a_fill_does_not_settle_an_amend() -> None:
    """The reply is lost, the order trades on: the venue is asked all the same."""
    rig = Rig()
    resting(rig)
    rig.amend("old", 0.4)
    rig.deliver_out()
    rig.back["alpha"].clear()
    rig.other(Side.SELL, 100, 99)
    rig.deliver_back()
    rig.seconds(3)
    assert working(rig) == (300, 0)


def test_an_amend_that_is_told_after_the_last_fill_ends_the_order() -> None:
    rig = Rig()
    resting(rig)
    rig.amend("old", 0.4)
    rig.deliver_out()
    rig.other(Side.SELL, 1_000, 99)
    rig.deliver_back(index=1)
    assert working(rig) == (600, 0), "as far as is known"
    rig.deliver_back()
    assert (rig.closed().status, rig.closed().quantity, working(rig)) == ("filled", 400, (0, 0))


def test_amends_count_among_the_messages_and_are_never_refused_for_that() -> None:
    rig = Rig(Limits(price_collar_bps=None, max_price_age=None, max_signal_age=None, max_concentration_bps=None, max_messages=2))
    resting(rig)
    assert len(rig.amend("old", 0.5)) == 1
    rig.hands_off()
    assert len(rig.amend("old", 0.4)) == 1
    assert rig.want() == []
    assert refused(rig) == ["message_rate"]


# Replace


def test_a_replacement_takes_the_place_of_the_old_order() -> None:
    rig = Rig()
    resting(rig)
    (sent,) = rig.replace("old", 0.5, 98, "new")
    assert isinstance(sent, ReplaceOrder)
    assert (sent.order.quantity, sent.order.price, sent.cumulative_quantity) == (500, 9_800, 0)
    assert working(rig) == (1_000, 0), "one or the other"
    rig.hands_off()
    assert [(order.tag, order.status) for order in rig.open.values()] == [("new", "new")]
    assert working(rig) == (500, 0)
    assert told(rig, "old")[-1] == ("canceled", "")
    assert told(rig, "new") == [("new", "")]


def test_it_is_checked_as_a_new_order_less_the_one_it_replaces() -> None:
    """Two coins long are allowed, and one and a half are ordered."""
    rig = Rig(LONG_TWO)
    resting(rig, 1.5)
    assert rig.want(Side.BUY, 1.0, 98) == []
    assert rig.replace("old", 2.5, 98, "new") == []
    assert refused(rig) == ["position", "position"]
    assert told(rig, "new")[-1][0] == "rejected"
    assert working(rig) == (1_500, 0)
    assert len(rig.replace("old", 2.0, 98)) == 1
    assert working(rig) == (2_000, 0)
    assert rig.want(Side.BUY, 0.1, 98) == []


def test_limits_in_money_see_it_so_too() -> None:
    """At a price of 100 or so, 200 of the valuation currency are allowed."""
    rig = Rig(
        Limits(
            price_collar_bps=None, max_price_age=None, max_signal_age=None, max_concentration_bps=None,
            max_total_notional=Money(200 * COIN), max_position_notional=Money(200 * COIN), max_strategy_notional=Money(200 * COIN),
        )
    )  # fmt: skip
    resting(rig, 1.5)
    assert rig.want(Side.BUY, 1.0, 98) == []
    assert rig.replace("old", 2.5, 98) == []
    assert refused(rig) == ["position_notional", "strategy_notional", "total_notional"] * 2
    assert len(rig.replace("old", 1.9, 98)) == 1


def test_replacements_count_as_orders_that_were_taken_back() -> None:
    """Whoever replaces on and on shows temper as whoever cancels on and on."""
    rig = Rig(LAX_ON_TILT)
    resting(rig)
    tags = ["old", *(f"t{number}" for number in range(5))]
    for tag, new in pairwise(tags):
        rig.replace(tag, 1.0, 98, new)
        rig.hands_off()
    tilt = rig.engine.account(STRATEGY).tilt
    assert tilt is not None
    assert (tilt.sent, tilt.canceled) == (6, 5)


def test_an_order_that_reduces_may_replace_another_one() -> None:
    """What is replaced does not count as taking the position away."""
    rig = Rig()
    rig.other(Side.SELL, 1_000, 100)
    rig.want(Side.BUY, 1.0, 0)
    rig.hands_off()
    held = rig.position() // LOT / 1_000
    rig.want(Side.SELL, held, 105, "old", terms=OrderTerms(reduce_only=True))
    rig.hands_off()
    assert rig.want(Side.SELL, held, 105, terms=OrderTerms(reduce_only=True)) == []
    rig.replace("old", held, 104, terms=OrderTerms(reduce_only=True))
    assert refused(rig) == ["reduce_only"]
    assert working(rig)[1] == int(held * 1_000)


def test_what_traded_meanwhile_is_not_replaced() -> None:
    """Else more could be bought than either order asked for."""
    rig = Rig(LONG_TWO)
    resting(rig, 2.0)
    rig.other(Side.SELL, 500, 99)
    rig.replace("old", 2.0, 98, "new")
    rig.hands_off()
    assert [(order.tag, order.leaves_quantity) for order in rig.open.values()] == [("old", 1_500)]
    status, reason = told(rig, "new")[-1]
    assert (status, reason) == ("rejected", "filled_meanwhile: of the order to be replaced 500 lots are filled")
    assert working(rig) == (1_500, 0)
    rig.replace("old", 1.4, 98)
    rig.hands_off()
    assert working(rig) == (1_400, 0), "now it is known what was filled"


def test_what_is_gone_is_not_replaced() -> None:
    rig = Rig()
    resting(rig)
    rig.other(Side.SELL, 1_000, 99)
    assert len(rig.replace("old", 1.0, 98, "new")) == 1, "nobody has told us"
    rig.hands_off()
    assert rig.open == {}
    assert told(rig, "new")[-1] == ("rejected", "not_replaced: there was nothing to cancel under the other id")
    assert rig.replace("old", 1.0, 98, "newer") == []
    assert told(rig, "newer") == [("rejected", "nothing to replace: old is not open")]


@pytest.mark.parametrize("lost", ["request", "reply"])
def test_after_a_lost_replacement_the_venue_is_asked(lost: str) -> None:
    """Nobody knows which of the two works: the larger one counts, and the new one is UNKNOWN."""
    rig = Rig(LONG_TWO)
    resting(rig)
    rig.replace("old", 1.5, 98, "new")
    if lost == "reply":
        rig.deliver_out()
        rig.back["alpha"].clear()
    rig.out["alpha"].clear()
    rig.seconds(2.0, hands_off=False)
    assert told(rig, "new")[-1][0] == "unknown"
    assert working(rig) == (1_500, 0)
    assert rig.want(Side.BUY, 0.6, 98) == [], "it might be two and more"
    rig.seconds(20)
    if lost == "reply":
        assert [order.tag for order in rig.open.values()] == ["new"]
        assert working(rig) == (1_500, 0)
    else:
        assert [order.tag for order in rig.open.values()] == ["old"]
        assert told(rig, "new")[-1] == ("rejected", "never reached the venue")
        assert working(rig) == (1_000, 0)
    assert rig.heard(BreakFound) == []
    rig.check_agreement()


def test_replacements_of_replacements_count_once() -> None:
    """None of them has been answered yet."""
    rig = Rig()
    resting(rig)
    rig.replace("old", 2.0, 98, "second")
    rig.replace("second", 1.5, 97, "third")
    assert working(rig) == (2_000, 0)
    rig.hands_off()
    assert [order.tag for order in rig.open.values()] == ["third"]
    assert working(rig) == (1_500, 0)


# OCO


def held(rig: Rig) -> None:
    """One coin."""
    rig.other(Side.SELL, 1_000, 100)
    rig.want(Side.BUY, 1.0, 0)
    rig.hands_off()


def test_an_oco_is_one_request_and_counts_once() -> None:
    rig = Rig()
    held(rig)
    (sent,) = rig.oco(quantity=0.9, tag="exit")
    assert isinstance(sent, PlaceOrderList)
    assert [order.order_type for order in sent.orders] == ["limit_maker", "stop_loss"]
    assert working(rig) == (0, 900)
    rig.hands_off()
    assert (len(rig.open), working(rig)) == (2, (0, 900))
    assert rig.engine.account(STRATEGY).orders == 3


@pytest.mark.parametrize("price", [90, 110])
def test_when_one_trades_the_other_is_over(price: int) -> None:
    rig = Rig()
    held(rig)
    rig.other(Side.BUY, 5_000, 89)
    rig.oco(quantity=0.9, tag="exit")
    rig.hands_off()
    if price == 110:
        rig.other(Side.BUY, 5_000, 110)
    else:
        rig.other(Side.BUY, 100, 90)
        rig.other(Side.SELL, 100, 90)
    rig.hands_off()
    assert rig.open == {}
    traded, over = ("exit-limit", "exit-stop") if price == 110 else ("exit-stop", "exit-limit")
    assert told(rig, over)[-1] == ("expired", "order_list")
    assert rig.closed().tag in (traded, over)
    assert (working(rig), rig.position() // LOT) == ((0, 0), 99)


def test_who_cancels_or_amends_one_does_it_to_both() -> None:
    rig = Rig()
    held(rig)
    rig.oco(quantity=0.9, tag="exit")
    rig.hands_off()
    (amend,) = rig.amend("exit-stop", 0.5)
    assert isinstance(amend, AmendOrder)
    rig.hands_off()
    assert [order.quantity for order in rig.open.values()] == [500, 500]
    assert working(rig) == (0, 500)
    (cancel,) = rig.tell(CancelRequested(STRATEGY, "exit-limit"))
    assert isinstance(cancel, CancelOrder)
    rig.hands_off()
    assert (rig.open, working(rig)) == ({}, (0, 0))


def test_a_replacement_of_one_takes_the_place_of_both() -> None:
    rig = Rig()
    held(rig)
    rig.oco(quantity=0.9, tag="exit")
    rig.hands_off()
    rig.replace("exit-stop", 0.8, 105, "new")
    assert working(rig) == (0, 900)
    rig.hands_off()
    assert [order.tag for order in rig.open.values()] == ["new"]
    assert working(rig) == (0, 800)


def test_all_or_none_leave() -> None:
    """Each leg would be allowed alone. Together they are an order too many."""
    limits = Limits(price_collar_bps=None, max_price_age=None, max_signal_age=None, max_concentration_bps=None, max_orders=2)
    rig = Rig(limits)
    held(rig)
    assert rig.oco(quantity=0.9, tag="exit") == []
    assert refused(rig) == ["order_rate"], "the second of them would be the third order"
    assert told(rig, "exit-limit") == [("rejected", "the other order of its list was refused")]
    assert told(rig, "exit-stop")[-1][0] == "rejected"
    assert rig.engine.account(STRATEGY).orders == 1
    assert len(rig.want(Side.SELL, 0.1, 105)) == 1, "there was room for one"


def test_what_is_no_oco_is_malformed() -> None:
    rig = Rig()
    held(rig)
    assert rig.oco(quantity=float("nan"), tag="exit") == []
    assert [told(rig, f"exit-{leg}")[-1][0] for leg in ("limit", "stop")] == ["rejected", "rejected"]


def test_the_venues_no_rejects_both() -> None:
    """The stop has been reached already."""
    rig = Rig()
    held(rig)
    rig.oco(quantity=0.9, stop=100.5, tag="exit")
    assert working(rig) == (0, 900)
    rig.hands_off()
    assert [told(rig, f"exit-{leg}")[-1][0] for leg in ("limit", "stop")] == ["rejected", "rejected"]
    assert (rig.open, working(rig)) == ({}, (0, 0))


@pytest.mark.parametrize("lost", ["request", "reply"])
def test_after_a_lost_oco_the_venue_is_asked(lost: str) -> None:
    rig = Rig()
    held(rig)
    rig.oco(quantity=0.9, tag="exit")
    if lost == "reply":
        rig.deliver_out()
        rig.back["alpha"].clear()
    rig.out["alpha"].clear()
    rig.seconds(2.0, hands_off=False)
    assert [told(rig, f"exit-{leg}")[-1][0] for leg in ("limit", "stop")] == ["unknown", "unknown"]
    assert working(rig) == (0, 900)
    rig.seconds(20)
    assert working(rig) == (0, 900 if lost == "reply" else 0)
    assert len(rig.open) == (2 if lost == "reply" else 0)
    assert rig.heard(BreakFound) == []
    rig.check_agreement()


def test_reconciliation_takes_over_a_list_that_it_did_not_know_of() -> None:
    """Two orders of ours that we hold for independent."""
    rig = Rig(session=SessionSettings(reconcile_interval=Nanos(5 * SECOND)))
    held(rig)
    rig.oco(quantity=0.5, tag="exit")
    rig.hands_off()
    for order in rig.open.values():
        order.group = ""
    rig.engine.restore(rig.engine.state)
    assert working(rig) == (0, 1_000)
    rig.seconds(10)
    assert working(rig) == (0, 500)
    assert [(found.ours, found.theirs.split()[:2]) for found in rig.heard(BreakFound)] == [("alone", ["an", "OCO"])]
    assert [message for _, message in rig.journal if isinstance(message, OpenOrdersReported)][-1].orders[0].list_id


def test_reconciliation_takes_over_an_amended_quantity() -> None:
    """Somebody amended the order by hand, and the word of it was lost."""
    rig = Rig(LAX)
    resting(rig)
    order = rig.only()
    rig._at_venue(ALPHA_BTC.venue, AmendOrder(AccountId("alpha-main"), order.client_order_id, order.instrument, Quantity(300)))
    rig.back["alpha"].clear()
    rig.seconds(40)
    assert (rig.only().quantity, working(rig)) == (300, (300, 0))
    assert told(rig, "old")[-1] == ("new", "amended")


def test_everything_survives_a_restart() -> None:
    """What is out when the engine's process dies: an amend, a replacement, an OCO."""
    rig = Rig()
    held(rig)
    resting(rig, 0.5, "small", 80)
    resting(rig, 0.5, "old", 80)
    rig.amend("small", 0.3)
    rig.replace("old", 0.6, 80, "new")
    rig.oco(quantity=0.9, tag="exit")
    before = working(rig)
    rig.save()
    for _ in range(3):
        rig.deliver_out()
    rig.restart()
    assert working(rig) == before == (1_100, 900)
    rig.seconds(60)
    assert working(rig) == (900, 900)
    assert sorted(order.tag for order in rig.open.values()) == ["exit-limit", "exit-stop", "new", "small"]
    rig.check_agreement()


def test_a_single_order_is_as_it_was() -> None:
    (sent,) = Rig().want()
    assert type(sent) is PlaceOrder
