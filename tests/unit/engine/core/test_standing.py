"""After a crash engine and strategies agree again: a strategy asks what became of its orders, and learns what it holds."""

from seawall.api.instruments import define_spot
from seawall.api.message import Address, Restarted
from seawall.api.orders import AccountId, OrderStatus
from seawall.api.risk import Limits
from seawall.api.signals import EngineRestarted, OrderChanged, StandingQueried, StandingReported, StartStrategy
from seawall.api.units import Currency, Nanos
from seawall.engine.core.machine import Engine, EngineSettings
from seawall.engine.core.positions import Position
from seawall.engine.core.venues.settings import VenueSettings
from seawall.runtime.machine import handle
from seawall.strategy import TradingStrategy
from seawall.strategy.core.machine import StrategyMachine

BTC = define_spot("alpha", "BTC-USDT", tick="0.01", lot="0.001")
STRATEGY = Address("strategy:one")


class Buyer(TradingStrategy):
    def on_start(self) -> None:
        self.buy("BTC-USDT", 1.0, client_tag="lost")


def test_a_wish_that_never_reached_the_engine_is_told_to_be_lost() -> None:
    """The engine died before the order was durable. The strategy believes it open, asks, and learns that there is none."""
    venue = VenueSettings("alpha", Address("venue:alpha"), AccountId("main"))
    engine = Engine(EngineSettings(Address("engine"), (venue,), (BTC,), Limits(), Currency("USDT")))
    strategy = StrategyMachine(STRATEGY, engine.address, Buyer, {}, [BTC], seed=1)
    started, lost = handle(strategy, StartStrategy(), Nanos(1))
    handle(engine, started.message, Nanos(1))
    assert "lost" in strategy.strategy.open_orders and lost.target == engine.address

    engine.state.positions[STRATEGY] = {BTC.id: Position(quantity=150_000_000)}  # Booked; the crash kept the strategy from hearing it.
    told = [e for e in handle(engine, Restarted(2), Nanos(2)) if e.target == STRATEGY]
    assert [type(e.message) for e in told] == [EngineRestarted]
    (question,) = handle(strategy, told[0].message, Nanos(2))
    assert question.message == StandingQueried(STRATEGY, ("lost",))
    change, standing = (envelope.message for envelope in handle(engine, question.message, Nanos(2)))
    assert isinstance(change, OrderChanged) and change.status is OrderStatus.REJECTED
    assert standing == StandingReported(STRATEGY, {BTC.id: 150_000_000})
    for message in (change, standing):
        handle(strategy, message, Nanos(2))
    assert strategy.strategy.open_orders == {}
    assert strategy.strategy.positions == {"BTC-USDT": 1.5}
