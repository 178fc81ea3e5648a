"""The standing scenario: two venues with background traders, one engine, the caller's strategies, and a storm. One seed decides all of it.

Everything random is drawn in `build`, in one order: whatever is added goes last, so that the rest stays as it was.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import Instrument, Symbol, Venue, define_spot
from seawall.api.message import Address, strategy_address
from seawall.api.orders import AccountId
from seawall.api.risk import Limits, SymbolLimits
from seawall.api.signals import StartStrategy, StopStrategy
from seawall.api.units import HOUR, MILLISECOND, PPB, SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.audit.core.invariants import Bounds, Invariant, every_invariant
from seawall.engine.core.machine import Engine, EngineSettings
from seawall.engine.core.venues.settings import VenueSettings
from seawall.exchange.core.machine import Exchange
from seawall.market_data.core.price_process import Disagreement, Walk
from seawall.market_data.core.price_source import PriceSource
from seawall.market_data.core.traders.market_maker import Ladder, MarketMaker
from seawall.market_data.core.traders.noise_trader import NoiseSettings, NoiseTrader
from seawall.runtime.rng import Rng
from seawall.sim.network import PPM, LinkSpec
from seawall.sim.node import NodeSpec
from seawall.sim.storm import STORMS, Faults, PlannedFault, Storm, plan
from seawall.sim.world import World
from seawall.strategy.base import TradingStrategy
from seawall.strategy.core.machine import StrategyMachine

START = Nanos(1_704_067_200 * SECOND)  # 2024-01-01, UTC.
WARM_UP = 10 * SECOND  # Before strategies start: until then books fill and sessions go live.
WIND_DOWN_PERCENT = 95  # Of the duration: strategies stop, and what is left of it goes into settling.
ENGINE, PRICES = Address("engine"), Address("prices")
VALUATION = Currency("USDT")
DECIMALS = 8  # Of every currency here.
COIN = 10**DECIMALS

VENUES = (Venue("alpha"), Venue("beta"))
INSTRUMENTS = (
    define_spot("alpha", "BTC-USDT", tick="0.1", lot="0.00001", maker_fee="0", taker_fee="0.0002", min_notional="5"),
    define_spot("alpha", "ETH-USDT", tick="0.01", lot="0.0001", maker_fee="0", taker_fee="0.0002", min_notional="5"),
    define_spot("alpha", "SOL-USDT", tick="0.001", lot="0.01", maker_fee="0", taker_fee="0.0002", min_notional="5"),
    define_spot("beta", "BTC-USDT", tick="0.01", lot="0.0001", maker_fee="0", taker_fee="0.0003", min_notional="10"),
    define_spot("beta", "ETH-USDT", tick="0.01", lot="0.001", maker_fee="0", taker_fee="0.0003", min_notional="10"),
    define_spot("beta", "SOL-USDT", tick="0.01", lot="0.1", maker_fee="0", taker_fee="0.0003", min_notional="10"),
)
WALKS = (
    Walk(Symbol("BTC-USDT"), 60_000 * PPB, volatility_bps=60, jump_ppm=300, jump_bps=15),
    Walk(Symbol("ETH-USDT"), 3_000 * PPB, volatility_bps=80, jump_ppm=300, jump_bps=20),
    Walk(Symbol("SOL-USDT"), 150 * PPB, volatility_bps=120, jump_ppm=300, jump_bps=30),
)
STEP = Nanos(2 * SECOND)  # Of prices.
DISAGREEMENT = Disagreement(deviation_bps=8, reversion_ns=Nanos(120 * SECOND))
DEPOSITS = {  # Of the engine, on each venue.
    VALUATION: Money(100_000 * COIN),
    Currency("BTC"): Money(3 * COIN // 2),
    Currency("ETH"): Money(30 * COIN),
    Currency("SOL"): Money(600 * COIN),
}
LIMITS = Limits(
    max_order_value=Money(50_000 * COIN),
    position={
        Symbol("BTC-USDT"): SymbolLimits(2 * COIN, 2 * COIN),
        Symbol("ETH-USDT"): SymbolLimits(40 * COIN, 40 * COIN),
        Symbol("SOL-USDT"): SymbolLimits(800 * COIN, 800 * COIN),
    },
    max_total_notional=Money(400_000 * COIN),
    max_orders=20,
)
RICHES = 200  # A background trader has so many times the engine's deposits.
LADDER_STEP_PPM, LADDER_LEVELS, LADDER_VALUE = 200, 5, 5_000  # Step: of the price. Value: of each level, in quote currency.
NOISE = NoiseSettings(interval_ns=Nanos(3 * SECOND), amount=Money(2_000 * COIN))


class StrategySpec(msgspec.Struct, frozen=True):
    """A strategy as the caller has it: its name, what makes it, its parameters."""

    name: str
    factory: Callable[[dict[str, Any]], TradingStrategy]
    config: dict[str, Any] = {}

    @property
    def address(self) -> Address:
        return strategy_address(self.name)


def venue_address(venue: Venue) -> Address:
    return Address(f"venue:{venue}")


def account_of(venue: Venue) -> AccountId:
    """The engine's."""
    return AccountId(f"{venue}-main")


def duration_ns(hours: float) -> Nanos:
    """To the millisecond, so that every way to write a number of hours means the same run."""
    return Nanos(round(hours * (HOUR // MILLISECOND)) * MILLISECOND)


def build(
    seed: int,
    hours: float = 1.0,
    faults: str = Faults.MILD,
    strategies: Sequence[StrategySpec] = (),
    observers: Sequence[Invariant] = (),  # Beside the invariants, which are always on.
) -> World:
    """The world before its first message. Run it for `duration_ns(hours)`: strategies stop and faults end before that, so that all settles.

    Raises: ValueError: unknown faults, or two strategies of one name.
    """
    storm = _storm(faults)
    if len({spec.name: spec for spec in strategies}) < len(strategies):
        raise ValueError(f"two strategies have one name: {', '.join(spec.name for spec in strategies)}")
    rng = Rng(seed)
    rng.split()  # See planned_faults.
    nodes = [
        NodeSpec(partial(PriceSource, PRICES, WALKS, INSTRUMENTS, DISAGREEMENT, STEP, rng.next_u64())),
        *(_exchange(venue, rng.between(-storm.clock_offset_ns, storm.clock_offset_ns)) for venue in VENUES),
        *(_maker(venue) for venue in VENUES),
        *(_noise_trader(venue, rng.next_u64()) for venue in VENUES),
        NodeSpec(partial(Engine, _engine_settings(rng.next_u64())), subscribes=_AT_VENUES, fsync_ns=storm.fsync_ns, ours=True),
        *(_strategy(spec, rng.next_u64()) for spec in strategies),
    ]
    invariants = every_invariant({instrument.id: instrument for instrument in INSTRUMENTS}, {ENGINE: Bounds(LIMITS, VALUATION)})
    world = World(nodes, _links(storm, strategies), seed=seed, start=START, invariants=[*invariants, *observers])
    _open_accounts(world)
    duration = duration_ns(hours)
    for spec in strategies:
        world.send(spec.address, StartStrategy(), Nanos(START + min(WARM_UP, duration // 10)))
        world.send(spec.address, StopStrategy(), Nanos(START + duration * WIND_DOWN_PERCENT // 100))
    for fault in planned_faults(seed, hours, faults):
        world.schedule(fault.at, fault.command)
        world.schedule(fault.end, fault.undo)
    return world


def opening_equity() -> Money:
    """What the engine begins with, at the opening prices, in the valuation currency."""
    worth = {VALUATION: PPB} | {Currency(walk.symbol.partition("-")[0]): walk.opening for walk in WALKS}
    return Money(len(VENUES) * sum(amount * worth[currency] // PPB for currency, amount in DEPOSITS.items()))


def opening_deposits() -> dict[AccountId, dict[Currency, Money]]:
    """Of the engine's accounts."""
    return {account_of(venue): DEPOSITS for venue in VENUES}


def planned_faults(seed: int, hours: float, faults: str) -> list[PlannedFault]:
    """What `build` schedules. It has the first generator that is split off the seed's."""
    return plan(_storm(faults), Rng(seed).split(), START, duration_ns(hours), ENGINE, _AT_VENUES, (*_MAKERS, *_NOISE_TRADERS))


_AT_VENUES = tuple(venue_address(venue) for venue in VENUES)
_MAKERS = tuple(Address(f"trader:maker-{venue}") for venue in VENUES)
_NOISE_TRADERS = tuple(Address(f"trader:noise-{venue}") for venue in VENUES)


def _storm(faults: str) -> Storm:
    if faults not in list(Faults):
        raise ValueError(f"no faults are called {faults!r}; there are {', '.join(Faults)}")
    return STORMS[Faults(faults)]


def _listed(venue: Venue) -> list[Instrument]:
    return [instrument for instrument in INSTRUMENTS if instrument.venue == venue]


def _exchange(venue: Venue, clock_offset_ns: int) -> NodeSpec:
    return NodeSpec(partial(Exchange, venue_address(venue), _listed(venue)), clock_offset_ns=clock_offset_ns)


def _maker(venue: Venue) -> NodeSpec:
    address = Address(f"trader:maker-{venue}")
    ladders = [_ladder(instrument) for instrument in _listed(venue)]
    return NodeSpec(partial(MarketMaker, address, venue_address(venue), AccountId(address), ladders), subscribes=(PRICES,))


def _ladder(instrument: Instrument) -> Ladder:
    worth = next(walk.opening for walk in WALKS if walk.symbol == instrument.symbol)
    ticks = worth * instrument.price_scale // (instrument.tick * PPB)
    step = Price(max(1, ticks * LADDER_STEP_PPM // PPM))
    quantity = Quantity(LADDER_VALUE * COIN // (ticks * instrument.tick_value))
    own = DEPOSITS[instrument.base]
    return Ladder(instrument, step, LADDER_LEVELS, quantity, inventory=Money(RICHES * own), inventory_limit=Money(2 * own))


def _noise_trader(venue: Venue, seed: int) -> NodeSpec:
    address, at = Address(f"trader:noise-{venue}"), venue_address(venue)
    return NodeSpec(partial(NoiseTrader, address, at, AccountId(address), _listed(venue), NOISE, seed), subscribes=(at,))


def _engine_settings(seed: int) -> EngineSettings:
    venues = tuple(VenueSettings(venue, venue_address(venue), account_of(venue)) for venue in VENUES)
    return EngineSettings(ENGINE, venues, INSTRUMENTS, LIMITS, VALUATION, seed=seed)


def _strategy(spec: StrategySpec, seed: int) -> NodeSpec:
    build = partial(StrategyMachine, spec.address, ENGINE, spec.factory, spec.config, INSTRUMENTS, seed)
    return NodeSpec(build, subscribes=_AT_VENUES, ours=True)


def _links(storm: Storm, strategies: Sequence[StrategySpec]) -> dict[tuple[Address, Address], LinkSpec]:
    """All that is not named here is perfect."""
    links: dict[tuple[Address, Address], LinkSpec] = {}
    for venue in _AT_VENUES:
        links[ENGINE, venue] = storm.requests
        for hearer in (ENGINE, *(spec.address for spec in strategies)):
            links[venue, hearer] = storm.reports
        for trader in (*_MAKERS, *_NOISE_TRADERS):
            links[trader, venue] = links[venue, trader] = storm.traders
    for spec in strategies:
        links[ENGINE, spec.address] = links[spec.address, ENGINE] = storm.house
    for maker in _MAKERS:
        links[PRICES, maker] = storm.traders
    return links


def _open_accounts(world: World) -> None:
    riches = {currency: Money(RICHES * amount) for currency, amount in DEPOSITS.items()}
    for venue, maker, noise in zip(VENUES, _MAKERS, _NOISE_TRADERS, strict=True):
        world.send(venue_address(venue), OpenAccount(account_of(venue), ENGINE, DEPOSITS))
        for trader in (maker, noise):
            world.send(venue_address(venue), OpenAccount(AccountId(trader), trader, riches))
