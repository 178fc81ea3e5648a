"""A generated market, whole: assets and their processes, venues and what they list, traders, shocks, and the desk of the engine.

Data and its checks. `market_file` reads it from YAML, `sim/scenario.py` makes a world of it.
"""

from collections.abc import Iterator

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, Venue, filters_fault, filters_of, guards_fault
from seawall.api.message import Address
from seawall.api.rate_limits import RateLimits, rate_limits_fault
from seawall.api.units import MILLISECOND, SECOND, Currency, Money, Nanos
from seawall.market_data.core.correlation import Correlated, weights
from seawall.market_data.core.figures import WORTH, Amount
from seawall.market_data.core.price_process import Asset, Disagreement
from seawall.market_data.core.processes.follows import Follows
from seawall.market_data.core.shocks import AnyShock
from seawall.market_data.core.traders import AnyTraders
from seawall.market_data.core.traders.hire import Stage

PRICES = Address("prices")
DECIMALS = 8  # Of every currency here.
SHORTEST_STEP = Nanos(10 * MILLISECOND)


class VenueSpec(msgspec.Struct, frozen=True):
    name: Venue
    instruments: tuple[Instrument, ...]
    strays: Disagreement = Disagreement()
    rate_limits: RateLimits = RateLimits()


class Desk(msgspec.Struct, frozen=True):
    """What the engine has on each venue, and its limits. Amounts at opening prices; limits are in the valuation currency."""

    deposit: Amount = 90_000 * WORTH  # In each currency.
    max_order_value: Amount = 50_000 * WORTH
    max_position: Amount = 120_000 * WORTH  # In each symbol, long or short.
    max_total_notional: Amount = 400_000 * WORTH
    max_orders: int = 20  # Of one strategy in a second.


class MarketFault(ValueError):
    """Says where in the market, and what is wrong."""


class Market(msgspec.Struct, frozen=True):
    """Raises: MarketFault: from `check`."""

    assets: tuple[Asset, ...]
    venues: tuple[VenueSpec, ...]
    traders: tuple[AnyTraders, ...]
    correlation: tuple[Correlated, ...] = ()
    shocks: tuple[AnyShock, ...] = ()
    valuation: Currency = Currency("USDT")  # What results are counted in.
    step: Nanos = Nanos(2 * SECOND)  # Of prices.
    desk: Desk = Desk()

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        return tuple(instrument for venue in self.venues for instrument in venue.instruments)

    @property
    def openings(self) -> dict[Currency, int]:
        return {asset.currency: asset.opening for asset in self.assets}

    def index(self, venue: VenueSpec) -> dict[InstrumentId, tuple[Instrument, ...]]:
        """What a venue measures each of its perpetuals by: every spot market in its base and quote."""
        spot = [instrument for instrument in self.instruments if instrument.margin is None]
        return {
            perpetual.id: tuple(i for i in spot if (i.base, i.quote) == (perpetual.base, perpetual.quote))
            for perpetual in venue.instruments
            if perpetual.margin is not None
        }

    @property
    def stage(self) -> Stage:
        return Stage(self.instruments, self.openings, PRICES, DECIMALS)

    def deposits(self, venue: Venue) -> dict[Currency, Money]:
        """Of the desk."""
        return self.stage.wealth(venue, self.desk.deposit)

    def check(self) -> None:
        for where, fault in self._faults():
            raise MarketFault(f"{where}: {fault}")

    def _faults(self) -> Iterator[tuple[str, str]]:
        yield from _venue_faults(self)
        yield from _asset_faults(self)
        try:
            weights([asset.currency for asset in self.assets], self.correlation)
        except ValueError as error:
            yield "correlation", str(error)
        yield from _trader_faults(self)
        yield from _shock_faults(self)
        desk = self.desk
        if min(desk.deposit, desk.max_order_value, desk.max_position, desk.max_total_notional, desk.max_orders) <= 0:
            yield "desk", "deposit and limits must be above 0"


def _venue_faults(market: Market) -> Iterator[tuple[str, str]]:
    if market.step < SHORTEST_STEP:
        yield "step", f"{market.step} ns is too short; at least {SHORTEST_STEP} ns"
    if not market.instruments:
        yield "venues", "no venue lists an instrument"
    names = [venue.name for venue in market.venues]
    for name in names:
        if names.count(name) > 1:
            yield f"venues, {name}", "given twice"
    for venue in market.venues:
        if venue.strays.deviation < 0 or venue.strays.reverts_over < 1:
            yield f"venues, {venue.name}", "strays: deviation is not negative, and reverts_over takes some time"
        if fault := rate_limits_fault(venue.rate_limits):
            yield f"venues, {venue.name}, rate_limits", fault
        if len({i.kind: True for i in venue.instruments}) > 1:
            yield f"venues, {venue.name}", "spot and perpetuals; give each kind a venue of its own, as one wallet cannot serve both"
        for instrument in venue.instruments:
            if fault := filters_fault(filters_of(instrument)) or guards_fault(instrument):
                yield f"venues, {venue.name}, {instrument.symbol}", fault
            if instrument.base not in market.openings:
                yield f"venues, {venue.name}, {instrument.symbol}", f"{instrument.base} is no asset; there are {_list(market.openings)}"


def _asset_faults(market: Market) -> Iterator[tuple[str, str]]:
    before: list[Currency] = []
    for asset in market.assets:
        where = f"assets, {asset.currency}"
        if asset.currency in before:
            yield where, "given twice"
        if not 0 < asset.opening < 1_000_000 * WORTH:
            yield where, "opening must be above 0, and below 1,000,000"
        if sum(process.diffuses for process in asset.processes) > 1:
            kinds = _list(process.__struct_config__.tag for process in asset.processes if process.diffuses)
            yield where, f"{kinds} exclude each other: one of them says how it moves all the time; jumps and followers come on top"
        for process in asset.processes:
            place = f"{where}, {process.__struct_config__.tag}"
            if isinstance(process, Follows) and process.asset not in before:
                yield place, f"follows {process.asset}, which must be listed before it; there are {_list(before) or 'none'}"
            if fault := process.fault(market.step):
                yield place, fault
        before.append(asset.currency)


def _trader_faults(market: Market) -> Iterator[tuple[str, str]]:
    venues, symbols = [venue.name for venue in market.venues], list(dict.fromkeys(i.symbol for i in market.instruments))
    names: dict[str, str] = {}
    for number, traders in enumerate(market.traders, 1):
        where = f"traders, {number} ({traders.__struct_config__.tag})"
        for what, wanted, there in (("venue", traders.venues, venues), ("symbol", traders.symbols, symbols)):
            for name in wanted:
                if name not in there:
                    yield where, f"there is no {what} {name}; there are {_list(there)}"
        if fault := traders.fault():
            yield where, fault
        elif hires := traders.hire(market.stage, lambda: 0):
            for hire in hires:
                if hire.address in names:
                    yield where, f"{hire.address} is there already, from {names[hire.address]}; give one of them another name"
                names[hire.address] = where
        else:
            yield where, "none of its symbols is listed on its venues"


def _shock_faults(market: Market) -> Iterator[tuple[str, str]]:
    assets, instruments = list(market.openings), [instrument.id for instrument in market.instruments]
    for number, shock in enumerate(market.shocks, 1):
        where = f"shocks, {number} ({shock.__struct_config__.tag})"
        if fault := shock.fault():
            yield where, fault
            continue
        for curve in shock.curves():
            there: list[Currency] | list[InstrumentId] = assets if curve.effect.of_assets else instruments
            for name in curve.of:
                if name not in there:
                    what = "asset" if curve.effect.of_assets else "instrument"
                    yield where, f"there is no {what} {name}; there are {_list(there)}"


def _list(names: object) -> str:
    return ", ".join(map(str, names))  # type: ignore[call-overload]
