"""Market makers as a market's definition names them: how they quote, in shares of the price and amounts of money."""

from functools import partial
from itertools import pairwise

import msgspec

from seawall.api.instruments import Instrument, Symbol, Venue
from seawall.api.message import venue_address
from seawall.api.orders import AccountId
from seawall.api.units import PPB, Price
from seawall.market_data.core.figures import WORTH, Amount, Ppb
from seawall.market_data.core.traders.hire import Hire, Seeds, Stage, trader_address
from seawall.market_data.core.traders.market_maker import Ladder, MarketMaker, Rung
from seawall.market_data.core.traders.weather import WeatherSense


class Level(msgspec.Struct, frozen=True):
    distance: Ppb  # Of the price, at least.
    value: Amount  # Shown there.
    grid: Ppb = 0  # Its price is a multiple of this share of the price; nothing: half the distance. Never finer than a tick.
    octaves: Ppb = 0  # What is shown differs from that, price by price: standard deviation in doublings.


class MarketMakers(msgspec.Struct, frozen=True, tag_field="kind", tag="market_maker"):
    """One on each venue."""

    levels: tuple[Level, ...]  # On each side, the nearest first.
    inventory_limit: Amount = 180_000 * WORTH  # How far from its wealth it lets itself be taken.
    lean: Ppb = 600_000  # So far its prices have moved there.
    weather: WeatherSense = WeatherSense()
    name: str = "maker"
    venues: tuple[Venue, ...] = ()  # None: all. And so the symbols.
    symbols: tuple[Symbol, ...] = ()
    wealth: Amount = 20_000_000 * WORTH  # In each currency, on each venue.

    def fault(self) -> str | None:
        if not self.levels:
            return "levels: at least one is needed"
        if any(min(level.distance, level.grid, level.octaves) < 0 or level.value <= 0 for level in self.levels):
            return "levels: a distance, grid or octaves is negative, or a value is not above 0"
        if any(one.distance > other.distance for one, other in pairwise(self.levels)):
            return "levels: the nearest comes first"
        if self.inventory_limit <= 0 or not 0 <= self.lean < PPB:
            return "inventory_limit must be above 0, and lean between 0 % and 100 %"
        fault = self.weather.fault()
        return f"weather: {fault}" if fault else None

    def hire(self, stage: Stage, seeds: Seeds) -> list[Hire]:
        hires = []
        for venue, instruments in stage.chosen(self.venues, self.symbols).items():
            address, account = trader_address(self.name, venue), AccountId(trader_address(self.name, venue))
            ladders = [self._ladder(stage, instrument) for instrument in instruments]
            build = partial(MarketMaker, address, venue_address(venue), account, ladders, seeds() if self._varies else 0)
            hires.append(Hire(address, build, (stage.prices,), {venue: account}, {venue: stage.wealth(venue, self.wealth)}))
        return hires

    @property
    def _varies(self) -> bool:
        return any(level.octaves for level in self.levels)

    def _ladder(self, stage: Stage, instrument: Instrument) -> Ladder:
        rungs = tuple(
            Rung(
                stage.ticks(instrument, level.distance, PPB) if level.distance else Price(0),
                stage.ticks(instrument, level.grid or level.distance // 2, PPB),
                stage.lots(instrument, level.value),
                level.octaves,
            )
            for level in self.levels
        )
        inventory, limit = (stage.money(instrument.base, amount) for amount in (self.wealth, self.inventory_limit))
        return Ladder(instrument, rungs, inventory, limit, stage.ticks(instrument, self.lean, PPB), self.weather)
