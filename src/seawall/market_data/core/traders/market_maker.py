"""Quotes a ladder on both sides of what instruments are worth, and leans against its inventory.

Orders stand on a grid of prices: when the worth moves a little, one order a side is replaced and not the whole ladder.
"""

from collections.abc import Sequence

import msgspec

from seawall.api.accounts import BalancesReported, QueryBalances
from seawall.api.instruments import Instrument
from seawall.api.market_data import ReferenceMoved
from seawall.api.message import Address, Envelope, Message, Tick
from seawall.api.orders import AccountId, ClientOrderId, Side
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.market_data.core.traders.order_pad import OrderPad, PadState
from seawall.runtime.machine import Handler

BUY, SELL = Side.BUY, Side.SELL
LEAN_STEPS = 3  # By so many steps the ladder has moved when the inventory is at its limit; there the side that would add to it ends.


class Ladder(msgspec.Struct, frozen=True):
    """How one instrument is quoted."""

    instrument: Instrument
    step: Price  # Between levels; half of it is the least distance of the best quote from the worth.
    levels: int  # On each side.
    quantity: Quantity  # Of each level.
    inventory: Money  # What it starts with and comes back to, in base minor units.
    inventory_limit: Money  # How far from that it lets itself be taken.


class MakerState(msgspec.Struct):
    pad: PadState
    holding: dict[Currency, Money]  # As the venue last told; free and locked together.


class MarketMaker:
    def __init__(self, address: Address, venue: Address, account: AccountId, ladders: Sequence[Ladder]) -> None:
        self.address = address
        self.ladders = {ladder.instrument.id: ladder for ladder in ladders}
        self.state = MakerState(PadState(), {ladder.instrument.base: ladder.inventory for ladder in ladders})
        self.pad = OrderPad(venue, account, self.state.pad)
        self.handlers: dict[type[Message], Handler] = self.pad.handlers | {
            Tick: self._tick,
            ReferenceMoved: self._reference_moved,
            BalancesReported: self._balances_reported,
        }

    def restore(self, state: MakerState) -> None:
        self.state = state
        self.pad.state = state.pad

    def deadline(self) -> Nanos | None:
        return self.state.pad.refresh_at

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        out = self.pad.refresh(now)
        if out:
            out.append(Envelope(self.pad.venue, QueryBalances(self.pad.account, self.state.pad.request)))
        return out

    def _balances_reported(self, report: BalancesReported, now: Nanos) -> list[Envelope]:
        for balance in report.balances:
            self.state.holding[balance.currency] = Money(balance.free + balance.locked)
        return []

    def _reference_moved(self, reference: ReferenceMoved, now: Nanos) -> list[Envelope]:
        out = []
        for key, ladder in self.ladders.items():
            price = reference.prices.get(key)
            if price is not None:
                out += self._quote(ladder, price, now)
        return out

    def _quote(self, ladder: Ladder, worth: Price, now: Nanos) -> list[Envelope]:
        """Brings what rests in line with what should: new orders first, so that the book is never empty, one side after the other, in the
        order in which none of ours meets another."""
        key = ladder.instrument.id
        wanted = self._wanted(ladder, worth)
        unwanted: dict[Side, list[ClientOrderId]] = {BUY: [], SELL: []}
        highest_bid = 0
        for order_key, order in self.state.pad.orders.items():
            if order.instrument != key or order.cancelling:
                continue
            if order.price in wanted[order.side]:
                del wanted[order.side][order.price]
            else:
                unwanted[order.side].append(order_key)
            if order.side is BUY:
                highest_bid = max(highest_bid, order.price)
        asks_first = min(wanted[SELL], default=highest_bid + 1) > highest_bid
        out = []
        for side in (SELL, BUY) if asks_first else (BUY, SELL):
            for price in wanted[side]:
                out += self.pad.rest(key, side, price, ladder.quantity, now)
            out += [self.pad.cancel(order_key) for order_key in unwanted[side]]
        return out

    def _wanted(self, ladder: Ladder, worth: Price) -> dict[Side, dict[Price, None]]:
        """The best levels first."""
        step, limit = ladder.step, ladder.inventory_limit
        excess = self.state.holding.get(ladder.instrument.base, Money(0)) - ladder.inventory
        centre = worth - max(-limit, min(limit, excess)) * LEAN_STEPS * step // limit
        bid = (centre - step // 2) // step * step
        ask = -(-(centre + step // 2) // step) * step
        bids = [bid - level * step for level in range(ladder.levels)] if excess < limit else []
        asks = [ask + level * step for level in range(ladder.levels)] if excess > -limit else []
        return {side: dict.fromkeys(Price(price) for price in prices if price > 0) for side, prices in ((BUY, bids), (SELL, asks))}
