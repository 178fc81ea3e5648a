"""Trades for no reason: market orders of random size, and limit orders near the last price that it takes back after a while."""

from collections.abc import Sequence

import msgspec

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.market_data import Traded
from seawall.api.message import Address, Envelope, Message, Tick
from seawall.api.orders import AccountId, Side
from seawall.api.units import BASIS_POINTS, SECOND, Money, Nanos, Price, Quantity
from seawall.market_data.core.traders.order_pad import OrderPad, PadState
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng

PATIENCE_NS = 30 * SECOND  # How long a limit order of its rests.
WIDEST_BPS = 12  # From the last price.
RESTING_IN_TEN = 4  # The rest are market orders.
LARGE_ONE_IN = 20
LARGE_FACTOR = 5


class NoiseSettings(msgspec.Struct, frozen=True):
    interval_ns: Nanos  # Between two orders, on average.
    amount: Money  # Of an ordinary order on average, in quote minor units.


class NoiseState(msgspec.Struct):
    rng: Rng
    pad: PadState
    act_at: Nanos = Nanos(0)
    last: dict[InstrumentId, Price] = {}


class NoiseTrader:
    def __init__(
        self, address: Address, venue: Address, account: AccountId, instruments: Sequence[Instrument], settings: NoiseSettings, seed: int
    ) -> None:
        self.address = address
        self.instruments = {instrument.id: instrument for instrument in instruments}
        self.settings = settings
        self.state = NoiseState(Rng(seed), PadState())
        self.pad = OrderPad(venue, account, self.state.pad)
        self.handlers: dict[type[Message], Handler] = self.pad.handlers | {Tick: self._tick, Traded: self._traded}

    def restore(self, state: NoiseState) -> None:
        self.state = state
        self.pad.state = state.pad

    def deadline(self) -> Nanos | None:
        return min(self.state.act_at, self.state.pad.refresh_at)

    def _traded(self, trade: Traded, now: Nanos) -> list[Envelope]:
        if trade.instrument in self.instruments:
            self.state.last[trade.instrument] = trade.price
        return []

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        state = self.state
        out = self.pad.refresh(now)
        if now < state.act_at:
            return out
        interval = self.settings.interval_ns
        state.act_at = Nanos(now + interval // 2 + state.rng.below(interval))
        old = [key for key, order in state.pad.orders.items() if not order.cancelling and now - order.placed >= PATIENCE_NS]
        return out + [self.pad.cancel(key) for key in old] + self._trade(now)

    def _trade(self, now: Nanos) -> list[Envelope]:
        rng = self.state.rng
        instrument = list(self.instruments.values())[rng.below(len(self.instruments))]
        side = Side.BUY if rng.below(2) else Side.SELL
        amount = Money(1 + rng.below(2 * self.settings.amount))
        last = self.state.last.get(instrument.id)
        if last is not None and rng.below(10) < RESTING_IN_TEN:
            away = last * rng.below(WIDEST_BPS + 1) // BASIS_POINTS
            price = Price(last - away if side is Side.BUY else last + away)
            return self.pad.rest(instrument.id, side, price, Quantity(max(1, amount // (price * instrument.tick_value))), now)
        if rng.below(LARGE_ONE_IN) == 0:
            amount = Money(amount * LARGE_FACTOR)
        return [self.pad.take(instrument.id, side, amount)]
