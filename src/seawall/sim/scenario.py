"""A simulated run: a generated market with its venues and background traders, one engine, the caller's strategies, and a storm. One seed
decides all of it.

Everything random is drawn in `build`, in one order: whatever is added goes last, so that the rest stays as it was.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import Venue
from seawall.api.message import Address, strategy_address, venue_address
from seawall.api.orders import AccountId
from seawall.api.risk import Limits, SymbolLimits
from seawall.api.signals import StartStrategy, StopStrategy
from seawall.api.units import HOUR, MILLISECOND, SECOND, Currency, Money, Nanos
from seawall.audit.core.invariants import Bounds, Invariant, every_invariant
from seawall.engine.core.feed import FeedSettings
from seawall.engine.core.feed_words import feed_from
from seawall.engine.core.limit_files import listed
from seawall.engine.core.limit_words import limits_from
from seawall.engine.core.machine import Engine, EngineSettings
from seawall.engine.core.settings import Switches
from seawall.engine.core.venues.settings import VenueSettings
from seawall.exchange.core.machine import Exchange
from seawall.market_data.core.market import DECIMALS as DECIMALS
from seawall.market_data.core.market import PRICES, Market, VenueSpec
from seawall.market_data.core.price_process import PriceProcess
from seawall.market_data.core.price_source import PriceSource
from seawall.market_data.core.standing import STANDING
from seawall.market_data.core.traders.hire import Hire
from seawall.runtime.rng import Rng
from seawall.sim.network import LinkSpec
from seawall.sim.node import NodeSpec
from seawall.sim.storm import STORMS, Faults, PlannedFault, Storm, plan
from seawall.sim.world import World
from seawall.strategy.base import TradingStrategy
from seawall.strategy.core.machine import StrategyMachine

START = Nanos(1_704_067_200 * SECOND)  # 2024-01-01, UTC.
WARM_UP = 10 * SECOND  # Before strategies start: until then books fill and sessions go live.
WIND_DOWN_PERCENT = 95  # Of the duration: strategies stop, and what is left of it goes into settling.
ENGINE = Address("engine")
COIN = 10**DECIMALS

FEED = FeedSettings(in_order=True, max_lag=Nanos(30 * SECOND), max_lead=Nanos(30 * SECOND), max_jump_bps=5_000)
# Of the standing market.
VALUATION = STANDING.valuation
INSTRUMENTS = STANDING.instruments
VENUES = tuple(venue.name for venue in STANDING.venues)
DEPOSITS = STANDING.deposits(VENUES[0])


class StrategySpec(msgspec.Struct, frozen=True):
    """A strategy as the caller has it: its name, what makes it, its parameters."""

    name: str
    factory: Callable[[dict[str, Any]], TradingStrategy]
    config: dict[str, Any] = {}

    @property
    def address(self) -> Address:
        return strategy_address(self.name)


def account_of(venue: Venue) -> AccountId:
    """The engine's."""
    return AccountId(f"{venue}-main")


def duration_ns(hours: float) -> Nanos:
    """To the millisecond, so that every way to write a number of hours means the same run."""
    return Nanos(round(hours * (HOUR // MILLISECOND)) * MILLISECOND)


class Rules(msgspec.Struct, frozen=True):
    """What a caller changes of the desk's limits, and what is switched off."""

    limits: dict[str, str] = {}  # See `limit_words.limits_from`.
    file_limits: dict[str, str] = {}  # Laid under them; those for symbols of other markets do not count.
    switches: Switches = Switches()


AS_IS = Rules()


def limits_of(market: Market, rules: Rules = AS_IS) -> Limits:
    """The desk's, in the units the checks count in.

    Raises: ValueError: a limit that nobody knows, or no figure.
    """
    words = listed(rules.file_limits, market.instruments) | rules.limits
    return limits_from(words, _desk_limits(market), market.instruments, DECIMALS)


def feed_of(rules: Rules = AS_IS) -> FeedSettings:
    """Of the gate for market data.

    Raises: ValueError: a figure that is none.
    """
    return feed_from(rules.file_limits | rules.limits, FEED)


def _desk_limits(market: Market) -> Limits:
    stage, desk = market.stage, market.desk
    positions = {i.symbol: stage.money(i.base, desk.max_position) for i in market.instruments}
    return Limits(
        max_order_value=stage.money(market.valuation, desk.max_order_value),
        position={symbol: SymbolLimits(most, most) for symbol, most in positions.items()},
        max_total_notional=stage.money(market.valuation, desk.max_total_notional),
        max_orders=desk.max_orders,
        max_concentration_bps=None,  # Of the few symbols here, one is soon most of what is held.
        max_portfolio_loss_bps=1_000,
        max_drawdown_bps=2_000,
        rapid_drawdown_bps=500,
        max_trades=100,
        hunter_equity=stage.money(market.valuation, 2_000),
        strategist_equity=stage.money(market.valuation, 10_000),
        max_margin_ratio_bps=5_000,
    )


def build(
    seed: int,
    hours: float = 1.0,
    faults: str = Faults.MILD,
    strategies: Sequence[StrategySpec] = (),
    observers: Sequence[Invariant] = (),  # Beside the invariants, which are always on.
    market: Market = STANDING,
    rules: Rules = AS_IS,
) -> World:
    """The world before its first message. Run it for `duration_ns(hours)`: strategies stop and faults end before that, so that all settles.

    Raises: ValueError: unknown faults, two strategies of one name, a limit nobody knows, a market that does not check (MarketFault).
    """
    storm = _storm(faults)
    if len({spec.name: spec for spec in strategies}) < len(strategies):
        raise ValueError(f"two strategies have one name: {', '.join(spec.name for spec in strategies)}")
    market.check()
    rng = Rng(seed)
    rng.split()  # See planned_faults.
    prices = _prices(market, rng.next_u64())
    exchanges = [_exchange(market, venue, rng.between(-storm.clock_offset_ns, storm.clock_offset_ns)) for venue in market.venues]
    hires = hires_of(market, rng)
    at_venues = tuple(venue_address(venue.name) for venue in market.venues)
    nodes = [
        prices,
        *exchanges,
        *(NodeSpec(hire.build, subscribes=hire.subscribes) for hire in hires),
        NodeSpec(
            partial(Engine, _engine_settings(market, rules, rng.next_u64())), subscribes=at_venues, fsync_ns=storm.fsync_ns, ours=True
        ),
        *(_strategy(spec, market, at_venues, rng.next_u64()) for spec in strategies),
    ]
    bounds = {ENGINE: Bounds(limits_of(market, rules), market.valuation)}
    invariants = every_invariant({instrument.id: instrument for instrument in market.instruments}, bounds)
    links = _links(storm, market, hires, strategies)
    world = World(nodes, links, seed=seed, start=START, invariants=[*invariants, *observers])
    _open_accounts(world, market, hires)
    duration = duration_ns(hours)
    for spec in strategies:
        world.send(spec.address, StartStrategy(), Nanos(START + min(WARM_UP, duration // 10)))
        world.send(spec.address, StopStrategy(), Nanos(START + duration * WIND_DOWN_PERCENT // 100))
    for fault in planned_faults(seed, hours, faults, market):
        world.schedule(fault.at, fault.command)
        world.schedule(fault.end, fault.undo)
    return world


def opening_equity(market: Market = STANDING) -> Money:
    """What the engine begins with, at the opening prices, in the valuation currency."""
    stage = market.stage
    total = sum(amount * stage.worth(currency) for venue in market.venues for currency, amount in market.deposits(venue.name).items())
    return Money(total // stage.worth(market.valuation))


def opening_deposits(market: Market = STANDING) -> dict[AccountId, dict[Currency, Money]]:
    """Of the engine's accounts."""
    return {account_of(venue.name): market.deposits(venue.name) for venue in market.venues}


def planned_faults(seed: int, hours: float, faults: str, market: Market = STANDING) -> list[PlannedFault]:
    """What `build` schedules. It has the first generator that is split off the seed's."""
    venues = [venue_address(venue.name) for venue in market.venues]
    traders = [hire.address for hire in hires_of(market, Rng(0))]
    return plan(_storm(faults), Rng(seed).split(), START, duration_ns(hours), ENGINE, venues, traders)


def hires_of(market: Market, rng: Rng) -> list[Hire]:
    return [hire for traders in market.traders for hire in traders.hire(market.stage, rng.next_u64)]


def _storm(faults: str) -> Storm:
    if faults not in list(Faults):
        raise ValueError(f"no faults are called {faults!r}; there are {', '.join(Faults)}")
    return STORMS[Faults(faults)]


def _prices(market: Market, seed: int) -> NodeSpec:
    strays = {venue.name: venue.strays for venue in market.venues}
    curves = [curve for shock in market.shocks for curve in shock.curves()]

    def source() -> PriceSource:
        process = PriceProcess(market.assets, market.correlation, market.instruments, strays, curves, market.step)
        return PriceSource(PRICES, process, market.step, seed)

    return NodeSpec(source)


def _exchange(market: Market, venue: VenueSpec, clock_offset_ns: int) -> NodeSpec:
    """A venue of perpetuals listens to the spot venues that its index watches."""
    index = market.index(venue)
    watched = tuple(dict.fromkeys(venue_address(spot.venue) for spots in index.values() for spot in spots))
    build = partial(Exchange, venue_address(venue.name), list(venue.instruments), index, venue.rate_limits)
    return NodeSpec(build, subscribes=watched, clock_offset_ns=clock_offset_ns)


def _engine_settings(market: Market, rules: Rules, seed: int) -> EngineSettings:
    venues = tuple(VenueSettings(venue.name, venue_address(venue.name), account_of(venue.name)) for venue in market.venues)
    return EngineSettings(
        ENGINE,
        venues,
        market.instruments,
        limits_of(market, rules),
        market.valuation,
        seed=seed,
        feed=feed_of(rules),
        capital=opening_equity(market),
        switches=rules.switches,
    )


def _strategy(spec: StrategySpec, market: Market, at_venues: tuple[Address, ...], seed: int) -> NodeSpec:
    build = partial(StrategyMachine, spec.address, ENGINE, spec.factory, spec.config, market.instruments, seed, remembers=True)
    return NodeSpec(build, subscribes=at_venues, ours=True)


def _links(
    storm: Storm, market: Market, hires: Sequence[Hire], strategies: Sequence[StrategySpec]
) -> dict[tuple[Address, Address], LinkSpec]:
    """All that is not named here is perfect."""
    links: dict[tuple[Address, Address], LinkSpec] = {}
    for venue in (venue_address(venue.name) for venue in market.venues):
        links[ENGINE, venue] = storm.requests
        for hearer in (ENGINE, *(spec.address for spec in strategies)):
            links[venue, hearer] = storm.reports
        for hire in hires:
            links[hire.address, venue] = links[venue, hire.address] = storm.traders
    for spec in strategies:
        links[ENGINE, spec.address] = links[spec.address, ENGINE] = storm.house
    for hire in hires:
        links[PRICES, hire.address] = storm.traders
    return links


def _open_accounts(world: World, market: Market, hires: Sequence[Hire]) -> None:
    for venue in market.venues:
        world.send(venue_address(venue.name), OpenAccount(account_of(venue.name), ENGINE, market.deposits(venue.name)))
        for hire in hires:
            if venue.name in hire.accounts:
                world.send(venue_address(venue.name), OpenAccount(hire.accounts[venue.name], hire.address, hire.deposits[venue.name]))
