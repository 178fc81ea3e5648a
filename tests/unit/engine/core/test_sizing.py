"""One signal is one order: |strength| x confidence x max_position_size, rounded down to the lot, on the best live venue."""

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.message import Address
from seawall.api.orders import OrderStatus, OrderType, PlaceOrder, Side, TimeInForce
from seawall.api.projections import IntentRefused
from seawall.api.signals import BreachReported, BreachType, OrderChanged, StrategyStarted
from tests.unit.engine.rig import ALPHA_BTC, BETA_BTC, STRATEGY, Rig, kinds, only


def start(rig: Rig, size: float = 1.0, min_confidence: float = 0.1, **sizes: float) -> None:
    by_symbol: Any = {key.replace("_", "-"): value for key, value in sizes.items()}
    rig.tell(StrategyStarted(STRATEGY, "S", "1", size, min_confidence, by_symbol))


def sized(rig: Rig, **signal: Any) -> PlaceOrder:
    (order,) = rig.signal(**{"venue": "alpha", **signal})
    assert isinstance(order, PlaceOrder)
    return order


def dropped(rig: Rig, malformed: bool, **signal: Any) -> str:
    """The reason of a signal that led to no order; a malformed one is reported as a breach too."""
    before = dict(rig.engine.state.strategies[STRATEGY].dropped)
    assert rig.signal(**{"venue": "alpha", **signal}) == []
    changed = only(rig.latest, OrderChanged)
    assert changed.status is OrderStatus.REJECTED
    breaches = [message for message in rig.latest if isinstance(message, BreachReported)]
    assert [breach.breach_type for breach in breaches] == [BreachType.MALFORMED_SIGNAL] * malformed
    counts = rig.engine.state.strategies[STRATEGY].dropped
    (counted,) = [reason for reason, count in counts.items() if count > before.get(reason, 0)]
    assert changed.reason.startswith(counted)
    return str(changed.reason)


@pytest.mark.parametrize(
    ("strength", "confidence", "size", "side", "lots"),
    [
        (1.0, 1.0, 1.0, Side.BUY, 1_000), (-1.0, 1.0, 1.0, Side.SELL, 1_000), (0.5, 0.5, 2.0, Side.BUY, 500),
        (-0.25, 0.8, 3.0, Side.SELL, 600),
        (1.0, 1.0, 0.0019, Side.BUY, 1), (0.3, 1.0, 0.01, Side.BUY, 3), (0.1, 0.1, 0.3, Side.BUY, 3),
    ],
)  # fmt: skip
def test_quantity_and_side(strength: float, confidence: float, size: float, side: Side, lots: int) -> None:
    """Rounded down to the lot, but for what binary fractions cannot say: 0.3 x 0.01 is three lots of 0.001."""
    rig = Rig()
    start(rig, size)
    order = sized(rig, strength=strength, confidence=confidence, symbol="ETH-USDT")
    assert (order.side, order.quantity, order.order_type, order.price) == (side, lots, OrderType.MARKET, 0)


@given(st.floats(-3, 3, allow_nan=False), st.floats(0.1, 1), st.floats(0, 50))
def test_never_more_than_the_size(strength: float, confidence: float, size: float) -> None:
    """Nor a whole lot less than asked for."""
    rig = Rig(quoted=False)
    rig.quote(100, 101)
    start(rig, size)
    sent = rig.signal(strength=strength, confidence=confidence, venue="alpha")
    exact = min(abs(strength), 1.0) * confidence * size * 1_000
    lots = only(sent, PlaceOrder).quantity if sent else 0
    if not rig.heard(IntentRefused):  # Under the least notional.
        assert exact - 1 < lots <= exact + 1e-6


@pytest.mark.parametrize("strength", [1.0000001, -2.0, 1e300])
def test_strength_beyond_one_trades_at_one_and_is_reported(strength: float) -> None:
    """Counted, and the order leaves all the same."""
    rig = Rig()
    order = sized(rig, strength=strength)
    assert order.quantity == 1_000
    assert order.side is (Side.BUY if strength > 0 else Side.SELL)
    breach = only(rig.latest, BreachReported)
    assert (breach.breach_type, breach.limit, breach.value) == (BreachType.MALFORMED_SIGNAL, 1.0, abs(strength))
    assert rig.engine.state.strategies[STRATEGY].clamped == 1
    assert rig.engine.state.strategies[STRATEGY].dropped == {}


@pytest.mark.parametrize("figures", [{"strength": nan}, {"strength": inf}, {"strength": -inf}, {"confidence": nan}, {"confidence": inf}])
def test_what_is_not_finite_is_refused(figures: dict[str, float]) -> None:
    """As malformed."""
    assert "finite" in dropped(Rig(), True, **figures)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, 5.0])
def test_confidence_lies_between_0_and_1(confidence: float) -> None:
    """Unlike strength it is not clamped: nobody knows what 5 would mean."""
    assert "confidence must lie between 0 and 1" in dropped(Rig(), True, confidence=confidence)


def test_low_confidence_is_dropped_and_counted() -> None:
    """Without a breach: it is the author's way to say nothing. The limit itself passes."""
    rig = Rig()
    start(rig, min_confidence=0.4)
    assert "min_confidence" in dropped(rig, False, confidence=0.39)
    assert sized(rig, confidence=0.4).quantity == 400
    assert list(rig.engine.state.strategies[STRATEGY].dropped.values()) == [1]


@pytest.mark.parametrize("strength", [0.0, -0.0, 0.0004, 1e-300])
def test_nothing_is_no_order(strength: float) -> None:
    """Strength 0, or less than a lot."""
    assert dropped(Rig(), False, strength=strength) == "quantity rounds down to nothing"


def test_a_size_for_each_symbol() -> None:
    """It goes before the common one."""
    rig = Rig()
    start(rig, 1.0, BTC_USDT=0.5)
    assert sized(rig).quantity == 500
    start(rig, 0.0, ETH_USDT=0.5)
    assert "nothing" in dropped(rig, False)


@pytest.mark.parametrize("size", [nan, inf, -1.0, 1e300])
def test_an_absurd_size_is_refused(size: float) -> None:
    """Whatever a strategy's host lets through."""
    rig = Rig()
    start(rig, size)
    assert dropped(rig, True)


def test_an_absurd_confidence_limit_lets_nothing_extra_through() -> None:
    """A NaN from a broken host does not turn half strength into full."""
    rig = Rig()
    start(rig, min_confidence=nan)
    assert sized(rig, strength=0.5).quantity == 500


# Venues


def test_the_best_live_venue() -> None:
    """A buy goes where the offer is lowest, a sale where the bid is highest; ticks and lots differ between venues."""
    rig = Rig()
    rig.quote(99, 101, ALPHA_BTC)
    rig.quote(98, 100, BETA_BTC)
    buy, sell = only(rig.signal(1.0)), only(rig.signal(-1.0))
    assert (buy.instrument, buy.quantity) == (BETA_BTC.id, 10_000)
    assert (sell.instrument, sell.quantity) == (ALPHA_BTC.id, 1_000)


def test_of_equals_the_first() -> None:
    """In the order the venues were configured."""
    rig = Rig()
    assert only(rig.signal(1.0)).instrument == ALPHA_BTC.id
    assert only(rig.signal(-1.0)).instrument == ALPHA_BTC.id


def test_a_venue_that_is_down_or_has_no_price_is_passed_over() -> None:
    """With none left the signal is dropped, and says so."""
    rig = Rig(quoted=False)
    rig.quote(100, 200, BETA_BTC)
    assert only(rig.signal(1.0)).instrument == BETA_BTC.id
    rig.quote(99, 100, ALPHA_BTC)
    rig.cut("alpha")
    assert only(rig.signal(1.0)).instrument == BETA_BTC.id
    rig.cut("beta")
    assert dropped(rig, False, venue="") == "no live venue has a price: BTC-USDT"


def test_a_named_venue_is_taken_at_its_word() -> None:
    """Even if another is better, or it is down: then the gate refuses."""
    rig = Rig()
    rig.quote(98, 100, BETA_BTC)
    assert sized(rig).instrument == ALPHA_BTC.id
    rig.cut("alpha")
    assert rig.signal(venue="alpha") == []
    assert only(rig.latest, IntentRefused).check == "venue_live"


@pytest.mark.parametrize(
    ("where", "reason"),
    [({"venue": "gamma"}, "not traded on that venue: BTC-USDT on gamma"), ({"venue": "", "symbol": "XRP-USDT"}, "unknown symbol: XRP-USDT"),
     ({"venue": "beta", "symbol": "ETH-USDT"}, "not traded on that venue: ETH-USDT on beta")],
)  # fmt: skip
def test_what_is_not_traded_is_malformed(where: dict[str, str], reason: str) -> None:
    """Named in the answer, but counted under few names: state does not grow with what strategies make up."""
    rig = Rig()
    assert rig.want(**where) == []  # type: ignore[arg-type]
    assert only(rig.latest, OrderChanged).reason == reason
    assert only(rig.latest, BreachReported).breach_type is BreachType.MALFORMED_SIGNAL
    for number in range(50):
        rig.want(symbol=f"MADE-UP{number}", venue="")
        rig.want(venue=f"made-up{number}")
    assert len(rig.engine.state.strategies[STRATEGY].dropped) <= 2


# Explicit orders


@pytest.mark.parametrize(("quantity", "lots"), [(1.0, 1_000), (0.0019999, 1), (0.3, 300), (12.3456, 12_345)])
def test_an_explicit_quantity_is_rounded_down(quantity: float, lots: int) -> None:
    """The strategy named it itself; confidence and size play no part."""
    assert only(Rig().want(quantity=quantity, symbol="ETH-USDT")).quantity == lots


@pytest.mark.parametrize("quantity", [0.0, -1.0, nan, inf, -inf, 1e308, 4e18])
def test_an_absurd_quantity_is_malformed(quantity: float) -> None:
    """Nothing of it breaks the machine, or could not be encoded."""
    rig = Rig()
    assert rig.want(quantity=quantity) == []
    assert only(rig.latest, BreachReported).breach_type is BreachType.MALFORMED_SIGNAL


@pytest.mark.parametrize("price", [nan, inf, -1.0, 1e308, 1e18, 0.0049])
def test_an_absurd_limit_price_is_malformed(price: float) -> None:
    """A price that rounds to nothing would make it a market order."""
    rig = Rig()
    assert rig.want(price=price, order_type=OrderType.LIMIT) == []
    assert only(rig.latest, BreachReported).breach_type is BreachType.MALFORMED_SIGNAL
    assert rig.want(price=0.0, order_type=OrderType.LIMIT) == []
    assert "needs a positive limit_price" in only(rig.latest, OrderChanged).reason


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True, allow_infinity=True), st.booleans(), st.booleans())
def test_no_figure_breaks_the_machine(one: float, other: float, signal: bool, quoted: bool) -> None:
    """Whatever two floats a strategy comes up with: an order or a refusal, and everything said can be encoded."""
    rig = Rig(quoted=quoted)
    start(rig, 1e12)
    if signal:
        rig.signal(one, other, venue="alpha", order_type=OrderType.LIMIT, limit_price=other)
    else:
        rig.want(quantity=one, price=other, order_type=OrderType.LIMIT)
    for order in rig.open.values():
        assert 0 < order.quantity < 2**62
        assert order.price > 0


def test_limit_orders_round_to_the_tick() -> None:
    """To the nearest."""
    assert only(Rig().want(price=99.996)).price == 10_000
    assert only(Rig().want(price=99.994)).price == 9_999
    assert only(Rig().want(price=99.99, venue="beta")).price == 2_000


@pytest.mark.parametrize(
    ("order_type", "time_in_force"),
    [(OrderType.MARKET, TimeInForce.FOK), (OrderType.LIMIT_MAKER, TimeInForce.IOC), (OrderType.LIMIT_MAKER, TimeInForce.FOK)],
)
def test_what_every_venue_rejects_does_not_leave(order_type: OrderType, time_in_force: TimeInForce) -> None:
    """Contradictions between type and time in force."""
    rig = Rig()
    assert rig.want(order_type=order_type, tif=time_in_force) == []
    assert only(rig.latest, BreachReported).breach_type is BreachType.MALFORMED_SIGNAL


def test_everything_the_strategy_chose_reaches_the_order() -> None:
    """Type, time in force, tag, and the price it decided on."""
    rig = Rig()
    rig.want(Side.SELL, 2.0, 150.0, tag="mine", order_type=OrderType.LIMIT, tif=TimeInForce.IOC)
    order = rig.only()
    assert (order.strategy, order.tag, order.side, order.time_in_force) == (STRATEGY, "mine", Side.SELL, TimeInForce.IOC)
    assert (order.price, order.decision_price, order.created) == (15_000, 10_000, rig.now)


def test_a_strategy_nobody_introduced_gets_nothing() -> None:
    """It has no size; its explicit orders are refused by the gate."""
    rig = Rig()
    assert rig.want(strategy=Address("strategy:stranger")) == []
    assert kinds(rig.latest) == ["IntentRefused", "BreachReported", "RiskCheckResult", "OrderChanged"]
    assert only(rig.latest, IntentRefused).check == "strategy_running"
