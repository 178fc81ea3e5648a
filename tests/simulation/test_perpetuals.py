"""A perpetual beside its spot markets, in a storm: funding flows, a crash liquidates, and every invariant holds."""

from collections.abc import Callable
from typing import Any

import msgspec

from seawall.api.instruments import Venue
from seawall.api.margin import FundingPaid, LiquidateAccount, LiquidationFeeCharged, MarginCalled, MarkPriceChanged
from seawall.api.message import Address, Message
from seawall.api.orders import AccountId, OrderFilled
from seawall.api.perpetuals import define_perpetual
from seawall.api.projections import PROJECTIONS, BreakFound, ClosedByVenue
from seawall.api.units import MINUTE, PPB, SECOND, Nanos
from seawall.audit.core.invariants.invariant import Watcher
from seawall.engine.core.machine import Engine
from seawall.market_data.core.figures import WORTH
from seawall.market_data.core.market import Market, VenueSpec
from seawall.market_data.core.shocks import Crash
from seawall.market_data.core.standing import STANDING
from seawall.market_data.core.traders import NoiseTraders
from seawall.sim.scenario import ENGINE, START, StrategySpec, build, duration_ns
from seawall.strategy import PriceUpdate, TradingStrategy

GAMMA = VenueSpec(
    Venue("gamma"),
    (
        define_perpetual(
            "gamma", "BTC-USDT-PERP", tick="0.1", lot="0.0001", max_leverage="20", funding_interval_hours="1", liquidation_fee="0.005",
            min_notional="5",
        ),
    ),
)  # fmt: skip
MARKET = msgspec.structs.replace(
    STANDING,
    venues=(*STANDING.venues, GAMMA),
    traders=(
        *STANDING.traders[:1],
        NoiseTraders(every=Nanos(3 * SECOND), amount=800 * WORTH),
    ),
)


class Heard:
    """Counts what the venues say."""

    name = "heard"

    def __init__(self, *kinds: type[Message]) -> None:
        self.messages: list[Any] = []
        self.sent: dict[type[Message], Watcher] = dict.fromkeys(kinds, self._hear)
        self.delivered: dict[type[Message], Watcher] = {}

    def _hear(self, address: Address, message: Message, now: Nanos) -> None:
        if address.startswith("venue:"):
            self.messages.append(message)


class HeldLong(TradingStrategy):
    """Buys the perpetual, a little at a time, until it has so much, and holds on."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.bought = 0.0

    def on_market_data(self, update: PriceUpdate) -> None:
        if update.symbol == "BTC-USDT-PERP" and self.bought < self.config["size"] and not self.open_orders:
            self.bought += 0.1
            self.buy(update.symbol, 0.1, venue="gamma")


def ran(
    seed: int, market: Market, size: float, hours: float, *kinds: type[Message], faults: str = "mild", liquidated_at: int = 0
) -> tuple[Heard, Engine, list[Any]]:
    heard = Heard(*kinds)
    spec = StrategySpec("holder", HeldLong, {"size": size})
    world = build(seed, hours, faults, [spec], [heard], market)
    if liquidated_at:
        order = LiquidateAccount(AccountId("gamma-main"), "olga", "a test")
        world.send(Address("venue:gamma"), order, Nanos(START + liquidated_at))
    alerts: list[Any] = []
    listen: Callable[[Any, Nanos], None] = lambda message, now: alerts.append(message)  # noqa: E731
    world.listen(PROJECTIONS, listen)
    world.run_for(duration_ns(hours))
    assert not world.failures
    engine = world.machines[ENGINE]
    assert isinstance(engine, Engine)
    return heard, engine, alerts


def test_funding_flows_and_the_mark_follows_the_index() -> None:
    """Two hours, two payments; what the desk paid stands in its books, and its balance agrees with them."""
    heard, engine, alerts = ran(3, MARKET, 0.2, 2.1, FundingPaid, MarkPriceChanged)
    marks = [m for m in heard.messages if isinstance(m, MarkPriceChanged)]
    assert len(marks) > 7_000 and all(abs(m.mark - m.index) * 100 < m.index for m in marks if m.index)
    paid = [m for m in heard.messages if isinstance(m, FundingPaid) and m.account == "gamma-main"]
    assert len(paid) == 2
    booked = sum(position.carried for held in engine.state.positions.values() for position in held.values())
    assert booked == sum(m.amount for m in paid) != 0
    assert not [alert for alert in alerts if isinstance(alert, BreakFound)]


def test_a_crash_liquidates_in_a_storm() -> None:
    """The coin loses 15 % while links fail and machines crash. The operator liquidates the desk before its own breakers act: not a
    break, but an alert; books and venue agree at the end, and the strategy knows that it holds nothing."""
    market = msgspec.structs.replace(
        MARKET,
        shocks=(Crash(at=Nanos(10 * MINUTE), fall=PPB * 15 // 100, over=Nanos(10 * MINUTE)),),
        desk=msgspec.structs.replace(STANDING.desk, deposit=10_000 * WORTH, max_order_value=150_000 * WORTH, max_position=200_000 * WORTH),
    )
    heard, engine, alerts = ran(
        5, market, 2.0, 0.5, MarginCalled, LiquidationFeeCharged, OrderFilled, faults="rough", liquidated_at=9 * MINUTE
    )
    closing = [m for m in heard.messages if isinstance(m, OrderFilled) and m.client_order_id.startswith("autoclose-")]
    assert any(m.account == "gamma-main" for m in closing)
    assert any(isinstance(alert, ClosedByVenue) and alert.what == "liquidation" for alert in alerts)
    own = [p for held in engine.state.positions.values() for key, p in held.items() if key == "gamma:BTC-USDT-PERP"]
    assert sum(p.quantity for p in own) >= 0 and any(p.fills > 1 for p in own)
    assert not [a for a in alerts if isinstance(a, BreakFound) and a.subject.startswith("position")]
