"""Perpetuals at a recorded venue: margin before an order, funding at recorded rates, liquidation at recorded prices.

The mark is the middle of the quote, or the last print where none is known; inside a bar it is the extreme that hurts. When equity is under
maintenance, the account's orders expire and its positions are closed, the one that needs most margin first, at the opposite quote (in a
bar, at the extreme): all at once, as if there were enough of it. A recording has no insurance fund and nobody to deleverage: what an
account has lost beyond its last money, the venue bears.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.margin import AUTOCLOSE
from seawall.api.message import Envelope, Message
from seawall.api.orders import (
    AccountId,
    ClientOrderId,
    ExpiryReason,
    Liquidity,
    OrderAccepted,
    OrderId,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from seawall.api.units import PPB, Currency, Nanos, Price, Quantity, ceil_div
from seawall.backtest.recorded_fills import RecordedVenueState, expire, fill, withdraw
from seawall.backtest.recorded_lists import dissolve, listed
from seawall.backtest.recorded_orders import Waiting, Waitlist
from seawall.exchange.core.filters import Refusal
from seawall.exchange.core.floor import Floor, Member
from seawall.exchange.core.margin.positions import maintenance_margin, tier_of
from seawall.exchange.core.margin.post import charge_liquidation, cover, post_funding, warn
from seawall.exchange.core.margin.queries import liquidation_price
from seawall.exchange.core.margin.reduce_only import reduce_refusal, touched, without_room
from seawall.exchange.core.margin.requirement import order_refusal, standing, worth_of
from seawall.exchange.core.order_book import Order
from seawall.runtime.machine import Handler

BUY, SELL = Side.BUY, Side.SELL


class FundingRate(msgspec.Struct, frozen=True):
    """One payment: when, at which rate (positive: longs pay), at which mark (0: the recorded price)."""

    time: Nanos
    rate_ppb: int
    mark: Price = Price(0)


FundingRates = Mapping[InstrumentId, Sequence[FundingRate]]  # By rising time.


class Slipped(Protocol):
    def __call__(self, side: Side, price: int) -> int: ...


class Attention(Mapping[OrderId, Waiting]):
    """The orders of a perpetual, and true also while somebody holds a position that a row could liquidate."""

    def __init__(self, waitlist: Waitlist, margin: "RecordedMargin") -> None:
        self._orders = waitlist.orders
        self._margin = margin

    def __bool__(self) -> bool:
        return bool(self._orders) or self._margin.holding

    def __len__(self) -> int:
        return len(self._orders)

    def __iter__(self) -> Iterator[OrderId]:
        return iter(self._orders)

    def __getitem__(self, order_id: OrderId) -> Waiting:
        return self._orders[order_id]


class RecordedMargin:
    """What a recorded venue of perpetuals knows besides. An index over its state; `restored` tells it of a new one."""

    def __init__(self, floor: Floor, rates: FundingRates, slipped: Slipped) -> None:
        self._floor = floor
        self._rates = rates
        self._slipped = slipped

    def restored(self, state: RecordedVenueState, waitlists: Mapping[InstrumentId, Waitlist]) -> None:
        self._state = state
        self._waitlists = waitlists
        for key, waitlist in waitlists.items():
            self._floor.listings[key].triggers = waitlist.triggers  # Who waits for a price counts for nothing, and waits here.
        self.changed()

    def changed(self) -> None:
        """Money or positions have moved: what was worked out before no longer holds."""
        self.holding = any(account.positions for account in self._state.desk.ledger.accounts.values())
        self._calm: tuple[InstrumentId, int, int] | None = None  # While the mark of that one stays between, nothing can happen.

    def refresh(self) -> None:
        """Takes every mark from the recording."""
        for key, waitlist in self._waitlists.items():
            market = waitlist.market
            mark = (market.bid + market.ask) // 2 if market.bid and market.ask else market.last
            self._set_mark(key, mark)

    def refusal(
        self, instrument: Instrument, member: Member, side: Side, lots: int, price: int, *, reduce_only: bool = False
    ) -> Refusal | None:
        """Why the account cannot place an order for so many lots at that price."""
        if reduce_only:
            return reduce_refusal(instrument.id, self._waitlists[instrument.id].stops, member, side, lots)
        self.refresh()
        worth = price * lots * instrument.tick_value
        return order_refusal(self._floor, self._floor.listings[instrument.id], member, side, lots, worth)

    def after_handling(self, handler: Handler, message: Message, now: Nanos) -> list[Envelope]:
        """Any message that may move positions or money."""
        out = handler(message, now)
        self.trim(out, now)
        self.changed()
        return out

    def trim(self, out: list[Envelope], now: Nanos) -> None:
        """Reduce-only orders that have lost their room expire. It takes a new order, or one that did not count while it waited for its
        price: what rows do to resting orders leaves it as it was."""
        for name, key in touched(out):
            member, waitlist = self._floor.members[name], self._waitlists[key]
            for order in without_room(key, waitlist.stops, member):
                out += self._end(waitlist, member, order, ExpiryReason.REDUCE_ONLY, now)

    @staticmethod
    def _end(waitlist: Waitlist, member: Member, order: Order, reason: ExpiryReason, now: Nanos) -> list[Envelope]:
        said = dissolve(waitlist, member, order, now) if listed(order) else []
        withdraw(waitlist, member, waitlist.orders[order.order_id])
        return [*said, expire(member, order, now, reason)]

    def after(self, waitlist: Waitlist, out: list[Envelope], now: Nanos) -> list[Envelope]:
        """A row of one perpetual has passed, and this is what it filled."""
        if out:
            self.changed()
        return out + self._look_after_row(waitlist, now)

    def after_bar(self, waitlist: Waitlist, out: list[Envelope], low: int, high: int, now: Nanos) -> list[Envelope]:
        if out:
            self.changed()
        return out + self._look_at_bar(waitlist, low, high, now)

    def _look_after_row(self, waitlist: Waitlist, now: Nanos) -> list[Envelope]:
        key, market, calm = waitlist.instrument.id, waitlist.market, self._calm
        mark: int = (market.bid + market.ask) // 2 if market.bid and market.ask else market.last
        if not self.holding or (calm is not None and calm[0] == key and calm[1] < mark < calm[2]):
            return []
        self.refresh()
        out = self._look(now)
        self._calm = self._calm_range(key) if self.holding else None
        return out

    def _look_at_bar(self, waitlist: Waitlist, low: int, high: int, now: Nanos) -> list[Envelope]:
        """A bar may have been at its extremes, and an account dead there lives no more at its close."""
        if not self.holding:
            return []
        out: list[Envelope] = []
        key = waitlist.instrument.id
        for extreme in (low, high):
            self.refresh()
            self._set_mark(key, extreme)
            out += self._look(now, extremes={key: extreme})
        self.refresh()
        return out

    # Funding

    def deadline(self) -> Nanos | None:
        """When the next payment is due."""
        due = [rates[at].time for key, rates in self._rates.items() if (at := self._state.funded.get(key, 0)) < len(rates)]
        return min(due, default=None)

    def pay_funding(self, now: Nanos) -> list[Envelope]:
        out: list[Envelope] = []
        self.refresh()
        for key, rates in self._rates.items():
            at = self._state.funded.get(key, 0)
            while at < len(rates) and rates[at].time <= now:
                out += self._pay(self._floor.instruments[key], rates[at])
                at += 1
            self._state.funded[key] = at
        self.changed()
        return out

    def _pay(self, instrument: Instrument, due: FundingRate) -> list[Envelope]:
        mark = due.mark or self._floor.listings[instrument.id].mark
        out: list[Envelope] = []
        for name, account in self._state.desk.ledger.accounts.items():
            position = account.positions.get(instrument.id)
            if position is not None and due.rate_ppb:
                owed = ceil_div(position.quantity * mark * instrument.tick_value * due.rate_ppb, PPB)
                lots, quote = position.quantity, instrument.quote
                out.append(post_funding(self._floor, name, instrument.id, quote, -owed, lots, mark, due.rate_ppb, due.time))
        return out

    # Liquidation

    def _look(self, now: Nanos, extremes: Mapping[InstrumentId, int] | None = None) -> list[Envelope]:
        out: list[Envelope] = []
        for name, account in self._state.desk.ledger.accounts.items():
            for currency in dict.fromkeys(self._floor.instruments[key].quote for key in account.positions):
                state = standing(self._floor, account, currency)
                out += warn(self._floor, name, currency, state.equity, state.maintenance, now)
                if state.equity < state.maintenance:
                    out += self._liquidate(name, currency, extremes or {}, now)
        return out

    def _liquidate(self, name: AccountId, currency: Currency, extremes: Mapping[InstrumentId, int], now: Nanos) -> list[Envelope]:
        member, out = self._floor.members[name], list[Envelope]()
        for order in list(member.open.values()):
            if order.client_order_id in member.open:  # Else it went with the other one of its list.
                out += self._end(self._waitlists[order.instrument], member, order, ExpiryReason.LIQUIDATION, now)
        for key in self._by_margin(member, currency):
            state = standing(self._floor, member.account, currency)
            if state.equity >= state.maintenance:
                break
            out += self._close(name, member, self._waitlists[key], extremes.get(key, 0), now)
        if not any(self._floor.instruments[key].quote == currency for key in member.account.positions):
            out += cover(self._floor, name, currency, now)
        self.changed()
        return out

    def _close(self, name: AccountId, member: Member, waitlist: Waitlist, extreme: int, now: Nanos) -> list[Envelope]:
        instrument, market = waitlist.instrument, waitlist.market
        lots = member.account.positions[instrument.id].quantity
        side = SELL if lots > 0 else BUY
        offer = extreme or (market.bid if side is SELL else market.ask) or market.last
        size: Any = abs(lots)
        desk = self._state.desk
        desk.last_order_id = OrderId(desk.last_order_id + 1)
        order = Order(
            desk.last_order_id, name, ClientOrderId(f"{AUTOCLOSE}{desk.last_order_id}"), instrument.id, side, OrderType.MARKET,
            TimeInForce.IOC, Price(0), size, size, OrderStatus.NEW,
        )  # fmt: skip
        out = [
            Envelope(member.owner, OrderAccepted(name, order.client_order_id, instrument.id, order.order_id, now)),
            fill(self._state, waitlist, member, order, Price(self._slipped(side, offer)), Quantity(size), Liquidity.TAKER, now),
        ]
        assert instrument.margin is not None, "only perpetuals are liquidated"
        wanted = ceil_div(size * offer * instrument.tick_value * instrument.margin.liquidation_fee_ppb, PPB)
        fee = min(wanted, max(0, standing(self._floor, member.account, instrument.quote).equity))
        if fee:
            out.append(charge_liquidation(self._floor, name, instrument.id, instrument.quote, fee, order.order_id, now))
        return out

    def _by_margin(self, member: Member, currency: Currency) -> list[InstrumentId]:
        needs = []
        for key, position in member.account.positions.items():
            instrument = self._floor.instruments[key]
            if instrument.quote == currency:
                worth = worth_of(instrument, position.quantity, position.cost, self._floor.listings[key].mark)
                needs.append((-maintenance_margin(instrument, worth), key))
        return [key for _, key in sorted(needs, key=lambda need: need[0])]

    def _calm_range(self, key: InstrumentId) -> tuple[InstrumentId, int, int] | None:
        """Half the way to the nearest liquidation and not beyond a margin tier, if this perpetual is all that anybody holds."""
        instrument, mark = self._floor.instruments[key], self._floor.listings[key].mark
        lowest, highest = 0, 1 << 62
        for account in self._state.desk.ledger.accounts.values():
            if not account.positions:
                continue
            if list(account.positions) != [key] or account.called:
                return None
            lots = account.positions[key].quantity
            state = standing(self._floor, account, instrument.quote)
            if state.maintenance * 100 >= state.equity * _NEAR_PERCENT:
                return None
            end = liquidation_price(instrument, lots, mark, state.equity, state.maintenance)
            tier = tier_of(instrument, abs(lots) * mark * instrument.tick_value)
            if lots > 0:
                lowest = max(lowest, mark - (mark - end) // 4)
            else:
                highest = min(highest, mark + (end - mark) // 4)
            if tier is None:
                return None
            if tier.max_notional:
                highest = min(highest, tier.max_notional // (abs(lots) * instrument.tick_value))
        return key, lowest, highest

    def _set_mark(self, key: InstrumentId, mark: int) -> None:
        perpetual = self._floor.listings[key].market.perpetual
        assert perpetual is not None, "a venue of perpetuals lists nothing else"
        perpetual.mark = mark


_NEAR_PERCENT = 60  # Of the equity that maintenance takes: nearer than that to a margin call, every row is looked at.
