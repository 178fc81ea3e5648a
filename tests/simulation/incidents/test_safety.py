"""Controls while other things fail: the kill switch beside a dead venue and a dead feed, control paths that raise, strategies and engines
that die, code that sends what nobody asked for, and the way round the gate."""

from typing import Any

import msgspec
import pytest

from seawall.api.control import Drop
from seawall.api.message import Address, Envelope, Message
from seawall.api.orders import OrderType, Side, TimeInForce
from seawall.api.projections import IntentRefused
from seawall.api.risk import HaltTrading
from seawall.api.signals import OrderRequested, StrategyFailed, StrategyStarted
from seawall.api.supervision import EVERYTHING, KillTrading, LiquidationEnded, TradingMode
from seawall.api.units import SECOND, Nanos, Quantity
from seawall.engine.core.gate import ApprovedOrder
from seawall.engine.core.intent import Intent
from seawall.engine.core.machine import Engine
from seawall.engine.core.settings import EngineSettings
from tests.simulation.incidents.stage import BETA, BUY, SELL, Stage
from tests.unit.engine.rig import ALPHA_BTC, BETA_BTC, ENGINE, LAX, LOT, STRATEGY

MINE = Address("strategy:mine")
AGED = msgspec.structs.replace(LAX, max_price_age=Nanos(10 * SECOND))


def holding(**more: Any) -> Stage:
    """A position and a resting order on each venue."""
    stage = Stage(**more)
    for instrument in (ALPHA_BTC, BETA_BTC):
        stage.other(SELL, 1.0, 100.5, instrument)
        stage.want(BUY, 1.0, 100.5, tag=f"held {instrument.venue}", instrument=instrument)
        stage.seconds(0.5)
        stage.want(BUY, 0.5, 98.5, tag=f"rests {instrument.venue}", instrument=instrument)
        stage.seconds(0.5)
        stage.other(BUY, 50, 99.5, instrument)
    stage.seconds(1)
    return stage


def wanted_in_vain(stage: Stage) -> None:
    """A strategy that goes on as if nothing had happened."""
    before = len(stage.left())
    for instrument in (ALPHA_BTC, BETA_BTC):
        stage.want(BUY, 0.1, 99, tag=f"more {stage.world.now}", instrument=instrument)
    stage.seconds(0.1)
    assert [order for order in stage.left()[before:] if order.side is BUY] == []


def test_kill_switch_while_a_venue_is_down_and_a_feed_is_dead() -> None:
    """Alpha is out of reach; beta's prices have stopped for longer than orders are allowed to lean on them. From the press on nothing new
    leaves; what can be cancelled is; positions wait for their venue and for prices, and are closed when those are back. Then: halted."""
    stage = holding(limits=AGED)
    down = [stage.outward(Drop()), stage.fault(Drop())]
    dead = stage.fault(Drop(), "Traded", "QuoteChanged", source=BETA)
    stage.seconds(20)
    stage.give(KillTrading("olga", "everything burns"))
    stage.seconds(1)
    assert stage.engine.state.mode is TradingMode.LIQUIDATING
    assert stage.open_at(BETA_BTC) == []
    for number in range(10):
        stage.other(BUY, 0.1, 99.6 + number / 100, BETA_BTC)
        wanted_in_vain(stage)
        stage.seconds(3)
    assert stage.position(ALPHA_BTC) > 0 and stage.position(BETA_BTC) > 0
    stage.heal(dead)
    stage.other(BUY, 0.1, 99.8, BETA_BTC)
    stage.until(lambda: stage.position(BETA_BTC) < LOT, 90)
    for name in down:
        stage.heal(name)
    stage.other(BUY, 0.1, 99.6)
    stage.until(lambda: stage.engine.state.mode is TradingMode.HALTED, 120)
    assert 0 <= stage.position(ALPHA_BTC) < LOT
    assert stage.open_at(ALPHA_BTC) == []
    wanted_in_vain(stage)
    assert all(order.side is SELL for order in stage.left()[4:])
    stage.seconds(31)
    stage.check()


def test_halt_while_the_journal_s_disk_crawls() -> None:
    """Every entry takes half a second to become durable, and nothing leaves before it is. A halt in that queue holds for all that comes
    behind it."""
    stage = Stage(fsync_ns=500_000_000, live=False)
    stage.seconds(20)
    stage.give(StrategyStarted(STRATEGY, "S", "1", 1.0, 0.1))
    stage.want(BUY, 0.5, 99, tag="before")
    stage.give(HaltTrading("olga", "stop"))
    stage.want(BUY, 0.5, 99, tag="after")
    stage.seconds(20)
    assert [order.client_order_id for order in stage.left()] in ([], ["1-1"])
    assert stage.engine.state.mode is TradingMode.HALTED
    assert stage.open_at() == []


class Raising(Engine):
    """Its kill switch is broken."""

    def restore(self, state: Any) -> None:
        super().restore(state)

        def broken(*args: object, **more: object) -> list[Envelope]:
            raise AttributeError("'Closer' object has no attribute 'start'")

        self.closer.start = broken  # type: ignore[method-assign]


def test_kill_switch_that_raises() -> None:
    """The engine's process dies of its own kill path, and dies of it again when it replays: it stays down, and somebody is told. Nothing
    leaves any more, and the venues, who no longer hear of it, end what it left in their books."""
    stage = holding(make=Raising)
    before = len(stage.left())
    stage.give(KillTrading("olga", "now"))
    for _ in range(30):
        stage.want(BUY, 0.1, 99)
        stage.seconds(1)
    assert len(stage.left()) == before
    assert ENGINE not in stage.world.machines
    assert [failure.stays_down for failure in stage.world.failures] == [False, True]
    assert stage.open_at(ALPHA_BTC) == stage.open_at(BETA_BTC) == []


def test_uncaught_error_in_a_strategy() -> None:
    """It ends that strategy: its orders are cancelled, its wishes no longer heard. Another one goes on."""
    stage = Stage()
    stage.give(StrategyStarted(MINE, "M", "1", 1.0, 0.1))
    stage.want(BUY, 0.5, 99, tag="theirs")
    stage.want(BUY, 0.5, 98.5, tag="mine", strategy=MINE)
    stage.seconds(1)
    stage.give(StrategyFailed(STRATEGY, "ZeroDivisionError"))
    stage.want(BUY, 0.5, 99, tag="again")
    stage.want(BUY, 0.5, 98.4, tag="mine too", strategy=MINE)
    stage.seconds(1)
    assert [order.tag for order in stage.engine.state.orders.values()] == ["mine", "mine too"]
    assert len(stage.open_at()) == 2
    stage.check()


class OldCode(Engine):
    """One worker runs an old version in which every wish is sent once more."""

    def restore(self, state: Any) -> None:
        super().restore(state)
        submit = self.entry.submit

        def twice(intent: Intent, now: Nanos) -> list[Envelope]:
            return [*submit(intent, now), *submit(msgspec.structs.replace(intent, tag=f"{intent.tag} again"), now)]

        self.entry.submit = twice  # type: ignore[method-assign]


def test_old_code_that_sends_what_nobody_asked_for() -> None:
    """Orders are counted against wishes: the second one of each pair never leaves."""
    stage = Stage(make=OldCode)
    for number in range(20):
        stage.want(BUY, 0.1, 99, tag=f"t{number}")
        stage.seconds(0.1)
    assert len(stage.left()) == 20
    assert [refusal.check for refusal in stage.heard(IntentRefused)] == ["intent_against_sent"] * 20
    stage.check()


@pytest.mark.parametrize("seal", [None, object()])
def test_no_way_round_the_gate(seal: object) -> None:
    """An approval that the gate did not give is a bug, and ends the process rather than let an order leave. No setting, account or strategy
    is exempt: there is no such field."""
    stage = Stage()
    engine = stage.engine
    market = engine.state.markets[ALPHA_BTC.id]
    intent = Intent(
        engine.account(STRATEGY), "t", ALPHA_BTC, market, Side.BUY, OrderType.LIMIT, TimeInForce.GTC, Quantity(500), 9900, 10_200,
        stage.world.now, 500 * LOT, 500 * 9900 * ALPHA_BTC.tick_value,
    )  # type: ignore[arg-type]  # fmt: skip
    with pytest.raises(AssertionError, match="only what the gate approved may leave"):
        engine.entry.enter(ApprovedOrder(intent, stage.world.now, seal))
    names = [*EngineSettings.__struct_fields__, *engine.settings.switches.__struct_fields__, *engine.account(STRATEGY).__struct_fields__]
    assert [name for name in names if any(word in name for word in ("bypass", "exempt", "allow", "skip", "trusted"))] == []


def test_bypass_attempts_are_refused_one_by_one() -> None:
    """Halted, a strategy tries every kind of order, of either side, under new names and another's: nothing leaves."""
    stage = holding()
    stage.give(HaltTrading("olga", "stop"))
    stage.seconds(1)
    before = len(stage.left())
    attempts: list[Message] = []
    for number, kind in enumerate(OrderType):
        for side in Side:
            tag, name = f"try {number} {side}", Address(f"strategy:{number}")
            attempts.append(
                OrderRequested(name, ALPHA_BTC.symbol, side, 0.1, tag, stage.world.now, ALPHA_BTC.venue, kind, limit_price=99.0)
            )
            attempts.append(OrderRequested(STRATEGY, ALPHA_BTC.symbol, side, 0.1, tag, stage.world.now, order_type=kind, limit_price=99.0))
    for attempt in attempts:
        stage.give(attempt)
    stage.seconds(1)
    assert len(stage.left()) == before
    assert stage.engine.state.mode is TradingMode.HALTED


def test_liquidation_says_what_it_left() -> None:
    """The scope, what no order can close, how many orders it took."""
    stage = holding()
    stage.give(KillTrading("olga", "now"))
    stage.until(lambda: bool(stage.heard(LiquidationEnded)), 60)
    (ended,) = stage.heard(LiquidationEnded)
    assert ended.scope == EVERYTHING
    left = [f"{STRATEGY}: {stage.position(i)} of {i.id}" for i in (ALPHA_BTC, BETA_BTC) if stage.position(i)]
    assert list(ended.left) == left
    assert all(stage.position(i) < i.lot_value for i in (ALPHA_BTC, BETA_BTC))
    assert ended.orders == len(stage.left()) - 4
