"""The controls on size, conduct and repetition, beside the checks of `test_checks`: what passes, what just passes, what is refused."""

from typing import Any

import pytest

from seawall.api.market_data import Traded
from seawall.api.message import Address
from seawall.api.orders import OrderType, Side, TradeId
from seawall.api.projections import IntentRefused, RiskCheckResult
from seawall.api.risk import HaltTrading, Limits, SymbolLimits
from seawall.api.signals import BreachReported, BreachType, CancelRequested, OrderRequested, OrderTerms, StrategyStarted
from seawall.api.supervision import (
    BreakerRearmed,
    BreakerTripped,
    CommandRefused,
    LimitsChanged,
    Rearm,
    RestrictTrading,
    SetLimits,
    TradingModeChanged,
)
from seawall.api.units import DAY, SECOND, Money, Nanos, Price, Quantity
from seawall.engine.core.settings import Switches
from tests.unit.engine.core.test_checks import lax, refusals
from tests.unit.engine.rig import ALPHA_BTC, COIN, STRATEGY, Rig, kinds, only

OTHER = Address("strategy:other")


def filled(rig: Rig, side: Side, quantity: float, symbol: str = "BTC-USDT") -> None:
    """The strategy holds so much more, at 100."""
    instrument = next(i for i in rig.settings.instruments if i.symbol == symbol)
    rig.other(Side.SELL if side is Side.BUY else Side.BUY, round(quantity * 1_000), 100, instrument)
    assert rig.want(side, quantity, 100.0, symbol=symbol, order_type=OrderType.LIMIT)
    rig.hands_off()


def reduce(rig: Rig, side: Side, quantity: float, price: float = 0.0) -> list[Any]:
    kind = OrderType.LIMIT if price else OrderType.MARKET
    tag = f"r{len(rig.journal)}"
    return rig.tell(
        OrderRequested(
            STRATEGY,
            ALPHA_BTC.symbol,
            side,
            quantity,
            tag,
            rig.now,
            ALPHA_BTC.venue,
            kind,
            limit_price=price,
            terms=OrderTerms(reduce_only=True),
        )
    )


def test_concentration() -> None:
    """Nothing while one symbol is held alone; then the order's symbol may be at most so much of all, working orders counted."""
    rig = Rig(lax(max_concentration_bps=4_000))
    assert rig.want(quantity=60.0, price=100.0), "alone"
    assert rig.want(quantity=39.0, price=90.0, symbol="ETH-USDT")
    assert rig.want(quantity=2.0, price=90.0, symbol="ETH-USDT") == []
    assert refusals(rig) == {"concentration": (4_000, 4_059, "basis points in ETH-USDT")}
    assert only(rig.latest, BreachReported).breach_type is BreachType.CONCENTRATION_LIMIT
    assert rig.want(quantity=1.0) == [], "the larger one makes it worse"
    assert rig.want(Side.SELL, 30.0, price=110.0), "what does not reach further passes"


def test_a_symbol_has_a_concentration_of_its_own() -> None:
    """Larger or smaller than the others'."""
    rig = Rig(lax(max_concentration_bps=1_000, concentration_bps={"BTC-USDT": 7_000}))
    assert rig.want(quantity=10.0)
    assert rig.want(quantity=1.0, price=90.0, symbol="ETH-USDT")
    assert rig.want(quantity=1.0) == []
    assert rig.want(quantity=1.0, price=90.0, symbol="ETH-USDT") == []
    assert refusals(rig)["concentration"][0] == 1_000


def test_the_notional_of_a_strategy_and_of_a_position() -> None:
    """Each strategy has its own; what it reduces passes."""
    rig = Rig(lax(max_strategy_notional=Money(1_000 * COIN), max_position_notional=Money(700 * COIN)))
    rig.tell(StrategyStarted(OTHER, "O", "1", 1.0, 0.1))
    assert rig.want(quantity=8.0, price=90.0) == []
    assert refusals(rig) == {"position_notional": (700, 804, "USDT")}
    assert rig.want(quantity=6.0, price=90.0)
    assert rig.want(quantity=4.0, price=90.0, symbol="ETH-USDT") == []
    assert refusals(rig) == {"strategy_notional": (1_000, 1_005, "USDT")}
    assert rig.want(quantity=3.0, price=90.0, symbol="ETH-USDT")
    assert rig.want(quantity=6.0, price=90.0, strategy=OTHER)
    assert rig.want(Side.SELL, 3.0, price=110.0)


def test_capital_shrinks_with_losses() -> None:
    """What is left of it carries what is at stake."""
    rig = Rig(lax(max_leverage_bps=10_000), capital=Money(1_000 * COIN))
    assert rig.want(quantity=1.0) and rig.seconds(1) is None
    filled(rig, Side.BUY, 5.0)
    rig.quote(50, 51)
    rig.tell(Traded(ALPHA_BTC.id, TradeId(99), Price(5_000), Quantity(1), Side.BUY, rig.now))
    rig.seconds(2)
    assert rig.want(quantity=20.0, price=50.0) == []
    limit, value, unit = refusals(rig)["capital"]
    assert 740 < limit < 760 and value > limit and unit == "USDT"
    assert rig.want(quantity=5.0, price=50.0)


def test_until_the_capital_is_known_nothing_is_committed_on_it() -> None:
    rig = Rig(lax(max_leverage_bps=10_000), capital=Money(1_000 * COIN), quoted=False)
    rig.quote(100, 101)
    rig.engine.state.risk.equity = None
    assert rig.want() == []
    assert list(refusals(rig)) == ["capital"]


def test_no_order_meets_our_own() -> None:
    """Neither a strategy's own nor another's; beside it, behind it and on the same side all is well."""
    rig = Rig(lax())
    rig.tell(StrategyStarted(OTHER, "O", "1", 1.0, 0.1))
    assert rig.want(Side.SELL, price=105.0, tag="ask")
    assert rig.want(price=105.0, strategy=OTHER) == []
    assert refusals(rig) == {"self_match": (105, 105, "USDT, where order ask rests")}
    assert rig.want(price=104.99, strategy=OTHER)
    assert rig.want(Side.SELL, price=104.99) == []
    assert rig.want(Side.SELL, price=105.0)
    assert rig.want(price=0.0), "the market's ask is 101: a market order meets that first"
    rig.quote(100, 105)
    assert rig.want(price=0.0) == []
    assert rig.want(price=106.0, venue="beta"), "another market"


def test_self_match_prevention_can_be_lifted() -> None:
    rig = Rig(lax(prevent_self_match=False))
    assert rig.want(Side.SELL, price=105.0) and rig.want(price=105.0)


def test_an_order_that_has_ended_meets_nobody() -> None:
    rig = Rig(lax())
    rig.want(Side.SELL, price=105.0, tag="ask")
    rig.hands_off()
    rig.tell(CancelRequested(STRATEGY, "ask"))
    assert rig.want(price=105.0) == [], "until the venue confirms, it may still trade"
    rig.hands_off()
    assert rig.want(price=105.0)


def test_a_reduce_only_order_reduces() -> None:
    """Never beyond nothing, with all that works on the same side counted."""
    rig = Rig(lax())
    assert reduce(rig, Side.SELL, 1.0) == []
    assert refusals(rig) == {"reduce_only": (0, 1, "BTC to be reduced")}
    filled(rig, Side.BUY, 2.0)
    assert reduce(rig, Side.BUY, 1.0) == []
    assert reduce(rig, Side.SELL, 2.001) == []
    assert reduce(rig, Side.SELL, 1.5, price=110.0)
    assert reduce(rig, Side.SELL, 0.6) == []
    assert refusals(rig) == {"reduce_only": (pytest.approx(0.498, abs=0.01), 0.6, "BTC to be reduced")}
    assert reduce(rig, Side.SELL, 0.4)


def test_in_reduce_only_mode_every_order_does() -> None:
    """Working orders are cancelled; only a name brings the mode to an end."""
    rig = Rig(lax())
    filled(rig, Side.BUY, 2.0)
    assert rig.want(price=90.0)
    rig.hands_off()
    rig.tell(RestrictTrading("ann", "thin markets"))
    assert only(rig.latest, TradingModeChanged) == TradingModeChanged("reduce_only", "ann", "thin markets")
    rig.hands_off()
    assert rig.open == {}
    assert rig.want() == []
    assert list(refusals(rig)) == ["reduce_only"]
    assert rig.want(Side.SELL, 1.0, price=0.0)
    rig.tell(Rearm(Address(""), "", "again"))
    assert only(rig.latest, CommandRefused).why == "it takes an operator's name"
    rig.tell(Rearm(Address(""), "ann", "again"))
    assert rig.want()


def test_cancels_count_as_messages_and_are_never_refused() -> None:
    rig = Rig(lax(max_messages=4, message_window=Nanos(10 * SECOND)))
    for tag in ("a", "b"):
        assert rig.want(price=90.0, tag=tag)
        rig.hands_off()
        assert rig.tell(CancelRequested(STRATEGY, tag))
        rig.hands_off()
    assert rig.want() == []
    assert refusals(rig) == {"message_rate": (4, 5, "orders and cancels in 10 s")}
    rig.seconds(10)
    assert rig.want(tag="c")
    for tag in ("d", "e", "f"):
        assert rig.want(tag=tag)
    assert rig.want() == []
    assert rig.tell(CancelRequested(STRATEGY, "c"))


def test_trades_a_day() -> None:
    """Fills, not orders; a new day is a new count."""
    rig = Rig(lax(max_daily_trades=2))
    for _ in range(2):
        filled(rig, Side.BUY, 1.0)
    assert rig.want() == []
    assert refusals(rig) == {"daily_trades": (2, 2, "trades today")}
    rig.wait(DAY - rig.now % DAY)
    assert rig.want()


def test_the_same_order_twice_within_a_moment() -> None:
    """Another price, side or size is another order; so is the same one later."""
    rig = Rig(lax(duplicate_window=Nanos(SECOND)))
    assert rig.want(price=90.0)
    assert rig.want(price=90.0) == []
    assert refusals(rig) == {"duplicate_order": (1, 0, "seconds since the same order")}
    assert rig.want(price=90.01) and rig.want(quantity=1.1, price=90.0) and rig.want(Side.SELL, price=110.0)
    rig.seconds(1)
    assert rig.want(price=90.0)


def test_what_repeats_itself_too_often_is_off_until_it_is_re_armed() -> None:
    """After so many in a row, whatever the price; another order between them starts the count again."""
    rig = Rig(lax(max_repeats=3))
    for price in (90.0, 91.0):
        assert rig.want(price=price)
    assert rig.want(quantity=2.0, price=90.0)
    for price in (90.0, 91.0, 92.0):
        assert rig.want(price=price)
    assert kinds(rig.want(price=93.0)) == ["CancelOrder"] * 6
    refusal = only(rig.latest, IntentRefused)
    assert (refusal.check, refusal.limit, refusal.value, refusal.unit) == ("execution_throttle", 3, 4, "times the same order")
    trip = only(rig.latest, BreakerTripped)
    assert (trip.breaker, trip.scope, trip.action) == ("execution_throttle", STRATEGY, "suspend")
    assert rig.want(quantity=5.0) == []
    assert "suspended" in refusals(rig)
    rig.tell(Rearm(STRATEGY, " ", "no name"))
    assert rig.want(quantity=5.0) == []
    rig.tell(Rearm(STRATEGY, "ann", "looked at it"))
    assert only(rig.latest, BreakerRearmed) == BreakerRearmed(STRATEGY, ("execution_throttle",), "ann", "looked at it")
    assert rig.want(price=93.0)


def test_with_breakers_switched_off_a_repeated_order_is_refused_and_its_strategy_goes_on() -> None:
    """A check refuses one order; that the strategy is off after it is a breaker's doing."""
    rig = Rig(lax(max_repeats=3), switches=Switches(circuit_breakers=False))
    for price in (90.0, 91.0, 92.0):
        assert rig.want(price=price)
    assert rig.want(price=93.0) == []
    assert rig.heard(BreakerTripped) == []
    assert rig.want(quantity=5.0)


def test_orders_never_outnumber_wishes() -> None:
    """If they did, it would be Knight's morning: nothing more leaves."""
    rig = Rig(lax())
    assert rig.want(price=90.0)
    rig.engine.state.strategies[STRATEGY].orders += 5
    assert rig.want(price=91.0) == []
    assert refusals(rig) == {"intent_against_sent": (2, 7, "orders against wishes")}


def test_without_checks_the_engine_only_observes() -> None:
    rig = Rig(lax(), switches=Switches(pre_trade_risk=False))
    assert rig.want() == []
    assert refusals(rig) == {"observe_only": (0, 1, "orders while only observing")}


def test_the_result_of_all_checks() -> None:
    """Which failed, and how much of a limit would be used."""
    rig = Rig(lax(max_order_value=Money(1_000 * COIN), max_daily_trades=0))
    rig.want(quantity=5.0)
    assert only(rig.latest, RiskCheckResult) == RiskCheckResult(
        STRATEGY, only(rig.latest, RiskCheckResult).tag, False, ("daily_trades",), 1_000
    )
    rig.tell(SetLimits(lax(max_order_value=Money(1_000 * COIN)), "ann", "calmer"))
    intent = rig.engine.sizing.of_request(
        OrderRequested(STRATEGY, ALPHA_BTC.symbol, Side.BUY, 5.0, "t", rig.now, ALPHA_BTC.venue, OrderType.LIMIT, limit_price=100.0),
        rig.engine.account(STRATEGY),
    )
    rig.engine.account(STRATEGY).signals += 1
    assert rig.engine.gate.assess(intent, rig.now) == RiskCheckResult(STRATEGY, "t", True, (), 50)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limits", "quantity", "score"),
    [
        ({}, 5.0, 0),
        ({"max_order_quantity": {ALPHA_BTC.symbol: 20 * COIN}}, 5.0, 25),
        ({"position": {ALPHA_BTC.symbol: SymbolLimits(10 * COIN, 8 * COIN)}}, 5.0, 50),
        ({"position": {ALPHA_BTC.symbol: SymbolLimits(10 * COIN, 8 * COIN)}}, -5.0, 63),
        ({"max_total_notional": Money(2_010 * COIN)}, 5.0, 25),
        ({"max_order_value": Money(5_000 * COIN), "max_order_quantity": {ALPHA_BTC.symbol: 6 * COIN}}, 5.0, 84),
        ({"max_order_value": Money(100 * COIN)}, 5.0, 500),
        ({"max_order_value": Money(1)}, 5.0, 1_000),
        ({"max_order_quantity": {ALPHA_BTC.symbol: 0}}, 5.0, 1_000),
        ({"position": {ALPHA_BTC.symbol: SymbolLimits(10 * COIN, 0)}}, -5.0, 1_000),
    ],
)
def test_the_score_is_the_largest_share_of_a_limit(limits: dict[str, Any], quantity: float, score: int) -> None:
    """In per cent, rounded up, of the limits on size that are set; a limit of nothing is as bad as it gets."""
    rig = Rig(lax(**limits))
    rig.engine.account(STRATEGY).signals += 1
    side = Side.BUY if quantity > 0 else Side.SELL
    request = OrderRequested(
        STRATEGY, ALPHA_BTC.symbol, side, abs(quantity), "t", rig.now, ALPHA_BTC.venue, OrderType.LIMIT, limit_price=100.0
    )
    intent = rig.engine.sizing.of_request(request, rig.engine.account(STRATEGY))
    assert rig.engine.gate.assess(intent, rig.now).risk_score == score  # type: ignore[arg-type]


def test_limits_change_while_it_runs() -> None:
    """By a named operator, from the next order on, and they outlive a restart."""
    rig = Rig(lax())
    assert rig.want(quantity=5.0)
    rig.tell(SetLimits(lax(max_order_value=Money(100 * COIN)), "", "nobody"))
    assert only(rig.latest, CommandRefused).why == "it takes an operator's name"
    tight = lax(max_order_value=Money(100 * COIN), max_strategy_notional=Money(700 * COIN))
    rig.tell(SetLimits(tight, "ann", "rough sea"))
    assert only(rig.latest, LimitsChanged) == LimitsChanged(tight, "ann", "rough sea")
    assert rig.want(quantity=5.0) == []
    assert list(refusals(rig)) == ["order_value", "strategy_notional"], "what works already is counted"
    rig.restart()
    rig.seconds(20)
    assert rig.engine.limits == tight
    assert rig.want(quantity=2.0, price=90.0) == []


def test_halted_is_halted_whatever_the_mode_was() -> None:
    rig = Rig(lax())
    rig.tell(RestrictTrading("ann", "why"))
    rig.tell(HaltTrading("ann", "why"))
    rig.tell(RestrictTrading("ann", "why"))
    assert only(rig.latest, CommandRefused).why == "trading is halted"
    assert rig.engine.halted


def test_limits_that_are_not_set_cost_nothing() -> None:
    """No check is made for them."""
    lifted = Limits(prevent_self_match=False, max_concentration_bps=None, price_collar_bps=None, max_signal_age=None)
    engine = Rig(lifted).engine
    made = [check.__qualname__.partition(".")[0] for check in engine.gate.checks(engine.settings.instruments[0])]
    assert [name for name in made if name != "_check"] == [
        "halted",
        "unique_tag",
        "venue_live",
        "venue_breaker",
        "stale_data",
        "reduce_only",
    ]
