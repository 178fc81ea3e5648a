"""Trades for no reason: market orders of very different sizes, and limit orders near the last price that it takes back after a while.

Its orders come in clusters (one makes the next likelier for a while), and for a while more of them are on one side: how crowds trade.
"""

from collections.abc import Sequence
from functools import partial

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, Symbol, Venue
from seawall.api.market_data import ReferenceMoved, Traded
from seawall.api.message import Address, Envelope, Message, Tick, venue_address
from seawall.api.orders import AccountId, Side
from seawall.api.units import PPB, SECOND, Money, Nanos, Price, Quantity
from seawall.market_data.core.excitement import PER_HALF_LIFE, faded, power_of_two
from seawall.market_data.core.figures import WORTH, Amount, Ppb
from seawall.market_data.core.traders.hire import Hire, Seeds, Stage, trader_address
from seawall.market_data.core.traders.order_pad import OrderPad, PadState
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng

LEAST_FLOW = PPB // 20  # While others are to trade less than this, it looks as often as for this.


class NoiseTraders(msgspec.Struct, frozen=True, tag_field="kind", tag="noise"):
    """One on each venue."""

    every: Nanos  # Between two orders of one of them, over all its symbols, on average.
    amount: Amount  # Of an order: half of them are smaller.
    octaves: Ppb = 3 * PPB // 2  # Standard deviation of the sizes, in doublings.
    largest: Amount = 100_000 * WORTH
    resting: Ppb = 400_000_000  # How many are limit orders.
    widest: Ppb = 1_200_000  # How far from the last price those stand, at most.
    patience: Nanos = Nanos(30 * SECOND)  # How long they rest.
    echoes: Ppb = 0  # How many further orders one causes, directly, on average; below one.
    fades_over: Nanos = Nanos(SECOND)  # Half-life of that.
    mood: Ppb = PPB // 2  # How many of the market orders are on the side of the moment; half: there is no such side.
    mood_lasts: int = 20  # Orders, on average.
    name: str = "noise"
    venues: tuple[Venue, ...] = ()  # None: all. And so the symbols.
    symbols: tuple[Symbol, ...] = ()
    wealth: Amount = 20_000_000 * WORTH  # In each currency, on each venue.

    def fault(self) -> str | None:
        if self.every <= 0 or self.fades_over <= 0 or self.patience <= 0:
            return "every, fades_over and patience take some time"
        if not 0 < self.amount <= self.largest:
            return "amount must be above 0, and not above largest"
        if not 0 <= self.echoes < PPB:
            return "echoes must lie between 0 and 1, and below 1"
        if not (0 <= self.resting <= PPB and 0 <= self.mood <= PPB):
            return "resting and mood must lie between 0 % and 100 %"
        if self.octaves < 0 or not 0 <= self.widest < PPB:
            return "octaves is negative, or widest is not between 0 % and 100 %"
        return "mood_lasts must be 1 or more" if self.mood_lasts < 1 else None

    def hire(self, stage: Stage, seeds: Seeds) -> list[Hire]:
        hires = []
        for venue, instruments in stage.chosen(self.venues, self.symbols).items():
            address, account = trader_address(self.name, venue), AccountId(trader_address(self.name, venue))
            sizes = {i.id: Sizes(stage.money(i.quote, self.amount), stage.money(i.quote, self.largest)) for i in instruments}
            build = partial(NoiseTrader, address, venue_address(venue), account, instruments, sizes, self, seeds())
            heard = (venue_address(venue), stage.prices)
            hires.append(Hire(address, build, heard, {venue: account}, {venue: stage.wealth(venue, self.wealth)}))
        return hires


class Sizes(msgspec.Struct, frozen=True):
    """Of orders, in quote minor units."""

    median: Money
    largest: Money


class NoiseState(msgspec.Struct):
    rng: Rng
    pad: PadState
    act_at: Nanos = Nanos(0)
    last: dict[InstrumentId, Price] = {}
    buying: dict[InstrumentId, bool] = {}  # The side of the moment.
    flow: dict[InstrumentId, int] = {}  # As the price source said, where it is not the usual.
    excitement: int = 0  # In parts per billion of the rate at rest, at `excited_at`.
    excited_at: Nanos = Nanos(0)


class NoiseTrader:
    def __init__(
        self,
        address: Address,
        venue: Address,
        account: AccountId,
        instruments: Sequence[Instrument],
        sizes: dict[InstrumentId, Sizes],
        settings: NoiseTraders,
        seed: int,
    ) -> None:
        self.address = address
        self.instruments = {instrument.id: instrument for instrument in instruments}
        self.sizes = sizes
        self.settings = settings
        self._quiet_interval = settings.every * PPB // (PPB - settings.echoes)  # Of orders that nothing caused.
        # So high, an excitement causes `echoes` orders before it has faded.
        self._kick = settings.echoes * self._quiet_interval * PPB // (settings.fades_over * PER_HALF_LIFE)
        self.state = NoiseState(Rng(seed), PadState())
        self.pad = OrderPad(venue, account, self.state.pad)
        self.handlers: dict[type[Message], Handler] = self.pad.handlers | {
            Tick: self._tick,
            Traded: self._traded,
            ReferenceMoved: self._reference_moved,
        }

    def restore(self, state: NoiseState) -> None:
        self.state = state
        self.pad.state = state.pad

    def deadline(self) -> Nanos | None:
        return min(self.state.act_at, self.state.pad.refresh_at)

    def _traded(self, trade: Traded, now: Nanos) -> list[Envelope]:
        if trade.instrument in self.instruments:
            self.state.last[trade.instrument] = trade.price
        return []

    def _reference_moved(self, reference: ReferenceMoved, now: Nanos) -> list[Envelope]:
        if reference.flow_ppb or self.state.flow:
            self.state.flow = {key: flow for key, flow in reference.flow_ppb.items() if key in self.instruments}
        return []

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        state = self.state
        out = self.pad.refresh(now)
        if now < state.act_at:
            return out
        patience = self.settings.patience
        old = [key for key, order in state.pad.orders.items() if not order.cancelling and now - order.placed >= patience]
        out += [self.pad.cancel(key) for key in old]
        first = not state.excited_at
        busiest = max(LEAST_FLOW, max((state.flow.get(key, PPB) for key in self.instruments), default=PPB))
        if not first:
            out += self._trade(busiest, now)
        state.act_at = self._next_arrival(busiest, now)
        return out

    def _next_arrival(self, busiest: int, now: Nanos) -> Nanos:
        """Thinning (Ogata): a time drawn at the rate of now, which is the highest, is kept as often as the rate of then is of it."""
        state, rng, half_life = self.state, self.state.rng, self.settings.fades_over
        level = state.excitement = faded(state.excitement, now - state.excited_at, half_life) + self._kick
        state.excited_at = at = now
        while True:
            rate = PPB + level
            wait = rng.exponential() * self._quiet_interval * PPB // (rate * busiest) + 1
            at, level = Nanos(at + wait), faded(level, wait, half_life)
            if rng.below(rate) < PPB + level:
                return at

    def _trade(self, busiest: int, now: Nanos) -> list[Envelope]:
        rng, settings = self.state.rng, self.settings
        instrument = list(self.instruments.values())[rng.below(len(self.instruments))]
        key = instrument.id
        if self.state.flow and rng.below(busiest) >= self.state.flow.get(key, PPB):
            return []
        amount = self._amount(self.sizes[key])
        last = self.state.last.get(key)
        if last is not None and rng.below(PPB) < settings.resting:
            side = Side.BUY if rng.below(2) else Side.SELL
            away = last * rng.below(settings.widest + 1) // PPB
            price = Price(max(1, last - away if side is Side.BUY else last + away))
            return self.pad.rest(key, side, price, Quantity(max(1, amount // (price * instrument.tick_value))), now)
        return [self.pad.take(key, self._side(key), Money(max(amount, instrument.min_notional * 11 // 10)))]

    def _amount(self, sizes: Sizes) -> Money:
        numerator, denominator = power_of_two(int(self.state.rng.normal() * self.settings.octaves))
        return Money(max(1, min(sizes.largest, sizes.median * numerator // denominator)))

    def _side(self, key: InstrumentId) -> Side:
        rng, settings = self.state.rng, self.settings
        buying = self.state.buying.get(key)
        if buying is None or rng.below(settings.mood_lasts) == 0:
            buying = self.state.buying[key] = bool(rng.below(2)) if buying is None else not buying
        return Side.BUY if buying == (rng.below(PPB) < settings.mood) else Side.SELL
