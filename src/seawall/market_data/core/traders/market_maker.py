"""Quotes a ladder on both sides of what instruments are worth, and leans against its inventory. In a storm it quotes wider and less, then
nothing.

Orders stand on grids of prices: when the worth moves a little, few of them are replaced.
"""

from collections.abc import Sequence

import msgspec

from seawall.api.accounts import BalancesReported
from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.margin import PositionsReported
from seawall.api.market_data import ReferenceMoved
from seawall.api.message import Address, Envelope, Message, Tick
from seawall.api.orders import AccountId, ClientOrderId, OrderFilled, Side
from seawall.api.units import PPB, Currency, Money, Nanos, Price, Quantity
from seawall.market_data.core.excitement import power_of_two
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.traders.holdings import count_balances, count_fill, count_position, held_queries
from seawall.market_data.core.traders.order_pad import OrderPad, PadState
from seawall.market_data.core.traders.weather import Weather, WeatherSense
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng

BUY, SELL = Side.BUY, Side.SELL
_MASK = (1 << 64) - 1
WORN = 2  # An order with less than one part in so many of what it should show, or more than so many times that, is replaced.


class Rung(msgspec.Struct, frozen=True):
    """One level of a ladder, on each side."""

    distance: Price  # From the worth, at least; none: one step of its grid apart.
    grid: Price  # Its price is a multiple of this.
    quantity: Quantity
    octaves: Ppb = 0  # Quantities differ from that, price by price: standard deviation in doublings.


class Ladder(msgspec.Struct, frozen=True):
    """How one instrument is quoted."""

    instrument: Instrument
    rungs: tuple[Rung, ...]  # The nearest first.
    inventory: Money  # What it starts with and comes back to, in base minor units.
    inventory_limit: Money  # How far from that it lets itself be taken; there the side that would add to it ends.
    lean: Price  # So far the ladder has moved when the inventory is at its limit.
    sense: WeatherSense = WeatherSense()


def even(step: int, levels: int, quantity: int) -> tuple[Rung, ...]:
    """A ladder of equal steps. Half a step is the least distance of the best quote from the worth."""
    return tuple(Rung(Price(step // 2 + level * step), Price(step), Quantity(quantity)) for level in range(levels))


class MakerState(msgspec.Struct):
    pad: PadState
    holding: dict[Currency, Money]  # As the venue last told, and fills since; free and locked together.
    weather: dict[InstrumentId, Weather]


class MarketMaker:
    def __init__(self, address: Address, venue: Address, account: AccountId, ladders: Sequence[Ladder], seed: int = 0) -> None:
        self.address = address
        self.seed = seed
        self.ladders = {ladder.instrument.id: ladder for ladder in ladders}
        self.state = MakerState(
            PadState(),
            {ladder.instrument.base: ladder.inventory for ladder in ladders},
            {key: Weather() for key in self.ladders},
        )
        self.pad = OrderPad(venue, account, self.state.pad)
        self.handlers: dict[type[Message], Handler] = self.pad.handlers | {
            Tick: self._tick,
            ReferenceMoved: self._reference_moved,
            BalancesReported: self._balances_reported,
            PositionsReported: self._positions_reported,
            OrderFilled: self._filled,
        }

    def restore(self, state: MakerState) -> None:
        self.state = state
        self.pad.state = state.pad

    def deadline(self) -> Nanos | None:
        return self.state.pad.refresh_at

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        out = self.pad.refresh(now)
        if out:
            out += held_queries(self.pad, [ladder.instrument for ladder in self.ladders.values()])
        return out

    def _balances_reported(self, report: BalancesReported, now: Nanos) -> list[Envelope]:
        count_balances(self.state.holding, report)
        return []

    def _positions_reported(self, report: PositionsReported, now: Nanos) -> list[Envelope]:
        for ladder in self.ladders.values():
            count_position(self.state.holding, report, ladder.instrument, ladder.inventory)
        return []

    def _filled(self, fill: OrderFilled, now: Nanos) -> list[Envelope]:
        ladder = self.ladders.get(fill.instrument)
        if ladder is not None and fill.account == self.pad.account:
            count_fill(self.state.holding, ladder.instrument, fill)
        return self.pad.handlers[OrderFilled](fill, now)

    def _reference_moved(self, reference: ReferenceMoved, now: Nanos) -> list[Envelope]:
        out = []
        for key, ladder in self.ladders.items():
            price = reference.prices.get(key)
            if price is not None:
                weather = self.state.weather.setdefault(key, Weather())
                weather.observe(price, ladder.sense)
                out += self._quote(ladder, price, weather.roughness(ladder.sense), reference.depth_ppb.get(key, PPB), now)
        return out

    def _quote(self, ladder: Ladder, worth: Price, roughness: int, depth: int, now: Nanos) -> list[Envelope]:
        """Brings what rests in line with what should: new orders first, so that the book is never empty, one side after the other, in the
        order in which none of ours meets another."""
        key = ladder.instrument.id
        wanted = self._wanted(ladder, worth, roughness, depth)
        unwanted: dict[Side, list[ClientOrderId]] = {BUY: [], SELL: []}
        highest_bid = 0
        for order_key, order in self.state.pad.orders.items():
            if order.instrument != key or order.cancelling:
                continue
            quantity = wanted[order.side].get(order.price)
            if quantity is not None and quantity <= order.quantity * WORN and order.quantity <= quantity * WORN:
                del wanted[order.side][order.price]
            else:
                unwanted[order.side].append(order_key)
            if order.side is BUY and order.price > highest_bid:
                highest_bid = order.price
        asks_first = min(wanted[SELL], default=highest_bid + 1) > highest_bid
        out = []
        for side in (SELL, BUY) if asks_first else (BUY, SELL):
            for price, quantity in wanted[side].items():
                out += self.pad.rest(key, side, price, quantity, now)
            out += [self.pad.cancel(order_key) for order_key in unwanted[side]]
        return out

    def _wanted(self, ladder: Ladder, worth: Price, roughness: int, depth: int) -> dict[Side, dict[Price, Quantity]]:
        """Price -> quantity, the best levels first. `roughness` widens and thins; none of it is left when it is nothing."""
        bids: dict[Price, Quantity] = {}
        asks: dict[Price, Quantity] = {}
        limit = ladder.inventory_limit
        excess = self.state.holding.get(ladder.instrument.base, Money(0)) - ladder.inventory
        if roughness and depth:
            centre = worth - max(-limit, min(limit, excess)) * ladder.lean // limit
            for rung in ladder.rungs:
                away, grid = rung.distance * roughness // PPB, rung.grid
                quantity = Quantity(max(1, rung.quantity * depth // roughness))
                bid, ask = (centre - away) // grid * grid, -(-(centre + away) // grid) * grid
                if ask <= bid:
                    ask = bid + grid
                if excess < limit and bid > 0:
                    bids.setdefault(Price(bid), self._varied(quantity, rung.octaves, bid))
                if excess > -limit and ask > 0:
                    asks.setdefault(Price(ask), self._varied(quantity, rung.octaves, -ask))
        return {BUY: bids, SELL: asks}

    def _varied(self, quantity: Quantity, octaves: int, place: int) -> Quantity:
        """The same at the same place for as long as the run lasts."""
        if not octaves:
            return quantity
        numerator, denominator = power_of_two(int(Rng(self.seed + place & _MASK).normal() * octaves))
        return Quantity(max(1, quantity * numerator // denominator))
