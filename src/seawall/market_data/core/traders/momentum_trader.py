"""Buys what has risen and sells what has fallen, a little more at every look while it lasts, and lets go when it is over.

What it does to a market: it carries moves further than they would go.
"""

from collections.abc import Sequence
from functools import partial

import msgspec

from seawall.api.accounts import BalancesReported
from seawall.api.instruments import Instrument, InstrumentId, Symbol, Venue
from seawall.api.margin import PositionsReported
from seawall.api.market_data import QuoteChanged
from seawall.api.message import Address, Envelope, Message, Tick, venue_address
from seawall.api.orders import AccountId, OrderFilled, Side
from seawall.api.units import PPB, SECOND, Currency, Money, Nanos
from seawall.market_data.core.figures import WORTH, Amount, Ppb
from seawall.market_data.core.traders.hire import Hire, Seeds, Stage, trader_address
from seawall.market_data.core.traders.holdings import count_balances, count_fill, count_position, held_queries
from seawall.market_data.core.traders.order_pad import OrderPad, PadState
from seawall.runtime.machine import Handler


class MomentumTraders(msgspec.Struct, frozen=True, tag_field="kind", tag="momentum"):
    """One on each venue."""

    threshold: Ppb  # Of a move, to act on it.
    amount: Amount  # Of an order.
    most: Amount  # Of a position, long or short.
    looks_every: Nanos = Nanos(5 * SECOND)
    window: int = 12  # Looks that a move is measured over.
    name: str = "momentum"
    venues: tuple[Venue, ...] = ()  # None: all. And so the symbols.
    symbols: tuple[Symbol, ...] = ()
    wealth: Amount = 20_000_000 * WORTH  # In each currency, on each venue.

    def fault(self) -> str | None:
        if not 0 < self.threshold < PPB:
            return "threshold must lie between 0 % and 100 %"
        if not 0 < self.amount <= self.most <= self.wealth:
            return "amount must be above 0, most not below it, and wealth not below that"
        if self.looks_every <= 0 or not 0 < self.window <= 1000:
            return "looks_every takes some time, and window is 1 to 1000 looks"
        return None

    def hire(self, stage: Stage, seeds: Seeds) -> list[Hire]:
        hires = []
        for venue, instruments in stage.chosen(self.venues, self.symbols).items():
            address, account = trader_address(self.name, venue), AccountId(trader_address(self.name, venue))
            held = {i.base: stage.money(i.base, self.wealth) for i in instruments}
            sizes = {i.id: (stage.money(i.quote, self.amount), stage.money(i.quote, self.most)) for i in instruments}
            build = partial(MomentumTrader, address, venue_address(venue), account, instruments, held, sizes, self)
            heard = (venue_address(venue),)
            hires.append(Hire(address, build, heard, {venue: account}, {venue: stage.wealth(venue, self.wealth)}))
        return hires


class MomentumState(msgspec.Struct):
    pad: PadState
    holding: dict[Currency, Money]
    look_at: Nanos = Nanos(0)
    middle: dict[InstrumentId, int] = {}  # Twice the middle of the quote, in ticks; 0: one-sided.
    seen: dict[InstrumentId, list[int]] = {}  # The same at the last looks, oldest first.


class MomentumTrader:
    def __init__(
        self,
        address: Address,
        venue: Address,
        account: AccountId,
        instruments: Sequence[Instrument],
        held: dict[Currency, Money],
        sizes: dict[InstrumentId, tuple[Money, Money]],
        settings: MomentumTraders,
    ) -> None:
        self.address = address
        self.instruments = {instrument.id: instrument for instrument in instruments}
        self.held = held  # Without any position.
        self.sizes = sizes  # Of an order and of a position, in quote minor units.
        self.settings = settings
        self.state = MomentumState(PadState(), dict(held))
        self.pad = OrderPad(venue, account, self.state.pad)
        self.handlers: dict[type[Message], Handler] = self.pad.handlers | {
            Tick: self._tick,
            QuoteChanged: self._quote_changed,
            BalancesReported: self._balances_reported,
            PositionsReported: self._positions_reported,
            OrderFilled: self._filled,
        }

    def restore(self, state: MomentumState) -> None:
        self.state = state
        self.pad.state = state.pad

    def deadline(self) -> Nanos | None:
        return min(self.state.look_at, self.state.pad.refresh_at)

    def _quote_changed(self, quote: QuoteChanged, now: Nanos) -> list[Envelope]:
        if quote.instrument in self.instruments:
            self.state.middle[quote.instrument] = quote.bid + quote.ask if quote.bid and quote.ask else 0
        return []

    def _balances_reported(self, report: BalancesReported, now: Nanos) -> list[Envelope]:
        count_balances(self.state.holding, report)
        return []

    def _positions_reported(self, report: PositionsReported, now: Nanos) -> list[Envelope]:
        for instrument in self.instruments.values():
            count_position(self.state.holding, report, instrument, self.held[instrument.base])
        return []

    def _filled(self, fill: OrderFilled, now: Nanos) -> list[Envelope]:
        instrument = self.instruments.get(fill.instrument)
        if instrument is not None and fill.account == self.pad.account:
            count_fill(self.state.holding, instrument, fill)
        return []

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        state = self.state
        out = self.pad.refresh(now)
        if out:
            out += held_queries(self.pad, list(self.instruments.values()))
        if now < state.look_at:
            return out
        state.look_at = Nanos(now + self.settings.looks_every)
        for key, instrument in self.instruments.items():
            middle = state.middle.get(key, 0)
            if middle:
                out += self._look(instrument, middle)
        return out

    def _look(self, instrument: Instrument, middle: int) -> list[Envelope]:
        key, settings = instrument.id, self.settings
        seen = self.state.seen.setdefault(key, [])
        seen.append(middle)
        if len(seen) <= settings.window:
            return []
        before = seen.pop(0)
        change = (middle - before) * PPB // before
        order, most = self.sizes[key]
        held = self.state.holding[instrument.base] - self.held[instrument.base]
        position = held * middle * instrument.tick_value // (2 * instrument.lot_value)  # In quote minor units.
        if change >= settings.threshold and position + order <= most:
            return [self.pad.take(key, Side.BUY, order)]
        if change <= -settings.threshold and position - order >= -most:
            return [self.pad.take(key, Side.SELL, order)]
        rest = min(abs(position), order)
        if abs(change) < settings.threshold // 2 and rest > max(order // 10, instrument.min_notional):
            return [self.pad.take(key, Side.SELL if position > 0 else Side.BUY, Money(rest))]
        return []
