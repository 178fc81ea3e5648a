"""Closes positions: a scope at a time, in slices, reduce-only, each order within a price collar, through the gate like every other order.

Working orders of the scope are cancelled first. What no order can close (less than a lot, under the venue's least notional) is left and
named. While a venue is down, has halted the instrument or has no price, positions wait; when nothing fills, the rounds grow longer.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from seawall.api.instruments import Instrument
from seawall.api.message import Address, Envelope
from seawall.api.orders import OrderType, Side, TimeInForce
from seawall.api.projections import PROJECTIONS
from seawall.api.supervision import EVERYTHING, LiquidationEnded, TradingMode, TradingStopped
from seawall.api.units import BASIS_POINTS, Nanos, Quantity
from seawall.engine.core import modes
from seawall.engine.core.booking import EXTERNAL
from seawall.engine.core.intent import Intent
from seawall.engine.core.parts.part import Part
from seawall.engine.core.risk_state import Closing
from seawall.engine.core.steps import lots_fitted, price_fitted

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine

TAG = "close-"  # With the order's number.
BUY, SELL = Side.BUY, Side.SELL


class Closer(Part):
    def __init__(self) -> None:
        self.handlers = {}

    def attach(self, engine: "Engine") -> None:
        self.state, self.entry, self.portfolio, self.limits = engine.state, engine.entry, engine.portfolio, engine.limits
        self.settings, self.account, self.is_live, self.rates = engine.settings.closing, engine.account, engine.is_live, engine.rates
        self.instruments, self.closings = engine.booking.instruments, engine.state.risk.closings

    def deadline(self) -> Nanos | None:
        return min((closing.next_at for closing in self.closings.values()), default=None)

    def start(
        self, scope: Address, operator: str, reason: str, now: Nanos, *, close_positions: bool = True, deadline: Nanos = Nanos(0)
    ) -> list[Envelope]:
        """Cancels what works in the scope now; the first slices leave with the next Tick. A wider scope takes over from a narrower one."""
        if scope == EVERYTHING:
            self.closings.clear()
        slices: dict[Address, dict] = {}  # type: ignore[type-arg]
        for strategy, instrument, lots in self._open(scope):
            slices.setdefault(strategy, {})[instrument.id] = -(-lots // self.settings.slices)
        self.closings[scope] = Closing(operator, reason, close_positions, deadline, slices, now)
        return self.entry.cancel_all(now, scope or None)

    def on_time(self, now: Nanos) -> list[Envelope]:
        out: list[Envelope] = []
        for scope, closing in list(self.closings.items()):
            if now >= closing.next_at:
                out += self._round(scope, closing, now)
        return out

    def _round(self, scope: Address, closing: Closing, now: Nanos) -> list[Envelope]:
        out: list[Envelope] = []
        open_ = list(self._open(scope)) if closing.close_positions else []
        working = [o for o in self.state.orders.values() if scope in (EVERYTHING, o.strategy)]
        if (not open_ and not working) or 0 < closing.deadline <= now:
            return self._end(scope, closing, len(working), len(open_))
        held = sum(lots for _, _, lots in open_)
        closing.idle = closing.idle + 1 if closing.held == held else 0
        closing.held = held
        closing.next_at = Nanos(now + min(self.settings.interval << min(closing.idle // 3, 20), self.settings.patience))
        if closing.deadline:
            closing.next_at = min(closing.next_at, closing.deadline)
        for order in working:
            if not order.cancel_wanted and order.ended is None and not order.tag.startswith(TAG):
                out += self.entry.cancel(order, now)
        busy = {(o.strategy, o.instrument): True for o in working}
        for strategy, instrument, lots in open_:
            if (strategy, instrument.id) not in busy and self._can_trade(instrument):
                intent = self._slice(closing, strategy, instrument, lots, now)
                if intent is not None:
                    intent.account.closings += 1
                    closing.orders += 1
                    out += self.entry.submit(intent, now)
        return out

    def _can_trade(self, instrument: Instrument) -> bool:
        return self.is_live(instrument.venue) and not self.state.markets[instrument.id].halted

    def _slice(self, closing: Closing, strategy: Address, instrument: Instrument, lots: int, now: Nanos) -> Intent | None:
        position = self.state.positions[strategy][instrument.id]
        side = SELL if position.quantity > 0 else BUY
        market = self.state.markets[instrument.id]
        reference = market.touch(side)
        if not reference:
            return None
        slice_ = closing.slices.get(strategy, {}).get(instrument.id, 0) or -(-lots // self.settings.slices)
        quantity = self._permitted(instrument, min(slice_, lots) if lots >= 2 * slice_ else lots, reference)
        if not self._can_close(instrument, quantity, reference):
            quantity = self._permitted(instrument, lots, reference)  # The slices were too thin.
        collar = min(self.settings.collar_bps, self.limits.price_collar_bps if self.limits.price_collar_bps is not None else BASIS_POINTS)
        away = reference * collar // BASIS_POINTS
        price = price_fitted(instrument, side, max(reference + away if side is BUY else reference - away, 1))
        return Intent(
            self.account(strategy), f"{TAG}{self.state.next_order}", instrument, market, side, OrderType.LIMIT, TimeInForce.IOC,
            Quantity(quantity), price, reference, now, quantity * instrument.lot_value, price * quantity * instrument.tick_value,
            None, reduce_only=True, closing=True,
        )  # fmt: skip

    def _permitted(self, instrument: Instrument, lots: int, reference: int) -> int:
        """As many as one order may be for."""
        largest = self.limits.max_order_quantity.get(instrument.symbol)
        if largest is not None:
            lots = min(lots, largest // instrument.lot_value)
        if instrument.max_quantity:
            lots = min(lots, instrument.max_quantity)
        if self.limits.max_order_value is not None:
            one = self.rates.upper_value(instrument.quote, reference * instrument.tick_value * (BASIS_POINTS + self.settings.collar_bps))
            if one:
                lots = min(lots, self.limits.max_order_value * BASIS_POINTS // one)
        return lots_fitted(instrument, lots)

    def _end(self, scope: Address, closing: Closing, orders: int, positions: int) -> list[Envelope]:
        del self.closings[scope]
        out: list[Envelope] = []
        if closing.close_positions:
            out.append(Envelope(PROJECTIONS, LiquidationEnded(scope, tuple(self._left(scope)), closing.orders)))
        if scope == EVERYTHING and self.state.mode is TradingMode.LIQUIDATING:
            out.append(modes.change(self.state, TradingMode.HALTED, closing.operator, closing.reason))
        elif scope == EVERYTHING and self.state.mode is TradingMode.STOPPING:
            out.append(modes.change(self.state, TradingMode.STOPPED, closing.operator, closing.reason))
            out.append(Envelope(PROJECTIONS, TradingStopped(not orders and not positions, orders, positions)))
        return out

    def _open(self, scope: Address) -> Iterator[tuple[Address, Instrument, int]]:
        """Positions of the scope that orders can close, in lots. What was traded past the engine is not the engine's to close."""
        for strategy, held in self.state.positions.items():
            if scope in (EVERYTHING, strategy) and strategy != EXTERNAL:
                for key, position in held.items():
                    instrument = self.instruments[key]
                    lots = abs(position.quantity) // instrument.lot_value
                    if lots and self._can_close(instrument, lots, self.state.markets[key].mark()):
                        yield strategy, instrument, lots

    def _left(self, scope: Address) -> Iterator[str]:
        for strategy, held in self.state.positions.items():
            if scope in (EVERYTHING, strategy):
                for key, position in held.items():
                    if position.quantity:
                        yield f"{strategy}: {position.quantity} of {key}"

    @staticmethod
    def _can_close(instrument: Instrument, lots: int, price: int) -> bool:
        """Without a price it is hoped so."""
        lots = lots_fitted(instrument, lots)
        return lots >= instrument.min_quantity and (not price or price * lots * instrument.tick_value >= instrument.min_notional)
