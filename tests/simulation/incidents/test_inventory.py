"""What cannot be sold, what must be sold, and what protects a position: fees in the base asset, rests too small for the venue, stops that
are refused or passed over."""

import msgspec

from seawall.api.orders import AccountId, OrderType
from seawall.api.orders import OrderStatus as S
from seawall.api.projections import IntentRefused, OrderClosed
from seawall.api.signals import OrderTerms
from seawall.api.supervision import BreakerTripped, ClosePosition, LiquidationEnded
from seawall.api.venue_operations import CancelAccountOrders
from tests.simulation.incidents.stage import ALPHA, BUY, SELL, Stage
from tests.unit.engine.rig import ALPHA_BTC, COIN, LAX, LOT, STRATEGY, USDT

STOPPED = msgspec.structs.replace(LAX, stop_loss_bps=300)


def bought(stage: Stage, quantity: float) -> None:
    stage.other(SELL, quantity, 100.5)
    stage.want(BUY, quantity, 100.5, tag="in")
    stage.seconds(1)
    assert stage.order("in").status is S.FILLED


def refused_by_the_venue(stage: Stage) -> list[OrderClosed]:
    return [order for order in stage.heard(OrderClosed) if order.status is S.REJECTED]


def test_fee_in_the_base_asset() -> None:
    """Bought 1.6, own 1.5984. What is sold is what is owned, to the lot, with an account that has nothing else: the venue never has to say
    that the balance does not suffice, and what is left is less than a lot, and named."""
    stage = Stage(deposits={USDT: 1_000 * COIN})  # type: ignore[dict-item]
    bought(stage, 1.6)
    owned = stage.position()
    assert owned == stage.filled_at() == 1600 * LOT - 160_000
    stage.want(SELL, 1.6, 99, tag="too much")
    stage.seconds(1)
    assert [order.reason.partition(":")[0] for order in refused_by_the_venue(stage)] == ["insufficient_balance"]
    stage.other(BUY, 50, 99.5)
    stage.give(ClosePosition(STRATEGY, "olga", "a test"))
    stage.until(lambda: bool(stage.heard(LiquidationEnded)), 60)
    assert len(refused_by_the_venue(stage)) == 1
    assert stage.position() == owned % LOT
    assert stage.heard(LiquidationEnded)[0].left == (f"{STRATEGY}: {owned % LOT} of {ALPHA_BTC.id}",)
    stage.check()


def test_rest_under_the_least_notional() -> None:
    """An exit fills in part, and what is left is worth less than the venue takes. Nothing is sent that it would refuse; the rest stays
    a position, and is named."""
    stage = Stage()
    bought(stage, 0.2)
    stage.other(BUY, 0.16, 99.5)
    stage.want(SELL, 0.199, 99.5, tag="out")
    stage.seconds(1)
    stage.cancel("out")
    stage.seconds(1)
    sent = len(stage.left())
    stage.want(SELL, 0.03, 99.5, tag="rest")
    stage.give(ClosePosition(STRATEGY, "olga", "a test"))
    stage.until(lambda: bool(stage.heard(LiquidationEnded)), 90)
    rest = stage.position()
    assert [refusal.check for refusal in stage.heard(IntentRefused)] == ["venue_filters"]
    assert len(stage.left()) == sent
    assert LOT < rest == stage.filled_at() < 5 * COIN // 100
    assert stage.heard(LiquidationEnded)[0].left == (f"{STRATEGY}: {rest} of {ALPHA_BTC.id}",)
    stage.check()


def test_stop_that_is_refused() -> None:
    """The price has passed the stop before it was placed: the venue will not have it. The desk's own breaker does not depend on it: a
    second after the loss is there the position is on its way out."""
    stage = Stage(STOPPED)
    bought(stage, 1.0)
    stage.other(BUY, 0.2, 99.5)
    stage.other(SELL, 0.1, 99.5)
    stop = OrderTerms(stop_price=100.0)
    stage.want(SELL, 0.9, 0, tag="stop", order_type=OrderType.STOP_LOSS, terms=stop)
    stage.seconds(1)
    assert stage.order("stop").status is S.REJECTED
    assert refused_by_the_venue(stage)[0].reason.startswith("would_trigger")
    assert stage.open_at() == []
    stage.fall(96)
    assert stage.until(lambda: bool(stage.heard(BreakerTripped)), 5) < 2
    stage.until(lambda: stage.position() < LOT, 30)
    assert stage.position() == stage.filled_at()
    stage.check()


def test_stop_limit_that_the_market_jumps_over() -> None:
    """It triggers, and rests above a market that has gone through its limit. It protects nothing any more; the breaker takes it back
    and sells what is held, once."""
    stage = Stage(STOPPED)
    bought(stage, 1.0)
    terms = OrderTerms(stop_price=99.0)
    stage.want(SELL, 0.9, 98.9, tag="stop", order_type=OrderType.STOP_LOSS_LIMIT, terms=terms)
    stage.seconds(1)
    assert len(stage.open_at()) == 1
    stage.fall(96)
    stage.seconds(0.1)
    assert (stage.order("stop").triggered, stage.order("stop").cumulative_quantity) == (True, 0)
    stage.until(lambda: stage.position() < LOT, 30)
    assert stage.order("stop").status is S.CANCELED
    assert stage.position() == stage.filled_at() >= 0
    stage.check()


def test_stop_lost_with_its_venue() -> None:
    """The venue's operator wipes the stop out, and its report is lost too. The breaker watches the position, not the stop."""
    stage = Stage(STOPPED)
    bought(stage, 1.0)
    stage.want(SELL, 0.9, 0, tag="stop", order_type=OrderType.STOP_LOSS, terms=OrderTerms(stop_price=98.0))
    stage.seconds(1)
    stage.give(CancelAccountOrders(AccountId("alpha-main"), "olga", "by mistake"), ALPHA)
    stage.seconds(1)
    stage.fall(96)
    stage.until(lambda: stage.position() < LOT, 30)
    assert 0 <= stage.position() == stage.filled_at()
    stage.check()
