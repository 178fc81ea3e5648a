"""Buys where a coin is cheap and sells where it is dear, at once and only at the prices it sees: what keeps venues together, and
perpetuals to spot.

It has an account on each venue and moves nothing between them: what it holds on one it must first have bought there.
"""

from collections.abc import Sequence
from functools import partial

import msgspec

from seawall.api.accounts import BalancesReported
from seawall.api.instruments import Instrument, InstrumentId, Symbol, Venue
from seawall.api.margin import PositionsReported
from seawall.api.market_data import QuoteChanged
from seawall.api.message import Address, Envelope, Message, Restarted, Tick, venue_address
from seawall.api.orders import AccountId, OrderFilled, Side
from seawall.api.units import MILLISECOND, PPB, Currency, Money, Nanos, Price, Quantity
from seawall.market_data.core.figures import WORTH, Amount, Ppb
from seawall.market_data.core.traders.hire import Hire, Seeds, Stage, trader_address
from seawall.market_data.core.traders.holdings import count_balances, count_fill, count_position, held_queries
from seawall.market_data.core.traders.order_pad import OrderPad, PadState
from seawall.runtime.machine import Handler


class Arbitrageurs(msgspec.Struct, frozen=True, tag_field="kind", tag="arbitrage"):
    """One, on all of its venues together."""

    edge: Ppb  # What it wants to gain beyond the fees, as a share of the price.
    amount: Amount  # Of an order, at most.
    inventory_limit: Amount  # How far what it holds of a coin on a venue may fall or rise.
    pauses: Nanos = Nanos(500 * MILLISECOND)  # After it has traded a coin.
    name: str = "arbitrage"
    venues: tuple[Venue, ...] = ()  # None: all. And so the symbols.
    symbols: tuple[Symbol, ...] = ()
    wealth: Amount = 20_000_000 * WORTH  # In each currency, on each venue.

    def fault(self) -> str | None:
        if not 0 <= self.edge < PPB or self.pauses < 0:
            return "edge must lie between 0 % and 100 %, and pauses not be negative"
        if not 0 < self.amount <= self.inventory_limit <= self.wealth:
            return "amount must be above 0, inventory_limit not below it, and wealth not below that"
        return None

    def hire(self, stage: Stage, seeds: Seeds) -> list[Hire]:
        chosen = stage.chosen(self.venues, self.symbols)
        address = trader_address(self.name)
        accounts = {venue: AccountId(f"{address}-{venue}") for venue in chosen}
        instruments = [instrument for listed in chosen.values() for instrument in listed]
        held = {i.base: stage.money(i.base, self.wealth) for i in instruments}
        sizes = {i.base: (stage.money(i.base, self.amount), stage.money(i.base, self.inventory_limit)) for i in instruments}
        build = partial(Arbitrageur, address, accounts, instruments, held, sizes, self)
        deposits = {venue: stage.wealth(venue, self.wealth) for venue in chosen}
        return [Hire(address, build, tuple(venue_address(venue) for venue in chosen), accounts, deposits)]


class Top(msgspec.Struct, array_like=True):
    bid: Price
    bid_quantity: Quantity
    ask: Price
    ask_quantity: Quantity


class ArbitrageState(msgspec.Struct):
    pads: dict[Venue, PadState]
    holding: dict[Venue, dict[Currency, Money]]
    tops: dict[InstrumentId, Top] = {}
    pauses_until: dict[Currency, Nanos] = {}


class Arbitrageur:
    def __init__(
        self,
        address: Address,
        accounts: dict[Venue, AccountId],
        instruments: Sequence[Instrument],
        held: dict[Currency, Money],
        sizes: dict[Currency, tuple[Money, Money]],
        settings: Arbitrageurs,
    ) -> None:
        self.address = address
        self.instruments = {instrument.id: instrument for instrument in instruments}
        self.rivals = {one.id: [other for other in instruments if _rival(one, other)] for one in instruments}
        self.venue_of = {account: venue for venue, account in accounts.items()}
        self.held = held  # On each venue, at the beginning.
        self.sizes = sizes  # Of an order and of the inventory's way from there, in base minor units.
        self.settings = settings
        self.state = ArbitrageState({venue: PadState() for venue in accounts}, {venue: dict(held) for venue in accounts})
        self.pads = {venue: OrderPad(venue_address(venue), account, self.state.pads[venue]) for venue, account in accounts.items()}
        self.handlers: dict[type[Message], Handler] = {
            Tick: self._tick,
            QuoteChanged: self._quote_changed,
            BalancesReported: self._balances_reported,
            PositionsReported: self._positions_reported,
            OrderFilled: self._filled,
            Restarted: self._restarted,
        }

    def restore(self, state: ArbitrageState) -> None:
        self.state = state
        for venue, pad in self.pads.items():
            pad.state = state.pads[venue]

    def deadline(self) -> Nanos | None:
        return min(pad.refresh_at for pad in self.state.pads.values())

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        """Nothing of it ever rests: its balances are all there is to ask for."""
        due = [venue for venue, pad in self.pads.items() if pad.refresh(now)]
        return [query for venue in due for query in held_queries(self.pads[venue], self._listed(venue))]

    def _listed(self, venue: Venue | None) -> list[Instrument]:
        return [instrument for instrument in self.instruments.values() if instrument.venue == venue]

    def _balances_reported(self, report: BalancesReported, now: Nanos) -> list[Envelope]:
        venue = self.venue_of.get(report.account)
        if venue is not None:
            count_balances(self.state.holding[venue], report)
        return []

    def _positions_reported(self, report: PositionsReported, now: Nanos) -> list[Envelope]:
        for instrument in self._listed(self.venue_of.get(report.account)):
            count_position(self.state.holding[instrument.venue], report, instrument, self.held[instrument.base])
        return []

    def _filled(self, fill: OrderFilled, now: Nanos) -> list[Envelope]:
        instrument = self.instruments.get(fill.instrument)
        if instrument is not None and fill.account in self.venue_of:
            count_fill(self.state.holding[instrument.venue], instrument, fill)
        return []

    def _restarted(self, restarted: Restarted, now: Nanos) -> list[Envelope]:
        for pad in self.pads.values():
            pad.handlers[Restarted](restarted, now)
        self.state.tops.clear()
        return []

    def _quote_changed(self, quote: QuoteChanged, now: Nanos) -> list[Envelope]:
        instrument = self.instruments.get(quote.instrument)
        if instrument is None:
            return []
        self.state.tops[quote.instrument] = Top(quote.bid, quote.bid_quantity, quote.ask, quote.ask_quantity)
        if now < self.state.pauses_until.get(instrument.base, 0):
            return []
        for rival in self.rivals[quote.instrument]:
            out = self._trade(instrument, rival) or self._trade(rival, instrument)
            if out:
                self.state.pauses_until[instrument.base] = Nanos(now + self.settings.pauses)
                return out
        return []

    def _trade(self, cheap: Instrument, dear: Instrument) -> list[Envelope]:
        """Buys on one and sells on the other, if that pays."""
        ask, bid = self.state.tops.get(cheap.id), self.state.tops.get(dear.id)
        if ask is None or bid is None or not ask.ask or not bid.bid:
            return []
        earned = bid.bid * dear.tick * cheap.price_scale * (PPB - dear.taker_fee_ppb) * PPB
        paid = ask.ask * cheap.tick * dear.price_scale * (PPB + cheap.taker_fee_ppb) * (PPB + self.settings.edge)
        if earned <= paid:
            return []
        base = cheap.base
        order, limit = self.sizes[base]
        rise = self.state.holding[cheap.venue].get(base, 0) - self.held[base]
        fall = self.held[base] - self.state.holding[dear.venue].get(base, 0)
        shown = min(ask.ask_quantity * cheap.lot_value, bid.bid_quantity * dear.lot_value)
        amount = min(order, shown, limit - rise, limit - fall)
        buy, sell = Quantity(amount // cheap.lot_value), Quantity(amount // dear.lot_value)
        if not (_allowed(cheap, buy, ask.ask) and _allowed(dear, sell, bid.bid)):
            return []
        return [
            self.pads[cheap.venue].take_at(cheap.id, Side.BUY, ask.ask, buy),
            self.pads[dear.venue].take_at(dear.id, Side.SELL, bid.bid, sell),
        ]


def _rival(one: Instrument, other: Instrument) -> bool:
    return (one.base, one.quote) == (other.base, other.quote) and one.id != other.id


def _allowed(instrument: Instrument, quantity: Quantity, price: Price) -> bool:
    return quantity >= instrument.min_quantity and quantity * price * instrument.tick_value >= instrument.min_notional
