"""Tiers: equity unlocks them after a day, takes them back at once, and who needs one that is locked may only reduce."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seawall.api.message import Address
from seawall.api.orders import Side
from seawall.api.risk import Limits, Tier
from seawall.api.signals import BreachReported, StrategyStarted
from seawall.api.supervision import TierChanged
from seawall.api.units import DAY, HOUR, Money, Nanos
from seawall.engine.core.risk_state import RiskState
from seawall.engine.core.tiers import LADDER, climb, rank
from tests.unit.engine.core.test_breakers import trade
from tests.unit.engine.core.test_checks import lax, refusals
from tests.unit.engine.core.test_controls import filled
from tests.unit.engine.rig import COIN, STRATEGY, Rig, kinds

LIMITS = Limits(hunter_equity=Money(2_000), strategist_equity=Money(10_000))
OTHER = Address("strategy:other")


def desk(capital: int, tier: Tier = Tier.HUNTER, **more: Any) -> Rig:
    rig = Rig(lax(hunter_equity=Money(2_000 * COIN), strategist_equity=Money(10_000 * COIN), **more), capital=Money(capital * COIN))
    rig.tell(StrategyStarted(STRATEGY, "S", "1", 1.0, 0.1, tier=tier))
    rig.tell(StrategyStarted(OTHER, "O", "1", 1.0, 0.1))
    rig.seconds(0)
    return rig


def told(rig: Rig) -> list[tuple[str, str | None, float]]:
    return [(c.tier, c.before, c.equity) for c in rig.heard(TierChanged)]


def test_who_needs_more_than_there_is_may_only_reduce() -> None:
    """Others trade on; so does it where its tier is unlocked."""
    rig = desk(1_999)
    assert told(rig) == [("sniper", None, 1_999)]
    assert rig.want() == []
    assert refusals(rig) == {"tier": (2_000, 1_999, "USDT of equity that unlock the tier hunter")}
    assert rig.want(strategy=OTHER)
    assert desk(2_000).want()
    assert desk(9_999, Tier.STRATEGIST).want() == []
    assert desk(10_000, Tier.STRATEGIST).want()


def test_the_first_look_is_not_in_the_past() -> None:
    """Else a host would lead the engine through every second since 1970."""
    rig = Rig(lax(hunter_equity=Money(2_000 * COIN)))
    assert rig.engine.deadline() is None or rig.engine.deadline() > rig.now
    rig.tell(StrategyStarted(STRATEGY, "S", "1", 1.0, 0.1, tier=Tier.HUNTER))
    deadline = rig.engine.deadline()
    assert deadline is not None and deadline >= rig.now


def test_no_tier_is_reached_past_one_below_it() -> None:
    rig = Rig(lax(hunter_equity=Money(20_000 * COIN), strategist_equity=Money(10_000 * COIN)), capital=Money(15_000 * COIN))
    rig.tell(StrategyStarted(STRATEGY, "S", "1", 1.0, 0.1, tier=Tier.STRATEGIST))
    rig.seconds(0)
    assert told(rig) == [("sniper", None, 15_000)]
    assert rig.want() == []


def test_before_equity_is_known_nothing_is_unlocked() -> None:
    rig = Rig(lax(hunter_equity=Money(2_000 * COIN)), capital=Money(10**6 * COIN))
    rig.tell(StrategyStarted(STRATEGY, "S", "1", 1.0, 0.1, tier=Tier.HUNTER))
    assert rig.want() == []
    rig.seconds(0)
    assert rig.want()


def test_a_tier_that_is_lost_takes_orders_back_and_leaves_what_reduces() -> None:
    """At once below nine tenths of its threshold. The strategy hears of it, and everybody."""
    rig = desk(2_000)
    filled(rig, Side.BUY, 10.0)
    rig.want(price=50.0, tag="resting")
    rig.want(price=50.0, tag="other", strategy=OTHER)
    rig.hands_off()
    trade(rig, 81)
    rig.seconds(1)
    assert len(told(rig)) == 1
    trade(rig, 79)
    rig.seconds(1)
    assert told(rig)[1][:2] == ("sniper", "hunter")
    assert [order.tag for order in rig.open.values()] == ["other"]
    assert [b.check for b in rig.heard(BreachReported)] == ["tier"]
    assert rig.want(price=50.0) == []
    assert rig.want(Side.SELL, 9.0, price=90.0)
    assert rig.want(Side.SELL, 9.0, price=90.0) == [], "the first may take all of it"


def test_it_comes_back_after_a_time_above() -> None:
    rig = desk(1_950, tier_wait=Nanos(HOUR))
    rig.other(Side.SELL, 10_000, 100)
    assert rig.want() == [] and rig.want(Side.BUY, 10.0, 100.0, strategy=OTHER)
    rig.hands_off()
    trade(rig, 120)
    rig.seconds(3_600 - 2)
    assert rig.want() == []
    rig.seconds(4)
    assert told(rig)[-1][:2] == ("hunter", "sniper")
    assert kinds(rig.want()) == ["PlaceOrder"]


def test_nobody_looks_where_no_strategy_needs_a_tier() -> None:
    """Neither check nor monitor is made: an order costs what it did."""
    rig = Rig(lax(hunter_equity=Money(2_000 * COIN)), capital=Money(COIN))
    rig.seconds(2)
    assert rig.engine.supervision.deadline() is None
    assert rig.heard(TierChanged) == []
    assert rig.want()


def test_the_tier_survives_a_restart() -> None:
    rig = desk(2_500)
    rig.save()
    rig.restart()
    rig.seconds(20)
    assert len(told(rig)) == 1
    assert rig.want()


@given(st.lists(st.tuples(st.integers(-1_000, 15_000), st.integers(1, 30)), min_size=1, max_size=30))
def test_a_tier_is_never_held_below_nine_tenths_nor_reached_within_a_day(steps: list[tuple[int, int]]) -> None:
    """Whatever equity does. `steps`: equities, and for how many hours each holds."""
    risk, now, above = RiskState(), 0, dict.fromkeys(LADDER, 0)
    thresholds = dict(zip(LADDER, (0, 2_000, 10_000), strict=True))
    for equity, hours in steps:
        for _ in range(hours):
            before = risk.tier
            risk.tier = climb(risk, LIMITS, equity, Nanos(now))
            for tier in LADDER:
                above[tier] = above[tier] if equity >= thresholds[tier] else now + HOUR
            assert risk.tier is Tier.SNIPER or equity * 10 >= thresholds[risk.tier] * 9
            if before is not None and rank(risk.tier) > rank(before):
                assert now - above[risk.tier] >= DAY
            if before is None:
                assert risk.tier is max((t for t in LADDER if equity >= thresholds[t]), key=rank, default=Tier.SNIPER)
            now += HOUR
