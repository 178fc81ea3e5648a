"""Supervision of trading: modes, breakers, alerts, liquidation, shutdown: what operators command, and what the engine does by itself.

A scope is a strategy's address, or empty: everything.
"""

from enum import StrEnum

from seawall.api.message import Address, Message
from seawall.api.risk import Limits, Tier
from seawall.api.units import Nanos

EVERYTHING = Address("")


class TradingMode(StrEnum):
    STARTING = "starting"  # No venue has been live yet: nothing leaves.
    RUNNING = "running"
    DEGRADED = "degraded"  # Running, while not all venues are live.
    REDUCE_ONLY = "reduce_only"  # Only orders that make a position smaller leave.
    LIQUIDATING = "liquidating"  # Only the engine's own closing orders leave. Then: halted.
    HALTED = "halted"  # Nothing leaves but cancels.
    STOPPING = "stopping"  # Shutting down: cancels, and closing orders if positions are to be closed.
    STOPPED = "stopped"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"  # Most of a limit is used.
    CRITICAL = "critical"  # A limit is broken, or a breaker acted.


class BreakerAction(StrEnum):
    LIQUIDATE = "liquidate"  # Cancel all, close all, halt.
    REDUCE_ONLY = "reduce_only"  # Cancel all; only what makes positions smaller leaves.
    FLATTEN = "flatten"  # Stop the strategy and close what it holds.
    SUSPEND = "suspend"  # Stop the strategy; it keeps what it holds.
    HALVE = "halve"  # Halve what the strategy adds to positions, until it has calmed down.
    PAUSE = "pause"  # Stop the strategy for a while; it keeps what it holds.


class RestrictTrading(Message, frozen=True):
    """An operator's command: from now on reduce only. Working orders are cancelled."""

    operator: str
    reason: str


class KillTrading(Message, frozen=True):
    """The kill switch: cancel all, close everything in slices, halt. Needs neither database nor feed nor every venue to begin."""

    operator: str
    reason: str


class StopTrading(Message, frozen=True):
    """Shutdown: working orders are cancelled, positions carried or closed, at most until `deadline`."""

    operator: str
    reason: str
    close_positions: bool
    deadline: Nanos


class ClosePosition(Message, frozen=True):
    """Stops the strategy and closes what it holds."""

    strategy: Address
    operator: str
    reason: str


class SuspendStrategy(Message, frozen=True):
    strategy: Address
    operator: str
    reason: str


class Rearm(Message, frozen=True):
    """Lets a strategy, or all trading, go on after a breaker. Losses are measured anew from now on."""

    scope: Address
    operator: str
    reason: str


class SetLimits(Message, frozen=True):
    """All limits at once, from now on."""

    limits: Limits
    operator: str
    reason: str


class CommandRefused(Message, frozen=True):
    """An operator's command had no effect."""

    command: str
    operator: str
    why: str


class TradingModeChanged(Message, frozen=True):
    """To a mode that has no message of its own (`TradingHalted`, `TradingResumed`), or by itself, as venues come and go."""

    mode: TradingMode
    operator: str  # Or the breaker.
    reason: str


class LimitsChanged(Message, frozen=True):
    limits: Limits
    operator: str
    reason: str


class BreakerTripped(Message, frozen=True):
    breaker: str
    scope: Address
    action: BreakerAction
    limit: float  # Figures for people, in the words of `unit`.
    value: float
    unit: str


class BreakerRearmed(Message, frozen=True):
    scope: Address
    breakers: tuple[str, ...]
    operator: str
    reason: str


class AlertRaised(Message, frozen=True):
    """A monitor sees a limit broken or most of it used. Told once each time the severity rises."""

    monitor: str
    severity: Severity
    scope: Address
    limit: float
    value: float
    unit: str


class AlertCleared(Message, frozen=True):
    monitor: str
    scope: Address


class TierChanged(Message, frozen=True):
    """Equity unlocked a tier, or lost it."""

    tier: Tier
    before: Tier | None  # None: the first, at the start.
    equity: float


class LiquidationEnded(Message, frozen=True):
    """What was to be closed is closed, but for what no order can close: named in `left`."""

    scope: Address
    left: tuple[str, ...]
    orders: int  # That it took.


class TradingStopped(Message, frozen=True):
    """The end of a shutdown. `clean`: every order cancelled, and every position closed if that was asked."""

    clean: bool
    orders_left: int
    positions_left: int
