"""Takes a position in a perpetual that is many times what it owns, bit by bit, and leaves it there: with a stop, or to the venue.

What it does to a market: when prices turn against many of its kind, their stops and liquidations turn into orders that carry the move
further, and so reach the next ones. Each has an account of its own: it is accounts that are liquidated.
"""

from functools import partial

import msgspec

from seawall.api.instruments import Instrument, Symbol, Venue
from seawall.api.margin import PositionsReported, PositionState
from seawall.api.message import Address, Envelope, Message, Tick, venue_address
from seawall.api.orders import AccountId, OrderFilled, Side
from seawall.api.units import MINUTE, PPB, SECOND, Money, Nanos, Price, Quantity
from seawall.market_data.core.figures import WORTH, Amount, Ppb
from seawall.market_data.core.traders.hire import Hire, Seeds, Stage, trader_address
from seawall.market_data.core.traders.holdings import held_queries
from seawall.market_data.core.traders.order_pad import OrderPad, PadState
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng

BUY, SELL = Side.BUY, Side.SELL
SLICES = 8  # Orders that a position is made of.
PAUSE = Nanos(5 * SECOND)  # Between two of them.
NEVER = Nanos(1 << 62)


class LeveragedTraders(msgspec.Struct, frozen=True, tag_field="kind", tag="leveraged"):
    """`count` of them for each perpetual. Leverage rises evenly from the first to the last of them."""

    count: int = 20
    wealth: Amount = 5_000 * WORTH  # Of each.
    least: int = 5  # Times its wealth,
    most: int = 20
    long: Ppb = PPB  # How many are; the others are short.
    stopped: Ppb = 0  # How many have a stop,
    stop: Ppb = 20_000_000  # this far from what they paid.
    enters_over: Nanos = Nanos(5 * MINUTE)
    name: str = "leveraged"
    venues: tuple[Venue, ...] = ()  # None: all. And so the symbols.
    symbols: tuple[Symbol, ...] = ()

    def fault(self) -> str | None:
        if not 1 <= self.count <= 500:
            return "count is 1 to 500"
        if not 1 <= self.least <= self.most:
            return "least is 1 or more, and most not below it"
        if self.wealth <= 0 or self.enters_over <= 0:
            return "wealth must be above 0, and enters_over takes some time"
        if not (0 <= self.long <= PPB and 0 <= self.stopped <= PPB and 0 < self.stop < PPB):
            return "long and stopped must lie between 0 % and 100 %, and stop between them"
        return None

    def hire(self, stage: Stage, seeds: Seeds) -> list[Hire]:
        hires = []
        for venue, instruments in stage.chosen(self.venues, self.symbols).items():
            for instrument in (each for each in instruments if each.margin is not None):
                for number in range(self.count):
                    address = trader_address(f"{self.name}-{number + 1}-{instrument.symbol}", venue)
                    plan = self._plan(stage.money(instrument.quote, self.wealth), number)
                    build = partial(LeveragedTrader, address, venue_address(venue), AccountId(address), instrument, plan, seeds())
                    deposit = {instrument.quote: stage.money(instrument.quote, self.wealth)}
                    hires.append(Hire(address, build, (), {venue: AccountId(address)}, {venue: deposit}))
        return hires

    def _plan(self, wealth: Money, number: int) -> "Plan":
        leverage = self.least + (self.most - self.least) * number // max(1, self.count - 1)
        return Plan(
            BUY if _of(self.long, number) else SELL,
            Money(wealth * leverage // SLICES),
            self.stop if _of(self.stopped, number) else 0,
            self.enters_over,
        )


class Plan(msgspec.Struct, frozen=True):
    side: Side
    order: Money
    stop: int  # In parts per billion of what it paid; 0: none.
    enters_over: Nanos


class LeveragedState(msgspec.Struct):
    rng: Rng
    pad: PadState
    act_at: Nanos = Nanos(0)
    sent: int = 0  # Of its slices.
    position: PositionState | None = None  # As the venue last told.


class LeveragedTrader:
    def __init__(self, address: Address, venue: Address, account: AccountId, instrument: Instrument, plan: Plan, seed: int) -> None:
        self.address = address
        self.instrument = instrument
        self.plan = plan
        self.state = LeveragedState(Rng(seed), PadState())
        self.pad = OrderPad(venue, account, self.state.pad)
        self.handlers: dict[type[Message], Handler] = self.pad.handlers | {
            Tick: self._tick,
            PositionsReported: self._positions_reported,
            OrderFilled: self._filled,
        }

    def restore(self, state: LeveragedState) -> None:
        self.state = state
        self.pad.state = state.pad

    def deadline(self) -> Nanos | None:
        return min(self.state.act_at, self.state.pad.refresh_at)

    def _positions_reported(self, report: PositionsReported, now: Nanos) -> list[Envelope]:
        self.state.position = next((each for each in report.positions if each.instrument == self.instrument.id), None)
        return self._protect(self.state.position, now) if self.plan.stop and self.state.position is not None else []

    def _filled(self, fill: OrderFilled, now: Nanos) -> list[Envelope]:
        """What it holds has changed: the next look asks."""
        self.state.pad.refresh_at = min(self.state.pad.refresh_at, Nanos(now + SECOND))
        return self.pad.handlers[OrderFilled](fill, now)

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        state = self.state
        out = self.pad.refresh(now)
        if out:
            out += held_queries(self.pad, [self.instrument])
        if now < state.act_at:
            return out
        if not state.act_at:
            state.act_at = Nanos(now + 1 + state.rng.below(self.plan.enters_over))
            return out
        state.act_at = Nanos(now + PAUSE) if state.sent < SLICES else NEVER
        if state.sent < SLICES:
            state.sent += 1
            out.append(self.pad.take(self.instrument.id, self.plan.side, self.plan.order))
        return out

    def _protect(self, position: PositionState, now: Nanos) -> list[Envelope]:
        """One stop for all that is held."""
        lots, key = Quantity(abs(position.quantity)), self.instrument.id
        stops = [(name, order) for name, order in self.state.pad.orders.items() if not order.cancelling]
        if any(order.quantity == lots for _, order in stops):
            return []
        side, sign = (SELL, -1) if position.quantity > 0 else (BUY, 1)
        paid = abs(position.cost) // (lots * self.instrument.tick_value)
        at = Price(max(1, paid + sign * paid * self.plan.stop // PPB))
        out = [self.pad.cancel(name) for name, _ in stops]
        if sign * position.mark >= sign * at:
            return [*out, self.pad.close(key, side, lots)]
        return out + self.pad.stop(key, side, at, lots, now)


def _of(share: int, number: int) -> bool:
    """Whether the trader of that number is among such a share of all, which are spread evenly over them."""
    return (number + 1) * share // PPB > number * share // PPB
