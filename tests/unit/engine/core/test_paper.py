"""The paper fallback: when it begins, what fills on paper and at which price, what never touches anything real, and how it ends."""

from typing import Any

import msgspec

from seawall.api.orders import OrderStatus, PlaceOrder, Side
from seawall.api.paper import PaperEnded, PaperFilled, PaperStarted
from seawall.api.signals import OrderChanged, StrategyStarted
from seawall.api.supervision import SetLimits
from seawall.api.units import MINUTE, SECOND, Nanos
from seawall.engine.core.parts.paper import NEVER_RESTS
from tests.unit.engine.core.test_checks import lax, refusals
from tests.unit.engine.core.test_controls import filled
from tests.unit.engine.rig import ALPHA_BTC, BETA_BTC, COIN, STRATEGY, Rig, only

PAPER_AFTER = Nanos(30 * SECOND)


def desk(paper: bool = True, **limits: Any) -> Rig:
    rig = Rig(lax(paper_after=PAPER_AFTER, max_price_age=Nanos(MINUTE), **limits))
    rig.tell(StrategyStarted(STRATEGY, "S", "1", 1.0, 0.1, paper=paper))
    return rig


def dark(rig: Rig, seconds: int) -> None:
    """Alpha neither hears nor answers; beta is well, and quotes."""
    if rig.status() == "live":
        rig.cut()
    for _ in range(seconds):
        rig.seconds(1, hands_off=False)
        rig.out["alpha"].clear()  # type: ignore[index]
        rig.quote(200, 201, BETA_BTC)
        rig.hands_off()


def on_paper(paper: bool = True, **limits: Any) -> Rig:
    rig = desk(paper, **limits)
    dark(rig, 61)  # Alpha's own quote is by then too old.
    return rig


def paper_fills(rig: Rig) -> list[PaperFilled]:
    return [message for target, message in rig.news if isinstance(message, PaperFilled) and target == STRATEGY]


def real(rig: Rig) -> tuple[Any, ...]:
    """All that a paper order must leave as it is."""
    state = rig.engine.state
    return msgspec.to_builtins((state.positions, state.orders, state.closed_orders, state.next_order, state.sessions["alpha-main"].opening))  # type: ignore[no-any-return,index]


def test_it_begins_when_the_venue_has_not_been_live_for_too_long() -> None:
    """And with a word of its own; until then orders are refused as ever."""
    rig = desk()
    dark(rig, 29)
    assert rig.heard(PaperStarted) == []
    assert rig.want(price=0) == []
    assert "venue_live" in refusals(rig)
    dark(rig, 3)
    assert {(m.strategy, m.venue) for m in rig.heard(PaperStarted)} == {(STRATEGY, "alpha")}
    assert rig.want(price=0) == []
    assert len(paper_fills(rig)) == 1
    assert rig.want(price=0, venue="beta"), "where a venue lives it trades for real"


def test_it_fills_at_a_fresh_price_whole_and_at_once() -> None:
    """Of the venue itself, while its prices come; else of another one; as a taker."""
    rig = on_paper()
    rig.want(quantity=2.0, price=0)
    (fill,) = paper_fills(rig)
    assert (fill.side, fill.price, fill.quantity, fill.priced_by) == (Side.BUY, 20_100, 2_000, BETA_BTC.id)
    assert fill.fee == 2 * 201 * COIN * ALPHA_BTC.taker_fee_ppb // 10**9
    assert fill.position == 2 * COIN
    rig.quote(100, 101)
    rig.want(Side.SELL, 1.0, 99.0)
    assert (paper_fills(rig)[1].price, paper_fills(rig)[1].priced_by) == (10_000, ALPHA_BTC.id)
    assert paper_fills(rig)[1].position == COIN


def test_nothing_rests_on_paper() -> None:
    rig = on_paper()
    rig.want(price=150.0)
    told = rig.heard(OrderChanged)[-1]
    assert (told.status, told.reason) == (OrderStatus.EXPIRED, NEVER_RESTS)
    assert paper_fills(rig) == []


def test_nothing_real_is_touched() -> None:
    """Orders, positions, money, exposure; nothing leaves for any venue."""
    rig = desk()
    filled(rig, Side.BUY, 1.0)
    dark(rig, 61)
    before, exposure = real(rig), rig.engine.exposures.by_symbol["BTC-USDT"].position  # type: ignore[index]
    for _ in range(3):
        assert rig.want(quantity=0.5, price=0) == []
    assert len(paper_fills(rig)) == 3
    assert real(rig) == before
    assert rig.engine.exposures.by_symbol["BTC-USDT"].position == exposure  # type: ignore[index]
    assert [m for m in rig.out["alpha"] if isinstance(m, PlaceOrder)] == []  # type: ignore[index]


def test_checks_hold_on_paper_too_with_real_and_paper_together() -> None:
    """Reduce-only knows both; a limit on positions counts both; repetition is repetition."""
    rig = desk(max_order_quantity={ALPHA_BTC.symbol: 3 * COIN})
    filled(rig, Side.BUY, 1.0)
    dark(rig, 61)
    rig.want(quantity=4.0, price=0)
    assert list(refusals(rig)) == ["order_quantity"]
    rig.want(quantity=2.0, price=0)
    assert paper_fills(rig)[0].position > 2 * COIN
    rig.tell(SetLimits(msgspec.structs.replace(rig.engine.limits, max_repeats=2), "ann", "test"))
    for _ in range(4):
        rig.want(quantity=0.1, price=0)
    assert len(paper_fills(rig)) == 3
    assert "execution_throttle" in refusals(rig)


def test_who_has_not_opted_in_is_refused_as_ever() -> None:
    rig = on_paper(paper=False)
    rig.want(price=0)
    assert paper_fills(rig) == [] and rig.heard(PaperStarted) == []
    assert "venue_live" in refusals(rig)


def test_without_a_fresh_price_nothing_fills() -> None:
    rig = on_paper()
    rig.now = Nanos(rig.now + 2 * MINUTE)
    rig.want(price=0)
    assert paper_fills(rig) == []
    assert "stale_data" in refusals(rig)


def test_the_return_to_real_is_told_with_what_paper_made() -> None:
    """To the strategy with what it really holds. Bought at 201, and valued at what it would bring then: 200 on the other venue."""
    rig = desk()
    filled(rig, Side.BUY, 1.0)
    dark(rig, 61)
    rig.want(quantity=2.0, price=0)
    held = rig.position()
    rig.seconds(10)
    ended = [m for target, m in rig.news if isinstance(m, PaperEnded) and target == STRATEGY]
    assert [(m.venue, m.fills, m.positions) for m in ended] == [("alpha", 1, {ALPHA_BTC.id: held})]
    fee = 2 * 201 * COIN * ALPHA_BTC.taker_fee_ppb // 10**9
    assert ended[0].profit == 2 * 200 * COIN - 2 * 201 * COIN - fee
    assert rig.engine.state.outages == {}
    rig.quote(100, 101)
    assert rig.want(price=0), "real again"
    rig.hands_off()
    rig.check_agreement()


def test_it_survives_a_restart_and_ends_with_the_limit() -> None:
    rig = on_paper()
    rig.want(quantity=2.0, price=0)
    rig.save()
    rig.restart()
    dark(rig, 2)
    rig.want(quantity=1.0, price=0)
    assert paper_fills(rig)[-1].position == 3 * COIN
    rig.tell(SetLimits(lax(), "ann", "no more of it"))
    dark(rig, 1)
    assert only(rig.heard(PaperEnded)[:1]).fills == 2
    assert rig.engine.paper.deadline() is None
    assert rig.want(price=0) == [] and len(paper_fills(rig)) == 2
