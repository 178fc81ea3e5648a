"""Limits, and the operator's commands: stop and resume trading, write off an order that nobody can find."""

from enum import StrEnum

import msgspec

from seawall.api.instruments import InstrumentId, Symbol
from seawall.api.message import Message
from seawall.api.orders import ClientOrderId
from seawall.api.units import DAY, MINUTE, SECOND, Money, Nanos


class SymbolLimits(msgspec.Struct, frozen=True):
    """In base currency minor units of each instrument of the symbol; None: no limit."""

    max_long: int | None = None
    max_short: int | None = None  # As a positive number.


class Tier(StrEnum):
    """What a strategy may need the desk to have grown to."""

    SNIPER = "sniper"
    HUNTER = "hunter"
    STRATEGIST = "strategist"


class Limits(msgspec.Struct, frozen=True):
    """Every limit. Money is in minor units of the valuation currency, `_bps` in basis points. None: not limited."""

    # Before an order leaves.
    max_order_value: Money | None = None
    max_order_quantity: dict[Symbol, int] = {}  # Base minor units.
    position: dict[Symbol, SymbolLimits] = {}
    max_total_notional: Money | None = None
    price_collar_bps: int | None = 500  # Furthest a limit price may stand on the wrong side of the reference price.
    max_price_age: Nanos | None = Nanos(2 * MINUTE)
    max_orders: int | None = None  # Orders of one strategy within `order_window`.
    order_window: Nanos = Nanos(SECOND)
    max_signal_age: Nanos | None = Nanos(SECOND)  # How long after `signal_time` an order may still leave.
    max_concentration_bps: int | None = 4_000  # Of gross exposure in one symbol, once more than one is held.
    concentration_bps: dict[Symbol, int] = {}  # Where a symbol has its own.
    max_strategy_notional: Money | None = None  # Gross exposure of one strategy,
    max_position_notional: Money | None = None  # and of one of its positions.
    max_leverage_bps: int | None = None  # Gross exposure against what the capital has become.
    max_repeats: int | None = None  # The same order of a strategy, again and again; then it is off until somebody re-arms it.
    duplicate_window: Nanos | None = None  # Within it the same order twice is a mistake.
    prevent_self_match: bool = True
    max_messages: int | None = None  # Orders and cancels of one strategy within `message_window`.
    message_window: Nanos = Nanos(SECOND)
    max_daily_trades: int | None = None  # Fills of one strategy in a day, UTC.

    # After it: what monitors and breakers compare.
    max_portfolio_loss_bps: int | None = None  # Of the capital.
    max_drawdown_bps: int | None = None  # Of the portfolio, from its highest.
    max_daily_loss: Money | None = None
    max_var: Money | None = None  # One day, 99 %.
    max_strategy_loss: Money | None = None
    max_strategy_drawdown_bps: int | None = None  # Of the capital, from the strategy's highest.
    stop_loss_bps: int | None = None  # Of what a position cost.
    rapid_drawdown_bps: int | None = None  # Of the capital, lost by one strategy within `rapid_window`.
    rapid_window: Nanos = Nanos(10 * MINUTE)
    max_trades: int | None = None  # Fills of one strategy within `trade_window`: beyond, a trade storm.
    trade_window: Nanos = Nanos(MINUTE)
    max_correlation_bps: int | None = None  # Between the two largest positions, by how their prices moved in the last hour.
    hunter_equity: Money | None = None  # Below it strategies of that tier only reduce, and so the next. None: any will do.
    strategist_equity: Money | None = None
    tier_wait: Nanos = Nanos(DAY)  # How long equity stays above before the tier is unlocked.
    tilt_losses: int | None = None  # Orders in a row that lost: a larger one after them is a sign of tilt.
    tilt_rate: int | None = None  # Orders of a minute, as a multiple of the past hour's mean: more are a sign.
    tilt_cancel_bps: int | None = None  # Of `tilt_orders`, taken back: more are a sign.
    tilt_orders: int = 50
    tilt_pause: Nanos = Nanos(15 * MINUTE)  # What the third sign costs.
    max_margin_ratio_bps: int | None = None  # Of an account's equity that maintenance margin may take; at all of it the venue liquidates.
    paper_after: Nanos | None = None  # How long a venue is not live before strategies that opted in trade there on paper.

    @property
    def watch_tilt(self) -> bool:
        return self.tilt_losses is not None or self.tilt_rate is not None or self.tilt_cancel_bps is not None


class HaltTrading(Message, frozen=True):
    """Nothing that adds risk leaves any more, working orders are cancelled."""

    operator: str
    reason: str


class ResumeTrading(Message, frozen=True):
    operator: str
    reason: str


class TradingHalted(Message, frozen=True):
    operator: str
    reason: str


class TradingResumed(Message, frozen=True):
    operator: str
    reason: str


class WriteOffOrder(Message, frozen=True):
    """Takes an order of unknown fate out of the books: the operator has found out, outside the system, that it will not trade any more.
    It frees the exposure the order was counted with, so it takes a name and a reason. Fills that come after all are still booked."""

    client_order_id: ClientOrderId
    operator: str
    reason: str


class OrderWrittenOff(Message, frozen=True):
    client_order_id: ClientOrderId
    instrument: InstrumentId
    operator: str
    reason: str


class WriteOffRefused(Message, frozen=True):
    client_order_id: ClientOrderId
    operator: str
    reason: str  # Why not.
