"""Breakers, the kill switch, closing in slices, shutdown: what trips them, what they do, and who lets trading go on."""

from typing import Any

import pytest

from seawall.api.market_data import Traded
from seawall.api.message import Address
from seawall.api.orders import OrderStatus, OrderType, PlaceOrder, Side, TimeInForce, TradeId
from seawall.api.risk import HaltTrading, ResumeTrading, TradingHalted, TradingResumed
from seawall.api.signals import BreachReported, FillApplied, StrategyStarted
from seawall.api.supervision import (
    AlertCleared,
    AlertRaised,
    BreakerRearmed,
    BreakerTripped,
    ClosePosition,
    CommandRefused,
    KillTrading,
    LiquidationEnded,
    Rearm,
    SetLimits,
    Severity,
    StopTrading,
    SuspendStrategy,
    TradingMode,
    TradingModeChanged,
    TradingStopped,
)
from seawall.api.units import DAY, SECOND, Money, Nanos, Price, Quantity
from seawall.engine.core.settings import ClosingSettings, Switches
from tests.unit.engine.core.test_checks import lax, refusals
from tests.unit.engine.core.test_controls import filled
from tests.unit.engine.rig import ALPHA_BTC, COIN, STRATEGY, Rig, only

OTHER = Address("strategy:other")
ALL = Address("")
CAPITAL = Money(10_000 * COIN)


def trade(rig: Rig, price: int) -> None:
    """The market moves: a print, and quotes round it."""
    rig.quote(price, price + 1)
    rig.tell(Traded(ALPHA_BTC.id, TradeId(1), Price(price * 100), Quantity(1), Side.BUY, rig.now))


def bids(rig: Rig, price: int, quantity: int = 100_000) -> None:
    """Somebody who buys what is to be sold."""
    rig.other(Side.BUY, quantity, price)
    rig.hands_off()


def held(quantity: float = 10.0, **limits: Any) -> Rig:
    """A strategy that holds so much, bought at 100, and a second one that runs."""
    rig = Rig(lax(**limits), capital=CAPITAL)
    rig.tell(StrategyStarted(OTHER, "O", "1", 1.0, 0.1))
    filled(rig, Side.BUY, quantity)
    trade(rig, 100)
    rig.seconds(1)
    return rig


def test_a_portfolio_that_loses_too_much_is_closed_and_halted() -> None:
    """Orders cancelled, positions closed in slices and reduce-only, then nothing leaves; the strategies hear of it."""
    rig = held(max_portfolio_loss_bps=200)
    rig.want(price=50.0, tag="resting")
    rig.hands_off()
    bids(rig, 80)
    trade(rig, 81)
    rig.seconds(0.999)
    assert rig.heard(BreakerTripped) == []
    assert rig.engine.state.mode is TradingMode.RUNNING
    trade(rig, 79)
    rig.seconds(1)
    trip = only(rig.heard(BreakerTripped))
    assert (trip.breaker, trip.scope, trip.action, trip.limit) == ("portfolio_loss", ALL, "liquidate", 200)
    assert only(rig.heard(BreachReported), where=lambda b: b.strategy == STRATEGY).breach_type == "circuit_breaker"
    rig.seconds(10)
    sold = [m for m in rig.heard(FillApplied) if m.tag.startswith("close-")]
    assert sum(m.quantity for m in sold) == 9_990, "less the fee that was taken in coins"
    assert len(sold) == 5
    assert rig.position() < ALPHA_BTC.lot_value
    assert rig.open == {}
    assert rig.engine.state.mode is TradingMode.HALTED
    assert only(rig.heard(TradingHalted)).operator == "breaker portfolio_loss"
    assert only(rig.heard(LiquidationEnded)).orders == 5
    assert rig.want() == []


def test_closing_orders_are_reduce_only_and_within_a_collar() -> None:
    """Limit orders that do not rest, at most so far from the best price."""
    rig = held(max_portfolio_loss_bps=200)
    rig.quote(70, 71)
    rig.tell(Traded(ALPHA_BTC.id, TradeId(1), Price(7_000), Quantity(1), Side.BUY, rig.now))
    rig.seconds(2, hands_off=False)
    (order,) = [m for m in rig.out["alpha"] if isinstance(m, PlaceOrder)]  # type: ignore[index]
    assert (order.side, order.order_type, order.time_in_force) == (Side.SELL, OrderType.LIMIT, TimeInForce.IOC)
    assert order.price == 7_000 - 7_000 * 200 // 10_000


def test_nothing_is_closed_twice_while_a_closing_order_is_out() -> None:
    """An order of unknown fate is not sent again."""
    rig = held(max_portfolio_loss_bps=200)
    trade(rig, 70)
    rig.seconds(8, hands_off=False)
    assert len([o for o in rig.open.values() if o.tag.startswith("close-")]) == 1
    assert rig.only().status is OrderStatus.UNKNOWN or rig.only().tag.startswith("close-")


@pytest.mark.parametrize("down", [True, False])
def test_the_kill_switch_works_with_a_venue_down(down: bool) -> None:
    """What is there is closed when the venue is back; nothing else leaves in between, and it survives a restart."""
    rig = held()
    if down:
        rig.cut()
    bids(rig, 99)
    rig.tell(KillTrading("ann", "fire"))
    assert rig.engine.state.mode is TradingMode.LIQUIDATING
    assert rig.want(venue="beta") == []
    rig.restart()
    rig.seconds(120)
    assert rig.engine.halted
    assert rig.position() < ALPHA_BTC.lot_value
    assert only(rig.heard(TradingHalted)).reason == "fire"
    rig.check_agreement()


def test_killing_with_liquidation_switched_off_only_halts() -> None:
    rig = Rig(lax(), switches=Switches(emergency_liquidation=False))
    filled(rig, Side.BUY, 1.0)
    rig.tell(KillTrading("ann", "fire"))
    assert rig.engine.halted
    rig.seconds(10)
    assert rig.position() > 0


def test_a_halt_stops_the_closing_too() -> None:
    """The operator who says halt means it."""
    rig = held()
    rig.tell(KillTrading("ann", "fire"))
    rig.tell(HaltTrading("bob", "wait"))
    bids(rig, 99)
    rig.seconds(10)
    assert rig.position() > 9 * COIN
    assert rig.engine.halted
    rig.tell(KillTrading("ann", "now"))
    rig.seconds(10)
    assert rig.position() < ALPHA_BTC.lot_value


def test_only_a_name_lets_trading_go_on_and_losses_are_counted_anew() -> None:
    """Nothing is re-armed while positions are being closed."""
    rig = held(max_portfolio_loss_bps=200)
    trade(rig, 70)
    rig.seconds(3)
    rig.tell(ResumeTrading("ann", "go"))
    assert only(rig.latest, CommandRefused).why == "positions are still being closed"
    bids(rig, 70)
    rig.seconds(30)
    assert rig.engine.halted
    rig.tell(ResumeTrading("", "go"))
    assert rig.engine.halted
    rig.tell(ResumeTrading("ann", "go"))
    assert only(rig.latest, BreakerRearmed) == BreakerRearmed(ALL, ("portfolio_loss",), "ann", "go")
    assert only(rig.latest, TradingResumed)
    rig.seconds(5)
    assert rig.engine.state.mode is TradingMode.RUNNING, "what was lost before does not trip it again"
    assert rig.want(price=60.0)


def test_a_strategy_that_loses_too_much_is_flattened_and_the_others_trade_on() -> None:
    rig = held(max_strategy_loss=Money(150 * COIN))
    bids(rig, 83)
    trade(rig, 84)
    rig.seconds(15)
    trip = only(rig.heard(BreakerTripped))
    assert (trip.breaker, trip.scope, trip.action, trip.limit) == ("strategy_loss", STRATEGY, "flatten", 150)
    assert rig.position() < ALPHA_BTC.lot_value
    assert rig.want(price=60.0) == []
    assert refusals(rig) == {"suspended": (0, 1, "suspensions, by strategy_loss")}
    assert rig.want(price=60.0, strategy=OTHER)
    assert rig.engine.state.mode is TradingMode.RUNNING
    rig.tell(Rearm(STRATEGY, "ann", "seen"))
    rig.seconds(5)
    assert rig.want(price=60.0)


@pytest.mark.parametrize(
    ("limit", "breaker", "breach"),
    [
        ({"stop_loss_bps": 1_500}, "stop_loss", "circuit_breaker"),
        ({"rapid_drawdown_bps": 150}, "rapid_drawdown", "drawdown"),
        ({"max_strategy_drawdown_bps": 150}, "strategy_drawdown", "drawdown"),
    ],
)
def test_other_losses_of_a_strategy(limit: dict[str, int], breaker: str, breach: str) -> None:
    rig = held(**limit)
    bids(rig, 83)
    trade(rig, 84)
    rig.seconds(15)
    trip = only(rig.heard(BreakerTripped))
    assert (trip.breaker, trip.scope, trip.action) == (breaker, STRATEGY, "flatten")
    assert only(rig.heard(BreachReported)).breach_type == breach
    assert rig.position() < ALPHA_BTC.lot_value


def test_a_slow_loss_is_not_a_rapid_one() -> None:
    """Only what is lost within the window counts."""
    rig = held(rapid_drawdown_bps=150, rapid_window=Nanos(60 * SECOND))
    for price in range(99, 80, -1):
        trade(rig, price)
        rig.seconds(30)
    assert rig.heard(BreakerTripped) == []


def test_a_daily_loss_leaves_only_what_reduces_until_it_is_re_armed() -> None:
    """And a new day does not lift it."""
    rig = held(max_daily_loss=Money(100 * COIN))
    trade(rig, 80)
    rig.seconds(2)
    assert rig.heard(TradingModeChanged)[-1].mode is TradingMode.REDUCE_ONLY
    assert only(rig.heard(BreachReported), where=lambda b: b.strategy == STRATEGY).breach_type == "daily_loss"
    assert rig.want(price=60.0) == []
    assert rig.want(Side.SELL, 1.0, price=90.0)
    rig.now = Nanos(rig.now + DAY)
    rig.seconds(30)
    trade(rig, 80)
    assert rig.want(price=60.0) == []
    rig.tell(ResumeTrading("ann", "seen"))
    rig.seconds(5)
    assert rig.want(price=60.0)


def test_a_trade_storm_suspends_its_strategy_at_once() -> None:
    """It keeps what it holds."""
    rig = Rig(lax(max_trades=3), capital=CAPITAL)
    for _ in range(3):
        filled(rig, Side.BUY, 1.0)
    rig.seconds(0.001)
    trip = only(rig.heard(BreakerTripped))
    assert (trip.breaker, trip.scope, trip.action, trip.value) == ("trade_storm", STRATEGY, "suspend", 3)
    assert rig.want() == []
    rig.seconds(10)
    assert rig.position() > 2 * COIN


def test_breakers_switched_off_only_raise_alerts() -> None:
    rig = Rig(lax(max_portfolio_loss_bps=200), capital=CAPITAL, switches=Switches(circuit_breakers=False))
    filled(rig, Side.BUY, 10.0)
    trade(rig, 70)
    rig.seconds(2)
    assert rig.heard(BreakerTripped) == []
    assert only(rig.heard(AlertRaised)).severity is Severity.CRITICAL


def test_alerts_rise_and_clear() -> None:
    """Most of a limit is a warning, all of it critical; each is told once, and that it is over."""
    rig = held(max_drawdown_bps=5_000, max_concentration_bps=None)
    trade(rig, 100)
    rig.engine.state.risk.peak = 10_000 * COIN
    rig.engine.state.risk.opening = 10_000 * COIN
    for price in (-5_900, -5_900, 100):
        rig.engine.state.positions[STRATEGY][ALPHA_BTC.id].realised = price * COIN if price < 0 else 0
        rig.seconds(1)
    raised = rig.heard(AlertRaised)
    assert [(a.monitor, a.severity) for a in raised] == [("drawdown", "critical")]
    rig = held(max_drawdown_bps=240)
    trade(rig, 80)
    rig.seconds(2)
    trade(rig, 100)
    rig.seconds(2)
    assert [(a.monitor, a.severity, a.scope) for a in rig.heard(AlertRaised)] == [("drawdown", "warning", ALL)]
    assert rig.heard(AlertCleared) == [AlertCleared("drawdown", ALL)]


def test_what_cannot_be_valued_is_said() -> None:
    """Nothing trips on a figure that nobody knows."""
    rig = held(max_portfolio_loss_bps=5_000)
    market = rig.engine.state.markets[ALPHA_BTC.id]
    market.last = market.bid = market.ask = Price(0)
    rig.seconds(2)
    assert [(a.monitor, a.severity) for a in rig.heard(AlertRaised)] == [("valuation", "warning")]
    assert rig.heard(BreakerTripped) == []


def test_shutting_down_carries_or_closes() -> None:
    """Working orders go, positions stay or go; it says whether all of it could be done."""
    for close, clean in ((False, True), (True, True)):
        rig = held()
        rig.want(price=60.0)
        rig.hands_off()
        bids(rig, 99)
        rig.tell(StopTrading("ann", "night", close, Nanos(rig.now + 30 * SECOND)))
        rig.seconds(31)
        assert rig.engine.state.mode is TradingMode.STOPPED
        assert only(rig.heard(TradingStopped)) == TradingStopped(clean, 0, 0)
        assert (rig.position() < ALPHA_BTC.lot_value) is close
        assert rig.open == {} and rig.want() == []
        rig.tell(KillTrading("ann", "late"))
        assert only(rig.latest, CommandRefused).why == "trading is stopped"


def test_a_shutdown_that_cannot_close_everything_says_so() -> None:
    """At its deadline it ends, with a venue that is down."""
    rig = held()
    rig.cut()
    rig.out["alpha"].clear()  # type: ignore[index]
    rig.tell(StopTrading("ann", "night", True, Nanos(rig.now + 5 * SECOND)))
    rig.seconds(6, hands_off=False)
    assert only(rig.heard(TradingStopped)) == TradingStopped(False, 0, 1)


def test_an_operator_closes_or_suspends_one_strategy() -> None:
    rig = held()
    bids(rig, 99)
    rig.tell(SuspendStrategy(OTHER, "ann", "odd"))
    assert rig.want(strategy=OTHER) == []
    rig.tell(ClosePosition(STRATEGY, "ann", "enough"))
    rig.seconds(10)
    assert rig.position() < ALPHA_BTC.lot_value
    assert only(rig.heard(LiquidationEnded)).scope == STRATEGY
    rig.tell(ClosePosition(Address("strategy:nobody"), "ann", "enough"))
    assert only(rig.latest, CommandRefused).why == "no such strategy"


@pytest.mark.parametrize(
    ("limits", "most"),
    [
        ({"max_order_quantity": {ALPHA_BTC.symbol: COIN // 2}}, 500),
        ({"max_order_value": Money(60 * COIN)}, 600),
        ({"max_order_quantity": {ALPHA_BTC.symbol: COIN // 2}, "max_order_value": Money(20 * COIN)}, 200),
    ],
)
def test_closing_orders_keep_the_limits_on_size(limits: dict[str, Any], most: int) -> None:
    """They take more rounds, and close everything."""
    rig = held(10.0)
    rig.tell(SetLimits(lax(**limits), "ann", "rough sea"))
    bids(rig, 99)
    rig.tell(ClosePosition(STRATEGY, "ann", "enough"))
    rig.seconds(120)
    sizes = [fill.quantity for fill in rig.heard(FillApplied) if fill.tag.startswith("close-")]
    assert max(sizes) <= most
    assert rig.position() < ALPHA_BTC.lot_value


def test_a_position_is_closed_in_orders_that_the_venue_takes() -> None:
    """At most 500 BTC each, whatever the slices say."""
    rig = Rig(lax(), capital=CAPITAL, closing=ClosingSettings(slices=1))
    rig.engine.booking.position_of(STRATEGY, ALPHA_BTC.id).quantity = 600 * COIN
    rig.engine.exposures.change(STRATEGY, ALPHA_BTC.id, Side.BUY, 0, 600 * COIN)
    rig.tell(ClosePosition(STRATEGY, "ann", "enough"))
    rig.seconds(1, hands_off=False)
    assert only(rig.out[ALPHA_BTC.venue], PlaceOrder).quantity == 500_000


def test_a_position_waits_for_a_price_to_be_closed_at() -> None:
    """Nothing is sent blindly, and nothing is given up."""
    rig = held(1.0)
    market = rig.engine.state.markets[ALPHA_BTC.id]
    market.bid = market.ask = market.last = Price(0)
    rig.tell(ClosePosition(STRATEGY, "ann", "enough"))
    rig.seconds(30)
    assert not rig.heard(LiquidationEnded) and rig.position() > 0
    bids(rig, 99)
    trade(rig, 100)
    rig.seconds(60)
    assert only(rig.heard(LiquidationEnded)).orders > 0


def test_thin_slices_are_made_thick_enough_for_the_venue() -> None:
    """No slice is under the least notional; what is under it altogether is left and named."""
    rig = Rig(lax(), capital=CAPITAL, closing=ClosingSettings(slices=50))
    filled(rig, Side.BUY, 0.2)
    bids(rig, 99)
    rig.tell(ClosePosition(STRATEGY, "ann", "enough"))
    rig.seconds(60)
    ended = only(rig.heard(LiquidationEnded))
    assert ended.orders >= 1 and ended.left
    assert abs(rig.position()) * 99 < 5 * COIN
