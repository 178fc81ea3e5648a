"""The market `cascade`: borrowed money on one side, a fall, and what the venue makes of it, in its order."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import msgspec

from seawall.analytics.build import build_result
from seawall.analytics.recorder import Recorder
from seawall.analytics.result import Result
from seawall.analytics.summary import RunSummary
from seawall.api.margin import FundingPaid, LiquidationFeeCharged, LossCovered, MarginCalled, MarkPriceChanged, made_by_venue
from seawall.api.message import Message, strategy_address, venue_address
from seawall.api.orders import OrderExpired, OrderFilled
from seawall.api.projections import PROJECTIONS, BreakFound, ClosedByVenue
from seawall.api.supervision import AlertRaised
from seawall.api.units import MINUTE, Currency, Nanos
from seawall.engine.core.machine import Engine
from seawall.engine.core.settings import Switches
from seawall.exchange.core.machine import Exchange
from seawall.market_data.core.figures import WORTH
from seawall.market_data.core.market import Market
from seawall.market_data.core.traders import LeveragedTraders
from seawall.market_data.market_file import load_market, market_path
from seawall.sim.notes import Notes
from seawall.sim.scenario import (
    DECIMALS,
    ENGINE,
    START,
    Rules,
    StrategySpec,
    account_of,
    build,
    duration_ns,
    opening_deposits,
    opening_equity,
)
from seawall.sim.venue_closings import VenueClosings
from seawall.sim.world import World
from seawall.strategy import OrderFill, PriceUpdate, TradingStrategy

CASCADE = load_market(market_path("cascade"))
GAMMA = venue_address(CASCADE.venues[1].name)
PERPETUAL = CASCADE.venues[1].instruments[0]
USDT = Currency("USDT")
HOURS = 0.3
HEARD = (MarginCalled, OrderFilled, OrderExpired, LiquidationFeeCharged, LossCovered, FundingPaid, MarkPriceChanged)
UNGUARDED = Rules(switches=Switches(circuit_breakers=False), limits={"max_leverage_bps": "none"})


class Heard:
    """What the venue of the perpetual says, in order."""

    name = "heard"

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.sent: dict[type[Message], Any] = dict.fromkeys(HEARD, self._hear)
        self.delivered: dict[type[Message], Any] = {}

    def _hear(self, address: Any, message: Message, now: Nanos) -> None:
        if address == GAMMA:
            self.messages.append(message)

    def of(self, *kinds: type[Message]) -> list[Any]:
        return [message for message in self.messages if isinstance(message, kinds)]


class HoldsLong(TradingStrategy):
    """Almost twenty times what it has, and what it is told of it."""

    def __init__(self, told: list[OrderFill], config: dict[str, Any]) -> None:
        super().__init__(config)
        self.bought, self.told = 0.0, told

    def on_market_data(self, update: PriceUpdate) -> None:
        if update.symbol == PERPETUAL.symbol and self.bought < 1.25 and not self.open_orders:
            self.bought += 0.125
            self.buy(update.symbol, 0.125, venue="gamma")

    def on_order_fill(self, fill: OrderFill) -> None:
        self.told.append(fill)


def run(market: Market, strategies: Sequence[StrategySpec] = (), faults: str = "none", seed: int = 1) -> tuple[Heard, VenueClosings, World]:
    heard, closings = Heard(), VenueClosings(market.instruments)
    world = build(seed, HOURS, faults, strategies, [heard, closings], market, UNGUARDED)
    world.run_for(duration_ns(HOURS))
    assert world.failures == []
    return heard, closings, world


@cache
def cascade() -> tuple[Heard, VenueClosings, World]:
    return run(CASCADE)


def fall_of(heard: Heard) -> float:
    """From the highest mark to the lowest one after it."""
    highest = deepest = 0.0
    for mark in heard.of(MarkPriceChanged):
        highest = max(highest, mark.mark)
        deepest = max(deepest, 1 - mark.mark / highest)
    return deepest


def closings_of(heard: Heard, what: str) -> list[OrderFilled]:
    return [fill for fill in heard.of(OrderFilled) if made_by_venue(fill.client_order_id) == what]


def test_those_who_borrowed_make_the_fall_deeper() -> None:
    """Without them the same coin falls as far as it is worth less, and nobody is liquidated."""
    calm, closings, _ = run(msgspec.structs.replace(CASCADE, traders=CASCADE.traders[:-1]))
    assert isinstance(CASCADE.traders[-1], LeveragedTraders)
    assert not list(closings.lines()) and not calm.of(MarginCalled)
    heard, _, _ = cascade()
    assert fall_of(heard) > fall_of(calm) + 0.01


def test_stops_then_liquidations_then_an_empty_fund_then_deleveraging() -> None:
    heard, _, _ = cascade()
    liquidated, deleveraged = closings_of(heard, "liquidation"), closings_of(heard, "deleveraging")
    assert len({fill.account for fill in liquidated}) >= 5 and len({fill.account for fill in deleveraged}) >= 2
    called: dict[str, Nanos] = {}
    first: dict[str, Nanos] = {}
    for call in heard.of(MarginCalled):
        called.setdefault(call.account, call.event_time)
    for fill in liquidated:
        first.setdefault(fill.account, fill.event_time)
    assert all(called[account] <= at for account, at in first.items()), "closed without a warning"
    assert min(first.values()) > START + 10 * MINUTE, "before anything fell"
    own = [fill for fill in heard.of(OrderFilled) if "leveraged" in fill.account and not made_by_venue(fill.client_order_id)]
    stops = [fill.event_time for fill in own if fill.side == "sell" and fill.event_time > START + 10 * MINUTE]
    assert stops and min(stops) < max(first.values())
    fund, emptied = 0, False
    for said in heard.of(LiquidationFeeCharged, LossCovered, FundingPaid):
        before, fund = fund, fund - said.amount
        emptied = emptied or (before > 10**10 and fund < before // 100)
    assert emptied, "a fund of more than a hundred was never used up"


def test_money_and_positions_balance_after_all_of_it() -> None:
    _, closings, world = cascade()
    exchange = world.machines[GAMMA]
    assert isinstance(exchange, Exchange)
    ledger = exchange.state.ledger
    accounts = ledger.accounts.values()
    pockets = (ledger.fees, ledger.outside, ledger.insurance, ledger.clearing)
    assert sum(account.free[USDT] for account in accounts) + sum(pocket[USDT] for pocket in pockets) == 0
    assert ledger.clearing[USDT] + sum(position.cost for account in accounts for position in account.positions.values()) == 0
    assert sum(position.quantity for account in accounts for position in account.positions.values()) == 0
    assert ledger.insurance[USDT] >= 0
    assert all(account.free[USDT] >= 0 for account in accounts if not account.positions), "somebody owes and has nothing"
    (line,) = closings.lines()
    assert line.startswith("gamma closed positions of ") and "by liquidation" in line and "by deleveraging" in line


def result_of(notes: Notes, world: World) -> Result:
    marks = {key: market.mark() for key, market in notes.last_engine.state.markets.items()}
    summary = RunSummary(
        strategies=(strategy_address("holder"),), start=world.start, end=world.now, complete=True, opening_equity=notes.opening_equity,
        marks=marks, rates={USDT: (1, 1)},
    )  # fmt: skip
    return build_result(notes.recorder, summary)


def test_a_strategy_in_the_middle_of_it_hears_what_the_venue_did_and_the_books_agree() -> None:
    """In a storm, without breakers: the desk is liquidated, its strategy is told in fills, and both end with the same position."""
    market = msgspec.structs.replace(
        CASCADE, desk=msgspec.structs.replace(CASCADE.desk, deposit=4_000 * WORTH, max_position=200_000 * WORTH)
    )
    told: list[OrderFill] = []
    alerts: list[Any] = []
    heard = Heard()
    notes = Notes(ENGINE, Recorder(market.instruments, market.valuation, DECIMALS), opening_equity(market))
    world = build(2, HOURS, "mild", [StrategySpec("holder", partial(HoldsLong, told))], [heard, notes], market, UNGUARDED)
    world.listen(PROJECTIONS, lambda message, now: alerts.append(message))
    notes.attach(world, opening_deposits(market))
    while world.now < START + duration_ns(HOURS):
        world.run_for(MINUTE)
        notes.sample(world.now)
    notes.finish(world.now)
    assert world.failures == []
    account = account_of(CASCADE.venues[1].name)
    theirs = [fill for fill in closings_of(heard, "liquidation") if fill.account == account]
    assert theirs
    closed = [alert for alert in alerts if isinstance(alert, ClosedByVenue)]
    assert {alert.trade_id for alert in closed} == {fill.trade_id for fill in theirs}
    assert len([fill for fill in told if fill.side == "sell"]) >= len(theirs)
    engine, exchange = world.machines[ENGINE], world.machines[GAMMA]
    assert isinstance(engine, Engine) and isinstance(exchange, Exchange)
    ours = sum(held[PERPETUAL.id].quantity for held in engine.state.positions.values() if PERPETUAL.id in held)
    position = exchange.state.ledger.accounts[account].positions.get(PERPETUAL.id)
    assert ours == (position.quantity * PERPETUAL.lot_value if position is not None else 0)
    assert not [alert for alert in alerts if isinstance(alert, BreakFound) and alert.subject.startswith(("position", "margin"))]
    assert any(isinstance(alert, AlertRaised) and alert.monitor == "margin_ratio" for alert in alerts)
    result, total = result_of(notes, world), engine.portfolio.total()
    assert total is not None and result.summary.total_pnl * 10**DECIMALS == total, "what is written down is what the engine counted"
    (row,) = result.summary.perpetuals
    assert row.venue == "gamma" and row.liquidation_fees > 0
    assert row.peak_leverage is not None and 15 < row.peak_leverage < 200
    assert row.peak_maintenance_margin is not None and row.peak_maintenance_margin > 0.1
