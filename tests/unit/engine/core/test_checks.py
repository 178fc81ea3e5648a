"""Every check: what passes, what just passes, what is refused, and the words of the refusal. And the gate that runs them all."""

from typing import Any

import pytest

from seawall.api.instruments import Symbol
from seawall.api.market_data import QuoteChanged
from seawall.api.message import Address
from seawall.api.orders import OrderStatus, OrderType, Side
from seawall.api.projections import IntentRefused
from seawall.api.risk import HaltTrading, Limits, SymbolLimits
from seawall.api.signals import (
    BreachReported,
    BreachType,
    CancelRequested,
    OrderChanged,
    OrderRequested,
    OrderTerms,
    StrategyStarted,
    StrategyStopped,
)
from seawall.api.units import SECOND, Money, Nanos, Price, Quantity
from seawall.api.venue_operations import TradingStatus, TradingStatusChanged
from seawall.engine.core.checks import CHECKS
from seawall.engine.core.gate import ApprovedOrder
from tests.unit.engine.rig import (
    ALPHA_BTC,
    COIN,
    STRATEGY,
    USDC,
    Rig,
    define_spot,
    only,
)

MARKET = OrderType.MARKET
SYMBOL = Symbol("BTC-USDT")


def lax(**limits: Any) -> Limits:
    return Limits(**{"price_collar_bps": None, "max_price_age": None, "max_signal_age": None, "max_concentration_bps": None, **limits})


def refusals(rig: Rig) -> dict[str, tuple[float, float, str]]:
    """Check -> limit, value, unit, of the latest wish. Strategy and projections are told the same."""
    entries = [message for message in rig.latest if isinstance(message, IntentRefused)]
    breaches = [message for message in rig.latest if isinstance(message, BreachReported)]
    assert [(e.check, e.limit, e.value, e.unit) for e in entries] == [(b.check, b.limit, b.value, b.unit) for b in breaches]
    if entries:
        changed = only(rig.latest, OrderChanged)
        assert changed.status is OrderStatus.REJECTED
        assert all(f"{e.check}: {e.value:g} against a limit of {e.limit:g} ({e.unit})" in changed.reason for e in entries)
    return {e.check: (e.limit, e.value, e.unit) for e in entries}


def breach(rig: Rig) -> BreachType:
    return BreachType(only(rig.latest, BreachReported).breach_type)


# One by one


def test_halted() -> None:
    """While trading is halted, nothing leaves."""
    rig = Rig()
    assert rig.want()
    rig.hands_off()
    rig.tell(HaltTrading("ann", "lunch"))
    rig.hands_off()
    assert rig.want() == []
    assert refusals(rig) == {"halted": (0, 1, "halts")}
    assert breach(rig) is BreachType.CIRCUIT_BREAKER


def test_strategy_running() -> None:
    """Only between start and stop."""
    rig = Rig()
    assert rig.want()
    rig.hands_off()
    rig.tell(StrategyStopped(STRATEGY))
    rig.hands_off()
    assert rig.want() == []
    assert refusals(rig) == {"strategy_running": (1, 0, "running strategies")}
    assert breach(rig) is BreachType.CIRCUIT_BREAKER


def test_unique_tag() -> None:
    """An open order's tag is taken until the order has ended, and only for its own strategy."""
    rig = Rig()
    rig.want(tag="mine")
    rig.hands_off()
    assert rig.want(tag="mine") == []
    assert refusals(rig) == {"unique_tag": (1, 2, "open orders tagged mine")}
    assert breach(rig) is BreachType.MALFORMED_SIGNAL
    assert rig.want(tag="other")
    rig.hands_off()
    rig.tell(CancelRequested(STRATEGY, "mine"))
    rig.hands_off()
    assert rig.want(tag="mine")


def test_venue_live() -> None:
    """A session that synchronises is not live yet."""
    rig = Rig()
    rig.cut()
    for expected in ("down", "connecting", "synchronising"):
        assert rig.status() == expected
        assert rig.want() == []
        assert refusals(rig) == {"venue_live": (1, 0, "live sessions")}
        assert breach(rig) is BreachType.STALE_DATA
        if expected == "down":
            rig.seconds(0.1, hands_off=False)
        else:
            rig.deliver_out()
            rig.deliver_back()
            rig.out["alpha"] = rig.out["alpha"][:1]  # type: ignore[index]
    rig.cut()
    rig.seconds(10)
    assert rig.want()


@pytest.mark.parametrize(("age", "passes"), [(0, True), (2 * SECOND, True), (2 * SECOND + 1, False), (-SECOND, True)])
def test_signal_age(age: int, passes: bool) -> None:
    """A signal that waited too long is refused."""
    rig = Rig(lax(max_signal_age=Nanos(2 * SECOND)))
    made = rig.now
    rig.now = Nanos(rig.now + age)
    sent = rig.tell(_request(rig, signal_time=made))
    assert bool(sent) is passes
    if not passes:
        assert refusals(rig) == {"signal_age": (2.0, pytest.approx(age / SECOND), "seconds")}
        assert breach(rig) is BreachType.STALE_DATA


def _request(rig: Rig, **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "strategy": STRATEGY, "symbol": SYMBOL, "side": Side.BUY, "quantity": 1.0, "tag": "t", "signal_time": rig.now, "venue": "alpha",
        "order_type": OrderType.LIMIT, "limit_price": 100.0,
    }  # fmt: skip
    return OrderRequested(**{**fields, **changes})


@pytest.mark.parametrize(("age", "passes"), [(0, True), (60 * SECOND, True), (60 * SECOND + 1, False)])
def test_stale_data(age: int, passes: bool) -> None:
    """A price older than the limit is no price."""
    rig = Rig(lax(max_price_age=Nanos(60 * SECOND)))
    rig.now = Nanos(rig.now + age)
    assert bool(rig.want()) is passes
    if not passes:
        assert refusals(rig) == {"stale_data": (60.0, pytest.approx(age / SECOND), "seconds since the last price")}
        assert breach(rig) is BreachType.STALE_DATA


@pytest.mark.parametrize("limit", [None, Nanos(SECOND)])
def test_without_any_price_nothing_leaves(limit: Nanos | None) -> None:
    """However old a price may be, there must be one."""
    rig = Rig(lax(max_price_age=limit), quoted=False)
    assert rig.want() == []
    assert list(refusals(rig)) == ["stale_data"]
    rig.tell(QuoteChanged(ALPHA_BTC.id, 1, Price(0), Quantity(0), Price(10_100), Quantity(1), rig.now))
    assert rig.want(Side.SELL) == [], "nobody bids, and nothing was traded yet"
    assert rig.want(Side.BUY)


FILTERED = define_spot(
    "alpha", "BTC-USDT", tick="0.01", lot="0.001", min_price="1", max_price="1000", min_quantity="0.01", max_quantity="2", min_notional="20"
)


@pytest.mark.parametrize(
    ("quantity", "price", "refusal"),
    [
        (0.2, 100.0, None), (2.0, 100.0, None), (0.02, 1_000.0, None), (0.01, 999.0, (20.0, 9.99, "least notional in USDT")),
        (0.009, 1_000.0, (0.01, 0.009, "least quantity")), (2.001, 100.0, (2.0, 2.001, "largest quantity")),
        (2.0, 0.99, (1.0, 0.99, "lowest price")), (2.0, 1000.01, (1000.0, 1000.01, "highest price")),
        (0.2, 99.99, (20.0, 19.998, "least notional in USDT")), (2.0, 10.0, None), (0.2, 0.0, None),
        (0.19, 0.0, (20.0, 19.19, "least notional in USDT")),
    ],
)  # fmt: skip
def test_venue_filters(quantity: float, price: float, refusal: tuple[float, float, str] | None) -> None:
    """Nothing leaves that the venue's own filters reject: bounds themselves pass; a market order counts at what it would meet."""
    rig = Rig(instruments=(FILTERED,))
    assert bool(rig.want(quantity=quantity, price=price)) is (refusal is None)
    assert refusals(rig) == ({} if refusal is None else {"venue_filters": refusal})
    if refusal is None and price:
        rig.hands_off()
        assert rig.only().order_id, "the venue agrees"


@pytest.mark.parametrize(
    ("side", "price", "beyond"),
    [
        (Side.BUY, 102.01, None), (Side.BUY, 102.02, 100.99), (Side.BUY, 50.0, None), (Side.SELL, 99.0, None), (Side.SELL, 98.99, 101.0),
        (Side.SELL, 500.0, None), (Side.BUY, 0.0, None), (Side.SELL, 0.0, None),
    ],
)  # fmt: skip
def test_price_collar(side: Side, price: float, beyond: float | None) -> None:
    """100 basis points beyond what it would meet (101 for a buy, 100 for a sale) pass; on the right side any price does."""
    rig = Rig(lax(price_collar_bps=100))
    assert bool(rig.want(side, price=price)) is (beyond is None)
    if beyond is not None:
        assert refusals(rig) == {"price_collar": (100, pytest.approx(beyond, abs=0.01), "basis points from the market")}


@pytest.mark.parametrize(("quantity", "passes"), [(0.5, True), (0.999, True), (1.0, True), (1.001, False)])
def test_order_quantity(quantity: float, passes: bool) -> None:
    """The largest single order, in base currency."""
    rig = Rig(lax(max_order_quantity={SYMBOL: COIN}))
    assert bool(rig.want(quantity=quantity)) is passes
    if not passes:
        assert refusals(rig) == {"order_quantity": (1.0, quantity, "BTC")}
        assert breach(rig) is BreachType.POSITION_LIMIT
    assert rig.want(quantity=100.0, symbol="ETH-USDT"), "no limit for this one"


@pytest.mark.parametrize(
    ("side", "quantity", "price", "value"),
    [(Side.BUY, 10.0, 100.0, None), (Side.BUY, 10.001, 100.0, 1000.1), (Side.BUY, 9.9, 0.0, None), (Side.BUY, 9.901, 0.0, 1000.001),
     (Side.SELL, 10.0, 0.0, None), (Side.SELL, 10.001, 0.0, 1000.1)],
)  # fmt: skip
def test_order_value(side: Side, quantity: float, price: float, value: float | None) -> None:
    """At the limit price, or at what a market order would meet."""
    rig = Rig(lax(max_order_value=Money(1_000 * COIN)))
    assert bool(rig.want(side, quantity, price)) is (value is None)
    if value is not None:
        assert refusals(rig) == {"order_value": (1000.0, pytest.approx(value), "USDT")}
        assert breach(rig) is BreachType.NOTIONAL_LIMIT


IN_USDC = define_spot("alpha", "BTC-USDC", tick="0.01", lot="0.001")
RATE = define_spot("alpha", "USDC-USDT", tick="0.01", lot="0.01")


def test_an_order_without_a_rate_has_no_value() -> None:
    """Unknown is not small: it is refused, until a market gives a rate, or parity was agreed."""
    limits = lax(max_order_value=Money(1_000 * COIN), max_total_notional=Money(1_000 * COIN))
    rig = Rig(limits, instruments=(IN_USDC, RATE), quoted=False)
    rig.quote(99, 101, IN_USDC)
    assert rig.want(symbol="BTC-USDC") == []
    inf = float("inf")
    assert refusals(rig) == {"order_value": (1000.0, inf, "USDT"), "total_notional": (1000.0, inf, "USDT")}
    rig.quote(1, 3, RATE)
    assert rig.want(symbol="BTC-USDC", quantity=5.0)
    assert rig.want(symbol="BTC-USDC", quantity=5.001, tag="more") == []
    assert refusals(rig)["order_value"] == (1000.0, pytest.approx(1000.2), "USDT")
    agreed = Rig(limits, instruments=(IN_USDC, RATE), quoted=False, parity=(USDC,))
    agreed.quote(100, 101, IN_USDC)
    assert agreed.want(symbol="BTC-USDC", quantity=9.0)


def fill(rig: Rig, side: Side, quantity: int, price: int = 100) -> None:
    """Lets the engine's orders trade at once."""
    rig.hands_off()
    rig.other(Side.SELL if side is Side.BUY else Side.BUY, quantity, price)
    rig.hands_off()


def test_position_counts_what_is_held_and_what_works() -> None:
    """Over all strategies and venues of the symbol, working and unknown orders at full size."""
    rig = Rig(lax(position={SYMBOL: SymbolLimits(max_long=3 * COIN, max_short=COIN)}))
    rig.want(quantity=1.0)
    fill(rig, Side.BUY, 1_000)
    rig.want(quantity=1.0, venue="beta", price=90)
    rig.hands_off()
    held = 1 - 0.001
    assert rig.want(quantity=1.002) == []
    assert refusals(rig) == {"position": (3.0, pytest.approx(held + 1 + 1.002), "BTC")}
    assert breach(rig) is BreachType.POSITION_LIMIT
    assert rig.want(quantity=1.001), "exactly the limit"
    assert rig.want(quantity=0.001, venue="beta") == []
    assert rig.want(Side.SELL, quantity=2.0, price=150) == []
    assert refusals(rig) == {"position": (1.0, pytest.approx(2.0 - held), "BTC")}
    assert rig.want(Side.SELL, quantity=1.999, price=150), "from what is held to one short"


@pytest.mark.parametrize("side", Side)
def test_what_reduces_passes_while_the_limit_is_broken(side: Side) -> None:
    """A trade by hand has broken two limits: back towards zero is free, further away is not, nor through zero and beyond."""
    away, back = side, Side.SELL if side is Side.BUY else Side.BUY
    rig = Rig(lax(position={SYMBOL: SymbolLimits(COIN, COIN)}, max_total_notional=Money(200 * COIN)))
    rig.other(back, 5_000, 100)
    rig.by_hand(away, 5_000, 100)
    rig.hands_off()
    assert rig.want(away, 0.1, 100) == []
    assert list(refusals(rig)) == ["position", "total_notional"]
    assert rig.want(back, 4.0, 100)
    rig.hands_off()
    assert rig.want(back, 3.0, 100) == []
    assert list(refusals(rig)) == ["position"], "five back to zero, and two beyond"
    rig.tell(CancelRequested(STRATEGY, rig.only().tag))
    rig.hands_off()
    assert rig.want(back, 20.0, 100) == []
    assert list(refusals(rig)) == ["position", "total_notional"]


def test_a_limit_on_one_side_only() -> None:
    """None: not limited. 0: no position at all."""
    rig = Rig(lax(position={SYMBOL: SymbolLimits(max_short=0)}))
    assert rig.want(quantity=400.0)
    assert rig.want(Side.SELL, 0.1, 150) == []
    assert refusals(rig) == {"position": (0.0, 0.1, "BTC")}


def test_total_notional_is_gross() -> None:
    """Every instrument at the largest position its working orders could lead to, both directions added up."""
    rig = Rig(lax(max_total_notional=Money(1_000 * COIN)))
    mark = 100
    rig.want(quantity=4.0)
    rig.hands_off()
    rig.want(Side.SELL, 4.0, 150, venue="beta")
    rig.hands_off()
    assert rig.want(quantity=2.001, symbol="ETH-USDT") == []
    value = refusals(rig)["total_notional"]
    assert value == (1000.0, pytest.approx(10.001 * mark, rel=0.01), "USDT")
    assert rig.want(quantity=1.9, symbol="ETH-USDT")
    assert rig.want(Side.SELL, 4.0, 150), "alpha's four could become -4, which is no more than +4"
    assert rig.want(Side.SELL, 0.5, 150) == []


def test_dust_stops_nobody() -> None:
    """A holding worth less than the smallest unit of money counts nothing; only one without any price cannot be valued."""
    cheap = define_spot("alpha", "DOGE-USDT", tick="0.00001", lot="1", base_decimals=8, quote_decimals=5, taker_fee="0.00000033")
    rig = Rig(lax(max_total_notional=Money(1_000 * COIN)), instruments=(cheap,), quoted=False)
    assert cheap.tick_value * 10**8 == cheap.lot_value
    rig.tell(QuoteChanged(cheap.id, 1, Price(1), Quantity(1), Price(2), Quantity(1), rig.now))
    rig.engine.booking.position_of(STRATEGY, cheap.id).quantity = 3
    rig.engine.restore(rig.engine.state)
    assert rig.want(symbol="DOGE-USDT", quantity=5.0, price=0.00002)


def test_order_rate_is_a_sliding_window() -> None:
    """Three orders in any ten seconds; refused ones do not count."""
    rig = Rig(lax(max_orders=3, order_window=Nanos(10 * SECOND)))
    passed = []
    for second in range(25):
        passed += [second] if rig.want(quantity=0.1) else []
        assert list(refusals(rig)) in ([], ["order_rate"])
        rig.seconds(1)
    assert passed == [0, 1, 2, 10, 11, 12, 20, 21, 22]
    rig.want(quantity=0.1)
    rig.want(quantity=0.1)
    assert refusals(rig) == {"order_rate": (3, 4, "orders in 10 s")}
    assert breach(rig) is BreachType.ORDER_RATE


@pytest.mark.parametrize(
    ("limit", "passed"), [(0, []), (1, [0, 2, 4]), (2, [0, 0, 2, 2, 4, 4]), (None, [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4])]
)
def test_order_rates_at_the_edge(limit: int | None, passed: list[int]) -> None:
    """0: never. 1: one in each window. None: any number. A window ends after its length, not at it."""
    rig = Rig(lax(max_orders=limit, order_window=Nanos(2 * SECOND)))
    found = []
    for second in range(5):
        found += [second for _ in range(3) if rig.want(quantity=0.1)]
        rig.seconds(1)
    assert found == passed


def test_each_strategy_has_its_own_rate() -> None:
    """One storm does not silence the others."""
    rig = Rig(lax(max_orders=1))
    other = Address("strategy:other")
    rig.tell(StrategyStarted(other, "O", "1", 1.0, 0.1))
    assert rig.want()
    assert rig.want() == []
    assert rig.want(strategy=other)


# Together


def test_all_checks_look_at_every_order() -> None:
    """A refusal names every limit that was broken, in the order of the checks, and each is counted."""
    limits = Limits(
        max_order_value=Money(1), max_order_quantity={SYMBOL: 1}, position={SYMBOL: SymbolLimits(max_long=1)}, max_total_notional=Money(1),
        price_collar_bps=1, max_price_age=Nanos(1), max_orders=0, max_signal_age=Nanos(1), max_strategy_notional=Money(1),
        max_position_notional=Money(1), max_leverage_bps=1, max_messages=0, max_daily_trades=0, max_repeats=0,
    )  # fmt: skip
    rig = Rig(limits)
    rig.tell(HaltTrading("ann", "test"))
    rig.tell(TradingStatusChanged(ALPHA_BTC.id, TradingStatus.HALTED, "a rumour", rig.now))
    rig.tell(StrategyStopped(STRATEGY))
    rig.cut()
    made = rig.now
    rig.now = Nanos(rig.now + SECOND)
    assert rig.tell(_request(rig, signal_time=made, quantity=600.0, limit_price=200.0, terms=OrderTerms(reduce_only=True))) == []
    alone = (
        "observe_only", "suspended", "tier", "intent_against_sent", "unique_tag", "venue_breaker", "venue_budget", "self_match",
        "concentration", "duplicate_order", "margin",
    )  # fmt: skip
    expected = [check.__name__ for check in CHECKS if check.__name__ not in alone]
    assert list(refusals(rig)) == expected
    assert rig.engine.state.strategies[STRATEGY].refused == dict.fromkeys(expected, 1)
    assert rig.engine.state.orders == {}


def test_signals_and_explicit_orders_pass_the_same_gate() -> None:
    """There is one path."""
    rig = Rig(lax(max_order_quantity={SYMBOL: 1}))
    assert rig.signal(venue="alpha") == []
    assert list(refusals(rig)) == ["order_quantity"]
    assert rig.want() == []
    assert list(refusals(rig)) == ["order_quantity"]


def test_a_refused_order_leaves_no_trace_in_exposure_or_ids() -> None:
    """Only counts."""
    rig = Rig(lax(max_order_quantity={SYMBOL: 1}))
    rig.want()
    assert rig.engine.exposures.by_symbol[SYMBOL].buying == 0
    assert rig.engine.state.next_order == 1


def test_no_approval_but_by_the_gate() -> None:
    """What was not sealed by it does not leave."""
    rig = Rig()
    intent = rig.engine.sizing.of_request(_request(rig), rig.engine.state.strategies[STRATEGY])
    forged = ApprovedOrder(intent, rig.now, object())  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="gate"):
        rig.engine.entry.enter(forged)
    assert rig.open == {}


def test_every_check_has_a_file_and_a_name_of_its_own() -> None:
    """A refusal's `check` leads a reader to the file."""
    assert [check.__module__.rpartition(".")[2] for check in CHECKS] == [check.__name__ for check in CHECKS]
