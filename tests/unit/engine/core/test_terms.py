"""Orders that are not plain, from a strategy's words to the venue and back."""

import pytest

from seawall.api.message import Tick
from seawall.api.orders import OrderStatus, OrderTriggered, OrderType, PlaceOrder, SelfTradePrevention, Side, TimeInForce
from seawall.api.risk import Limits
from seawall.api.signals import CancelRequested, OrderChanged, OrderTerms
from seawall.api.units import SECOND, Nanos
from tests.unit.engine.rig import ALPHA_BTC, LAX, START, STRATEGY, Rig, only

BUY, SELL = Side.BUY, Side.SELL
STOP, STOP_LIMIT = OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT
GTD = TimeInForce.GTD


def test_every_term_reaches_the_venue_in_its_units() -> None:
    """And the expiry on the venue's clock."""
    rig = Rig(skew=3 * SECOND)
    until = Nanos(START + 60 * SECOND)
    terms = OrderTerms(104.996, 250, 0.0019, until, self_trade_prevention=SelfTradePrevention.EXPIRE_BOTH)
    order = only(rig.want(BUY, 1.0, 106.0, order_type=STOP_LIMIT, tif=GTD, terms=terms), PlaceOrder)
    assert (order.stop_price, order.trailing_delta_bps, order.display_quantity, order.price) == (10_500, 250, 1, 10_600)
    assert (order.expire_time, order.self_trade_prevention) == (until + 3 * SECOND, "expire_both")


def test_a_stop_waits_triggers_and_fills() -> None:
    """Exposed in full all the while: nobody knows when it will trade."""
    rig = Rig()
    rig.other(SELL, 5_000, 106)
    rig.want(BUY, 1.0, 0.0, "stop", order_type=STOP, terms=OrderTerms(105.0))
    rig.hands_off()
    assert (rig.only().status, rig.engine.exposures.by_instrument[ALPHA_BTC.id].buying) == (OrderStatus.NEW, 10**8)
    rig.other(SELL, 100, 105)
    rig.other(BUY, 100, 105)
    rig.hands_off()
    assert [(n.status, n.reason) for n in rig.heard(OrderChanged)] == [("new", ""), ("new", "triggered")]
    assert (rig.closed().status, rig.closed().triggered, rig.position()) == (OrderStatus.FILLED, True, 10**8 - 10**5)
    rig.check_agreement()


def test_what_triggered_while_nobody_listened_is_found_by_reconciliation() -> None:
    rig = Rig()
    rig.want(SELL, 1.0, 104.0, "stop", order_type=STOP_LIMIT, terms=OrderTerms(95.0))
    rig.hands_off()
    rig.cut()
    rig.other(SELL, 100, 95)
    rig.other(BUY, 100, 95)
    assert only(rig.back[ALPHA_BTC.venue], OrderTriggered)
    rig.cut(announced=False)
    rig.seconds(10)
    assert rig.only().triggered and rig.heard(OrderChanged)[-1].reason == "triggered"
    rig.check_agreement()


def test_a_cancelled_stop_frees_what_it_was_counted_for() -> None:
    rig = Rig()
    rig.want(SELL, 1.0, 0.0, "stop", order_type=STOP, terms=OrderTerms(95.0))
    rig.hands_off()
    rig.tell(CancelRequested(STRATEGY, "stop"))
    rig.restart()
    rig.seconds(10)
    assert rig.closed().status is OrderStatus.CANCELED and not rig.open
    rig.check_agreement()


def test_an_order_expires_at_the_venue() -> None:
    rig = Rig()
    rig.want(BUY, 1.0, 90.0, "gtd", tif=GTD, terms=OrderTerms(expire_time=Nanos(rig.now + SECOND)))
    rig.hands_off()
    rig.now = Nanos(rig.now + SECOND)
    rig._at_venue(ALPHA_BTC.venue, Tick())
    rig.hands_off()
    assert rig.closed().status is OrderStatus.EXPIRED


def test_a_collar_measures_from_where_the_order_would_trigger() -> None:
    """Five percent above the market is far; five percent above a stop that is reached there is not."""
    rig = Rig(limits=Limits(price_collar_bps=100, max_price_age=None, max_signal_age=None))
    assert rig.want(BUY, 1.0, 106.5, order_type=STOP_LIMIT, terms=OrderTerms(106.0))
    assert not rig.want(BUY, 1.0, 108.0, order_type=STOP_LIMIT, terms=OrderTerms(106.0))


@pytest.mark.parametrize(
    ("order_type", "tif", "price", "terms", "reason"),
    [
        (STOP, TimeInForce.GTC, 0.0, None, "a stop_loss order needs a stop_price or trailing_bps"),
        (STOP, TimeInForce.GTC, 99.0, OrderTerms(95.0), "a stop_loss order has no limit_price"),
        (STOP_LIMIT, TimeInForce.GTC, 0.0, OrderTerms(95.0), "a stop_loss_limit order needs a positive limit_price"),
        (OrderType.LIMIT, TimeInForce.GTC, 99.0, OrderTerms(95.0), "stop_price and trailing_bps are for stop_loss and take_profit orders"),
        (OrderType.LIMIT, GTD, 99.0, None, "time_in_force gtd needs an expire_time"),
        (OrderType.LIMIT, TimeInForce.GTC, 99.0, OrderTerms(expire_time=Nanos(5)), "time_in_force gtd and an expire_time"),
        (OrderType.MARKET, TimeInForce.GTC, 0.0, OrderTerms(display=1.0), "display is for orders that rest at a price"),
        (STOP, TimeInForce.IOC, 0.0, OrderTerms(95.0), "a stop_loss order waits"),
        (STOP, TimeInForce.GTC, 0.0, OrderTerms(float("nan")), "stop_price must be a positive finite number"),
    ],
)
def test_what_every_venue_would_refuse_never_leaves(
    order_type: OrderType, tif: TimeInForce, price: float, terms: OrderTerms | None, reason: str
) -> None:
    rig = Rig(limits=LAX)
    assert rig.want(SELL, 1.0, price, order_type=order_type, tif=tif, terms=terms) == []
    assert rig.heard(OrderChanged)[-1].reason.startswith(reason)
